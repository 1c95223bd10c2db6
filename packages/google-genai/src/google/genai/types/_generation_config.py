"""Settings of a generation: sampling, output format, thinking, pictures, model routing, and `GenerateContentConfig`,
which combines them with tools, safety settings and HTTP options. Not part of this module: building and sending
requests, responses.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from .._wire.marks import GEMINI_ONLY, LOCAL, VERTEX_ONLY, At, Reply, Via, Wire
from ._base import CaseInSensitiveEnum, Model, is_none
from ._bytes import BASE64
from ._functions import AutomaticFunctionCallingConfig, ToolConfig
from ._http import HttpOptions
from ._later import (
    AudioTranscriptionConfig,
    GenerationOutputConfig,
    ImageConfigImageOutputOptions,
    ModelArmorConfig,
    ProminentPeople,
    ResponseFormat,
    ServiceTier,
    TranslationConfig,
)
from ._safety import SafetySetting
from ._schema import Schema, SchemaUnion
from ._speech import SpeechConfig, SpeechConfigUnion
from ._tools import ToolListUnion
from ._unions import ContentListUnion, ContentUnion


class Modality(CaseInSensitiveEnum):
    """Kind of output a model can produce. API: `GenerationConfig.Modality`."""

    MODALITY_UNSPECIFIED = "MODALITY_UNSPECIFIED"
    """Unspecified; the model returns its usual kind of output."""
    TEXT = "TEXT"
    """Written text."""
    IMAGE = "IMAGE"
    """Pictures, returned as inline data parts; only for models that generate pictures."""
    AUDIO = "AUDIO"
    """Speech or sound, returned as inline data parts; `speech_config` selects the voice."""
    VIDEO = "VIDEO"
    """Video, returned as inline data parts or at an address; only for models that generate videos."""


class MediaResolution(CaseInSensitiveEnum):
    """Level of detail at which the model reads pictures, video frames and document pages in the input. API:
    `GenerationConfig.MediaResolution`.

    A higher level uses more input tokens per picture, and helps with small print and fine structures.
    """

    MEDIA_RESOLUTION_UNSPECIFIED = "MEDIA_RESOLUTION_UNSPECIFIED"
    """The model chooses."""
    MEDIA_RESOLUTION_LOW = "MEDIA_RESOLUTION_LOW"
    """Fewest tokens per picture; enough for an overview and for long videos."""
    MEDIA_RESOLUTION_MEDIUM = "MEDIA_RESOLUTION_MEDIUM"
    """A balance between cost and detail."""
    MEDIA_RESOLUTION_HIGH = "MEDIA_RESOLUTION_HIGH"
    """Most detail and most tokens of the three."""


class FeatureSelectionPreference(CaseInSensitiveEnum):
    """Preference of automatic model selection. Vertex AI only."""

    FEATURE_SELECTION_PREFERENCE_UNSPECIFIED = "FEATURE_SELECTION_PREFERENCE_UNSPECIFIED"
    """No preference."""
    PRIORITIZE_QUALITY = "PRIORITIZE_QUALITY"
    """Better answers, even if they cost more."""
    BALANCED = "BALANCED"
    """Equal weight for quality and cost."""
    PRIORITIZE_COST = "PRIORITIZE_COST"
    """Cheaper answers, even if they are worse."""


class ThinkingLevel(CaseInSensitiveEnum):
    """Relative amount of reasoning before the answer. API: `ThinkingConfig.thinkingLevel`."""

    THINKING_LEVEL_UNSPECIFIED = "THINKING_LEVEL_UNSPECIFIED"
    """The model chooses."""
    MINIMAL = "MINIMAL"
    """As little reasoning as possible, often none."""
    LOW = "LOW"
    """Little reasoning: faster and cheaper answers."""
    MEDIUM = "MEDIUM"
    """A balance between depth and speed."""
    HIGH = "HIGH"
    """Deep reasoning: slower, with more thought tokens."""
    XHIGH = "XHIGH"
    """Deeper reasoning than `HIGH`, if the model supports it."""


class ThinkingConfig(Model):
    """Settings for the reasoning of a thinking model. API: `GenerationConfig.thinkingConfig`.

    Gemini 2.5 models take `thinking_budget`, later models `thinking_level`; set only one of the two. The service
    refuses the config (400) for a model that does not think.
    """

    include_thoughts: bool | None = None
    """Whether the answer includes summaries of the reasoning, as parts with `thought=True`. Unset means no."""

    thinking_budget: int | None = None
    """Approximate maximum number of thought tokens. 0 turns thinking off if the model allows that; -1 lets the model
    choose depending on the difficulty. The range and the default depend on the model.
    """

    thinking_level: ThinkingLevel | None = None
    """Relative amount of reasoning, for models that take levels instead of budgets; the model chooses when unset. The
    service refuses a request with both this and `thinking_budget` (400).
    """


class ImageConfig(Model):
    """Aspect ratio, size and encoding of the pictures that an image model returns. API: `GenerationConfig.imageConfig`."""

    aspect_ratio: str | None = None
    """Ratio of width to height, for example "1:1", "3:4", "16:9" or "21:9". When unset, the model chooses: usually the
    ratio of the input picture, otherwise a square.
    """

    image_size: str | None = None
    """Resolution "1K", "2K" or "4K" (with a capital K), if the model supports it; "1K" when unset."""

    person_generation: Annotated[str | None, VERTEX_ONLY] = None
    """Whether pictures may show people: "ALLOW_ALL", "ALLOW_ADULT" or "ALLOW_NONE"; the service chooses when unset.
    Vertex AI only.
    """

    prominent_people: Annotated[ProminentPeople | None, VERTEX_ONLY] = None
    """Whether pictures may show prominent people; the service chooses when unset. Vertex AI only."""

    image_output_options: Annotated[ImageConfigImageOutputOptions | None, VERTEX_ONLY] = None
    """Encoding of the pictures as one object, in place of `output_mime_type` and `output_compression_quality`. Vertex AI
    only.
    """

    output_mime_type: Annotated[str | None, Wire(vertex="imageOutputOptions.mimeType")] = None
    """Encoding such as "image/png" or "image/jpeg". API: `imageOutputOptions.mimeType`. Vertex AI only."""

    output_compression_quality: Annotated[int | None, Wire(vertex="imageOutputOptions.compressionQuality")] = None
    """JPEG quality from 0 to 100; higher values give larger and better pictures. No effect on other encodings. API:
    `imageOutputOptions.compressionQuality`. Vertex AI only.
    """


class ModelSelectionConfig(Model):
    """Preferences for automatic model selection by the service. API: `GenerationConfig.modelConfig`. Vertex AI only."""

    feature_selection_preference: FeatureSelectionPreference | None = None
    """Whether quality or cost has more weight in the selection."""


class GenerationConfigRoutingConfigAutoRoutingMode(Model):
    """Automatic routing: the service chooses a model for each prompt by its content. API:
    `RoutingConfig.AutoRoutingMode`. Vertex AI only.
    """

    model_routing_preference: Literal["UNKNOWN", "PRIORITIZE_QUALITY", "BALANCED", "PRIORITIZE_COST"] | None = None
    """Which models to prefer: the best, the cheapest, or a balance; "UNKNOWN" means no preference."""


class GenerationConfigRoutingConfigManualRoutingMode(Model):
    """Manual routing: all prompts go to one named model. API: `RoutingConfig.ManualRoutingMode`. Vertex AI only."""

    model_name: str | None = None
    """Name of the model without a resource path, such as "gemini-2.5-flash"."""


class GenerationConfigRoutingConfig(Model):
    """Automatic or manual routing to a model. API: `GenerationConfig.routingConfig`. Vertex AI only.

    Set exactly one of the two modes.
    """

    auto_mode: GenerationConfigRoutingConfigAutoRoutingMode | None = None
    """Routing by prompt content and preference; cannot be combined with `manual_mode`."""

    manual_mode: GenerationConfigRoutingConfigManualRoutingMode | None = None
    """Routing to one fixed model; cannot be combined with `auto_mode`."""


class GenerationConfigThinkingConfig(ThinkingConfig):
    """The same as `ThinkingConfig`, under its full API name `GenerationConfig.ThinkingConfig`."""


class GenerationConfig(Model):
    """Sampling and output settings, grouped as in the API. API: `GenerationConfig`.

    Used by token counting, live setup and autoraters. `generate_content` takes `GenerateContentConfig`, which has the
    same fields and more.
    """

    model_selection_config: Annotated[
        ModelSelectionConfig | None,
        Wire(gemini="modelSelectionConfig", vertex="modelConfig"),
        Reply(vertex="modelConfig|modelSelectionConfig"),
    ] = None
    """Preferences for automatic model selection. API: `modelConfig`. Vertex AI only."""

    response_json_schema: Any | None = None
    """JSON Schema of the answer; needs `response_mime_type="application/json"`, and cannot be combined with
    `response_schema`. The service supports a subset of JSON Schema.
    """

    audio_timestamp: bool | None = None
    """Whether the model sees timestamps of audio input, so that it can refer to them. Vertex AI only."""

    candidate_count: int | None = None
    """Number of alternative answers to generate; 1 when unset. Each is billed. The maximum depends on the model."""

    enable_affective_dialog: bool | None = None
    """Whether a live model detects the speaker's mood and adapts its tone. Vertex AI only."""

    frequency_penalty: float | None = None
    """Penalty for each earlier occurrence of a token, from -2.0 to below 2.0; 0 when unset. Positive values reduce
    repetition, negative values increase it.
    """

    logprobs: int | None = None
    """Number of most likely tokens to report at each position; needs `response_logprobs=True`."""

    max_output_tokens: int | None = None
    """Maximum number of tokens in one candidate, including thoughts; the model's limit when unset. A candidate that
    exceeds it is cut off with finish reason `MAX_TOKENS`.
    """

    media_resolution: MediaResolution | None = None
    """Level of detail at which the model reads pictures and videos in the input; the model chooses when unset."""

    presence_penalty: float | None = None
    """Penalty for every token that occurred at least once, from -2.0 to below 2.0; 0 when unset. Positive values favour
    new words.
    """

    response_logprobs: bool | None = None
    """Whether each candidate includes the log probabilities of its tokens. Unset means no."""

    response_mime_type: str | None = None
    """Format of the answer: "text/plain" (when unset), "application/json", or "text/x.enum" for one value of an enum
    schema.
    """

    response_modalities: list[Modality] | None = None
    """Requested kinds of output; the model's usual kind when unset. The service refuses a combination that the model
    does not support (400).
    """

    response_schema: Annotated[Schema | None, Via("declared_schema")] = None
    """OpenAPI-style schema of the answer; needs a `response_mime_type` of JSON or enum, and cannot be combined with
    `response_json_schema`.
    """

    routing_config: GenerationConfigRoutingConfig | None = None
    """Automatic or manual selection of the model. Vertex AI only."""

    seed: int | None = None
    """Seed of the sampler, a 32-bit number; random for each request when unset. The same seed and input usually, but
    not always, give the same answer.
    """

    speech_config: SpeechConfig | None = None
    """Voice and language of spoken output; for the `AUDIO` modality."""

    stop_sequences: list[str] | None = None
    """Up to five strings. The answer ends before the first one that would appear; the string itself is not included."""

    temperature: float | None = None
    """Randomness of sampling, from 0.0 (always the most likely token) to 2.0 for most models. The default depends on
    the model, see `Model.temperature`.
    """

    thinking_config: ThinkingConfig | None = None
    """Depth and visibility of a thinking model's reasoning."""

    top_k: float | None = None
    """Sample only among the k most likely tokens. The default depends on the model, see `Model.top_k`."""

    top_p: float | None = None
    """Nucleus sampling: sample only among the most likely tokens whose probabilities add up to this value, 0.0 to 1.0.
    The default depends on the model.
    """

    enable_enhanced_civic_answers: Annotated[bool | None, GEMINI_ONLY] = None
    """Whether the service may use enhanced answers on civic topics, if available. Gemini Developer API only."""

    response_format: list[ResponseFormat] | None = None
    """Formats of the answer, one for each kind of output."""

    translation_config: TranslationConfig | None = None
    """Set it to let the model translate speech, if the model supports it."""

    audio_transcription_config: AudioTranscriptionConfig | None = None
    """Set it to let the model transcribe audio of the input, if the model supports it."""


