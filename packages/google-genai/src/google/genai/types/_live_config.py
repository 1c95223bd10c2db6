"""Settings of a live session: output, transcripts, speech detection, interruption, context compression and resumption.
Not part of this module: the messages of a session (see `_live`), the connection.
"""

from typing import Annotated, ClassVar

from .._wire.marks import LOCAL, VERTEX_ONLY, At, Via
from ._base import CaseInSensitiveEnum, Model
from ._bytes import BASE64
from ._functions import AutomaticFunctionCallingConfig
from ._generation_config import GenerationConfig, MediaResolution, Modality, ThinkingConfig
from ._http import HttpOptions
from ._safety import SafetySetting
from ._speech import SpeechConfig
from ._tools import ToolListUnion
from ._transcription import AudioTranscriptionConfig, TranslationConfig
from ._unions import ContentUnion


class StartSensitivity(CaseInSensitiveEnum):
    """Sensitivity for detecting the start of speech. API: `StartSensitivity`."""

    START_SENSITIVITY_UNSPECIFIED = "START_SENSITIVITY_UNSPECIFIED"
    """The service chooses."""
    START_SENSITIVITY_HIGH = "START_SENSITIVITY_HIGH"
    """Speech is detected more often, sometimes even if there is only noise."""
    START_SENSITIVITY_LOW = "START_SENSITIVITY_LOW"
    """Only clear speech is detected; a quiet start may be missed."""


class EndSensitivity(CaseInSensitiveEnum):
    """Sensitivity for detecting the end of speech. API: `EndSensitivity`."""

    END_SENSITIVITY_UNSPECIFIED = "END_SENSITIVITY_UNSPECIFIED"
    """The service chooses."""
    END_SENSITIVITY_HIGH = "END_SENSITIVITY_HIGH"
    """Short pauses end the turn: answers are fast, but the user may be cut off."""
    END_SENSITIVITY_LOW = "END_SENSITIVITY_LOW"
    """Only long pauses end the turn: the user has time to think, but answers are slower."""


class ActivityHandling(CaseInSensitiveEnum):
    """Effect of the user speaking while the model is speaking. API: `ActivityHandling`."""

    ACTIVITY_HANDLING_UNSPECIFIED = "ACTIVITY_HANDLING_UNSPECIFIED"
    """Same as `START_OF_ACTIVITY_INTERRUPTS`."""
    START_OF_ACTIVITY_INTERRUPTS = "START_OF_ACTIVITY_INTERRUPTS"
    """The model stops immediately; the rest of its answer is lost."""
    NO_INTERRUPTION = "NO_INTERRUPTION"
    """The model finishes its answer."""


class TurnCoverage(CaseInSensitiveEnum):
    """Which part of the input between two answers belongs to the user's turn. API: `TurnCoverage`."""

    TURN_COVERAGE_UNSPECIFIED = "TURN_COVERAGE_UNSPECIFIED"
    """The service chooses."""
    TURN_INCLUDES_ONLY_ACTIVITY = "TURN_INCLUDES_ONLY_ACTIVITY"
    """Only input while the user is active, without silence."""
    TURN_INCLUDES_ALL_INPUT = "TURN_INCLUDES_ALL_INPUT"
    """All input since the last turn, including silence."""
    TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO = "TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO"
    """Sound only while the user is active, and all video since the last turn."""


class SessionResumptionConfig(Model):
    """Settings for resuming a session on a new connection. API: `SessionResumptionConfig`.

    Connect with an empty config first and keep the latest `new_handle` of the session's updates. After the connection
    breaks, connect with that handle.
    """

    handle: str | None = None
    """Handle of the session to resume; a new session starts when unset."""

    transparent: Annotated[bool | None, VERTEX_ONLY] = None
    """Whether the updates include the index of your last message that the handle covers, so that you know which
    messages to send again. Unset means no. Vertex AI only.
    """


class SlidingWindow(Model):
    """Compression that drops the oldest turns of a session, but never the system instruction. API: `SlidingWindow`."""

    target_tokens: int | None = None
    """Number of tokens to keep when turns are dropped; half of `trigger_tokens` when unset. With fewer tokens, turns
    are dropped less often, but more at once.
    """


class ContextWindowCompressionConfig(Model):
    """Settings for keeping a long session within the model's context window instead of ending it. API:
    `ContextWindowCompressionConfig`.
    """

    trigger_tokens: int | None = None
    """Number of tokens in the context at which compression starts; 80 % of the model's limit when unset."""

    sliding_window: SlidingWindow | None = None
    """Compression that drops the oldest turns."""


