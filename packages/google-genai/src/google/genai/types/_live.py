"""Messages of a live session, from the client and from the service. Not part of this module: the connection, the order
of messages, the settings of a session (see `_live_config`).
"""

from typing import Annotated, Union

from .._optional import PilImage
from .._wire.marks import GEMINI_ONLY, VERTEX_ONLY, At, RepliedAt, Via
from ._base import CaseInSensitiveEnum, Model
from ._content import Content, Part
from ._generation import UrlContextMetadata
from ._generation_config import GenerationConfig
from ._grounding import GroundingMetadata
from ._live_config import (
    AvatarConfig,
    ContextWindowCompressionConfig,
    HistoryConfig,
    ProactivityConfig,
    SessionResumptionConfig,
)
from ._log import log_once
from ._parts import Blob, FunctionCall, FunctionResponse
from ._replicated_voices import VoiceConsentSignature
from ._safety import SafetySetting
from ._session_usage import UsageMetadata
from ._tools import ToolListUnion
from ._transcription import AudioTranscriptionConfig, Transcription
from ._unions import ContentUnion

BlobImageUnion = Union[PilImage, Blob]
"""A `Blob`, or a PIL image, which is encoded as one."""


class TurnCompleteReason(CaseInSensitiveEnum):
    """Why a turn ended without an ordinary answer. API: `TurnCompleteReason`."""

    TURN_COMPLETE_REASON_UNSPECIFIED = "TURN_COMPLETE_REASON_UNSPECIFIED"
    """No reason given."""
    MALFORMED_FUNCTION_CALL = "MALFORMED_FUNCTION_CALL"
    """The model generated a malformed function call."""
    RESPONSE_REJECTED = "RESPONSE_REJECTED"
    """The service blocked the model's answer."""
    NEED_MORE_INPUT = "NEED_MORE_INPUT"
    """The model cannot answer yet, and waits for more input from the user."""
    PROHIBITED_INPUT_CONTENT = "PROHIBITED_INPUT_CONTENT"
    """The input has prohibited content."""
    IMAGE_PROHIBITED_INPUT_CONTENT = "IMAGE_PROHIBITED_INPUT_CONTENT"
    """A picture in the input has prohibited content."""
    INPUT_TEXT_CONTAIN_PROMINENT_PERSON_PROHIBITED = "INPUT_TEXT_CONTAIN_PROMINENT_PERSON_PROHIBITED"
    """The text of the input names a prominent person, which is prohibited."""
    INPUT_IMAGE_CELEBRITY = "INPUT_IMAGE_CELEBRITY"
    """A picture in the input shows a celebrity."""
    INPUT_IMAGE_PHOTO_REALISTIC_CHILD_PROHIBITED = "INPUT_IMAGE_PHOTO_REALISTIC_CHILD_PROHIBITED"
    """A picture in the input shows a child realistically, which is prohibited."""
    INPUT_TEXT_NCII_PROHIBITED = "INPUT_TEXT_NCII_PROHIBITED"
    """The text of the input asks for intimate images without consent, which is prohibited."""
    INPUT_OTHER = "INPUT_OTHER"
    """The input was blocked for another reason."""
    INPUT_IP_PROHIBITED = "INPUT_IP_PROHIBITED"
    """The input may violate the rights of others to a work."""
    BLOCKLIST = "BLOCKLIST"
    """The input contains a word or phrase of a blocklist."""
    UNSAFE_PROMPT_FOR_IMAGE_GENERATION = "UNSAFE_PROMPT_FOR_IMAGE_GENERATION"
    """The prompt asks for an unsafe picture."""
    GENERATED_IMAGE_SAFETY = "GENERATED_IMAGE_SAFETY"
    """The generated picture was blocked by a safety filter."""
    GENERATED_CONTENT_SAFETY = "GENERATED_CONTENT_SAFETY"
    """The generated answer was blocked by a safety filter."""
    GENERATED_AUDIO_SAFETY = "GENERATED_AUDIO_SAFETY"
    """The generated sound was blocked by a safety filter."""
    GENERATED_VIDEO_SAFETY = "GENERATED_VIDEO_SAFETY"
    """The generated video was blocked by a safety filter."""
    GENERATED_CONTENT_PROHIBITED = "GENERATED_CONTENT_PROHIBITED"
    """The generated answer has prohibited content."""
    GENERATED_CONTENT_BLOCKLIST = "GENERATED_CONTENT_BLOCKLIST"
    """The generated answer contains a word or phrase of a blocklist."""
    GENERATED_IMAGE_PROHIBITED = "GENERATED_IMAGE_PROHIBITED"
    """The generated picture has prohibited content."""
    GENERATED_IMAGE_CELEBRITY = "GENERATED_IMAGE_CELEBRITY"
    """The generated picture shows a celebrity."""
    GENERATED_IMAGE_PROMINENT_PEOPLE_DETECTED_BY_REWRITER = "GENERATED_IMAGE_PROMINENT_PEOPLE_DETECTED_BY_REWRITER"
    """The prompt for the picture, as the service rewrote it, names a prominent person."""
    GENERATED_IMAGE_IDENTIFIABLE_PEOPLE = "GENERATED_IMAGE_IDENTIFIABLE_PEOPLE"
    """The generated picture shows people who can be identified."""
    GENERATED_IMAGE_MINORS = "GENERATED_IMAGE_MINORS"
    """The generated picture shows minors."""
    OUTPUT_IMAGE_IP_PROHIBITED = "OUTPUT_IMAGE_IP_PROHIBITED"
    """The generated picture may violate the rights of others to a work."""
    GENERATED_OTHER = "GENERATED_OTHER"
    """The generated answer was blocked for another reason."""
    MAX_REGENERATION_REACHED = "MAX_REGENERATION_REACHED"
    """The model tried to answer several times, and every answer was blocked."""


