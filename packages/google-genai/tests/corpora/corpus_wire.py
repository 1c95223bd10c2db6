"""The wire forms of the cases of both corpora, and values that satisfy the schemas sent.

    python packages/google-genai/tests/corpora/corpus_wire.py

rewrites `signatures.json` and `responses.json`; a person has to review the changes.
"""

import copy
import json
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))

import corpus_responses
import corpus_signatures

from google.genai import types
from google.genai._backend import Backend
from google.genai._wire.codec import new_encoding

FOLDER = Path(__file__).parent
BACKENDS = ("gemini", "vertex")
_FORMS = {"gemini": "GEMINI_API", "vertex": "VERTEX_AI"}
_FORMATS = {
    "date-time": "2025-01-02T03:04:05Z",
    "date": "2025-01-02",
    "time": "03:04:05",
    "duration": "P1D",
    "uuid": "7f3c8b1e-2f0e-4c4e-9a43-0d8bb8f3f0aa",
    "ipv4": "127.0.0.1",
    "uri": "https://h/",
    "fraction": "1/2",
    "base64": "AAAA",
    "base64url": "AAAA",
}
_DEPTH = 4
"""Depth up to which a full value follows classes that contain themselves."""


def config_of(case: str, form: Any = None) -> types.GenerateContentConfig:
    """Return the configuration of a case, such as `signature annotation int` or `response shape Text`.

    `form` declares a function in the own form of a service, and not as functions among the tools are declared.
    """
    corpus, _, name = case.partition(" ")
    if corpus == "signature":
        function = corpus_signatures.function(name)
        if form is None:
            return types.GenerateContentConfig(tools=[function])
        declared = types.FunctionDeclaration.from_callable_with_api_option(callable=function, api_option=form)
        return types.GenerateContentConfig(tools=[types.Tool(function_declarations=[declared])])
    schema = corpus_responses.schema(name, types)
    given = copy.deepcopy(schema) if isinstance(schema, dict) else schema
    return types.GenerateContentConfig(response_mime_type="application/json", response_schema=given)


def wire_of(case: str, backend: str, form: Any = None) -> dict[str, Any]:
    """Return the wire form of a case: a declaration, or the part of the generation configuration with the schema.

    Raises `ValueError` for a case that is refused.
    """
    encoding = new_encoding(Backend(backend == "vertex", base_url="https://h/", api_version="v1"))
    encoding.write_config(config_of(case, form), "config")
    body = json.loads(json.dumps(encoding.body))
    if case.startswith("signature "):
        return body["tools"][0]["functionDeclarations"][0]
    return {key: value for key, value in body["generationConfig"].items() if key != "responseMimeType"}


def outcome_of(case: str) -> dict[str, Any]:
    """Return the wire form of a case on both backends, or the reason why it is refused.

    For a signature, `tool` is the form of a function among the tools; the others are the own forms of the services.
    """
    if not case.startswith("signature "):
        return _merged({backend: _attempt(case, backend) for backend in BACKENDS})
    (tool,) = _merged({backend: _attempt(case, backend) for backend in BACKENDS}).values()
    return {"tool": tool, **_merged({backend: _attempt(case, backend, form) for backend, form in _FORMS.items()})}


def _attempt(case: str, backend: str, form: Any = None) -> dict[str, Any]:
    try:
        return wire_of(case, backend, form)
    except ValueError as error:
        return {"refused": str(error)}


def _merged(seen: dict[str, Any]) -> dict[str, Any]:
    return {"both": seen["gemini"]} if seen["gemini"] == seen["vertex"] else seen


def json_schema_of(wire: dict[str, Any]) -> dict[str, Any]:
    """Return a schema, sent in either format, as JSON Schema."""
    part = "parameters" if "name" in wire else "response"
    if f"{part}JsonSchema" in wire:
        return wire[f"{part}JsonSchema"]
    return _from_own_form(
        wire.get("parameters", {"type": "OBJECT"}) if part == "parameters" else wire["responseSchema"]
    )


