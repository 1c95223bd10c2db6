"""Own the settings of one generation: sampling, output form, thinking, images, model routing, and the config of
`generate_content` that gathers them with tools, safety and transport. Must not know how a request is built or sent,
nor what a response looks like.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from .._wire.marks import GEMINI_ONLY, LOCAL, VERTEX_ONLY, Via, Wire
from ._base import CaseInSensitiveEnum, Model, is_none
from ._functions import AutomaticFunctionCallingConfig, ToolConfig
from ._http import HttpOptions
from ._safety import SafetySetting
from ._schema import Schema, SchemaUnion
from ._speech import SpeechConfig, SpeechConfigUnion
from ._tools import ToolListUnion
from ._unions import ContentListUnion, ContentUnion


class Modality(CaseInSensitiveEnum):
    """Kind of output a model can produce. API: `GenerationConfig.Modality`."""

    MODALITY_UNSPECIFIED = "MODALITY_UNSPECIFIED"
    """No kind chosen; the model falls back to its usual output."""
    TEXT = "TEXT"
    """Written text."""
    IMAGE = "IMAGE"
    """Pictures, delivered as inline data parts; the model has to be able to draw."""
    AUDIO = "AUDIO"
    """Speech or sound, delivered as inline data parts; `speech_config` picks the voice."""


class MediaResolution(CaseInSensitiveEnum):
    """Detail at which images, video frames and document pages of the input are read. API:
    `GenerationConfig.MediaResolution`.

    More detail costs more input tokens per picture and helps with small print and fine structure.
    """

    MEDIA_RESOLUTION_UNSPECIFIED = "MEDIA_RESOLUTION_UNSPECIFIED"
    """Leave the choice to the model."""
    MEDIA_RESOLUTION_LOW = "MEDIA_RESOLUTION_LOW"
    """Fewest tokens per picture; enough for a general impression and for long videos."""
    MEDIA_RESOLUTION_MEDIUM = "MEDIA_RESOLUTION_MEDIUM"
    """Middle ground between cost and detail."""
    MEDIA_RESOLUTION_HIGH = "MEDIA_RESOLUTION_HIGH"
    """Most detail and most tokens of the three."""


class FeatureSelectionPreference(CaseInSensitiveEnum):
    """What automatic model selection should weigh more. Vertex AI only."""

    FEATURE_SELECTION_PREFERENCE_UNSPECIFIED = "FEATURE_SELECTION_PREFERENCE_UNSPECIFIED"
    """No preference stated."""
    PRIORITIZE_QUALITY = "PRIORITIZE_QUALITY"
    """Better answers, even where they cost more."""
    BALANCED = "BALANCED"
    """Weigh quality and cost evenly."""
    PRIORITIZE_COST = "PRIORITIZE_COST"
    """Cheaper answers, even where they are weaker."""


class ThinkingLevel(CaseInSensitiveEnum):
    """How much a model may reason before it answers, as a relative level. API: `ThinkingConfig.thinkingLevel`."""

    THINKING_LEVEL_UNSPECIFIED = "THINKING_LEVEL_UNSPECIFIED"
    """Leave the level to the model."""
    LOW = "LOW"
    """Little reasoning: quicker and cheaper answers."""
    HIGH = "HIGH"
    """Deep reasoning: slower, with more thought tokens."""


class ThinkingConfig(Model):
    """Control the reasoning of a thinking model. API: `GenerationConfig.thinkingConfig`.

    Models of the Gemini 2.5 family take `thinking_budget`, later ones `thinking_level`; set one of the two. The
    service refuses the config (400) for a model that does not think.
    """

    include_thoughts: bool | None = None
    """Whether summaries of the reasoning come back, as parts with `thought=True`. Unset means no."""

    thinking_budget: int | None = None
    """Upper guide for the number of thought tokens; 0 turns thinking off where the model allows that, -1 lets the
    model decide by difficulty. The range, and what applies when unset, depend on the model.
    """

    thinking_level: ThinkingLevel | None = None
    """Relative depth of reasoning, for models that take levels instead of budgets; unset leaves it to the model.
    Together with `thinking_budget` the service refuses the request (400).
    """


class ImageConfig(Model):
    """Shape and encoding of the pictures an image model returns. API: `GenerationConfig.imageConfig`."""

    aspect_ratio: str | None = None
    """Width to height, for example "1:1", "3:4", "16:9" or "21:9". Unset lets the model choose, usually by the input
    picture, else a square.
    """

    image_size: str | None = None
    """Resolution class "1K", "2K" or "4K" (with a capital K), where the model offers it; "1K" when unset."""

    output_mime_type: Annotated[str | None, Wire(vertex="imageOutputOptions.mimeType")] = None
    """Encoding such as "image/png" or "image/jpeg". API: `imageOutputOptions.mimeType`. Vertex AI only."""

    output_compression_quality: Annotated[int | None, Wire(vertex="imageOutputOptions.compressionQuality")] = None
    """JPEG quality from 0 to 100, higher being larger and better; without effect on other encodings. API:
    `imageOutputOptions.compressionQuality`. Vertex AI only.
    """


class ModelSelectionConfig(Model):
    """Preferences for letting the service select a model. API: `GenerationConfig.modelConfig`. Vertex AI only."""

    feature_selection_preference: FeatureSelectionPreference | None = None
    """Whether quality or cost weighs more in the selection."""


class GenerationConfigRoutingConfigAutoRoutingMode(Model):
    """Route each prompt to a model by its content. API: `RoutingConfig.AutoRoutingMode`. Vertex AI only."""

    model_routing_preference: Literal["UNKNOWN", "PRIORITIZE_QUALITY", "BALANCED", "PRIORITIZE_COST"] | None = None
    """Which models to favour: the strongest, the cheapest, or a balance; "UNKNOWN" states no preference."""


class GenerationConfigRoutingConfigManualRoutingMode(Model):
    """Send every prompt to one named model. API: `RoutingConfig.ManualRoutingMode`. Vertex AI only."""

    model_name: str | None = None
    """Public model name to route to, without a resource path, such as "gemini-2.5-flash"."""


class GenerationConfigRoutingConfig(Model):
    """Choose the model by prompt or by name. API: `GenerationConfig.routingConfig`. Vertex AI only.

    Set exactly one of the two modes.
    """

    auto_mode: GenerationConfigRoutingConfigAutoRoutingMode | None = None
    """Route by prompt content and preference; excludes `manual_mode`."""

    manual_mode: GenerationConfigRoutingConfigManualRoutingMode | None = None
    """Route to one fixed model; excludes `auto_mode`."""


class GenerationConfigThinkingConfig(ThinkingConfig):
    """`ThinkingConfig` under its full API name, `GenerationConfig.ThinkingConfig`; nothing differs."""


class GenerationConfig(Model):
    """Sampling and output settings as the API groups them. API: `GenerationConfig`.

    Calls that mirror the API object take this (token counting, live setup, autoraters); `generate_content` takes
    `GenerateContentConfig`, which holds the same settings flat beside its own.
    """

    model_selection_config: Annotated[
        ModelSelectionConfig | None, Wire(gemini="modelSelectionConfig", vertex="modelConfig")
    ] = None
    """Preferences for automatic model selection. API: `modelConfig`. Vertex AI only."""

    response_json_schema: Any | None = None
    """JSON Schema that the answer has to satisfy; needs `response_mime_type="application/json"` and excludes
    `response_schema`. The service knows a subset of JSON Schema.
    """

    audio_timestamp: bool | None = None
    """Whether the model sees the time line of audio input and can answer with timestamps. Vertex AI only."""

    candidate_count: int | None = None
    """How many alternative answers to generate; 1 when unset. Each is billed; the model sets the maximum."""

    enable_affective_dialog: bool | None = None
    """Whether a live model picks up the speaker's mood and adapts its tone. Vertex AI only."""

    frequency_penalty: float | None = None
    """Penalty on a token for each time it already occurred, from -2.0 to below 2.0; 0 when unset. Positive values curb
    repetition, negative ones invite it.
    """

    logprobs: int | None = None
    """How many of the likeliest tokens to report at each position; needs `response_logprobs=True`."""

    max_output_tokens: int | None = None
    """Most tokens one candidate may have, thoughts included; the model's own limit when unset. A candidate cut here
    ends with finish reason `MAX_TOKENS`.
    """

    media_resolution: MediaResolution | None = None
    """Detail at which pictures and video of the input are read; the model chooses when unset."""

    presence_penalty: float | None = None
    """Penalty on every token that occurred at all, from -2.0 to below 2.0; 0 when unset. Positive values push towards
    new words.
    """

    response_logprobs: bool | None = None
    """Whether log probabilities of the chosen tokens come back with each candidate. Unset means no."""

    response_mime_type: str | None = None
    """Form of the answer: "text/plain" (when unset), "application/json", or "text/x.enum" for one value of an enum
    schema.
    """

    response_modalities: list[Modality] | None = None
    """Kinds of output wanted; what the model usually returns when unset. A combination it cannot produce is refused
    (400).
    """

    response_schema: Schema | None = None
    """OpenAPI-style schema of the answer; needs a `response_mime_type` of JSON or enum. Excludes
    `response_json_schema`.
    """

    routing_config: GenerationConfigRoutingConfig | None = None
    """Automatic or manual choice of the model. Vertex AI only."""

    seed: int | None = None
    """32-bit number that starts the sampler; random for each request when unset. The same seed and input give mostly,
    not surely, the same answer.
    """

    speech_config: SpeechConfig | None = None
    """Voice and language of spoken output; of use with the `AUDIO` modality."""

    stop_sequences: list[str] | None = None
    """Up to five strings that end the answer as soon as one would appear; the string itself is left out."""

    temperature: float | None = None
    """Randomness of sampling from 0.0 (likeliest token) to 2.0 for most models; default by model, see
    `Model.temperature`.
    """

    thinking_config: ThinkingConfig | None = None
    """Depth and visibility of the reasoning of thinking models."""

    top_k: float | None = None
    """Sample only among the k likeliest tokens; default by model, see `Model.top_k`."""

    top_p: float | None = None
    """Sample only among the likeliest tokens that together reach this probability, 0.0 to 1.0; default by model."""

    enable_enhanced_civic_answers: Annotated[bool | None, GEMINI_ONLY] = None
    """Whether the service may use its enriched answers on civic topics, where available. Gemini Developer API only."""