class InteractionStatus(CaseInSensitiveEnum):
    """What a session is doing. API: `InteractionStatus`."""

    INTERACTION_STATUS_UNSPECIFIED = "INTERACTION_STATUS_UNSPECIFIED"
    """Unspecified."""
    IN_PROGRESS = "IN_PROGRESS"
    """The model is working on an answer."""
    REQUIRES_ACTION = "REQUIRES_ACTION"
    """The model waits for the program, for example for the result of a function."""
    IDLE = "IDLE"
    """The model waits for input."""


class VadSignalType(CaseInSensitiveEnum):
    """Start or end of speech, in a `VoiceActivityDetectionSignal`. API: `VoiceActivityDetectionSignal.VadSignalType`."""

    VAD_SIGNAL_TYPE_UNSPECIFIED = "VAD_SIGNAL_TYPE_UNSPECIFIED"
    """Unspecified."""
    VAD_SIGNAL_TYPE_SOS = "VAD_SIGNAL_TYPE_SOS"
    """The user starts speaking."""
    VAD_SIGNAL_TYPE_EOS = "VAD_SIGNAL_TYPE_EOS"
    """The user stops speaking."""


class VoiceActivityType(CaseInSensitiveEnum):
    """Start or end of speech, in a `VoiceActivity`. API: `VoiceActivity.Type`."""

    TYPE_UNSPECIFIED = "TYPE_UNSPECIFIED"
    """Unspecified."""
    ACTIVITY_START = "ACTIVITY_START"
    """The user starts speaking."""
    ACTIVITY_END = "ACTIVITY_END"
    """The user stops speaking."""


class LiveServerSetupComplete(Model):
    """First message of the service: the session is ready for input. API: `BidiGenerateContentSetupComplete`."""

    session_id: str | None = None
    """Identifier of the session; None if the service does not send it."""

    voice_consent_signature: VoiceConsentSignature | None = None
    """Signature for `ReplicatedVoiceConfig.voice_consent_signature` of later sessions, if this session set
    `consent_audio`.
    """


class LiveServerContent(Model):
    """Piece of the model's answer, or information about the answer. API: `BidiGenerateContentServerContent`.

    Content arrives as fast as it is generated, which may be faster than playback.
    """

    model_turn: Content | None = None
    """Next piece of the answer, to be appended to the earlier pieces."""

    turn_complete: bool | None = None
    """Whether the model has finished its turn and waits for the user. With realtime playback, it is sent when playback
    should be finished.
    """

    interrupted: bool | None = None
    """Whether the user interrupted the model, which has stopped. Stop playback and discard the rest of the audio."""

    grounding_metadata: GroundingMetadata | None = None
    """Sources of the answer, if a search tool was used."""

    generation_complete: bool | None = None
    """Whether the whole answer has been generated; `turn_complete` may follow later. Not sent after an interruption."""

    input_transcription: Transcription | None = None
    """Transcript of the user's speech; needs `LiveConnectConfig.input_audio_transcription`."""

    output_transcription: Transcription | None = None
    """Transcript of the model's speech; needs `LiveConnectConfig.output_audio_transcription`."""

    url_context_metadata: UrlContextMetadata | None = None
    """Web pages that the URL context tool fetched, with their outcome."""

    turn_complete_reason: TurnCompleteReason | None = None
    """Why the turn ended, if it did not end normally."""

    waiting_for_input: bool | None = None
    """Whether the model waits because it expects the user to continue speaking."""

    interim_input_transcription: Transcription | None = None
    """Preliminary transcript of the user's speech; a later one, or `input_transcription`, replaces it."""

    interaction_status: InteractionStatus | None = None
    """What the session is doing."""