class ProactivityConfig(Model):
    """Settings for letting the model decide when to speak. API: `ProactivityConfig`."""

    proactive_audio: bool | None = None
    """Whether the model may stay silent if the input needs no answer, such as background talk. Unset means no."""

    proactive_video: bool | None = None
    """Whether the model may speak without being asked when it sees something in the video. Unset means no."""


class HistoryConfig(Model):
    """Settings for the earlier conversation of a session. API: `HistoryConfig`."""

    initial_history_in_client_content: bool | None = None
    """Whether the first `send_client_content` contains the earlier conversation, to which the model does not answer.
    Unset means no.
    """


class CustomizedAvatar(Model):
    """Appearance of an avatar after a picture. API: `CustomizedAvatar`."""

    image_mime_type: str | None = None
    """Media type of the picture, such as "image/png"."""

    image_data: Annotated[bytes | None, BASE64] = None
    """The picture, as in a file; base64 on the wire."""


class AvatarConfig(Model):
    """Settings of the figure that speaks the answers in a video. API: `AvatarConfig`. For models that support it.

    Set `avatar_name` or `customized_avatar`.
    """

    avatar_name: str | None = None
    """Name of a prebuilt avatar."""

    customized_avatar: CustomizedAvatar | None = None
    """Avatar after a picture of your own."""

    audio_bitrate_bps: int | None = None
    """Bit rate of the sound, in bits per second; the service chooses when unset."""

    video_bitrate_bps: int | None = None
    """Bit rate of the video, in bits per second; the service chooses when unset."""


class AutomaticActivityDetection(Model):
    """Settings for detecting the user's speech in the audio. API: `AutomaticActivityDetection`."""

    disabled: bool | None = None
    """Whether automatic detection is off, so that you mark speech yourself with `activity_start` and `activity_end` in
    the realtime input. Unset means no.
    """

    start_of_speech_sensitivity: StartSensitivity | None = None
    """Sensitivity for detecting the start of speech."""

    end_of_speech_sensitivity: EndSensitivity | None = None
    """Sensitivity for detecting the end of speech."""

    prefix_padding_ms: int | None = None
    """Minimum length of speech in milliseconds before it is detected. Lower values react faster, but cause more false
    detections.
    """

    silence_duration_ms: int | None = None
    """Milliseconds of silence after which speech has ended. Higher values allow longer pauses, but delay the answer."""


class RealtimeInputConfig(Model):
    """Settings for turning realtime input into turns of the conversation. API: `RealtimeInputConfig`."""

    automatic_activity_detection: AutomaticActivityDetection | None = None
    """Speech detection; when unset, it is on with the service's default settings."""

    activity_handling: ActivityHandling | None = None
    """Whether the user's speech interrupts the model; unset means yes."""

    turn_coverage: TurnCoverage | None = None
    """Whether silence belongs to the user's turn."""

    interim_transcript_timestamp_enabled: bool | None = None
    """Whether interim transcripts contain times. Unset means no."""


class AutomaticResumptionConfig(Model):
    """Settings for sessions that continue by themselves on a new connection. Never sent to the service.

    The connection is replaced when the service announces its end, when it breaks, and when the service closes it for a
    reason that is not the program's. Messages that are sent meanwhile wait; messages that the service has not confirmed
    are sent again. `AutomaticResumptionConfig()` enables it with all defaults.
    """

    attempts: int | None = None
    """Maximum number of attempts to connect, one after another, without a message of the model in between; 10 when unset."""

    initial_delay: float | None = None
    """Seconds before the second attempt; 0.5 when unset. The first attempt is made at once."""

    max_delay: float | None = None
    """Longest delay between two attempts, in seconds; 10 when unset."""

    exp_base: float | None = None
    """Factor by which each delay is longer than the one before; 2 when unset."""

    jitter: float | None = None
    """Maximum random time added to each delay, in seconds; 0.5 when unset."""

    time_limit: float | None = None
    """Longest interruption, in seconds, after which the session ends with an error; 120 when unset."""

    buffer_bytes: int | None = None
    """Maximum size of the messages kept for sending them again; 16 MiB when unset. Above it, the oldest pieces of sound
    and video are dropped, and the event `SessionResumed` tells how many.
    """


