"""Own the settings of a live session: output, transcripts, detection of speech, interruption, memory and resumption.
Must not know the messages of a running session, nor how the connection is made.
"""

from typing import Annotated, ClassVar

from .._wire.marks import LOCAL, VERTEX_ONLY, At, Via
from ._base import CaseInSensitiveEnum, Model
from ._generation_config import GenerationConfig, MediaResolution, Modality, ThinkingConfig
from ._http import HttpOptions
from ._speech import SpeechConfig
from ._tools import ToolListUnion
from ._unions import ContentUnion


class StartSensitivity(CaseInSensitiveEnum):
    """How readily the service takes sound for the start of speech. API: `StartSensitivity`."""

    START_SENSITIVITY_UNSPECIFIED = "START_SENSITIVITY_UNSPECIFIED"
    """Leave it to the service."""
    START_SENSITIVITY_HIGH = "START_SENSITIVITY_HIGH"
    """Speech is noticed often, now and then where there is only noise."""
    START_SENSITIVITY_LOW = "START_SENSITIVITY_LOW"
    """Only clear speech counts; a quiet start may be missed."""


class EndSensitivity(CaseInSensitiveEnum):
    """How readily the service takes a pause for the end of speech. API: `EndSensitivity`."""

    END_SENSITIVITY_UNSPECIFIED = "END_SENSITIVITY_UNSPECIFIED"
    """Leave it to the service."""
    END_SENSITIVITY_HIGH = "END_SENSITIVITY_HIGH"
    """Short pauses end the turn: quick answers, at the risk of cutting somebody off."""
    END_SENSITIVITY_LOW = "END_SENSITIVITY_LOW"
    """Only long pauses end the turn: time to think, but later answers."""


class ActivityHandling(CaseInSensitiveEnum):
    """What happens when the user speaks while the model does. API: `ActivityHandling`."""

    ACTIVITY_HANDLING_UNSPECIFIED = "ACTIVITY_HANDLING_UNSPECIFIED"
    """Same as `START_OF_ACTIVITY_INTERRUPTS`."""
    START_OF_ACTIVITY_INTERRUPTS = "START_OF_ACTIVITY_INTERRUPTS"
    """The model falls silent at once; what it had still to say is lost."""
    NO_INTERRUPTION = "NO_INTERRUPTION"
    """The model speaks to its end."""


class TurnCoverage(CaseInSensitiveEnum):
    """Which of the input between two answers the model gets to see. API: `TurnCoverage`."""

    TURN_COVERAGE_UNSPECIFIED = "TURN_COVERAGE_UNSPECIFIED"
    """Leave it to the service."""
    TURN_INCLUDES_ONLY_ACTIVITY = "TURN_INCLUDES_ONLY_ACTIVITY"
    """What comes in while the user is active; silence is left out."""
    TURN_INCLUDES_ALL_INPUT = "TURN_INCLUDES_ALL_INPUT"
    """Everything since the last turn, silence included."""


class SessionResumptionConfig(Model):
    """Ask for handles by which the session can be taken up again on a new connection. API: `SessionResumptionConfig`.

    Connect with an empty one first; keep the newest `new_handle` of the session's updates, and connect with it after a
    break.
    """

    handle: str | None = None
    """Handle of the session to take up; a new session when unset."""

    transparent: Annotated[bool | None, VERTEX_ONLY] = None
    """Whether the updates also tell the last message of yours that the handle covers, so that you know which to send
    again. Unset means no. Vertex AI only.
    """


class SlidingWindow(Model):
    """Drop the oldest turns of a session. The system instruction stays. API: `SlidingWindow`."""

    target_tokens: int | None = None
    """Tokens to keep when turns are dropped; half of `trigger_tokens` when unset. Fewer means dropping less often but
    more at once.
    """


class ContextWindowCompressionConfig(Model):
    """Keep a long session within the model's context window, in place of ending it. API:
    `ContextWindowCompressionConfig`.
    """

    trigger_tokens: int | None = None
    """Tokens of context at which compression sets in; 80 % of the model's limit when unset."""

    sliding_window: SlidingWindow | None = None
    """Compress by dropping the oldest turns."""


class AudioTranscriptionConfig(Model):
    """Ask for a transcript of audio. It has no settings: that it is there turns transcripts on. API:
    `AudioTranscriptionConfig`.
    """


class ProactivityConfig(Model):
    """Let the model decide when to speak. API: `ProactivityConfig`."""

    proactive_audio: bool | None = None
    """Whether the model may stay silent where the input does not call for an answer, such as talk in the background.
    Unset means no.
    """


