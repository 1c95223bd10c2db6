"""Own the settings and messages of a live music session, in both directions. Must not know how messages are carried,
nor how the music is played.
"""

from typing import Annotated

from .._wire.marks import GEMINI_ONLY, Wire
from ._base import CaseInSensitiveEnum, Model


class Scale(CaseInSensitiveEnum):
    """Key of the music; each stands for a major key and the minor key with the same notes. API:
    `LiveMusicGenerationConfig.Scale`.

    Every black key is named as a flat, so that F sharp minor is found under G flat minor.
    """

    SCALE_UNSPECIFIED = "SCALE_UNSPECIFIED"
    """Leave the key to the model."""
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
    """What the model aims for in the music. API: `LiveMusicGenerationConfig.MusicGenerationMode`."""

    MUSIC_GENERATION_MODE_UNSPECIFIED = "MUSIC_GENERATION_MODE_UNSPECIFIED"
    """Same as `QUALITY`."""
    QUALITY = "QUALITY"
    """Good sound."""
    DIVERSITY = "DIVERSITY"
    """Variety, even where the sound suffers."""
    VOCALIZATION = "VOCALIZATION"
    """Voices among the instruments."""


class LiveMusicPlaybackControl(CaseInSensitiveEnum):
    """Command to the running session. API: `LiveMusicPlaybackControl`."""

    PLAYBACK_CONTROL_UNSPECIFIED = "PLAYBACK_CONTROL_UNSPECIFIED"
    """No command; not to be sent."""
    PLAY = "PLAY"
    """Start the music, or go on after a pause."""
    PAUSE = "PAUSE"
    """Hold the music; `PLAY` goes on where it stopped."""
    STOP = "STOP"
    """End the music and forget it; prompts and settings stay. `PLAY` starts anew."""
    RESET_CONTEXT = "RESET_CONTEXT"
    """Forget the music so far but go on playing; prompts and settings stay. A change of tempo or key needs this."""


class LiveMusicClientSetup(Model):
    """First message of a session. API: `BidiGenerateMusicSetup`. Gemini Developer API only."""

    model: str | None = None
    """Resource name of the model, "models/..."."""


class WeightedPrompt(Model):
    """Text that steers the music, and how strongly. API: `WeightedPrompt`. Gemini Developer API only."""

    text: str | None = None
    """What to hear: a genre, an instrument, a mood, such as "minimal techno"."""

    weight: float | None = None
    """Influence relative to the other prompts, any number but 0; the service scales the weights to one sum. 1.0 is a
    good start.
    """


class LiveMusicClientContent(Model):
    """Prompts that replace the ones before. API: `BidiGenerateMusicClientContent`. Gemini Developer API only."""

    weighted_prompts: list[WeightedPrompt] | None = None
    """All prompts that should hold from now on. An abrupt change can be heard; move the weights in small steps for a
    smooth one.
    """


class LiveMusicGenerationConfig(Model):
    """Settings of the music. A new set replaces the whole of the one before: a field left out goes back to its default.
    API: `LiveMusicGenerationConfig`. Gemini Developer API only.
    """

    temperature: float | None = None
    """Randomness of sampling from 0.0 to 3.0; 1.1 when unset."""

    top_k: int | None = None
    """Sample only among the k likeliest tokens, 1 to 1000; 40 when unset."""

    seed: int | None = None
    """32-bit number that starts the sampler; random when unset."""

    guidance: float | None = None
    """How strictly the prompts are followed, 0.0 to 6.0; 4.0 when unset. High values make changes more abrupt."""

    bpm: int | None = None
    """Tempo in beats per minute, 60 to 200; the model chooses when unset. A change takes effect with `RESET_CONTEXT`.
    """

    density: float | None = None
    """How many notes there are, from 0.0 (sparse) to 1.0 (busy); the model chooses when unset."""

    brightness: float | None = None
    """How much treble there is, from 0.0 (dark) to 1.0 (bright); the model chooses when unset."""

    scale: Scale | None = None
    """Key of the music; the model chooses when unset. A change takes effect with `RESET_CONTEXT`."""

    mute_bass: bool | None = None
    """Whether to keep the bass down. Unset means no."""

    mute_drums: bool | None = None
    """Whether to keep the drums down. Unset means no."""

    only_bass_and_drums: bool | None = None
    """Whether to keep everything but bass and drums down. Unset means no."""

    music_generation_mode: MusicGenerationMode | None = None
    """What the model aims for; `QUALITY` when unset."""


