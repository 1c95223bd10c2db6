"""Own the messages of a live session, those that the client sends and those that the service sends. Must not know how
messages are carried, in which order they are due, nor the settings that a session starts with.
"""

import logging
from typing import Annotated, Union

from .._optional import PilImage
from .._wire.marks import GEMINI_ONLY, At, Reply, Via
from ._base import CaseInSensitiveEnum, Model
from ._content import Content, Part
from ._generation import ModalityTokenCount, TrafficType, UrlContextMetadata
from ._generation_config import GenerationConfig
from ._grounding import GroundingMetadata
from ._live_config import (
    AudioTranscriptionConfig,
    ContextWindowCompressionConfig,
    ProactivityConfig,
    SessionResumptionConfig,
)
from ._parts import Blob, FunctionCall, FunctionResponse
from ._tools import ToolListUnion
from ._unions import ContentUnion

BlobImageUnion = Union[PilImage, Blob]
"""A `Blob`, or a PIL image that is encoded into one."""


class TurnCompleteReason(CaseInSensitiveEnum):
    """Why a turn ended without an ordinary answer. API: `TurnCompleteReason`."""

    TURN_COMPLETE_REASON_UNSPECIFIED = "TURN_COMPLETE_REASON_UNSPECIFIED"
    """No reason stated."""
    MALFORMED_FUNCTION_CALL = "MALFORMED_FUNCTION_CALL"
    """The model wrote a function call that cannot be read."""
    RESPONSE_REJECTED = "RESPONSE_REJECTED"
    """The service held back what the model wanted to say."""
    NEED_MORE_INPUT = "NEED_MORE_INPUT"
    """The model cannot answer yet and asks the user to go on."""


class LiveServerSetupComplete(Model):
    """Say that the session is ready for input; the service's first message. API: `BidiGenerateContentSetupComplete`."""

    session_id: str | None = None
    """Identifier of the session; None where the service does not tell."""


class Transcription(Model):
    """Piece of a transcript. It comes independently of the answer, in no fixed order. API: `Transcription`."""

    text: str | None = None
    """What was said, or the next piece of it."""

    finished: bool | None = None
    """Whether this is the last piece."""


class LiveServerContent(Model):
    """Piece of the model's answer, or news about it. API: `BidiGenerateContentServerContent`.

    It comes as fast as it is generated, which may be faster than it can be played.
    """

    model_turn: Content | None = None
    """Next piece of the answer; add it to the pieces before."""

    turn_complete: bool | None = None
    """Whether the model is done with its turn and waits for the user. For answers that are played as they come, it is
    sent once playing should be over.
    """

    interrupted: bool | None = None
    """Whether the user broke in: the model has stopped. Stop playing, and drop what was not played yet."""

    grounding_metadata: GroundingMetadata | None = None
    """Sources that the answer rests on, when a search tool was used."""

    generation_complete: bool | None = None
    """Whether all of the answer has been generated; `turn_complete` may come later. It does not come after an
    interruption.
    """

    input_transcription: Transcription | None = None
    """What the user said; needs `LiveConnectConfig.input_audio_transcription`."""

    output_transcription: Transcription | None = None
    """What the model said; needs `LiveConnectConfig.output_audio_transcription`."""

    url_context_metadata: UrlContextMetadata | None = None
    """Web pages that the URL context tool fetched, and how that went."""

    turn_complete_reason: TurnCompleteReason | None = None
    """Why the turn ended, where it is out of the ordinary."""

    waiting_for_input: bool | None = None
    """Whether the model holds back because it expects the user to go on speaking."""


class LiveServerToolCall(Model):
    """Ask for function calls; answer them with `send_tool_response`. API: `BidiGenerateContentToolCall`."""

    function_calls: list[FunctionCall] | None = None
    """Calls to carry out, each with the `id` that its answer has to repeat."""


class LiveServerToolCallCancellation(Model):
    """Take back function calls after an interruption: they need not be carried out any more, nor answered. API:
    `BidiGenerateContentToolCallCancellation`.
    """

    ids: list[str] | None = None
    """`FunctionCall.id` of each call. Undo what it has already done, if that can be done."""


