"""What a list of models is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..types import ListModelsConfig, ListModelsConfigOrDict

_TUNED = "labels.tune-type:*"
"""The filter by which Vertex AI's model registry tells tuned models from others."""


def model_listing(config: ListModelsConfigOrDict | None, *, vertexai: bool) -> ListModelsConfig:
    """Return the configuration of a list, complete: base models unless tuned ones are asked for."""
    from ..types import ListModelsConfig

    given: ListModelsConfigOrDict = {} if config is None else config
    asked = given.model_copy() if isinstance(given, ListModelsConfig) else ListModelsConfig.model_validate(given)
    if asked.query_base is None:
        asked.query_base = True
    if vertexai and not asked.query_base:
        asked.filter = f"{asked.filter}&filter={_TUNED}" if asked.filter else _TUNED
    return asked