class AutomaticActivityDetection(Model):
    """How the service tells from the audio when the user speaks. API: `AutomaticActivityDetection`."""

    disabled: bool | None = None
    """Whether you mark speech yourself, with `activity_start` and `activity_end` in the realtime input. Unset means no:
    speech is detected in the audio.
    """

    start_of_speech_sensitivity: StartSensitivity | None = None
    """How readily sound counts as the start of speech."""

    end_of_speech_sensitivity: EndSensitivity | None = None
    """How readily a pause counts as the end of speech."""

    prefix_padding_ms: int | None = None
    """Milliseconds that speech has to last before it counts. Less reacts faster and errs more often."""

    silence_duration_ms: int | None = None
    """Milliseconds of silence after which speech counts as ended. More allows longer pauses and delays the answer."""


class RealtimeInputConfig(Model):
    """How realtime input becomes turns of the conversation. API: `RealtimeInputConfig`."""

    automatic_activity_detection: AutomaticActivityDetection | None = None
    """Detection of speech; on, with the service's settings, when unset."""

    activity_handling: ActivityHandling | None = None
    """Whether the user's speech interrupts the model; it does when unset."""

    turn_coverage: TurnCoverage | None = None
    """Whether silence belongs to the user's turn."""


class LiveConnectConfig(Model):
    """Everything optional in `live.connect`. API: `BidiGenerateContentSetup` without model.

    The settings hold for the whole session. Sampling and output settings travel as `setup.generationConfig`, the others
    beside it.

    Example::

        types.LiveConnectConfig(
            response_modalities=[types.Modality.AUDIO],
            system_instruction="Answer in one sentence.",
            output_audio_transcription=types.AudioTranscriptionConfig(),
        )
    """

    _wire_root: ClassVar[str] = "setup"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Not taken by `live.connect`, which refuses it: set transport options on the client."""

    generation_config: GenerationConfig | None = None
    """Sampling and output settings as one object; the fields below are preferred, and win where both are set."""

    response_modalities: Annotated[list[Modality] | None, At("generationConfig.responseModalities")] = None
    """Kind of output; one for each session. On Vertex AI, `AUDIO` is asked for when unset."""

    temperature: Annotated[float | None, At("generationConfig.temperature")] = None
    """Randomness of sampling from 0.0 (likeliest token) to 2.0 for most models; default by model."""

    top_p: Annotated[float | None, At("generationConfig.topP")] = None
    """Sample only among the likeliest tokens that together reach this probability, 0.0 to 1.0; default by model."""

    top_k: Annotated[float | None, At("generationConfig.topK")] = None
    """Sample only among the k likeliest tokens; default by model."""

    max_output_tokens: Annotated[int | None, At("generationConfig.maxOutputTokens")] = None
    """Most tokens one answer may have; the model's own limit when unset."""

    media_resolution: Annotated[MediaResolution | None, At("generationConfig.mediaResolution")] = None
    """Detail at which pictures and video of the input are read; the model chooses when unset."""

    seed: Annotated[int | None, At("generationConfig.seed")] = None
    """32-bit number that starts the sampler; random when unset. It makes answers mostly, not surely, repeatable."""

    speech_config: Annotated[SpeechConfig | None, At("generationConfig.speechConfig", via="live_speech_config")] = None
    """Voice and language of the answers. One speaker only: `multi_speaker_voice_config` is refused."""

    thinking_config: Annotated[ThinkingConfig | None, At("generationConfig.thinkingConfig")] = None
    """Depth and visibility of the reasoning of thinking models."""

    enable_affective_dialog: Annotated[bool | None, At("generationConfig.enableAffectiveDialog")] = None
    """Whether the model picks up the speaker's mood and adapts its tone, where it can. Unset means no."""

    system_instruction: Annotated[ContentUnion | None, Via("content")] = None
    """Standing instruction for role, tone or rules, kept apart from the conversation."""

    tools: Annotated[ToolListUnion | None, Via("tools")] = None
    """What the model may call: declarations and built-in tools. Answer its function calls with `send_tool_response`."""

    session_resumption: SessionResumptionConfig | None = None
    """Ask for handles to resume the session by, or resume one; None means that it cannot be resumed."""

    input_audio_transcription: AudioTranscriptionConfig | None = None
    """Set it to receive what the user says as text, too."""

    output_audio_transcription: AudioTranscriptionConfig | None = None
    """Set it to receive what the model says as text, too."""

    realtime_input_config: RealtimeInputConfig | None = None
    """Detection of speech and what it does to the turns."""

    context_window_compression: ContextWindowCompressionConfig | None = None
    """Set it to keep long sessions going; when unset, a session ends once its context is full."""

    proactivity: ProactivityConfig | None = None
    """Set it to let the model decide when to speak, where it can."""


class LiveConnectParameters(Model):
    """Hold everything that `live.connect` takes."""

    model: Annotated[str | None, At("setup.model", via="model_name")] = None
    """Model of the session; one that supports live sessions. API: `setup.model`."""

    config: LiveConnectConfig | None = None
    """Settings of the session."""
