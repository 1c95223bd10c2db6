"""The settings of an interaction (tools, configuration, format of the answer) as fields of a generateContent request.

Each function also notes the path in the request of each field that it sets, for error messages. What generateContent
cannot express is refused here; the checks of values are those of generateContent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...protocol.errors import JsonObject, invalid
from ...protocol.messages import API, Surface
from ...protocol.payload import read_message, read_value

Paths = dict[str, str]
"""Paths in the request by paths in the generateContent request."""

_FORMATS = "Interaction.ResponseFormat"
_SCHEMA_TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")
_JSON = "application/json"
_PLAIN_FIELDS = {
    "temperature": "temperature",
    "top_p": "topP",
    "seed": "seed",
    "stop_sequences": "stopSequences",
    "max_output_tokens": "maxOutputTokens",
    "transcription_config": "audioTranscriptionConfig",
}
_NO_TOOL_SEARCH = "this server does not search for tools; give the functions themselves."
_CONFIG = "generation_config"


def add_tools(request: JsonObject, given: JsonObject, surface: Surface, paths: Paths) -> None:
    """Set `tools` and `toolConfig` from the `tools` and the `tool_choice` of an interaction.

    Raises:
        ApiError: 400 with the path of the field.
    """
    tools: list[JsonObject] = given.get("tools", [])
    mode, allowed = _tool_choice(given, tools)
    declarations: list[JsonObject] = []
    converted: list[JsonObject] = []
    for index, tool in enumerate(tools):
        path = f"tools[{index}]"
        if tool["type"] == "function":
            if tool.get("defer_loading"):
                raise invalid(f"{path}.defer_loading", _NO_TOOL_SEARCH)
            if allowed is not None and mode in ("auto", "none") and tool["name"] not in allowed:
                continue
            paths[f"tools[0].functionDeclarations[{len(declarations)}]"] = path
            declarations.append(_declaration(tool))
        else:
            converted.append(_hosted_tool(tool, path, surface))
            paths[f"tools[{len(converted)}].{next(iter(converted[-1]))}"] = path
    if declarations:
        converted.insert(0, {"functionDeclarations": declarations})
    else:
        for index in range(len(converted)):
            name = next(iter(converted[index]))
            paths[f"tools[{index}].{name}"] = paths.pop(f"tools[{index + 1}].{name}")
    if converted:
        request["tools"] = converted
    paths["tools[0].functionDeclarations"] = "tools"
    location = next((tool for tool in tools if tool["type"] == "google_maps" and "latitude" in tool), None)
    config: JsonObject = {}
    choice = f"{_CONFIG}.tool_choice"
    if mode in ("any", "validated") and not declarations:
        raise invalid(choice, f"{mode} requires a function; add one to tools, or choose auto or none.")
    if mode is not None:
        calling: JsonObject = {"mode": mode.upper()}
        if allowed is not None and mode in ("any", "validated"):
            calling["allowedFunctionNames"] = allowed
        config["functionCallingConfig"] = calling
    if location is not None:
        place = {"latitude": location["latitude"], "longitude": location.get("longitude", 0.0)}
        config["retrievalConfig"] = {"latLng": place}
    if config:
        request["toolConfig"] = config
    paths["toolConfig.functionCallingConfig.allowedFunctionNames"] = f"{choice}.allowed_tools.tools"
    paths["toolConfig.functionCallingConfig.mode"] = choice


def _tool_choice(given: JsonObject, tools: Sequence[JsonObject]) -> tuple[str | None, list[str] | None]:
    """Return the mode of function calling and the names of the allowed functions; None for what is not given."""
    choice = given.get(_CONFIG, {}).get("tool_choice")
    if choice is None or isinstance(choice, str):
        return choice, None
    allowed: JsonObject = choice["allowed_tools"]
    names: list[str] = allowed.get("tools", [])
    known = [tool["name"] for tool in tools if tool["type"] == "function"]
    for index, name in enumerate(names):
        if name not in known:
            path = f"{_CONFIG}.tool_choice.allowed_tools.tools[{index}]"
            raise invalid(
                path, f"expected the name of a function in tools ({', '.join(known) or 'none'}), not {name!r}."
            )
    return allowed.get("mode", "auto"), names or None


def _declaration(tool: JsonObject) -> JsonObject:
    result: JsonObject = {"name": tool["name"]}
    description = tool.get("description") or tool.get("short_description")
    if description:
        result["description"] = description
    if tool.get("parameters") is not None:
        result["parametersJsonSchema"] = tool["parameters"]
    return result


def _hosted_tool(tool: JsonObject, path: str, surface: Surface) -> JsonObject:
    """Return a tool of the service in the form of generateContent."""
    kind: str = tool["type"]
    if kind == "tool_search":
        raise invalid(f"{path}.type", _NO_TOOL_SEARCH)
    fields = {name: value for name, value in tool.items() if name != "type"}
    if kind == "google_search":
        searches: JsonObject = {_camel_case(name): {} for name in fields.get("search_types", [])}
        value: Any = {"searchTypes": searches} if searches else {}
        return read_message({"googleSearch": value}, "Tool", surface, path)
    if kind == "google_maps":
        return {"googleMaps": {"enableWidget": fields["enable_widget"]} if "enable_widget" in fields else {}}
    if kind == "computer_use" and "environment" in fields:
        fields["environment"] = f"ENVIRONMENT_{fields['environment'].upper()}"
    name = {"mcp_server": "mcpServers"}.get(kind, _camel_case(kind))
    if name not in API.fields("Tool", surface):
        service = "the Gemini Developer API" if surface == "vertex" else "Vertex AI"
        raise invalid(f"{path}.type", f"{kind} exists on {service} only.")
    value: Any = [fields] if name == "mcpServers" else fields
    return read_message({name: value}, "Tool", surface, path)


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def add_config(request: JsonObject, given: JsonObject, paths: Paths) -> None:
    """Set `generationConfig` from the `generation_config` of an interaction, except `tool_choice`.

    Raises:
        ApiError: 400 with the path of the field.
    """
    config: JsonObject = given.get(_CONFIG, {})
    result: JsonObject = request.setdefault("generationConfig", {})
    if config.get("video_config"):
        raise invalid(f"{_CONFIG}.video_config", "this server does not make videos in interactions.")
    for name, target in _PLAIN_FIELDS.items():
        if name in config:
            result[target] = config[name]
            paths[f"generationConfig.{target}"] = f"{_CONFIG}.{name}"
    thinking: JsonObject = {}
    if "thinking_level" in config:
        thinking["thinkingLevel"] = config["thinking_level"].upper()
        paths["generationConfig.thinkingConfig.thinkingLevel"] = f"{_CONFIG}.thinking_level"
    if config.get("thinking_summaries") == "auto":
        thinking["includeThoughts"] = True
        paths["generationConfig.thinkingConfig.includeThoughts"] = f"{_CONFIG}.thinking_summaries"
    if thinking:
        result["thinkingConfig"] = thinking
    if "speech_config" in config:
        result["speechConfig"] = _speech(config["speech_config"])
        paths["generationConfig.speechConfig"] = f"{_CONFIG}.speech_config"
    if "image_config" in config:
        result["imageConfig"] = _image_config(config["image_config"])
        paths["generationConfig.imageConfig"] = f"{_CONFIG}.image_config"


def _speech(given: JsonObject | list[JsonObject]) -> JsonObject:
    speakers: list[JsonObject] = given if isinstance(given, list) else given.get("speakers", [])
    voices = [
        {"prebuiltVoiceConfig": {"voiceName": speaker["voice"]}} if "voice" in speaker else {} for speaker in speakers
    ]
    result: JsonObject = {}
    language = next((speaker["language"] for speaker in speakers if "language" in speaker), None)
    if language is not None:
        result["languageCode"] = language
    if len(speakers) > 1:
        result["multiSpeakerVoiceConfig"] = {
            "speakerVoiceConfigs": [
                {"speaker": speaker.get("speaker", ""), "voiceConfig": voice}
                for speaker, voice in zip(speakers, voices, strict=True)
            ]
        }
    elif voices and voices[0]:
        result["voiceConfig"] = voices[0]
    return result


def _image_config(given: JsonObject) -> JsonObject:
    names = {"aspect_ratio": "aspectRatio", "image_size": "imageSize"}
    return {names[name]: value for name, value in given.items() if name in names}


def add_format(request: JsonObject, given: JsonObject, surface: Surface, paths: Paths, *, makes_media: bool) -> None:
    """Set the format of the answer from `response_format`, `response_mime_type` and `response_modalities`.

    Args:
        request: the generateContent request.
        given: the canonical interaction.
        surface: the surface of the request.
        paths: the notes of paths.
        makes_media: whether the engine answers in media, in any format.

    Raises:
        ApiError: 400 with the path of the field.
    """
    config: JsonObject = request.setdefault("generationConfig", {})
    modalities = [modality.upper() for modality in given.get("response_modalities", [])]
    if "DOCUMENT" in modalities:
        raise invalid(f"response_modalities[{modalities.index('DOCUMENT')}]", "this server does not make documents.")
    paths["generationConfig.responseModalities"] = "response_modalities"
    mime_type: str | None = given.get("response_mime_type")
    paths["generationConfig.responseMimeType"] = "response_mime_type"
    formats = _formats(given.get("response_format"), surface)
    for path, found in formats:
        kind = found["type"]
        if kind == "schema":
            mime_type = mime_type or _JSON
            config["responseJsonSchema"] = found["schema"]
            paths["generationConfig.responseJsonSchema"] = path
            if "response_mime_type" not in given:
                paths["generationConfig.responseMimeType"] = path
        elif kind == "text":
            mime_type = _text_format(config, found, path, mime_type, paths)
        else:
            _check_media_format(found, path, makes_media=makes_media)
            if kind == "image":
                image = _image_config(found)
                if image:
                    config["imageConfig"] = {**config.get("imageConfig", {}), **image}
                    paths["generationConfig.imageConfig"] = path
    named = [found["type"].upper() for _, found in formats if found["type"] != "schema"]
    if any(kind != "TEXT" for kind in named):
        modalities = list(dict.fromkeys([*modalities, *named]))
        paths["generationConfig.responseModalities"] = "response_format"
    if modalities:
        config["responseModalities"] = modalities
    if mime_type is not None:
        config["responseMimeType"] = mime_type


def _formats(given: JsonObject | list[JsonObject] | None, surface: Surface) -> list[tuple[str, JsonObject]]:
    """Return each format with its path; a plain JSON Schema is a format with the type `schema`."""
    if given is None:
        return []
    several = isinstance(given, list)
    result: list[tuple[str, JsonObject]] = []
    outputs: set[str] = set()
    for index, one in enumerate(given if several else [given]):
        path = f"response_format[{index}]" if several else "response_format"
        found = _format(one, path, surface)
        output: str = "text" if found["type"] == "schema" else found["type"]
        if output in outputs:
            raise invalid(path, f"{output} has a format already; give at most one format for each kind of output.")
        outputs.add(output)
        result.append((path, found))
    return result


def _format(given: JsonObject, path: str, surface: Surface) -> JsonObject:
    known = API.unions[_FORMATS].variants
    kind = given.get("type")
    if not isinstance(kind, str) or kind in _SCHEMA_TYPES:
        return {"type": "schema", "schema": given}
    if kind not in known:
        expected = f"{', '.join(known)}, or a JSON Schema with one of its types"
        raise invalid(f"{path}.type", f"expected {expected}, not {kind!r}.")
    return read_value(given, _FORMATS, surface, path)


def _text_format(config: JsonObject, found: JsonObject, path: str, mime_type: str | None, paths: Paths) -> str | None:
    """Set the schema of a text, and return the type of the text."""
    asked: str | None = found.get("mime_type")
    if asked and mime_type and asked != mime_type:
        raise invalid(f"{path}.mime_type", f"expected {mime_type!r}, as in response_mime_type, not {asked!r}.")
    if "schema" in found:
        config["responseJsonSchema"] = found["schema"]
        paths["generationConfig.responseJsonSchema"] = f"{path}.schema"
        asked = asked or _JSON
    if asked:
        paths["generationConfig.responseMimeType"] = f"{path}.mime_type" if "mime_type" in found else path
    return asked or mime_type


def _check_media_format(found: JsonObject, path: str, *, makes_media: bool) -> None:
    if found.get("delivery") == "uri" or "gcs_uri" in found:
        field = "delivery" if found.get("delivery") == "uri" else "gcs_uri"
        raise invalid(f"{path}.{field}", "this server returns media inline; use the delivery inline.")
    if makes_media or found["type"] != "audio":
        return
    mime_type = found.get("mime_type")
    if mime_type is not None and mime_type.lower() != "audio/l16":
        raise invalid(f"{path}.mime_type", f"expected audio/l16, the only format of speech here, not {mime_type!r}.")
    for name, only in (("sample_rate", 24_000), ("bit_rate", None)):
        if name in found and found[name] != only:
            expected = f"expected {only}, not {found[name]}" if only else "has no effect on audio/l16; remove it"
            raise invalid(f"{path}.{name}", f"{expected}.")
