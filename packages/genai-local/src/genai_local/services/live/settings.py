"""The checks of a session's setup, and what the session needs of it.

Prompts, tools and generation settings are checked by the functions that check requests to generate content.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...engines import Prompt
from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid, not_found
from ...protocol.messages import Surface
from ..generation.checks import candidates_of
from ..models.names import model_named
from ..prompts.checks import check_prompt, checked, prompt_of
from ..prompts.inputs import with_texts
from .context import Window, window_of

_MODEL = re.compile(
    r"(?:projects/[^/]+/locations/[^/]+/)?(?:(?P<collection>publishers/[^/]+/models|models|tunedModels|endpoints)/)?"
    r"(?P<id>[^/]+)"
)
_UNFIT_CONFIG = (
    *("responseSchema", "responseJsonSchema", "responseJsonSchemaOrdered", "responseMimeType"),
    *("responseLogprobs", "logprobs", "stopSequences", "routingConfig", "modelConfig", "audioTimestamp"),
    *("imageConfig", "responseFormat", "enableEnhancedCivicAnswers"),
)
"""Settings of requests that a session does not take."""
_SPOKEN_CONFIG = ("responseModalities", "speechConfig", "enableAffectiveDialog", "audioTranscriptionConfig")
"""Settings that only concern speech, and not the engine."""
_MODALITIES = ("TEXT", "AUDIO")


@dataclass(frozen=True)
class Settings:
    """The checked setup of a session."""

    model: str
    """Bare id of the model."""
    surface: Surface
    setup: JsonObject
    """The whole setup."""
    request: JsonObject
    """The fields of a GenerateContentRequest that all turns have in common."""
    is_spoken: bool = False
    """Whether the answers are audio."""
    window: Window | None = None
    behaviors: dict[str, str] = field(default_factory=dict[str, str])
    """The behavior of each declared function that has one."""

    @property
    def prompt(self) -> Prompt:
        """System instruction and tools."""
        return prompt_of(self.request)

    @property
    def is_resumable(self) -> bool:
        """Whether the session gets handles."""
        return "sessionResumption" in self.setup

    @property
    def is_transparent(self) -> bool:
        """Whether handles come with the number of the last message that they contain."""
        return self.setup.get("sessionResumption", {}).get("transparent", False)

    @property
    def begins_with_history(self) -> bool:
        """Whether the contents up to the first complete turn are a history that is not answered."""
        return self.setup.get("historyConfig", {}).get("initialHistoryInClientContent", False)

    @property
    def activity_interrupts(self) -> bool:
        """Whether the beginning of the user's activity interrupts the model."""
        return self.setup.get("realtimeInputConfig", {}).get("activityHandling") != "NO_INTERRUPTION"

    @property
    def has_manual_activity(self) -> bool:
        """Whether the client itself says when the user's activity begins and ends."""
        detection = self.setup.get("realtimeInputConfig", {}).get("automaticActivityDetection", {})
        return detection.get("disabled", False)


async def settings_of(api: Api, setup: JsonObject, surface: Surface, version: str) -> Settings:
    """Check a canonical setup and return the settings of the session.

    Args:
        api: the server's parts.
        setup: the setup.
        surface: the surface of the session.
        version: version of the API, for error messages.

    Raises:
        ApiError: 404 for an unknown model, 400 for any other field that does not fit; its path is in the message.
    """
    name: str = setup.get("model", "")
    match = _MODEL.fullmatch(name)
    if not name:
        raise invalid("setup.model", "is missing; expected a name such as models/gemini-2.5-flash.")
    if match is None:
        raise not_found(f"setup.model: {name!r} is not the name of a model.")
    resource = f"{match['collection'] or 'models'}/{match['id']}"
    model = model_named(api, resource, "bidiGenerateContent", surface, version)
    config: JsonObject = setup.get("generationConfig", {})
    for unfit in _UNFIT_CONFIG:
        if unfit in config:
            raise invalid(f"setup.generationConfig.{unfit}", "is not supported in a session; remove it.")
    if config.get("candidateCount", 1) != 1:
        raise invalid("setup.generationConfig.candidateCount", "expected 1: a session has one answer to each turn.")
    _check_activity_detection(setup)
    return await with_tools(
        api,
        Settings(
            model=model.id,
            surface=surface,
            setup=setup,
            request={
                **{name: setup[name] for name in ("systemInstruction", "tools", "safetySettings") if name in setup},
                "generationConfig": {name: value for name, value in config.items() if name not in _SPOKEN_CONFIG},
            },
            is_spoken=_modality(config) == "AUDIO",
            window=window_of(setup.get("contextWindowCompression"), api.engine.facts.input_token_limit),
        ),
    )


async def with_tools(api: Api, settings: Settings, update: JsonObject | None = None, path: str = "setup") -> Settings:
    """Return settings with another system instruction or other tools, after checking them.

    Args:
        api: the server's parts.
        settings: the settings so far.
        update: the fields of the request that change.
        path: path of these fields in the client's message.

    Raises:
        ApiError: 400 with the path of the field.
    """
    facts, can = api.engine.facts, api.engine.capabilities
    request = {**settings.request, **(update or {})}
    try:
        request = await with_texts(api, request)
        await checked(check_prompt, request, facts, can, needs_contents=False)
        await checked(candidates_of, request, facts, can, prompt=request, raw=request)
    except ApiError as error:
        if error.code != 400:
            raise
        raise ApiError(400, f"{path}.{error.message}", status=error.status, details=error.details) from None
    behaviors = {
        declaration["name"]: declaration["behavior"]
        for tool in request.get("tools", [])
        for declaration in tool.get("functionDeclarations", [])
        if "behavior" in declaration
    }
    return Settings(
        model=settings.model,
        surface=settings.surface,
        setup=settings.setup,
        request=request,
        is_spoken=settings.is_spoken,
        window=settings.window,
        behaviors=behaviors,
    )


def _modality(config: JsonObject) -> str:
    modalities: list[str] = config.get("responseModalities") or ["TEXT"]
    path = "setup.generationConfig.responseModalities"
    if len(modalities) > 1:
        raise invalid(path, f"expected one of {' and '.join(_MODALITIES)}, not {', '.join(modalities)}.")
    if modalities[0] not in (*_MODALITIES, "MODALITY_UNSPECIFIED"):
        raise invalid(path, f"expected TEXT or AUDIO, not {modalities[0]}.")
    return modalities[0]


def _check_activity_detection(setup: JsonObject) -> None:
    detection: JsonObject = setup.get("realtimeInputConfig", {}).get("automaticActivityDetection", {})
    for name in ("prefixPaddingMs", "silenceDurationMs"):
        if detection.get(name, 0) < 0:
            path = f"setup.realtimeInputConfig.automaticActivityDetection.{name}"
            raise invalid(path, f"expected milliseconds, not {detection[name]}.")
