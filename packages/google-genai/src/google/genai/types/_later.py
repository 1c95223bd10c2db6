"""Types of fields that few programs use, for the modules of types. Their modules are loaded when the first value for such
a field is checked.

Checkers see the types themselves, and at run time each name is an annotation of `_deferred`. A type with `Reply` marks must
be imported from its own module, because replies are compiled without the types that are named here. The exception is
`UsageMetadata` of an embedding, which has none of the counts with marks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from ._generation_settings import (
        GenerationOutputConfig as GenerationOutputConfig,
        ImageConfigImageOutputOptions as ImageConfigImageOutputOptions,
        ModelArmorConfig as ModelArmorConfig,
        ProminentPeople as ProminentPeople,
    )
    from ._grounding_sources import (
        GroundingChunkCustomMetadata as GroundingChunkCustomMetadata,
        GroundingChunkImage as GroundingChunkImage,
        GroundingChunkMapsRoute as GroundingChunkMapsRoute,
    )
    from ._jobs import WebhookConfig as WebhookConfig
    from ._media import (
        AudioMetadata as AudioMetadata,
        DocumentMetadata as DocumentMetadata,
        MediaProcessing as MediaProcessing,
        SpeechMetadata as SpeechMetadata,
        SpreadsheetMetadata as SpreadsheetMetadata,
        VideoMetadataContentLayer as VideoMetadataContentLayer,
    )
    from ._model_status import ModelStatus as ModelStatus
    from ._replicated_voices import ReplicatedVoiceConfig as ReplicatedVoiceConfig
    from ._response_formats import ResponseFormat as ResponseFormat
    from ._server_tools import ToolCall as ToolCall, ToolResponse as ToolResponse
    from ._session_usage import ServiceTier as ServiceTier, UsageMetadata as UsageMetadata
    from ._tool_settings import (
        GoogleMapsGroundingTypes as GoogleMapsGroundingTypes,
        McpServer as McpServer,
        SafetyPolicy as SafetyPolicy,
        SearchTypes as SearchTypes,
        ToolExaAiSearch as ToolExaAiSearch,
        ToolParallelAiSearch as ToolParallelAiSearch,
    )
    from ._transcription import (
        AudioTranscriptionConfig as AudioTranscriptionConfig,
        Transcription as Transcription,
        TranslationConfig as TranslationConfig,
    )
    from ._usage import ModalityTokenCount as ModalityTokenCount
else:
    from ._deferred import MODULE_OF, Later

    def __getattr__(name: str) -> Any:
        if name not in MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = Annotated[Any, Later(name)]
        return value