class UsageMetadata(Model):
    """What a live session cost in tokens. API: `UsageMetadata`. An unset count means 0."""

    prompt_token_count: int | None = None
    """Whole input, cached content included."""

    cached_content_token_count: int | None = None
    """Part of the prompt that came from a cache and costs less; also included in `prompt_token_count`."""

    response_token_count: Annotated[int | None, Reply(vertex="candidatesTokenCount")] = None
    """Tokens of the answers, thoughts not included. API: `candidatesTokenCount` on Vertex AI."""

    tool_use_prompt_token_count: int | None = None
    """Tokens that built-in tools fed back to the model, such as pages they read."""

    thoughts_token_count: int | None = None
    """Tokens the model spent on reasoning; billed as output."""

    total_token_count: int | None = None
    """Sum of prompt, tool results, thoughts and answers."""

    prompt_tokens_details: list[ModalityTokenCount] | None = None
    """`prompt_token_count` by kind of media."""

    cache_tokens_details: list[ModalityTokenCount] | None = None
    """`cached_content_token_count` by kind of media."""

    response_tokens_details: Annotated[list[ModalityTokenCount] | None, Reply(vertex="candidatesTokensDetails")] = None
    """`response_token_count` by kind of media. API: `candidatesTokensDetails` on Vertex AI."""

    tool_use_prompt_tokens_details: list[ModalityTokenCount] | None = None
    """`tool_use_prompt_token_count` by kind of media."""

    traffic_type: TrafficType | None = None
    """Whether shared or reserved capacity served the session. Documented for Vertex AI."""


class LiveServerGoAway(Model):
    """Warn that the service will soon close the connection. API: `GoAway`."""

    time_left: str | None = None
    """Time until then as a duration in seconds, such as "9.5s". Connect anew before it is over."""


class LiveServerSessionResumptionUpdate(Model):
    """Tell how the session can be resumed from here; needs `LiveConnectConfig.session_resumption`. API:
    `SessionResumptionUpdate`.
    """

    new_handle: str | None = None
    """Handle for `SessionResumptionConfig.handle`; empty while `resumable` is not true."""

    resumable: bool | None = None
    """Whether the session can be resumed at this point; not while the model speaks or waits for the result of a
    function.
    """

    last_consumed_client_message_index: int | None = None
    """Number of the last of your messages that the handle covers; send the later ones again. Only with
    `SessionResumptionConfig.transparent`.
    """


class LiveServerMessage(Model):
    """Message of the service in a live session; one of the fields is set, `usage_metadata` may go with it. API:
    `BidiGenerateContentServerMessage`.
    """

    setup_complete: LiveServerSetupComplete | None = None
    """The session is ready."""

    server_content: LiveServerContent | None = None
    """Piece of the answer, or news about it."""

    tool_call: LiveServerToolCall | None = None
    """Function calls to carry out."""

    tool_call_cancellation: LiveServerToolCallCancellation | None = None
    """Function calls that are taken back."""

    usage_metadata: UsageMetadata | None = None
    """Tokens used."""

    go_away: LiveServerGoAway | None = None
    """The connection will be closed soon."""

    session_resumption_update: LiveServerSessionResumptionUpdate | None = None
    """How the session can be resumed from here."""

    @property
    def text(self) -> str | None:
        """The text of the model's turn in this message, thoughts left out, or None when it holds none."""
        texts = [part.text for part in self._parts() if part.text is not None and not part.thought]
        self._warn_of_others("text", {"text", "thought", "thought_signature"})
        return "".join(texts) if texts else None

    @property
    def data(self) -> bytes | None:
        """The media of the model's turn in this message, put together, or None when it holds none."""
        pieces = [part.inline_data.data for part in self._parts() if part.inline_data and part.inline_data.data]
        self._warn_of_others("data", {"inline_data", "thought_signature"})
        return b"".join(pieces) if pieces else None

    def _parts(self) -> list[Part]:
        turn = self.server_content.model_turn if self.server_content else None
        return (turn.parts or []) if turn else []

    def _warn_of_others(self, accessor: str, wanted: set[str]) -> None:
        others = {
            name for part in self._parts() for name in part.model_fields_set - wanted if getattr(part, name) is not None
        }
        if others:
            _logger.warning(
                "The message holds other parts (%s); .%s leaves them out.", ", ".join(sorted(others)), accessor
            )