class LiveServerToolCall(Model):
    """Requested function calls; send their results with `send_tool_response`. API: `BidiGenerateContentToolCall`."""

    function_calls: list[FunctionCall] | None = None
    """Calls to run, each with an `id` that its response must repeat."""


class LiveServerToolCallCancellation(Model):
    """Cancelled function calls, after an interruption: they need neither be run nor answered. API:
    `BidiGenerateContentToolCallCancellation`.
    """

    ids: list[str] | None = None
    """`FunctionCall.id` of each cancelled call. Undo its side effects if possible."""


class LiveServerGoAway(Model):
    """Notice that the service will soon close the connection. API: `GoAway`."""

    time_left: str | None = None
    """Remaining time as a duration in seconds, such as "9.5s". Reconnect before it has passed."""


class LiveServerSessionResumptionUpdate(Model):
    """Handle for resuming the session from this point; needs `LiveConnectConfig.session_resumption`. API:
    `SessionResumptionUpdate`.
    """

    new_handle: str | None = None
    """Value for `SessionResumptionConfig.handle`; empty unless `resumable` is true."""

    resumable: bool | None = None
    """Whether the session can be resumed from this point. It cannot while the model is speaking or waiting for a
    function result.
    """

    last_consumed_client_message_index: int | None = None
    """Index of your last message that the handle covers; send later messages again. Only with
    `SessionResumptionConfig.transparent`.
    """


class VoiceActivityDetectionSignal(Model):
    """Detected start or end of the user's speech; an older form of `VoiceActivity`. API:
    `VoiceActivityDetectionSignal`.
    """

    vad_signal_type: VadSignalType | None = None
    """Whether speech starts or ends."""


class VoiceActivity(Model):
    """Detected start or end of the user's speech; needs `LiveConnectConfig.explicit_vad_signal`. API: `VoiceActivity`."""

    voice_activity_type: Annotated[VoiceActivityType | None, At("type"), RepliedAt("type")] = None
    """Whether speech starts or ends. API: `type`."""

    audio_offset: str | None = None
    """Time of the event in seconds from the beginning of the audio, such as "1.5s"."""


class LiveServerMessage(Model):
    """Message of the service in a live session. One of the fields is set; `usage_metadata` may be set in addition. API:
    `BidiGenerateContentServerMessage`.
    """

    setup_complete: LiveServerSetupComplete | None = None
    """The session is ready."""

    server_content: LiveServerContent | None = None
    """Piece of the answer, or information about the answer."""

    tool_call: LiveServerToolCall | None = None
    """Function calls to run."""

    tool_call_cancellation: LiveServerToolCallCancellation | None = None
    """Cancelled function calls."""

    usage_metadata: UsageMetadata | None = None
    """Tokens used."""

    go_away: LiveServerGoAway | None = None
    """The connection will be closed soon."""

    session_resumption_update: LiveServerSessionResumptionUpdate | None = None
    """Handle for resuming the session from this point."""

    voice_activity_detection_signal: VoiceActivityDetectionSignal | None = None
    """Start or end of the user's speech, in an older form."""

    voice_activity: VoiceActivity | None = None
    """Start or end of the user's speech."""

    @property
    def text(self) -> str | None:
        """The text of the model's turn in this message, without thoughts, or None if it has no text."""
        texts = [part.text for part in self._parts() if part.text is not None and not part.thought]
        self._warn_of_others("text", {"text", "thought", "thought_signature", "part_metadata", "speech_metadata"})
        return "".join(texts) or None

    @property
    def data(self) -> bytes | None:
        """The media bytes of the model's turn in this message, joined, or None if it has none."""
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
            log_once("The message contains other parts (%s); .%s skips them.", ", ".join(sorted(others)), accessor)


class LiveClientSetup(Model):
    """First message of a session, with its settings. `live.connect` creates it from a `LiveConnectConfig`. API:
    `BidiGenerateContentSetup`.
    """

    model: str | None = None
    """Resource name of the model."""

    generation_config: GenerationConfig | None = None
    """Sampling and output settings."""

    system_instruction: Annotated[ContentUnion | None, Via("content")] = None
    """Instruction for role, tone or rules, separate from the conversation."""

    tools: Annotated[ToolListUnion | None, Via("tools")] = None
    """Tools that the model may call."""

    session_resumption: SessionResumptionConfig | None = None
    """Set it to receive handles for resuming the session, or to resume a session."""

    context_window_compression: ContextWindowCompressionConfig | None = None
    """Set it to keep a long session within the context window."""

    input_audio_transcription: AudioTranscriptionConfig | None = None
    """Set it to receive a transcript of the user's speech."""

    output_audio_transcription: AudioTranscriptionConfig | None = None
    """Set it to receive a transcript of the model's speech."""

    proactivity: ProactivityConfig | None = None
    """Set it to let the model decide when to speak."""

    explicit_vad_signal: Annotated[bool | None, VERTEX_ONLY] = None
    """Whether messages report the start and the end of the user's speech. Unset means no. Vertex AI only."""

    history_config: HistoryConfig | None = None
    """How the session receives an earlier conversation."""

    avatar_config: AvatarConfig | None = None
    """Set it to receive the answers as video of a speaking figure."""

    safety_settings: list[SafetySetting] | None = None
    """Blocking thresholds, at most one per harm category."""

    labels: Annotated[dict[str, str] | None, GEMINI_ONLY] = None
    """Key-value pairs attached to the session, for grouping costs. Gemini Developer API only."""


