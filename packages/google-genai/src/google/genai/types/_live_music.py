"""Settings and messages of a live music session, in both directions. Not part of this module: the connection, playback."""

from typing import Annotated

from .._wire.marks import GEMINI_ONLY, Wire
from ._base import CaseInSensitiveEnum, Model
from ._bytes import BASE64


class Scale(CaseInSensitiveEnum):
    """Key of the music: a major key, or the minor key with the same notes. API: `LiveMusicGenerationConfig.Scale`.

    All accidentals are named as flats: for F sharp minor, use G flat minor.
    """

    SCALE_UNSPECIFIED = "SCALE_UNSPECIFIED"
    """The model chooses."""
    C_MAJOR_A_MINOR = "C_MAJOR_A_MINOR"
    """No sharps or flats."""
    D_FLAT_MAJOR_B_FLAT_MINOR = "D_FLAT_MAJOR_B_FLAT_MINOR"
    """Five flats."""
    D_MAJOR_B_MINOR = "D_MAJOR_B_MINOR"
    """Two sharps."""
    E_FLAT_MAJOR_C_MINOR = "E_FLAT_MAJOR_C_MINOR"
    """Three flats."""
    E_MAJOR_D_FLAT_MINOR = "E_MAJOR_D_FLAT_MINOR"
    """Four sharps; the minor key is also written C sharp minor."""
    F_MAJOR_D_MINOR = "F_MAJOR_D_MINOR"
    """One flat."""
    G_FLAT_MAJOR_E_FLAT_MINOR = "G_FLAT_MAJOR_E_FLAT_MINOR"
    """Six flats."""
    G_MAJOR_E_MINOR = "G_MAJOR_E_MINOR"
    """One sharp."""
    A_FLAT_MAJOR_F_MINOR = "A_FLAT_MAJOR_F_MINOR"
    """Four flats."""
    A_MAJOR_G_FLAT_MINOR = "A_MAJOR_G_FLAT_MINOR"
    """Three sharps; the minor key is also written F sharp minor."""
    B_FLAT_MAJOR_G_MINOR = "B_FLAT_MAJOR_G_MINOR"
    """Two flats."""
    B_MAJOR_A_FLAT_MINOR = "B_MAJOR_A_FLAT_MINOR"
    """Five sharps; the minor key is also written G sharp minor."""


class MusicGenerationMode(CaseInSensitiveEnum):
    """Goal of the music generation. API: `LiveMusicGenerationConfig.MusicGenerationMode`."""

    MUSIC_GENERATION_MODE_UNSPECIFIED = "MUSIC_GENERATION_MODE_UNSPECIFIED"
    """Same as `QUALITY`."""
    QUALITY = "QUALITY"
    """High sound quality."""
    DIVERSITY = "DIVERSITY"
    """Variety, even at the cost of sound quality."""
    VOCALIZATION = "VOCALIZATION"
    """Vocals in addition to instruments."""


class LiveMusicPlaybackControl(CaseInSensitiveEnum):
    """Playback command for the session. API: `LiveMusicPlaybackControl`."""

    PLAYBACK_CONTROL_UNSPECIFIED = "PLAYBACK_CONTROL_UNSPECIFIED"
    """Unspecified; do not send it."""
    PLAY = "PLAY"
    """Start the music, or continue after a pause."""
    PAUSE = "PAUSE"
    """Pause the music; `PLAY` continues where it stopped."""
    STOP = "STOP"
    """Stop the music and discard its context; prompts and settings are kept. `PLAY` starts again from the beginning."""
    RESET_CONTEXT = "RESET_CONTEXT"
    """Discard the context of the music but continue playing; prompts and settings are kept. Required after a change of
    tempo or key.
    """


class LiveMusicClientSetup(Model):
    """First message of a session. API: `BidiGenerateMusicSetup`. Gemini Developer API only."""

    model: str | None = None
    """Resource name of the model, "models/..."."""


class WeightedPrompt(Model):
    """Prompt for the music, with its weight. API: `WeightedPrompt`. Gemini Developer API only."""

    text: str | None = None
    """Description of the music: a genre, an instrument, a mood, such as "minimal techno"."""

    weight: float | None = None
    """Weight relative to the other prompts: any number except 0. The service normalizes the weights; 1.0 is a good
    starting value.
    """


class LiveMusicClientContent(Model):
    """Prompts that replace the earlier prompts. API: `BidiGenerateMusicClientContent`. Gemini Developer API only."""

    weighted_prompts: list[WeightedPrompt] | None = None
    """All prompts that apply from now on. An abrupt change is audible; change the weights in small steps for a smooth
    transition.
    """