class LiveClientSetup(Model):
    """First message of a session, with its settings. `live.connect` makes it of a `LiveConnectConfig`. API:
    `BidiGenerateContentSetup`.
    """

    model: str | None = None
    """Resource name of the model."""

    generation_config: GenerationConfig | None = None
    """Sampling and output settings."""

    system_instruction: Annotated[ContentUnion | None, Via("content")] = None
    """Standing instruction for role, tone or rules, kept apart from the conversation."""

    tools: Annotated[ToolListUnion | None, Via("tools")] = None
    """What the model may call."""

    session_resumption: SessionResumptionConfig | None = None
    """Ask for handles to resume the session by, or resume one."""

    context_window_compression: ContextWindowCompressionConfig | None = None
    """Set it to keep long sessions within the context window."""

    input_audio_transcription: AudioTranscriptionConfig | None = None
    """Set it to receive what the user says as text, too."""

    output_audio_transcription: AudioTranscriptionConfig | None = None
    """Set it to receive what the model says as text, too."""

    proactivity: ProactivityConfig | None = None
    """Set it to let the model decide when to speak."""


class LiveClientContent(Model):
    """Add turns to the conversation, in the order in which they are sent; what the model is saying is interrupted. API:
    `BidiGenerateContentClientContent`.
    """

    turns: list[Content] | None = None
    """Turns to add: the earlier conversation, and what the user says now."""

    turn_complete: bool | None = None
    """Whether the model should answer now. If not, it waits for further messages."""


class ActivityStart(Model):
    """Mark where the user starts to speak. API: `ActivityStart`."""


class ActivityEnd(Model):
    """Mark where the user stops speaking. API: `ActivityEnd`."""


class LiveClientRealtimeInput(Model):
    """Input as it happens, such as sound from a microphone. API: `BidiGenerateContentRealtimeInput`.

    The service decides by the detection of speech where a turn ends. Sound, video and text are separate streams; their
    order relative to each other is not guaranteed.
    """

    media_chunks: list[Blob] | None = None
    """Pieces of media in one list; older form of `audio` and `video`, which are preferred."""

    audio: Blob | None = None
    """Piece of sound: raw 16-bit PCM, little-endian, mono, with the media type "audio/pcm;rate=16000" or another rate.
    """

    audio_stream_end: Annotated[bool | None, GEMINI_ONLY] = None
    """Say that no more sound comes for now, as when the microphone is switched off; sending sound opens the stream
    again. Only with automatic detection of speech. Gemini Developer API only.
    """

    video: Blob | None = None
    """Single frame as a picture, such as "image/jpeg"."""

    text: str | None = None
    """Text typed while the conversation goes on."""

    activity_start: ActivityStart | None = None
    """The user starts to speak. Only while automatic detection of speech is disabled."""

    activity_end: ActivityEnd | None = None
    """The user stops speaking. Only while automatic detection of speech is disabled."""


class LiveClientToolResponse(Model):
    """Results of function calls. API: `BidiGenerateContentToolResponse`."""

    function_responses: list[FunctionResponse] | None = None
    """One result for each call, with the `id` of the call."""


class LiveSendRealtimeInputParameters(Model):
    """Hold what `send_realtime_input` takes; exactly one field in each call."""

    media: Annotated[BlobImageUnion | None, At("mediaChunks", via="media_chunks")] = None
    """Picture or other piece of media; older form of `audio` and `video`, which are preferred. API: `mediaChunks`."""

    audio: Annotated[Blob | None, Via("audio_blob")] = None
    """Piece of sound; a media type that does not start with "audio/" is refused."""

    audio_stream_end: bool | None = None
    """Say that no more sound comes for now, as when the microphone is switched off."""

    video: Annotated[BlobImageUnion | None, Via("image_blob")] = None
    """Single frame, as a blob or a PIL image; a media type that does not start with "image/" is refused."""

    text: str | None = None
    """Text typed while the conversation goes on."""

    activity_start: ActivityStart | None = None
    """The user starts to speak. Only while automatic detection of speech is disabled."""

    activity_end: ActivityEnd | None = None
    """The user stops speaking. Only while automatic detection of speech is disabled."""


class LiveClientMessage(Model):
    """Message of the client in a live session; exactly one field is set. API: `BidiGenerateContentClientMessage`."""

    setup: LiveClientSetup | None = None
    """Settings of the session; the first message, and only the first."""

    client_content: LiveClientContent | None = None
    """Turns to add to the conversation."""

    realtime_input: LiveClientRealtimeInput | None = None
    """Input as it happens."""

    tool_response: LiveClientToolResponse | None = None
    """Results of function calls."""


_logger = logging.getLogger("google_genai.types")