class LiveClientContent(Model):
    """Turns to append to the conversation, in the order in which they are sent. They interrupt the model. API:
    `BidiGenerateContentClientContent`.
    """

    turns: list[Content] | None = None
    """Turns to append: the earlier conversation, and the current message of the user."""

    turn_complete: bool | None = None
    """Whether the model should answer now. Otherwise it waits for further messages."""


class ActivityStart(Model):
    """Marker for the start of the user's speech. API: `ActivityStart`."""


class ActivityEnd(Model):
    """Marker for the end of the user's speech. API: `ActivityEnd`."""


class LiveClientRealtimeInput(Model):
    """Realtime input, such as sound from a microphone. API: `BidiGenerateContentRealtimeInput`.

    The service detects speech to find the end of a turn. Sound, video and text are separate streams; their relative
    order is not guaranteed.
    """

    media_chunks: list[Blob] | None = None
    """Pieces of media in one list. Prefer `audio` and `video`; this is an older form."""

    audio: Blob | None = None
    """Piece of sound: raw 16-bit PCM, little-endian, mono, with the media type "audio/pcm;rate=16000" or another rate."""

    audio_stream_end: Annotated[bool | None, GEMINI_ONLY] = None
    """Whether the audio stream ends for now, for example because the microphone is switched off. Sending sound reopens
    the stream. Only with automatic speech detection. Gemini Developer API only.
    """

    video: Blob | None = None
    """A single frame as a picture, for example of media type "image/jpeg"."""

    text: str | None = None
    """Text that the user typed during the conversation."""

    activity_start: ActivityStart | None = None
    """The user starts speaking. Only if automatic speech detection is disabled."""

    activity_end: ActivityEnd | None = None
    """The user stops speaking. Only if automatic speech detection is disabled."""


class LiveClientToolResponse(Model):
    """Results of function calls. API: `BidiGenerateContentToolResponse`."""

    function_responses: list[FunctionResponse] | None = None
    """One response for each call, with the `id` of the call."""


class LiveSendRealtimeInputParameters(Model):
    """Arguments of `send_realtime_input`. Set exactly one field in each call."""

    media: Annotated[BlobImageUnion | None, At("mediaChunks", via="media_chunks")] = None
    """Picture or other piece of media. Prefer `audio` and `video`; this is an older form. API: `mediaChunks`."""

    audio: Annotated[Blob | None, Via("audio_blob")] = None
    """Piece of sound; its media type must start with "audio/"."""

    audio_stream_end: bool | None = None
    """Whether the audio stream ends for now, for example because the microphone is switched off."""

    video: Annotated[BlobImageUnion | None, Via("image_blob")] = None
    """A single frame, as a blob or a PIL image; its media type must start with "image/"."""

    text: str | None = None
    """Text that the user typed during the conversation."""

    activity_start: ActivityStart | None = None
    """The user starts speaking. Only if automatic speech detection is disabled."""

    activity_end: ActivityEnd | None = None
    """The user stops speaking. Only if automatic speech detection is disabled."""


class LiveClientContextUpdateTools(Model):
    """Tools that a session has from now on. API: `BidiGenerateContentContextUpdate.tools`."""

    tools: Annotated[ToolListUnion | None, Via("tools")] = None
    """Tools that the model may call, in place of the earlier ones."""


class LiveClientContextUpdate(Model):
    """New settings for a running session. Fields that are unset keep their value. API:
    `BidiGenerateContentContextUpdate`.
    """

    system_instruction: Annotated[ContentUnion | None, Via("content")] = None
    """Instruction for role, tone or rules, in place of the earlier one."""

    tools: LiveClientContextUpdateTools | None = None
    """Tools, in place of the earlier ones."""


class LiveClientMessage(Model):
    """Message of the client in a live session; exactly one field is set. API: `BidiGenerateContentClientMessage`."""

    setup: LiveClientSetup | None = None
    """Settings of the session; the first message, and only the first."""

    client_content: LiveClientContent | None = None
    """Turns to append to the conversation."""

    realtime_input: LiveClientRealtimeInput | None = None
    """Realtime input."""

    tool_response: LiveClientToolResponse | None = None
    """Results of function calls."""

    context_update: LiveClientContextUpdate | None = None
    """New settings for the running session."""
