"""Makes `google-generativeai` read models with `thinking`, a field of the API that the package is older than.

Without this, its `get_model()` and `list_models()` raise `TypeError` with every release of the low-level clients that has the
field, the official ones included.
"""

import dataclasses

from google.generativeai.types import model_types

model_types.Model = dataclasses.make_dataclass(
    "Model", [("thinking", bool, dataclasses.field(default=False))], bases=(model_types.Model,)
)