class LiveMusicGenerationConfig(Model):
    """Settings of the music. They replace all earlier settings: an unset field returns to its default. API:
    `LiveMusicGenerationConfig`. Gemini Developer API only.
    """

    temperature: float | None = None
    """Randomness of sampling, from 0.0 to 3.0; 1.1 when unset."""

    top_k: int | None = None
    """Sample only among the k most likely tokens, 1 to 1000; 40 when unset."""

    seed: int | None = None
    """Seed of the sampler, a 32-bit number; random when unset."""

    guidance: float | None = None
    """How strictly the model follows the prompts, 0.0 to 6.0; 4.0 when unset. Higher values make transitions more
    abrupt.
    """

    bpm: int | None = None
    """Tempo in beats per minute, 60 to 200; the model chooses when unset. A change takes effect with `RESET_CONTEXT`."""

    density: float | None = None
    """Density of notes, from 0.0 (sparse) to 1.0 (dense); the model chooses when unset."""

    brightness: float | None = None
    """Amount of treble, from 0.0 (dark) to 1.0 (bright); the model chooses when unset."""

    scale: Scale | None = None
    """Key of the music; the model chooses when unset. A change takes effect with `RESET_CONTEXT`."""

    mute_bass: bool | None = None
    """Whether to reduce the bass. Unset means no."""

    mute_drums: bool | None = None
    """Whether to reduce the drums. Unset means no."""

    only_bass_and_drums: bool | None = None
    """Whether to reduce everything except bass and drums. Unset means no."""

    music_generation_mode: MusicGenerationMode | None = None
    """Goal of the generation; `QUALITY` when unset."""


class LiveMusicClientMessage(Model):
    """Message of the client; exactly one field is set. API: `BidiGenerateMusicClientMessage`. Gemini Developer API
    only.
    """

    setup: Annotated[LiveMusicClientSetup | None, GEMINI_ONLY] = None
    """Model of the session; the first message, and only the first."""

    client_content: Annotated[LiveMusicClientContent | None, GEMINI_ONLY] = None
    """Prompts that apply from now on."""

    music_generation_config: Annotated[LiveMusicGenerationConfig | None, GEMINI_ONLY] = None
    """Settings that apply from now on."""

    playback_control: Annotated[LiveMusicPlaybackControl | None, GEMINI_ONLY] = None
    """Command to start, pause, stop or reset the music."""


class LiveMusicServerSetupComplete(Model):
    """Message of the service: the session is ready for prompts. API: `BidiGenerateMusicSetupComplete`. Gemini Developer
    API only.
    """


class LiveMusicSourceMetadata(Model):
    """Source of a piece of music. API: `AudioChunk.sourceMetadata`. Gemini Developer API only."""

    client_content: LiveMusicClientContent | None = None
    """Prompts that applied to it."""

    music_generation_config: LiveMusicGenerationConfig | None = None
    """Settings that applied to it."""


class AudioChunk(Model):
    """Piece of music; play the pieces one after another. API: `AudioChunk`. Gemini Developer API only."""

    data: Annotated[bytes | None, BASE64] = None
    """Raw 16-bit PCM samples: stereo at 48 kHz, unless `mime_type` states otherwise."""

    mime_type: str | None = None
    """Media type of the samples, with their rate and channels."""

    source_metadata: LiveMusicSourceMetadata | None = None
    """Prompts and settings of this piece."""


class LiveMusicServerContent(Model):
    """Generated music. API: `BidiGenerateMusicServerContent`. Gemini Developer API only."""

    audio_chunks: list[AudioChunk] | None = None
    """Pieces of music, in playback order."""


class LiveMusicFilteredPrompt(Model):
    """Prompt that the service rejected. API: `FilteredPrompt`. Gemini Developer API only."""

    text: str | None = None
    """Prompt as it was sent."""

    filtered_reason: str | None = None
    """Why it was rejected."""


class LiveMusicServerMessage(Model):
    """Message of the service; one field is set. API: `BidiGenerateMusicServerMessage`. Gemini Developer API only."""

    setup_complete: LiveMusicServerSetupComplete | None = None
    """The session is ready."""

    server_content: LiveMusicServerContent | None = None
    """Music to play."""

    filtered_prompt: LiveMusicFilteredPrompt | None = None
    """A prompt was rejected."""


class LiveMusicConnectParameters(Model):
    """Arguments of `live.music.connect`. Gemini Developer API only."""

    model: Annotated[str | None, Wire(gemini="setup.model")] = None
    """Model of the session; it must support live music. API: `setup.model`."""


class LiveMusicSetConfigParameters(Model):
    """Arguments of `set_music_generation_config`. Gemini Developer API only."""

    music_generation_config: Annotated[LiveMusicGenerationConfig | None, GEMINI_ONLY] = None
    """Settings that apply from now on."""


class LiveMusicSetWeightedPromptsParameters(Model):
    """Arguments of `set_weighted_prompts`. Gemini Developer API only."""

    weighted_prompts: Annotated[list[WeightedPrompt] | None, GEMINI_ONLY] = None
    """Prompts that apply from now on, in place of the earlier ones."""
