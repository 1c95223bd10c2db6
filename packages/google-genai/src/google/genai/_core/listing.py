"""The options of listing models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._wire.codec import own_config

if TYPE_CHECKING:
    from ..types import ListModelsConfig, ListModelsConfigOrDict

_TUNED = "labels.tune-type:*"
"""The filter that selects tuned models in Vertex AI's model registry."""


def model_listing(config: ListModelsConfigOrDict | None, *, vertexai: bool) -> ListModelsConfig:
    """Return the complete options: base models are listed unless tuned ones are requested."""
    from ..types import ListModelsConfig

    options = own_config(config, ListModelsConfig)
    if options.query_base is None:
        options.query_base = True
    if vertexai and not options.query_base:
        options.filter = f"{options.filter}&filter={_TUNED}" if options.filter else _TUNED
    return options