class LiveMusicClientMessage(Model):
    """Message of the client; exactly one field is set. API: `BidiGenerateMusicClientMessage`. Gemini Developer API
    only.
    """

    setup: Annotated[LiveMusicClientSetup | None, GEMINI_ONLY] = None
    """Model of the session; the first message, and only the first."""

    client_content: Annotated[LiveMusicClientContent | None, GEMINI_ONLY] = None
    """Prompts from now on."""

    music_generation_config: Annotated[LiveMusicGenerationConfig | None, GEMINI_ONLY] = None
    """Settings from now on."""

    playback_control: Annotated[LiveMusicPlaybackControl | None, GEMINI_ONLY] = None
    """Command to start, hold, end or reset the music."""


class LiveMusicServerSetupComplete(Model):
    """Say that the session is ready for prompts. API: `BidiGenerateMusicSetupComplete`. Gemini Developer API only."""


class LiveMusicSourceMetadata(Model):
    """What a piece of music was made from. API: `AudioChunk.sourceMetadata`. Gemini Developer API only."""

    client_content: LiveMusicClientContent | None = None
    """Prompts that were in force."""

    music_generation_config: LiveMusicGenerationConfig | None = None
    """Settings that were in force."""


class AudioChunk(Model):
    """Piece of music; play the pieces one after another. API: `AudioChunk`. Gemini Developer API only."""

    data: bytes | None = None
    """Raw 16-bit PCM samples: stereo at 48 kHz, unless `mime_type` tells otherwise."""

    mime_type: str | None = None
    """Media type of the samples, with their rate and channels."""

    source_metadata: LiveMusicSourceMetadata | None = None
    """Prompts and settings that this piece was made from."""


class LiveMusicServerContent(Model):
    """Music as it is generated. API: `BidiGenerateMusicServerContent`. Gemini Developer API only."""

    audio_chunks: list[AudioChunk] | None = None
    """Pieces of music, in the order in which to play them."""


class LiveMusicFilteredPrompt(Model):
    """Prompt that the service did not follow. API: `FilteredPrompt`. Gemini Developer API only."""

    text: str | None = None
    """Prompt as it was sent."""

    filtered_reason: str | None = None
    """Why it was set aside."""


class LiveMusicServerMessage(Model):
    """Message of the service; one field is set. API: `BidiGenerateMusicServerMessage`. Gemini Developer API only."""

    setup_complete: LiveMusicServerSetupComplete | None = None
    """The session is ready."""

    server_content: LiveMusicServerContent | None = None
    """Music to play."""

    filtered_prompt: LiveMusicFilteredPrompt | None = None
    """A prompt was set aside."""


class LiveMusicConnectParameters(Model):
    """Hold what `live.music.connect` takes. Gemini Developer API only."""

    model: Annotated[str | None, Wire(gemini="setup.model")] = None
    """Model of the session; one that makes music live. API: `setup.model`."""


class LiveMusicSetConfigParameters(Model):
    """Hold what `set_music_generation_config` takes. Gemini Developer API only."""

    music_generation_config: Annotated[LiveMusicGenerationConfig | None, GEMINI_ONLY] = None
    """Settings from now on."""


class LiveMusicSetWeightedPromptsParameters(Model):
    """Hold what `set_weighted_prompts` takes. Gemini Developer API only."""

    weighted_prompts: Annotated[list[WeightedPrompt] | None, GEMINI_ONLY] = None
    """Prompts from now on, in place of the ones before."""