class GenerateContentConfig(Model):
    """Everything optional in one `generate_content` call. API: `GenerateContentRequest` without model and contents.

    Sampling and output settings travel as `generationConfig`; instruction, tools, safety settings, labels and cache
    stand beside it in the request; `http_options` and `automatic_function_calling` steer only the SDK. A plain dict
    with the same keys is accepted wherever this class is.

    Example::

        types.GenerateContentConfig(
            system_instruction="Answer in one sentence.",
            temperature=0.2,
            response_mime_type="application/json",
            response_schema=list[str],
        )
    """

    _wire_root: ClassVar[str] = "generationConfig"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    should_return_http_response: Annotated[bool | None, LOCAL] = None
    """Whether to hand back the reply unparsed: its text in `sdk_http_response.body`, every other field of the response
    empty. Unset means no.
    """

    system_instruction: Annotated[
        ContentUnion | None, Wire(gemini="/systemInstruction", vertex="/systemInstruction", via="content")
    ] = None
    """Standing instruction for role, tone or rules, kept apart from the conversation; text only. Not together with
    `cached_content`: put it into the cache.
    """

    temperature: float | None = None
    """Randomness of sampling from 0.0 (likeliest token) to 2.0 for most models; default by model, see
    `Model.temperature`.
    """

    top_p: float | None = None
    """Sample only among the likeliest tokens that together reach this probability, 0.0 to 1.0; default by model."""

    top_k: float | None = None
    """Sample only among the k likeliest tokens; default by model, see `Model.top_k`."""

    candidate_count: int | None = None
    """How many alternative answers to generate; 1 when unset. Each is billed; the model sets the maximum."""

    max_output_tokens: int | None = None
    """Most tokens one candidate may have, thoughts included; the model's own limit when unset. A candidate cut here
    ends with finish reason `MAX_TOKENS`.
    """

    stop_sequences: list[str] | None = None
    """Up to five strings that end the answer as soon as one would appear; the string itself is left out."""

    response_logprobs: bool | None = None
    """Whether log probabilities of the chosen tokens come back in `Candidate.logprobs_result`. Unset means no."""

    logprobs: int | None = None
    """How many of the likeliest tokens to report at each position; needs `response_logprobs=True`."""

    presence_penalty: float | None = None
    """Penalty on every token that occurred at all, from -2.0 to below 2.0; 0 when unset. Positive values push towards
    new words.
    """

    frequency_penalty: float | None = None
    """Penalty on a token for each time it already occurred, from -2.0 to below 2.0; 0 when unset. Positive values curb
    repetition, negative ones invite it.
    """

    seed: int | None = None
    """32-bit number that starts the sampler; random for each request when unset. The same seed and input give mostly,
    not surely, the same answer.
    """

    response_mime_type: str | None = None
    """Form of the answer: "text/plain" (when unset), "application/json", or "text/x.enum" for one value of an enum
    schema.
    """

    response_schema: Annotated[SchemaUnion | None, Via("response_schema")] = None
    """Type of the answer: a `Schema`, a dict, or a Python type such as a pydantic model, an enum or `list[int]`. Needs
    a `response_mime_type` of JSON or enum, fills `response.parsed`, excludes `response_json_schema`.

    What the service's own form of schema cannot say (classes that contain themselves, tuples, `dict[str, int]` on the
    Gemini Developer API) is sent as `response_json_schema`. Properties are asked for in the order in which they are
    declared; `propertyOrdering` in a dict, or in the `json_schema_extra` of a pydantic model, asks for another order, an
    empty list for none.
    """

    response_json_schema: Any | None = None
    """JSON Schema that the answer has to satisfy; needs `response_mime_type="application/json"` and excludes
    `response_schema`. The service knows a subset of JSON Schema.
    """

    routing_config: Annotated[GenerationConfigRoutingConfig | None, VERTEX_ONLY] = None
    """Automatic or manual choice of the model. Vertex AI only."""

    model_selection_config: Annotated[ModelSelectionConfig | None, Wire(vertex="modelConfig")] = None
    """Preferences for automatic model selection. API: `GenerationConfig.modelConfig`. Vertex AI only."""

    safety_settings: Annotated[list[SafetySetting] | None, Wire(gemini="/safetySettings", vertex="/safetySettings")] = (
        None
    )
    """Blocking thresholds, at most one per harm category; categories not named keep the default of the model."""

    tools: Annotated[ToolListUnion | None, Wire(gemini="/tools", vertex="/tools", via="tools")] = None
    """What the model may call: declarations, built-in tools such as search, Python functions, MCP sessions. Python
    functions and MCP sessions are run by the SDK unless `automatic_function_calling` says otherwise.
    """

    tool_config: Annotated[ToolConfig | None, Wire(gemini="/toolConfig", vertex="/toolConfig")] = None
    """Rules for the use of the tools, for instance whether a call is compulsory."""

    labels: Annotated[dict[str, str] | None, Wire(vertex="/labels")] = None
    """Key-value pairs attached to the request for breaking down the bill. Vertex AI only."""

    cached_content: Annotated[
        str | None, Wire(gemini="/cachedContent", vertex="/cachedContent", via="cached_content")
    ] = None
    """Resource name of a cached prefix, "cachedContents/..." or its full Vertex AI path. The request then may not set
    `system_instruction`, `tools` or `tool_config`: they belong to the cache.
    """

    response_modalities: list[str] | None = None
    """Kinds of output wanted, such as ["TEXT", "IMAGE"]; what the model usually returns when unset. A combination it
    cannot produce is refused (400).
    """

    media_resolution: MediaResolution | None = None
    """Detail at which pictures and video of the input are read; the model chooses when unset."""

    speech_config: Annotated[SpeechConfigUnion | None, Via("speech_config")] = None
    """Voice of spoken output: a `SpeechConfig`, or the name of a prebuilt voice."""

    audio_timestamp: Annotated[bool | None, VERTEX_ONLY] = None
    """Whether the model sees the time line of audio input and can answer with timestamps. Vertex AI only."""

    automatic_function_calling: Annotated[AutomaticFunctionCallingConfig | None, LOCAL] = None
    """Whether and how often the SDK runs the Python functions among `tools`; on by default. Never sent."""

    thinking_config: ThinkingConfig | None = None
    """Depth and visibility of the reasoning of thinking models."""

    image_config: ImageConfig | None = None
    """Shape and encoding of generated pictures; of use with models that draw."""

    generation_config: Annotated[
        GenerationConfig | None, Via("further_generation_config"), Field(exclude_if=is_none)
    ] = None
    """Sampling and output settings in an object of their own; a setting made directly on this object wins. The usual way
    is to set them all directly. In a dump only when set.
    """

    contents: Annotated[
        ContentListUnion | None,
        Wire("/contents", "/contents", via="earlier_contents"),
        Field(exclude_if=is_none),
    ] = None
    """Contents that come before those of the call, such as examples that all calls share. In a dump only when set."""
