"""Base and tuned models as the service lists them, and the options and results of getting, listing, changing and
deleting them. Not part of this module: calling, tuning and deploying models.
"""

import datetime
from typing import Annotated

from .._wire.marks import ITSELF, LOCAL, QUERY, RepliedBy, Reply, Via
from . import _base
from ._http import HttpOptions, HttpResponse


class Checkpoint(_base.Model):
    """State of a tuned model saved during its training. Vertex AI only."""

    checkpoint_id: str | None = None
    """Identifier within the model; `Model.default_checkpoint_id` refers to it."""

    epoch: int | None = None
    """Epoch after which it was saved."""

    step: int | None = None
    """Training step after which it was saved."""


class Endpoint(_base.Model):
    """Endpoint where a tuned model is deployed. API: an entry of Vertex AI `Model.deployedModels`. Vertex AI only."""

    name: Annotated[str | None, Reply(vertex="endpoint")] = None
    """Resource name "projects/.../locations/.../endpoints/...", which can be passed as the `model` of a call."""

    deployed_model_id: str | None = None
    """Identifier of the deployment, unique within the endpoint."""


class TunedModelInfo(_base.Model):
    """Origin of a tuned model."""

    base_model: Annotated[str | None, Reply(vertex="labels.google-vertex-llm-tuning-base-model-id")] = None
    """Identifier of the base model, as reported by the service."""

    create_time: datetime.datetime | None = None
    """When the tuned model was created."""

    update_time: datetime.datetime | None = None
    """When the tuned model last changed."""


class Model(_base.Model):
    """A base or tuned model, with its limits and defaults. API: `Model`.

    The Gemini Developer API reports token limits, sampling defaults and supported actions; Vertex AI reports labels,
    endpoints and checkpoints instead. Fields that the backend does not report are None.
    """

    name: str | None = None
    """Resource name: "models/..." or "tunedModels/..." on the Gemini Developer API; "publishers/google/models/..." or
    "projects/.../models/..." on Vertex AI.
    """

    display_name: str | None = None
    """Human-readable name; not unique."""

    description: str | None = None
    """Description of the model."""

    version: Annotated[str | None, Reply(vertex="versionId")] = None
    """Version number, such as "001"."""

    endpoints: Annotated[list[Endpoint] | None, RepliedBy("vertex"), Reply(vertex="deployedModels")] = None
    """Endpoints where a tuned model is deployed. Vertex AI only."""

    labels: Annotated[dict[str, str] | None, RepliedBy("vertex")] = None
    """Key-value pairs set by the owner. Vertex AI only."""

    tuned_model_info: Annotated[TunedModelInfo | None, ITSELF] = None
    """Origin of the model, if it is a tuned model."""

    input_token_limit: Annotated[int | None, RepliedBy("gemini")] = None
    """Maximum number of tokens in the input of a request. Gemini Developer API only."""

    output_token_limit: Annotated[int | None, RepliedBy("gemini")] = None
    """Maximum number of tokens in one candidate. Gemini Developer API only."""

    supported_actions: Annotated[list[str] | None, RepliedBy("gemini"), Reply(gemini="supportedGenerationMethods")] = (
        None
    )
    """Methods that the model supports, such as "generateContent", "countTokens" or "embedContent". API:
    `supportedGenerationMethods`. Gemini Developer API only.
    """

    default_checkpoint_id: Annotated[str | None, RepliedBy("vertex")] = None
    """Checkpoint that is used by default. Vertex AI only."""

    checkpoints: Annotated[list[Checkpoint] | None, RepliedBy("vertex")] = None
    """Checkpoints saved during tuning. Vertex AI only."""

    temperature: Annotated[float | None, RepliedBy("gemini")] = None
    """Default temperature. Gemini Developer API only."""

    max_temperature: Annotated[float | None, RepliedBy("gemini")] = None
    """Maximum temperature of a request. Gemini Developer API only."""

    top_p: Annotated[float | None, RepliedBy("gemini")] = None
    """Default of `top_p`. Gemini Developer API only."""

    top_k: Annotated[int | None, RepliedBy("gemini")] = None
    """Default of `top_k`; also None if the model does not use top-k sampling. Gemini Developer API only."""

    thinking: Annotated[bool | None, RepliedBy("gemini")] = None
    """Whether the model can think before it answers, see `ThinkingConfig`. Gemini Developer API only."""


class GetModelConfig(_base.Model):
    """Options of `models.get`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class ListModelsConfig(_base.Model):
    """Options of `models.list`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    page_size: Annotated[int | None, QUERY] = None
    """Maximum number of models on one page; the service chooses when unset and may return fewer."""

    page_token: Annotated[str | None, QUERY] = None
    """`next_page_token` of the previous page; the first page when unset. Pagers set it automatically."""

    filter: Annotated[str | None, Via("filter_as_written")] = None
    """Filter expression in the service's own syntax, for tuned models. On Vertex AI it is combined with the filter by
    which the SDK selects tuned models.
    """

    query_base: Annotated[bool | None, Via("models_collection")] = None
    """True lists the service's base models, False your tuned models. Unset means True."""


class ListModelsResponse(_base.Model):
    """One page of models. API: `ListModelsResponse`."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    next_page_token: str | None = None
    """Token of the next page; None on the last page."""

    models: Annotated[
        list[Model] | None,
        Reply(gemini="models|tunedModels|publisherModels", vertex="models|tunedModels|publisherModels"),
    ] = None
    """Models on this page; None for an empty page."""


class UpdateModelConfig(_base.Model):
    """Options of `models.update`: the new values of a tuned model."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    display_name: str | None = None
    """New human-readable name."""

    description: str | None = None
    """New description."""

    default_checkpoint_id: str | None = None
    """New default checkpoint: one of `Model.checkpoints`, which only Vertex AI reports."""


class DeleteModelConfig(_base.Model):
    """Options of `models.delete`, which removes a tuned model."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class DeleteModelResponse(_base.Model):
    """Result of `models.delete`; contains only the HTTP response."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""
