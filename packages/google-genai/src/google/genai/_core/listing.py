"""The options of listing models."""

from __future__ import annotations

from .. import types
from .._wire.codec import own_config

_TUNED = "labels.tune-type:*"
"""The filter that selects tuned models in Vertex AI's model registry."""


def model_listing(config: types.ListModelsConfigOrDict | None, *, vertexai: bool) -> types.ListModelsConfig:
    """Return the complete options: base models are listed unless tuned ones are requested."""
    options = own_config(config, types.ListModelsConfig)
    if options.query_base is None:
        options.query_base = True
    if vertexai and not options.query_base:
        options.filter = f"{options.filter}&filter={_TUNED}" if options.filter else _TUNED
    return options