def _from_own_form(schema: dict[str, Any]) -> dict[str, Any]:
    written = {key: value for key, value in schema.items() if key not in ("nullable", "propertyOrdering", "type")}
    if "items" in schema:
        written["items"] = _from_own_form(schema["items"])
    if "anyOf" in schema:
        written["anyOf"] = [_from_own_form(item) for item in schema["anyOf"]]
    elif "type" in schema:  # next to anyOf, the service's format always contains OBJECT
        written["type"] = schema["type"].lower()
    if "properties" in schema:
        written["properties"] = {name: _from_own_form(value) for name, value in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        written["additionalProperties"] = _from_own_form(schema["additionalProperties"])
    return {"anyOf": [written, {"type": "null"}]} if schema.get("nullable") else written


def value_of(schema: dict[str, Any], *, is_full: bool) -> Any:
    """Return a value that satisfies a JSON Schema: the smallest, or one with every property and an item in each list."""
    return _Making(schema.get("$defs", {}), is_full).value(schema, 0)


class _Making:
    def __init__(self, definitions: dict[str, Any], is_full: bool) -> None:
        self._definitions = definitions
        self._is_full = is_full

    def value(self, schema: dict[str, Any], depth: int) -> Any:
        if "$ref" in schema:
            return self.value(self._definitions[schema["$ref"].rpartition("/")[2]], depth + 1)
        if "enum" in schema:
            return schema["enum"][-1 if self._is_full else 0]
        for key in ("anyOf", "oneOf"):
            if key in schema:
                is_full = self._is_full and depth < _DEPTH
                others = [item for item in schema[key] if item != {"type": "null"}]
                return self.value(others[-1] if is_full else others[0], depth) if others else None
        if "allOf" in schema:
            return {name: each for item in schema["allOf"] for name, each in self.value(item, depth).items()}
        kind = schema.get("type", "string")
        kind = next(item for item in kind if item != "null") if isinstance(kind, list) else kind
        if kind in ("object", "array"):
            return getattr(self, f"_{kind}")(schema, depth)
        if kind in ("integer", "number"):
            low = schema.get("exclusiveMinimum", -1) + 1 if "exclusiveMinimum" in schema else schema.get("minimum", 0)
            return 0.5 if kind == "number" and low <= 1 else int(low)
        if kind == "string":
            return _FORMATS.get(schema.get("format", ""), "a" * schema.get("minLength", 1))
        return {"boolean": True, "null": None}[kind]

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        names = properties if self._is_full and depth < _DEPTH else schema.get("required", [])
        made = {name: self.value(properties[name], depth + 1) for name in names}
        values = schema.get("additionalProperties")
        if self._is_full and depth < _DEPTH and isinstance(values, dict):
            key = self.value(schema["propertyNames"], depth + 1) if "propertyNames" in schema else "1"
            made[key] = self.value(values, depth + 1)
        return made

    def _array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        first = [self.value(item, depth + 1) for item in schema.get("prefixItems", [])]
        wanted = max(schema.get("minItems", 0), 1 if self._is_full and depth < _DEPTH else 0)
        rest = [
            self.value(schema.get("items", {}), depth + 1) for _ in range(min(wanted, schema.get("maxItems", wanted)))
        ]
        return first or rest


CASES: dict[str, list[str]] = {
    "signatures": [f"signature {case}" for case in corpus_signatures.CASES],
    "responses": [f"response {case}" for case in corpus_responses.CASES],
}


def golden(corpus: str) -> dict[str, Any]:
    """Return the recorded wire form of each case of a corpus."""
    return json.loads((FOLDER / f"{corpus}.json").read_text())


def main() -> None:
    for corpus, cases in CASES.items():
        lines = (f"{json.dumps(case)}: {json.dumps(outcome_of(case), ensure_ascii=False)}" for case in cases)
        (FOLDER / f"{corpus}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
