"""Arguments of methods as TypedDicts, under the private names that other packages import."""

from __future__ import annotations

from typing_extensions import TypedDict

from ._dict_unions import ContentListUnionDict
from ._dicts._generation_config import GenerateContentConfigOrDict


class _GenerateContentParametersDict(TypedDict, total=False):  # pyright: ignore[reportUnusedClass]
    """The arguments of `generate_content`."""

    model: str | None
    """Id or resource name of a model."""

    contents: ContentListUnionDict | None
    """Input for the model."""

    config: GenerateContentConfigOrDict | None
    """All other options."""
