"""Steps of interactions as the contents of a generateContent request.

The result notes which part comes from which place of the request, for error messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from ...protocol.errors import JsonObject, invalid
from .inputs import Located

_MEDIA_TYPES = {"image": "image/", "audio": "audio/", "video": "video/"}
_RAW_AUDIO = ("audio/l16", "audio/pcm")
_FILE = re.compile(r"\bfiles/[a-z0-9-]+")
_EMPTY_TEXT = {"text": ""}


class Contents:
    """The contents of a prompt, and the paths of their parts in the request.

    Args:
        steps: the steps, oldest first, whose function results have been checked.

    Raises:
        ApiError: 400 with the path of a content that cannot be converted.
    """

    def __init__(self, steps: list[Located]) -> None:
        self.contents: list[JsonObject] = []
        self.paths: dict[str, str] = {}
        """Paths in the request by the path of a content or part, such as `contents[0].parts[1]`."""
        self.files: dict[str, str] = {}
        """Paths in the request by the names of the files in them."""
        self._names: dict[str, str] = {}
        self._signature: str | None = None
        """A signature that belongs to the next part of the model."""
        self._last = ""
        for located in steps:
            self._add_step(located)
        self._end_turn()

    def _add_step(self, located: Located) -> None:
        step, kind = located.step, located.step["type"]
        if kind in ("user_input", "function_result"):
            self._end_turn()
        if kind == "user_input":
            parts = list(_parts(step, located))
            if not parts:
                raise invalid(f"{located.path}.content", "is empty; give at least one content.")
            self._add("user", parts, located.path, is_new=True)
        elif kind == "function_result":
            self._add("user", [(self._result(located), located.path)], located.path, is_new=self._last != kind)
        elif kind == "function_call":
            self._names[step["id"]] = step["name"]
            call = {"id": step["id"], "name": step["name"], "args": step["arguments"]}
            self._add_output({"functionCall": call}, located.path, located.path)
        elif kind == "thought":
            self._add_thought(located)
        elif kind == "model_output":
            for part, path in _parts(step, located):
                self._add_output(part, path, located.path)
        else:
            self._add_output(_tool_part(step, located.path), located.path, located.path)
        self._last = kind

    def _add_thought(self, located: Located) -> None:
        for index, content in enumerate(located.step.get("summary", [])):
            path = located.content_path(index)
            self._add("model", [({**part_of(content, path), "thought": True}, path)], located.path)
        signature: str | None = located.step.get("signature")
        if signature is not None:
            self._end_turn()
            self._signature = signature

    def _add_output(self, part: JsonObject, path: str, step_path: str) -> None:
        if self._signature is not None:
            part, self._signature = {**part, "thoughtSignature": self._signature}, None
        self._add("model", [(part, path)], step_path)

    def _end_turn(self) -> None:
        """Keep a signature that no part of the model follows in a part of its own."""
        if self._signature is not None:
            signature, self._signature = self._signature, None
            self._add("model", [({**_EMPTY_TEXT, "thoughtSignature": signature}, "input")], "input")

    def _add(self, role: str, parts: list[tuple[JsonObject, str]], path: str, *, is_new: bool = False) -> None:
        if is_new or not self.contents or self.contents[-1]["role"] != role:
            self.contents.append({"role": role, "parts": []})
            self.paths[f"contents[{len(self.contents) - 1}]"] = path
        added: list[JsonObject] = self.contents[-1]["parts"]
        for part, part_path in parts:
            self.paths[f"contents[{len(self.contents) - 1}].parts[{len(added)}]"] = part_path
            name = _FILE.search(part.get("fileData", {}).get("fileUri", ""))
            if name is not None:
                self.files.setdefault(name[0], part_path)
            added.append(part)

    def _result(self, located: Located) -> JsonObject:
        step = located.step
        given: object = step["result"]
        response: JsonObject = {"id": step["call_id"], "name": self._names[step["call_id"]]}
        key = "error" if step.get("is_error") else "result"
        if isinstance(given, dict) and not step.get("is_error"):
            return {"functionResponse": {**response, "response": given}}
        if not isinstance(given, list):
            return {"functionResponse": {**response, "response": {key: given}}}
        texts: list[str] = []
        media: list[JsonObject] = []
        for index, content in enumerate(cast("list[JsonObject]", given)):
            path = located.content_path(index)
            if content["type"] == "function":
                raise invalid(f"{path}.type", "this server does not search for tools; give text or media.")
            part = part_of(content, path)
            texts += [part["text"]] if "text" in part else []
            media += [] if "text" in part else [part]
        return {
            "functionResponse": {
                **response,
                "response": {key: "".join(texts)},
                **({"parts": media} if media else {}),
            }
        }


def _parts(step: JsonObject, located: Located) -> Iterator[tuple[JsonObject, str]]:
    for index, content in enumerate(step.get("content", [])):
        path = located.content_path(index)
        yield part_of(content, path), path


def part_of(content: JsonObject, path: str) -> JsonObject:
    """Return a content as a part.

    Raises:
        ApiError: 400 with the path of what is missing or does not fit.
    """
    kind: str = content["type"]
    if kind == "text":
        return {"text": content["text"]}
    mime_type: str = content.get("mime_type", "")
    prefix = _MEDIA_TYPES.get(kind, "")
    if mime_type and not mime_type.startswith(prefix):
        raise invalid(f"{path}.mime_type", f"expected a type that begins with {prefix}, not {mime_type!r}.")
    if "data" in content:
        if not mime_type:
            raise invalid(
                f"{path}.mime_type", f"is missing; data needs its type, such as {prefix or 'application/'}..."
            )
        part: JsonObject = {"inlineData": {"mimeType": _with_rate(content, mime_type), "data": content["data"]}}
    elif content.get("uri"):
        typed = {"mimeType": mime_type} if mime_type else {}
        part = {"fileData": {"fileUri": content["uri"], **typed}}
    else:
        raise invalid(path, f"the {kind} has neither data nor uri; give one of them.")
    return {**part, **_processing(content)}


def _with_rate(content: JsonObject, mime_type: str) -> str:
    if mime_type.lower() not in _RAW_AUDIO:
        return mime_type
    given = {"rate": content.get("sample_rate"), "channels": content.get("channels")}
    return mime_type + "".join(f";{name}={value}" for name, value in given.items() if value is not None)


def _processing(content: JsonObject) -> JsonObject:
    fields: JsonObject = {}
    if "resolution" in content:
        fields["mediaResolution"] = {"level": f"MEDIA_RESOLUTION_{content['resolution'].upper()}"}
    processing = content.get("processing")
    if isinstance(processing, str):
        fields["mediaProcessing"] = processing.upper()
    elif processing and content["type"] == "video":
        names = {"start_offset": "startOffset", "end_offset": "endOffset", "fps": "fps"}
        metadata = {names[name]: value for name, value in processing.items() if name in names}
        fields |= {"videoMetadata": metadata} if metadata else {}
    return fields


def _tool_part(step: JsonObject, path: str) -> JsonObject:
    """Return the call or the result of a tool of the service as a part."""
    kind, _, end = step["type"].rpartition("_")
    signed = {"thoughtSignature": step["signature"]} if "signature" in step else {}
    if kind == "code_execution":
        return {**_code_part(step, end, path), **signed}
    if end == "call":
        named = {name: step[name] for name in ("name", "server_name") if name in step}
        call = {"id": step["id"], "toolType": kind.upper(), "args": {**step.get("arguments", {}), **named}}
        return {"toolCall": call, **signed}
    response = {"id": step["call_id"], "toolType": kind.upper(), "response": {"result": step.get("result")}}
    return {"toolResponse": response, **signed}


def _code_part(step: JsonObject, end: str, path: str) -> JsonObject:
    if end == "call":
        given: JsonObject = step.get("arguments", {})
        if not isinstance(given.get("code"), str):
            raise invalid(f"{path}.arguments.code", "is missing; expected the code as text.")
        language = str(given.get("language", "python"))
        return {"executableCode": {"id": step["id"], "language": language.upper(), "code": given["code"]}}
    output = step.get("result", "")
    if not isinstance(output, str):
        raise invalid(f"{path}.result", "expected the output of the code as text.")
    outcome = "OUTCOME_FAILED" if step.get("is_error") else "OUTCOME_OK"
    return {"codeExecutionResult": {"id": step["call_id"], "outcome": outcome, "output": output}}
