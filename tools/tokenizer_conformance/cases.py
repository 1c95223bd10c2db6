"""Contents and configs to count, as JSON: random ones, the same in every run, and a few by hand."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

_SEED = 20261129
_COUNTS = {"text": 60, "turns": 60, "calls": 80, "config": 80, "schema": 60}
_WORDS = (
    "License Work You the software distribution weather celsius get_weather_in_city Zürich süß 漢字 仮名 Привет مرحبا 😀 👩‍👩‍👧 "
    "1234567890 3.14 <start_of_turn> <end_of_turn> <bos> <unk> <0x41> ▁ a\u0301 ﬁ"
).split()
_GAPS = (" ", " ", " ", "  ", "\n", "\t", "", "\u00a0", "\r\n", "   ")
_TYPES = ("STRING", "INTEGER", "NUMBER", "BOOLEAN", "ARRAY", "OBJECT")


class Case(NamedTuple):
    """A call of `count_tokens`, and of `compute_tokens` without a config."""

    name: str
    contents: Any
    config: Any = None


def all_cases() -> list[Case]:
    """Return all cases."""
    make = _Maker(random.Random(_SEED))
    cases = [
        Case(f"{kind}/{number}", *getattr(make, kind)()) for kind, count in _COUNTS.items() for number in range(count)
    ]
    return [*cases, *_BY_HAND]


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def text(self) -> tuple[Any]:
        return (self._string(12),)

    def turns(self) -> tuple[Any]:
        parts = [lambda: {"text": self._string(6)}]
        return (self._turns(parts),)

    def calls(self) -> tuple[Any]:
        def call() -> Any:
            return {"function_call": {"name": self._string(2), "id": "id", "args": self._object(3)}}

        def result() -> Any:
            return {"function_response": {"name": self._string(2), "response": self._object(3)}}

        return (self._turns([call, result, lambda: {"text": self._string(4)}]),)

    def config(self) -> tuple[Any, Any]:
        config: dict[str, Any] = {}
        if self._chance.random() < 0.6:
            forms = [
                self._string(5),
                [self._string(2), self._string(3)],
                self._turn([lambda: {"text": self._string(3)}]),
            ]
            config["system_instruction"] = self._chance.choice(forms)
        if self._chance.random() < 0.7:
            config["tools"] = [
                {"function_declarations": [self._declaration() for _ in range(self._chance.randint(0, 3))]}
                for _ in range(self._chance.randint(0, 2))
            ]
        if self._chance.random() < 0.4:
            config["generation_config"] = {
                "response_schema": self._schema(2),
                "temperature": 0.5,
                "stop_sequences": ["stop"],
            }
        return self._string(3), config

    def schema(self) -> tuple[Any, Any]:
        return self._string(2), {"generation_config": {"response_schema": self._schema(4)}}

    def _string(self, words: int) -> str:
        return "".join(
            self._chance.choice(_WORDS) + self._chance.choice(_GAPS) for _ in range(self._chance.randint(0, words))
        )

    def _turns(self, parts: list[Any]) -> Any:
        return [self._turn(parts) for _ in range(self._chance.randint(1, 4))]

    def _turn(self, parts: list[Any]) -> Any:
        turn: dict[str, Any] = {"parts": [self._chance.choice(parts)() for _ in range(self._chance.randint(0, 3))]}
        role = self._chance.choice(["user", "model", None])
        return {"role": role, **turn} if role else turn

    def _object(self, depth: int) -> Any:
        return {f"{self._string(1)}{number}": self._json(depth - 1) for number in range(self._chance.randint(0, 3))}

    def _json(self, depth: int) -> Any:
        kinds = ["text", "number", "null", "flag", *(["object", "list"] if depth > 0 else [])]
        kind = self._chance.choice(kinds)
        if kind == "object":
            return self._object(depth)
        if kind == "list":
            return [self._json(depth - 1) for _ in range(self._chance.randint(0, 3))]
        return {"text": self._string(2), "number": 12.5, "null": None, "flag": True}[kind]

    def _declaration(self) -> Any:
        values = {"description": self._string(6), "parameters": self._schema(3), "response": self._schema(1)}
        chosen = {field: value for field, value in values.items() if self._chance.random() < 0.6}
        return {"name": self._string(1) + "f", **chosen}

    def _schema(self, depth: int) -> Any:
        schema: dict[str, Any] = {"type": self._chance.choice(_TYPES)}
        values: dict[str, Any] = {
            "title": self._string(2),
            "description": self._string(5),
            "format": self._string(1),
            "pattern": self._string(1),
            "enum": [self._string(1), self._string(1)],
            "required": [self._string(1)],
            "default": self._string(1),
            "example": self._json(2),
            "nullable": True,
            "min_length": 3,
            "property_ordering": [self._string(1)],
        }
        if depth > 0:
            values["items"] = self._schema(depth - 1)
            values["any_of"] = [self._schema(depth - 1)]
            values["properties"] = {
                f"p{number}": self._schema(depth - 1) for number in range(self._chance.randint(0, 2))
            }
        return schema | {field: value for field, value in values.items() if self._chance.random() < 0.35}


def _part(**fields: Any) -> Any:
    return {"role": "user", "parts": [fields]}


_BY_HAND = [
    Case("forms/nothing", None),
    Case("forms/no contents", []),
    Case("forms/empty text", ""),
    Case("forms/number", 5),
    Case("forms/texts", ["a", "b c"]),
    Case("forms/texts in a turn", [["a", "b"], "c"]),
    Case("forms/part", {"text": "a"}),
    Case("forms/turn without parts", {"role": "user"}),
    Case("forms/turn with a null", {"role": "user", "parts": None}),
    Case("forms/empty part", {"parts": [{}]}),
    Case("forms/thought", _part(text="I think", thought=True)),
    Case("forms/signature", _part(text="a", thought_signature="AAAA")),
    Case("forms/code", _part(executable_code={"code": "print(1)", "language": "PYTHON"})),
    Case("forms/output", _part(code_execution_result={"outcome": "OUTCOME_OK", "output": "1"})),
    Case("media/inline data", _part(inline_data={"data": "AAAA", "mime_type": "image/png"})),
    Case("media/file data", _part(file_data={"file_uri": "gs://a/b", "mime_type": "image/png"})),
    Case("media/after a text", [{"text": "a"}, {"file_data": {"file_uri": "gs://a/b", "mime_type": "image/png"}}]),
    Case(
        "media/instruction", "a", {"system_instruction": _part(inline_data={"data": "AAAA", "mime_type": "image/png"})}
    ),
    Case("settings/nothing", "a", {}),
    Case("settings/empty instruction", "a", {"system_instruction": ""}),
    Case("settings/no instruction", "a", {"system_instruction": []}),
    Case("settings/search", "a", {"tools": [{"google_search": {}}, {"code_execution": {}}, {"url_context": {}}]}),
    Case("settings/unknown field", "a", {"unknown": 1}),
    Case("settings/temperature", "a", {"generation_config": {"temperature": 1, "stop_sequences": ["stop"]}}),
    Case(
        "json schema/response",
        "a",
        {"generation_config": {"response_json_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}},
    ),
    Case(
        "json schema/parameters",
        "a",
        {
            "tools": [
                {
                    "function_declarations": [
                        {
                            "name": "f",
                            "parameters_json_schema": {"type": "object", "description": "city", "required": ["a"]},
                        }
                    ]
                }
            ]
        },
    ),
]