class GenerateContentConfig(Model):
    """Options of `generate_content`: everything except model and contents. API: `GenerateContentRequest`.

    In the request, sampling and output settings are in `generationConfig`; system instruction, tools, safety settings,
    labels and cached content are next to it. `http_options` and `automatic_function_calling` affect only the SDK. A
    dict with the same keys is accepted wherever this class is.

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
    """HTTP options for this call; each field set here overrides the client's."""

    should_return_http_response: Annotated[bool | None, LOCAL] = None
    """Whether to return the reply without parsing it: `sdk_http_response.body` contains its text, and all other fields
    of the response are empty. Unset means no.
    """

    system_instruction: Annotated[
        ContentUnion | None, Wire(gemini="/systemInstruction", vertex="/systemInstruction", via="content")
    ] = None
    """Instruction for role, tone or rules, separate from the conversation; text only. With `cached_content`, put it
    into the cache instead.
    """

    temperature: float | None = None
    """Randomness of sampling, from 0.0 (always the most likely token) to 2.0 for most models. The default depends on
    the model, see `Model.temperature`.
    """

    top_p: float | None = None
    """Nucleus sampling: sample only among the most likely tokens whose probabilities add up to this value, 0.0 to 1.0.
    The default depends on the model.
    """

    top_k: float | None = None
    """Sample only among the k most likely tokens. The default depends on the model, see `Model.top_k`."""

    candidate_count: int | None = None
    """Number of alternative answers to generate; 1 when unset. Each is billed. The maximum depends on the model."""

    max_output_tokens: int | None = None
    """Maximum number of tokens in one candidate, including thoughts; the model's limit when unset. A candidate that
    exceeds it is cut off with finish reason `MAX_TOKENS`.
    """

    stop_sequences: list[str] | None = None
    """Up to five strings. The answer ends before the first one that would appear; the string itself is not included."""

    response_logprobs: bool | None = None
    """Whether `Candidate.logprobs_result` contains the log probabilities of the tokens. Unset means no."""

    logprobs: int | None = None
    """Number of most likely tokens to report at each position; needs `response_logprobs=True`."""

    presence_penalty: float | None = None
    """Penalty for every token that occurred at least once, from -2.0 to below 2.0; 0 when unset. Positive values favour
    new words.
    """

    frequency_penalty: float | None = None
    """Penalty for each earlier occurrence of a token, from -2.0 to below 2.0; 0 when unset. Positive values reduce
    repetition, negative values increase it.
    """

    seed: int | None = None
    """Seed of the sampler, a 32-bit number; random for each request when unset. The same seed and input usually, but
    not always, give the same answer.
    """

    response_mime_type: str | None = None
    """Format of the answer: "text/plain" (when unset), "application/json", or "text/x.enum" for one value of an enum
    schema.
    """

    response_schema: Annotated[SchemaUnion | None, Via("response_schema")] = None
    """Type of the answer: a `Schema`, a dict, or a Python type such as a pydantic model, an enum or `list[int]`. Needs
    a `response_mime_type` of JSON or enum; cannot be combined with `response_json_schema`. The parsed answer is
    `response.parsed`.

    Types that the service's own schema format cannot express (recursive classes, tuples, `dict[str, int]` on the Gemini
    Developer API) are sent as `response_json_schema`. The model is asked to write properties in their declared order.
    `propertyOrdering` in a dict, or in the `json_schema_extra` of a pydantic model, requests another order; an empty
    list requests no order.
    """

    response_json_schema: Any | None = None
    """JSON Schema of the answer; needs `response_mime_type="application/json"`, and cannot be combined with
    `response_schema`. The service supports a subset of JSON Schema.
    """

    routing_config: Annotated[GenerationConfigRoutingConfig | None, VERTEX_ONLY] = None
    """Automatic or manual selection of the model. Vertex AI only."""

    model_selection_config: Annotated[ModelSelectionConfig | None, Wire(vertex="modelConfig")] = None
    """Preferences for automatic model selection. API: `GenerationConfig.modelConfig`. Vertex AI only."""

    safety_settings: Annotated[list[SafetySetting] | None, Wire(gemini="/safetySettings", vertex="/safetySettings")] = (
        None
    )
    """Blocking thresholds, at most one per harm category; other categories keep the model's default."""

    tools: Annotated[ToolListUnion | None, Wire(gemini="/tools", vertex="/tools", via="tools")] = None
    """Tools that the model may call: declarations, built-in tools such as search, Python functions, MCP sessions. The
    SDK runs Python functions and calls MCP sessions, unless `automatic_function_calling` disables that.
    """

    tool_config: Annotated[ToolConfig | None, Wire(gemini="/toolConfig", vertex="/toolConfig")] = None
    """Rules for the use of the tools, for example whether the model must call one."""

    labels: Annotated[dict[str, str] | None, At("/labels")] = None
    """Key-value pairs attached to the request, for grouping costs."""

    cached_content: Annotated[
        str | None, Wire(gemini="/cachedContent", vertex="/cachedContent", via="cached_content")
    ] = None
    """Resource name of a cached prefix, "cachedContents/..." or its full Vertex AI path. The request must then not set
    `system_instruction`, `tools` or `tool_config`, which belong to the cache.
    """

    response_modalities: list[str] | None = None
    """Requested kinds of output, such as ["TEXT", "IMAGE"]; the model's usual kind when unset. The service refuses a
    combination that the model does not support (400).
    """

    media_resolution: MediaResolution | None = None
    """Level of detail at which the model reads pictures and videos in the input; the model chooses when unset."""

    speech_config: Annotated[SpeechConfigUnion | None, Via("speech_config")] = None
    """Voice of spoken output: a `SpeechConfig`, or the name of a prebuilt voice."""

    audio_timestamp: Annotated[bool | None, VERTEX_ONLY] = None
    """Whether the model sees timestamps of audio input, so that it can refer to them. Vertex AI only."""

    automatic_function_calling: Annotated[AutomaticFunctionCallingConfig | None, LOCAL] = None
    """Whether and how often the SDK runs the Python functions and MCP tools in `tools`; on by default. Not sent to the
    service.
    """

    thinking_config: ThinkingConfig | None = None
    """Depth and visibility of a thinking model's reasoning."""

    image_config: ImageConfig | None = None
    """Aspect ratio, size and encoding of generated pictures; for models that generate pictures."""

    enable_enhanced_civic_answers: Annotated[bool | None, GEMINI_ONLY] = None
    """Whether the service may use enhanced answers on civic topics, if available. Gemini Developer API only."""

    model_armor_config: Annotated[ModelArmorConfig | None, Wire(vertex="/modelArmorConfig")] = None
    """Templates of Model Armor that filter the prompt and the answer. Cannot be combined with `safety_settings`. Vertex
    AI only.
    """

    service_tier: Annotated[ServiceTier | None, At("/serviceTier")] = None
    """Priority of the request, which affects its price; `STANDARD` when unset."""

    audio_transcription_config: AudioTranscriptionConfig | None = None
    """Set it to let the model transcribe audio of the input, if the model supports it."""

    continuation_token: Annotated[bytes | None, At("/continuationToken"), BASE64] = None
    """`Candidate.continuation_token` of an answer that the service ended early, to continue it; base64 on the wire. The
    SDK sets it itself unless `automatic_continuation` is false.
    """

    automatic_continuation: Annotated[bool | None, LOCAL] = None
    """Whether the SDK continues an answer that the service ended early, and joins the results. Unset means yes. Not
    sent to the service.
    """

    generation_output_config: Annotated[GenerationOutputConfig | None, Wire(vertex="/outputConfig")] = None
    """Destination of large results. Vertex AI only."""

    store: Annotated[bool | None, Wire(gemini="/store")] = None
    """Whether the service may store the request and its answer; the setting of the project applies when unset. Gemini
    Developer API only.
    """

    generation_config: Annotated[
        GenerationConfig | None, Via("further_generation_config"), Field(exclude_if=is_none)
    ] = None
    """Sampling and output settings as one object; usually they are set directly on this object, which takes precedence.
    Included in dumps only if set.
    """

    contents: Annotated[
        ContentListUnion | None,
        Wire("/contents", "/contents", via="earlier_contents"),
        Field(exclude_if=is_none),
    ] = None
    """Contents to insert before those of the call, such as examples that all calls share. Included in dumps only if
    set.
    """
