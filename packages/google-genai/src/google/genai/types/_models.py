"""Own the description of models as the service lists them, base and tuned, and the options of looking them up,
changing and deleting them. Must not know how models are called, tuned or deployed.
"""

import datetime
from typing import Annotated

from .._wire.marks import ITSELF, LOCAL, QUERY, RepliedBy, Reply, Via
from . import _base
from ._http import HttpOptions, HttpResponse


class Checkpoint(_base.Model):
    """Saved state of a tuned model at one point of its training. Vertex AI only."""

    checkpoint_id: str | None = None
    """Identifier within the model; `Model.default_checkpoint_id` refers to it."""

    epoch: int | None = None
    """Number of the pass over the training data after which it was saved."""

    step: int | None = None
    """Number of the training step after which it was saved."""


class Endpoint(_base.Model):
    """Place where a tuned model is deployed. API: an entry of Vertex AI `Model.deployedModels`. Vertex AI only."""

    name: Annotated[str | None, Reply(vertex="endpoint")] = None
    """Resource name "projects/.../locations/.../endpoints/...", which may be passed as the model of a call."""

    deployed_model_id: str | None = None
    """Identifier of the deployment within the endpoint."""


class TunedModelInfo(_base.Model):
    """Origin of a tuned model."""

    base_model: Annotated[str | None, Reply(vertex="labels.google-vertex-llm-tuning-base-model-id")] = None
    """Identifier of the model that was tuned, as the service reports it."""

    create_time: datetime.datetime | None = None
    """When the tuned model came into being."""

    update_time: datetime.datetime | None = None
    """When the tuned model last changed."""


class Model(_base.Model):
    """One model, base or tuned, with its limits and defaults. API: `Model`.

    The Gemini Developer API reports token limits, sampling defaults and supported actions; Vertex AI reports
    labels, endpoints and checkpoints instead. What the backend does not report is None.
    """

    name: str | None = None
    """Resource name: "models/..." or "tunedModels/..." on the Gemini Developer API; "publishers/google/models/..." or
    "projects/.../models/..." on Vertex AI.
    """

    display_name: str | None = None
    """Name for people; not unique."""

    description: str | None = None
    """What the model is for, in prose."""

    version: Annotated[str | None, Reply(vertex="versionId")] = None
    """Version as the service numbers it, such as "001"."""

    endpoints: Annotated[list[Endpoint] | None, RepliedBy("vertex"), Reply(vertex="deployedModels")] = None
    """Where a tuned model is deployed. Vertex AI only."""

    labels: Annotated[dict[str, str] | None, RepliedBy("vertex")] = None
    """Key-value pairs that the owner attached. Vertex AI only."""

    tuned_model_info: Annotated[TunedModelInfo | None, ITSELF] = None
    """Origin of the model if it is a tuned one."""

    input_token_limit: Annotated[int | None, RepliedBy("gemini")] = None
    """Most tokens that the input of one request may have. Gemini Developer API only."""

    output_token_limit: Annotated[int | None, RepliedBy("gemini")] = None
    """Most tokens that one candidate may have. Gemini Developer API only."""

    supported_actions: Annotated[list[str] | None, RepliedBy("gemini"), Reply(gemini="supportedGenerationMethods")] = (
        None
    )
    """Methods the model answers to, such as "generateContent", "countTokens" or "embedContent". API:
    `supportedGenerationMethods`. Gemini Developer API only.
    """

    default_checkpoint_id: Annotated[str | None, RepliedBy("vertex")] = None
    """Checkpoint that serves when none is named. Vertex AI only."""

    checkpoints: Annotated[list[Checkpoint] | None, RepliedBy("vertex")] = None
    """States saved during tuning. Vertex AI only."""

    temperature: Annotated[float | None, RepliedBy("gemini")] = None
    """Temperature used when a request sets none. Gemini Developer API only."""

    max_temperature: Annotated[float | None, RepliedBy("gemini")] = None
    """Highest temperature a request may set. Gemini Developer API only."""

    top_p: Annotated[float | None, RepliedBy("gemini")] = None
    """Nucleus probability used when a request sets none. Gemini Developer API only."""

    top_k: Annotated[int | None, RepliedBy("gemini")] = None
    """Number of candidate tokens used when a request sets none; None also when the model does not use top-k. Gemini
    Developer API only.
    """

    thinking: Annotated[bool | None, RepliedBy("gemini")] = None
    """Whether the model can reason before it answers, see `ThinkingConfig`. Gemini Developer API only."""


class GetModelConfig(_base.Model):
    """Options of `models.get`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class ListModelsConfig(_base.Model):
    """Options of `models.list`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    page_size: Annotated[int | None, QUERY] = None
    """Most models on one page; the service chooses when unset and may return fewer."""

    page_token: Annotated[str | None, QUERY] = None
    """`next_page_token` of the page before; the first page when unset. Pagers set it themselves."""

    filter: Annotated[str | None, Via("filter_as_written")] = None
    """Filter expression in the service's own syntax, for tuned models. On Vertex AI it is joined to the filter by
    which the SDK selects tuned models.
    """

    query_base: Annotated[bool | None, Via("models_collection")] = None
    """True lists the models the service offers, False your own tuned ones. Unset means True."""


class ListModelsResponse(_base.Model):
    """One page of models. API: `ListModelsResponse`."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this page."""

    next_page_token: str | None = None
    """Token of the next page; None on the last one."""

    models: Annotated[
        list[Model] | None,
        Reply(gemini="models|tunedModels|publisherModels", vertex="models|tunedModels|publisherModels"),
    ] = None
    """Models on this page; None when there are none."""


class UpdateModelConfig(_base.Model):
    """Options of `models.update`: what to change about a tuned model."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    display_name: str | None = None
    """New name for people."""

    description: str | None = None
    """New account of what the model is for, in prose."""

    default_checkpoint_id: str | None = None
    """Checkpoint that is to serve when none is named, one of `Model.checkpoints`, which only Vertex AI reports."""


class DeleteModelConfig(_base.Model):
    """Options of `models.delete`, which removes a tuned model."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class DeleteModelResponse(_base.Model):
    """Answer of `models.delete`; says nothing beyond the HTTP reply."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""
