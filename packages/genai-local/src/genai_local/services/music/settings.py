"""What a client asks of live music: the checks of prompts and settings, and the controls that follow from them."""

from __future__ import annotations

import re
from typing import Any, Final

from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.limits import MAX_MUSIC_PROMPT, MAX_MUSIC_PROMPTS
from ...protocol.messages import API
from .composition import Controls
from .styles import blend

_RANGES: Final = {
    "temperature": (0.0, 3.0),
    "topK": (1, 1000),
    "seed": (0, 2**31 - 1),
    "guidance": (0.0, 6.0),
    "bpm": (60, 200),
    "density": (0.0, 1.0),
    "brightness": (0.0, 1.0),
}
_GUIDANCE = 4.0
_VOICE = "choir"
_UNWANTED = re.compile(r"\b(explicit|nsfw|obscene|gore|violence|violent|hateful)\b", re.IGNORECASE)
"""Words for which a prompt is filtered. The list exists for tests of programs; it does not protect anybody."""


def check_prompts(prompts: list[JsonObject]) -> None:
    """Check the prompts of a client.

    Raises:
        ApiError: 400 for a weight of 0, and for too many or too long prompts.
    """
    if len(prompts) > MAX_MUSIC_PROMPTS:
        raise invalid("clientContent.weightedPrompts", f"expected at most {MAX_MUSIC_PROMPTS} prompts.")
    for index, prompt in enumerate(prompts):
        path = f"clientContent.weightedPrompts[{index}]"
        if len(prompt.get("text", "")) > MAX_MUSIC_PROMPT:
            raise invalid(f"{path}.text", f"expected at most {MAX_MUSIC_PROMPT} characters.")
        if not prompt.get("weight"):
            raise invalid(f"{path}.weight", "expected a number other than 0, which is also the default.")


def reason_to_filter(prompt: JsonObject) -> str | None:
    """Return why a prompt is left out, or None."""
    text: str = prompt.get("text", "")
    if not text.strip():
        return "The prompt has no text."
    word = _UNWANTED.search(text)
    return f"The prompt contains the word {word[0]!r}." if word else None


def check_config(config: JsonObject) -> None:
    """Check the settings of a client.

    Raises:
        ApiError: 400 for a number out of range.
    """
    for name, (lowest, highest) in _RANGES.items():
        if name in config and not lowest <= config[name] <= highest:
            path = f"musicGenerationConfig.{name}"
            raise invalid(path, f"expected a number between {lowest:g} and {highest:g}, not {config[name]!r:.40}.")


def controls_of(prompts: list[JsonObject], config: JsonObject, seed: int) -> Controls:
    """Return the controls for checked prompts and settings.

    Args:
        prompts: the prompts that are not filtered.
        config: the settings.
        seed: the seed, unless the settings have one.
    """
    mode = config.get("musicGenerationMode")
    weighted = [(str(prompt["text"]), float(prompt["weight"])) for prompt in prompts]
    if mode == "VOCALIZATION":
        weighted.append((_VOICE, max((abs(weight) for _, weight in weighted), default=1.0)))
    style = blend(weighted, config.get("guidance", _GUIDANCE))
    # The names of the scales begin with C and go up by semitones; the first member stands for none of them.
    scale = API.enums["MusicScale"].index(config.get("scale", "SCALE_UNSPECIFIED"))
    return Controls(
        style=style,
        seed=config.get("seed", seed),
        bpm=config.get("bpm", round(style.bpm)),
        scale=scale - 1 if scale else None,
        density=config.get("density", min(1.0, style.density)),
        brightness=config.get("brightness", min(1.0, style.brightness)),
        temperature=config.get("temperature", Controls.temperature),
        top_k=config.get("topK", Controls.top_k),
        mute_bass=config.get("muteBass", False),
        mute_drums=config.get("muteDrums", False),
        only_bass_and_drums=config.get("onlyBassAndDrums", False),
        is_diverse=mode == "DIVERSITY",
    )


def one_member(message: JsonObject) -> tuple[str, Any]:
    """Return the name and the value of the only member of a client's message.

    Raises:
        ApiError: 400 for a message without a member.
    """
    if len(message) != 1:
        raise ApiError(400, "message: expected setup, clientContent, musicGenerationConfig or playbackControl.")
    return next(iter(message.items()))
