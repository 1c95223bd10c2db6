"""An interaction as a generateContent request, and the errors of the latter in terms of the former."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid, not_found
from ...protocol.messages import Surface
from ...protocol.payload import read_value
from ...state.records import Place
from ..agents.configurations import SERVICE_AGENTS, agent_named
from ..models.names import model_named
from ..webhooks.signatures import check_uri
from .contents import Contents
from .inputs import check_results, earlier, steps_of
from .settings import Paths, add_config, add_format, add_tools

_LISTED_MODELS = 8
_ENDINGS = (
    (".inlineData", ""),
    (".fileData", ".uri"),
    (".functionResponse", ""),
    (".functionCall", ""),
    (".parametersJsonSchema", ".parameters"),
)
_FIELD = re.compile(r"\.(\w+)")
_CAPITAL = re.compile("[A-Z]")
_NEXT = re.compile(r"[.\[:]")


@dataclass(frozen=True)
class Conversion:
    """A generateContent request, and the places of its values in the interaction."""

    request: JsonObject
    model: str
    """Bare id of the model."""
    paths: Paths
    files: Paths
    """The places of files by their names."""

    @contextmanager
    def errors(self) -> Generator[None, None, None]:
        """Run a `with` block whose errors of generateContent get the path of the interaction's field."""
        try:
            yield
        except ApiError as error:
            translated = self._translated(error)
            if translated is error:
                raise
            raise translated from error

    def _translated(self, error: ApiError) -> ApiError:
        for target in sorted(self.paths, key=len, reverse=True):
            rest = error.message.removeprefix(target)
            if rest == error.message or not _NEXT.match(rest):
                continue
            below, _, problem = rest.partition(": ")
            message = f"{self.paths[target]}{_in_snake_case(below)}: {problem}"
            return _with_message(error, message)
        for file, path in self.files.items():
            if error.message.startswith(f"{file} "):
                return _with_message(error, f"{path}.uri: {error.message}")
        return error


def _in_snake_case(path: str) -> str:
    for ending, replacement in _ENDINGS:
        path = path.replace(ending, replacement)
    return _FIELD.sub(lambda match: _CAPITAL.sub(r"_\g<0>", match[0]).lower(), path)


def _with_message(error: ApiError, message: str) -> ApiError:
    details = [detail for detail in error.details if not str(detail.get("@type")).endswith("BadRequest")]
    return ApiError(error.code, message, status=error.status, details=details, headers=error.headers)


def check(api: Api, given: JsonObject, place: Place) -> None:
    """Check what a canonical interaction names, without its input: model or agent, and what the server does not have.

    Raises:
        ApiError: 400 with the path of the field, 404 for an unknown agent.
    """
    if "agent" in given and "model" in given:
        raise invalid("agent", "cannot be combined with model; give one of them.")
    if "agent_config" in given:
        if "agent" not in given:
            raise invalid("agent_config", "requires agent, the id of a stored agent; with a model, remove it.")
        given["agent_config"] = read_value(given["agent_config"], "Agent.Config", place.surface, "agent_config")
    if "agent" in given:
        _check_agent(api, given["agent"], place)
    elif not given.get("model"):
        raise invalid("model", "is missing; give the name of a model, such as gemini-2.5-flash.")
    for index, uri in enumerate(given.get("webhook_config", {}).get("uris", [])):
        check_uri(uri, f"webhook_config.uris[{index}]")
    if given.get("background") and given.get("store") is False:
        raise invalid("background", "requires that the interaction is stored; remove store, or set it to true.")


def _check_agent(api: Api, name: str, place: Place) -> None:
    if name in SERVICE_AGENTS:
        models = ", ".join(model.id for model in api.catalogue.all(place.surface)[:_LISTED_MODELS])
        raise invalid(
            "agent",
            f"this server does not run {name}, only models and stored agents; create an agent with this base_agent, or use "
            f"model with one of {models}, or another name of these families.",
        )
    if agent_named(api, place, name) is None:
        raise not_found(f"agent: agents/{name} does not exist; create it first.")


def convert(api: Api, given: JsonObject, surface: Surface, version: str, before: list[JsonObject]) -> Conversion:
    """Return the generateContent request of a canonical interaction.

    Args:
        api: the server's parts.
        given: the interaction.
        surface: the surface of the request.
        version: the version in the path.
        before: the steps of the earlier interactions that this one continues.

    Raises:
        ApiError: 400 with the path of the field, 404 for an unknown model.
    """
    steps = [*earlier(before), *steps_of(given)]
    check_results(steps)
    contents = Contents(steps)
    paths: Paths = dict(contents.paths)
    request: JsonObject = {"contents": contents.contents}
    if given.get("system_instruction"):
        request["systemInstruction"] = {"parts": [{"text": given["system_instruction"]}]}
        paths["systemInstruction.parts[0]"] = "system_instruction"
    add_tools(request, given, surface, paths)
    add_config(request, given, paths)
    add_format(request, given, surface, paths, makes_media=api.engine.capabilities.media_output)
    if not request["generationConfig"]:
        del request["generationConfig"]
    if given.get("safety_settings"):
        request["safetySettings"] = [_safety_setting(setting) for setting in given["safety_settings"]]
    if given.get("cached_content"):
        request["cachedContent"] = given["cached_content"]
        paths["cachedContent"] = "cached_content"
    if given.get("continuation_token"):
        request["continuationToken"] = given["continuation_token"]
        paths["continuationToken"] = "continuation_token"
    for name, target in (("service_tier", "serviceTier"), ("labels", "labels")):
        if name in given:
            request[target] = given[name]
    return Conversion(request, _model(api, given["model"], surface, version), paths, contents.files)


def _safety_setting(given: JsonObject) -> JsonObject:
    result = {"category": f"HARM_CATEGORY_{given['type'].upper()}", "threshold": given["threshold"].upper()}
    return {**result, "method": given["method"].upper()} if "method" in given else result


def _model(api: Api, name: str, surface: Surface, version: str) -> str:
    resource = name[max(0, name.find("publishers/")) :] if "/" in name else f"models/{name}"
    try:
        return model_named(api, resource, "generateContent", surface, version).id
    except ApiError as error:
        raise ApiError(error.code, f"model: {error.message}") from None