class LiveConnectConfig(Model):
    """Options of `live.connect`: everything except the model. API: `BidiGenerateContentSetup`.

    The settings apply to the whole session. In the setup message, sampling and output settings are in
    `setup.generationConfig`, the others in `setup`.

    Example::

        types.LiveConnectConfig(
            response_modalities=[types.Modality.AUDIO],
            system_instruction="Answer in one sentence.",
            output_audio_transcription=types.AudioTranscriptionConfig(),
        )
    """

    _wire_root: ClassVar[str] = "setup"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Not supported: `live.connect` raises an error if it is set. Set HTTP options on the client."""

    generation_config: GenerationConfig | None = None
    """Sampling and output settings as one object. Prefer the fields below, which take precedence."""

    response_modalities: Annotated[list[Modality] | None, At("generationConfig.responseModalities")] = None
    """Kind of output; one per session. On Vertex AI, `AUDIO` when unset."""

    temperature: Annotated[float | None, At("generationConfig.temperature")] = None
    """Randomness of sampling, from 0.0 (always the most likely token) to 2.0 for most models. The default depends on
    the model.
    """

    top_p: Annotated[float | None, At("generationConfig.topP")] = None
    """Nucleus sampling: sample only among the most likely tokens whose probabilities add up to this value, 0.0 to 1.0.
    The default depends on the model.
    """

    top_k: Annotated[float | None, At("generationConfig.topK")] = None
    """Sample only among the k most likely tokens. The default depends on the model."""

    max_output_tokens: Annotated[int | None, At("generationConfig.maxOutputTokens")] = None
    """Maximum number of tokens in one answer; the model's limit when unset."""

    media_resolution: Annotated[MediaResolution | None, At("generationConfig.mediaResolution")] = None
    """Level of detail at which the model reads pictures and videos in the input; the model chooses when unset."""

    seed: Annotated[int | None, At("generationConfig.seed")] = None
    """Seed of the sampler, a 32-bit number; random when unset. The same seed usually, but not always, gives the same
    answers.
    """

    speech_config: Annotated[SpeechConfig | None, At("generationConfig.speechConfig", via="live_speech_config")] = None
    """Voice and language of the answers. `multi_speaker_voice_config` is not supported and raises an error."""

    thinking_config: Annotated[ThinkingConfig | None, At("generationConfig.thinkingConfig")] = None
    """Depth and visibility of a thinking model's reasoning."""

    enable_affective_dialog: Annotated[bool | None, At("generationConfig.enableAffectiveDialog")] = None
    """Whether the model detects the speaker's mood and adapts its tone, if the model supports it. Unset means no."""

    system_instruction: Annotated[ContentUnion | None, Via("content")] = None
    """Instruction for role, tone or rules, separate from the conversation."""

    tools: Annotated[ToolListUnion | None, Via("tools")] = None
    """Tools that the model may call: declarations and built-in tools. Send the results of function calls with
    `send_tool_response`.
    """

    session_resumption: SessionResumptionConfig | None = None
    """Set it to receive handles for resuming the session, or to resume a session. With None the session cannot be
    resumed.
    """

    input_audio_transcription: AudioTranscriptionConfig | None = None
    """Set it to receive a transcript of the user's speech."""

    output_audio_transcription: AudioTranscriptionConfig | None = None
    """Set it to receive a transcript of the model's speech."""

    realtime_input_config: RealtimeInputConfig | None = None
    """Speech detection and its effect on turns."""

    context_window_compression: ContextWindowCompressionConfig | None = None
    """Set it to allow long sessions; when unset, a session ends when its context is full."""

    proactivity: ProactivityConfig | None = None
    """Set it to let the model decide when to speak, if the model supports it."""

    explicit_vad_signal: Annotated[bool | None, VERTEX_ONLY] = None
    """Whether messages report the start and the end of the user's speech, see `LiveServerMessage.voice_activity`. Unset
    means no. Vertex AI only.
    """

    history_config: HistoryConfig | None = None
    """How the session receives an earlier conversation."""

    avatar_config: AvatarConfig | None = None
    """Set it to receive the answers as video of a speaking figure, if the model supports it."""

    safety_settings: list[SafetySetting] | None = None
    """Blocking thresholds, at most one per harm category; other categories keep the model's default."""

    translation_config: Annotated[TranslationConfig | None, At("generationConfig.translationConfig")] = None
    """Set it to let the model translate speech, if the model supports it."""

    labels: dict[str, str] | None = None
    """Key-value pairs attached to the session, for grouping costs."""

    automatic_resumption: Annotated[AutomaticResumptionConfig | None, LOCAL] = None
    """Set it to let the session continue by itself on a new connection. With None it ends with its connection. Never sent."""

    automatic_function_calling: Annotated[AutomaticFunctionCallingConfig | None, LOCAL] = None
    """Set it to let the session run the Python functions and the tools of MCP sessions among `tools`, and send their
    results. With None, or with `disable`, the program does both; the other settings have no effect. Never sent.
    """


class LiveConnectParameters(Model):
    """Arguments of `live.connect`."""

    model: Annotated[str | None, At("setup.model", via="model_name")] = None
    """Model of the session; it must support live sessions. API: `setup.model`."""

    config: LiveConnectConfig | None = None
    """Settings of the session."""
