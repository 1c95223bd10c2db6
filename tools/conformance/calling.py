"""Programs in which the model calls functions: every kind of function, argument and result, rounds and their limits, in
single answers and in streams, and servers of the Model Context Protocol. Values are in the tagged form of `contract/tagged.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.conformance import callables

Case = dict[str, Any]
MODEL = "gemini-2.5-flash"


def text(said: str, **beside: Any) -> dict[str, Any]:
    return {"text": said, **beside}


def call(name: str, args: Any = None, **beside: Any) -> dict[str, Any]:
    """Return a part that calls a function; `id` belongs to the call, anything else to the part."""
    function_call = {"name": name, **({} if args is None else {"args": args})}
    if "id" in beside:
        function_call["id"] = beside.pop("id")
    return {"functionCall": function_call, **beside}


def said(*parts: Any, finish: str | None = "STOP", role: str | None = "model", **beside: Any) -> dict[str, Any]:
    """Return a reply of one candidate."""
    content = {**({"role": role} if role else {}), "parts": list(parts)}
    candidate = {"content": content, **({"finishReason": finish} if finish else {})}
    return {"candidates": [candidate], "usageMetadata": {"totalTokenCount": len(parts)}, **beside}


def whole(*replies: Any) -> list[Any]:
    """Return one answer for each reply."""
    return [reply if "status" in reply else {"json": reply} for reply in replies]


def streamed(*streams: list[Any]) -> list[Any]:
    """Return one answer for each stream of replies."""
    return [stream if isinstance(stream, dict) else {"stream": stream} for stream in streams]


def function(*names: str) -> list[Any]:
    return [{"$python": f"function {name}"} for name in names]


def generate(tools: Any = None, contents: Any = "Hi", stream: bool = False, **config: Any) -> dict[str, Any]:
    """Return the step that generates an answer."""
    given = {**({} if tools is None else {"tools": tools}), **config}
    arguments = {"model": MODEL, "contents": contents, **({"config": given} if given else {})}
    return {"do": "stream" if stream else "generate", "arguments": arguments}


def automatic(**rules: Any) -> dict[str, Any]:
    return {"automatic_function_calling": rules}


DONE = said(text("done"))
BAD = {"json": {"error": {"code": 400, "message": "m", "status": "INVALID_ARGUMENT"}}, "status": 400}
TWO_PIECES = [said(text("do"), finish=None), said(text("ne"))]
CALLING = said(text("Let me see."), call("weather", {"city": "Boston"}, id="c1", thoughtSignature="AAEC"))
DECLARED = {"function_declarations": [{"name": "other", "description": "Do other things."}]}
_IN_BOSTON = call("weather", {"city": "Boston"})
_IN_PARIS = call("weather", {"city": "Paris"})

_CONTENTS: dict[str, Any] = {
    "text": "Hi",
    "texts": ["a", "b"],
    "content": {"$type": "Content", "role": "user", "parts": [{"$type": "Part", "text": "a"}]},
    "contents": [
        {"$type": "Content", "role": "user", "parts": [{"$type": "Part", "text": "a"}]},
        {"$type": "Content", "role": "model", "parts": [{"$type": "Part", "text": "b"}]},
        {"$type": "Content", "parts": [{"$type": "Part", "text": "c"}]},
    ],
    "content dict": {"role": "user", "parts": [{"text": "a"}]},
    "content dicts": [{"role": "user", "parts": [{"text": "a"}]}, {"role": "model", "parts": [{"text": "b"}]}],
    "part": {"$type": "Part", "text": "a"},
    "part dict": {"text": "a"},
    "texts around a content": ["a", {"$type": "UserContent", "$value": "b"}, "c"],
    "file": {"$type": "File", "uri": "https://h/f", "mime_type": "image/png"},
    "image": {"$python": "image"},
    "call and response": [
        {"$type": "UserContent", "$value": "a"},
        {"$call": "Part.from_function_call", "name": "f", "args": {"some_key": 1}},
        {"$call": "Part.from_function_response", "name": "f", "response": {"some_key": 1}},
    ],
}

_LATER = [said(text("later"))]
_ROUNDS: dict[str, list[Any]] = {
    "no call": [DONE],
    "a call": [said(_IN_BOSTON), DONE],
    "a call beside text": [CALLING, DONE],
    "two calls": [said(_IN_BOSTON, _IN_PARIS), DONE],
    "the same call twice": [said(_IN_BOSTON, _IN_BOSTON), DONE],
    "two functions": [said(_IN_BOSTON, call("add", {"a": 1, "b": 2})), DONE],
    "two rounds": [said(_IN_BOSTON), said(call("add", {"a": 1})), DONE],
    "three rounds": [said(_IN_BOSTON), said(_IN_PARIS, call("now", {})), CALLING, DONE],
    "text around calls": [said(text("a"), _IN_BOSTON, text("b"), _IN_PARIS, text("c")), DONE],
    "a thought before": [said(text("hm", thought=True, thoughtSignature="AAEC"), _IN_BOSTON), DONE],
    "a call that is a thought": [said({**_IN_BOSTON, "thought": True}), DONE],
    "code beside": [said({"executableCode": {"code": "1", "language": "PYTHON"}}, _IN_BOSTON), DONE],
    "an image beside": [said({"inlineData": {"mimeType": "image/png", "data": "+/8="}}, _IN_BOSTON), DONE],
    "something new beside": [said({**_IN_BOSTON, "notKnownYet": {"a_b": 1}}), DONE],
    "ids": [said(call("weather", {"city": "a"}, id="1"), call("weather", {"city": "b"}, id="2")), DONE],
    "id of nothing": [said(call("weather", {"city": "a"}, id="")), DONE],
    "no arguments": [said(call("now", {})), DONE],
    "arguments missing": [said(call("now")), DONE],
    "arguments missing beside others": [said(call("now"), _IN_BOSTON), DONE],
    "required argument missing": [said(call("weather", {})), DONE],
    "argument of another name": [said(call("weather", {"city": "a", "country": "b"})), DONE],
    "argument null": [said(call("weather", {"city": None})), DONE],
    "default used": [said(call("add", {"a": 1})), DONE],
    "default null": [said(call("add", {"a": 1, "b": None})), DONE],
    "numbers with a point": [said(call("add", {"a": 1.0, "b": 2.0})), DONE],
    "unknown function": [said(call("nobody", {})), DONE],
    "unknown function after a known one": [said(_IN_BOSTON, call("nobody", {})), DONE],
    "unknown function before a known one": [said(call("nobody", {}), _IN_BOSTON), DONE],
    "unknown function later": [said(_IN_BOSTON), said(call("nobody", {})), DONE],
    "unknown function without arguments": [said(call("nobody")), DONE],
    "function without name": [said({"functionCall": {"args": {}}}), DONE],
    "function of no name": [said(call("", {})), DONE],
    "call of nothing": [said({"functionCall": {}}), DONE],
    "no role": [said(_IN_BOSTON, role=None), DONE],
    "role of the user": [said(_IN_BOSTON, role="user"), DONE],
    "finish missing": [said(_IN_BOSTON, finish=None), DONE],
    "finish by length": [said(_IN_BOSTON, finish="MAX_TOKENS"), DONE],
    "finish malformed": [said(_IN_BOSTON, finish="MALFORMED_FUNCTION_CALL"), DONE],
    "finish unexpected": [said(_IN_BOSTON, finish="UNEXPECTED_TOOL_CALL"), DONE],
    "call in the second candidate": [
        {
            "candidates": [
                {"content": {"role": "model", "parts": [p]}, "index": n} for n, p in enumerate([text("a"), _IN_PARIS])
            ]
        },
        DONE,
    ],
    "calls in two candidates": [
        {
            "candidates": [
                {"content": {"role": "model", "parts": [p]}, "index": n} for n, p in enumerate([_IN_BOSTON, _IN_PARIS])
            ]
        },
        DONE,
    ],
    "no candidates": [{}, DONE],
    "empty candidates": [{"candidates": []}, DONE],
    "no content": [{"candidates": [{"finishReason": "STOP"}]}, DONE],
    "no parts": [{"candidates": [{"content": {"role": "model"}}]}, DONE],
    "empty parts": [said(), DONE],
    "blocked": [{"promptFeedback": {"blockReason": "SAFETY"}}, DONE],
    "no candidates later": [said(_IN_BOSTON), {}],
    "no content later": [said(_IN_BOSTON), {"candidates": [{"finishReason": "SAFETY"}]}],
    "usage": [said(_IN_BOSTON, usageMetadata={"totalTokenCount": 5}, responseId="r1"), {**DONE, "responseId": "r2"}],
    "refused": [BAD],
    "refused later": [said(_IN_BOSTON), BAD],
    "failing": [said(call("failing", {"kind": "value"})), DONE],
    "failing beside others": [said(_IN_BOSTON, call("failing", {"kind": "key"}), _IN_PARIS), DONE],
}

_TOOLS: dict[str, Any] = {
    "none": None,
    "empty": [],
    "one": function("weather"),
    "two": function("weather", "add"),
    "tuple": {"$tuple": function("weather")},
    "no list": function("weather")[0],
    "declaration": [DECLARED],
    "declaration of the same name": [{"function_declarations": [{"name": "weather"}]}],
    "function and declaration": [*function("weather"), DECLARED],
    "function and declaration of the same name": [
        *function("weather"),
        {"function_declarations": [{"name": "weather"}]},
    ],
    "declaration and functions": [DECLARED, *function("weather", "add")],
    "declaration of nothing": [*function("weather"), {"function_declarations": []}],
    "search and function": [{"google_search": {}}, *function("weather")],
    "function, search, function": [*function("weather"), {"google_search": {}}, *function("add")],
    "code, function, declaration": [{"code_execution": {}}, *function("weather"), DECLARED],
    "objects": [{"$type": "Tool", "google_search": {"$type": "GoogleSearch"}}, *function("weather")],
    "function in a tool": [{"function_declarations": function("weather")}],
    "bare declaration": [{"$type": "FunctionDeclaration", "name": "weather"}],
    "bare declaration dict": [{"name": "weather"}],
    "text": ["weather"],
    "nothing in a list": [*function("weather"), None],
    "number": [5],
    "two of one name": function("weather", "other weather"),
    "twice": function("weather", "weather"),
    "unannotated": function("unannotated"),
    "unannotated beside": function("weather", "unannotated"),
}

_KINDS: dict[str, tuple[str, Any]] = {
    "weather_awaited": ("weather_awaited", {"city": "a"}),
    "failing_awaited": ("failing_awaited", {}),
    "whereabouts": ("whereabouts", {}),
    "method": ("measured", {"days": 2}),
    "method awaited": ("measured_awaited", {"days": 2}),
    "method of class": ("of_class", {"days": 2}),
    "method of nobody": ("of_nobody", {"days": 2}),
    "method unbound": ("measured", {"days": 2}),
    "object": ("Station", {"days": 2}),
    "class": ("Station", {"days": 2}),
    "built in": ("len", {}),
    "lambda": ("<lambda>", {}),
    "lambda with parameter": ("<lambda>", {"a": 1}),
    "partial": ("add_seven", {"a": 2}),
    "traced": ("weather", {"city": "a"}),
    "named only": ("named_only", {"city": "a"}),
    "by place": ("by_place", {"city": "a", "days": 2}),
    "open ended": ("open_ended", {"city": "a"}),
    "generated": ("_generated", {}),
    "generated awaited": ("_generated_awaited", {}),
}

_INGREDIENT = {"name": "salt", "grams": 3}
_ARGUMENTS: dict[str, list[Any]] = {
    "int": [1, 2.0, 2.5, "3", "x", True, None, [1], -(2**53)],
    "float": [1, 1.5, 2.0, "x", True, None],
    "str": ["a", "", 1, None, True, ["a"]],
    "bool": [True, False, 1, "true", None],
    "Any": [1.0, "a", {"a": 1.0}, [1.0], None],
    "object": [1.0, "a"],
    "list": [[1.0, "a"], [], "a", None],
    "dict": [{"a": 1.0}, {}, [1]],
    "list[int]": [[1, 2.0], [], ["a"], "a", [2.5]],
    "list[str]": [["a"], [1]],
    "list[float]": [[1, 2.0, 2.5]],
    "list[list[int]]": [[[1.0], []], [1]],
    "list[Any]": [[1.0, "a"]],
    "list[Optional[int]]": [[1, None]],
    "list[Union[int, str]]": [[1, "a"]],
    "dict[str, int]": [{"a": 1.0}, {"a": "x"}],
    "dict[str, Ingredient]": [{"a": _INGREDIENT}, {"a": 1}],
    "Ingredient": [
        _INGREDIENT,
        {"name": "salt"},
        {"name": "salt", "grams": 3.0},
        {"grams": 3},
        {"name": 1},
        "salt",
        None,
    ],
    "Recipe": [{"title": "x"}],
    "list[Ingredient]": [[_INGREDIENT, {"name": "a"}], [], [{"grams": 1}], _INGREDIENT],
    "Optional[int]": [1, None, 2.0, "x"],
    "Optional[str]": ["a", None, 1],
    "Optional[Ingredient]": [_INGREDIENT, None, {"grams": 1}],
    "Optional[list[Ingredient]]": [[_INGREDIENT], None],
    "Union[int, str]": [1, "a", 1.0, [1]],
    "Union[str, float]": [1, "1", 1.5],
    "Union[Ingredient, str]": [_INGREDIENT, "a", {"grams": 1}],
    "int | None": [1, None],
    "str | int": [1, "1"],
    "Literal": ["a", "c"],
    "Optional[Literal]": ["a", None],
    "Colour": ["red", "RED", "green"],
    "Size": ["S", "M"],
    "Level": [1, "LOW"],
    "list[Colour]": [["red"]],
    "tuple[int, str]": [[1, "a"], [1]],
    "set[int]": [[1, 1]],
    "Sequence[int]": [[1]],
    "Mapping[str, int]": [{"a": 1}],
    "datetime": ["2025-01-02T03:04:05Z", "soon"],
    "bytes": ["YWI="],
    "Annotated[int]": [1.0],
    "text int": [1.0],
    "Point": [{"x": 1, "y": 2}, {"x": 1}],
    "Place": [{"name": "K2", "height": 1}],
}
_DEFAULTED = ("int", "str", "Optional[int]", "Ingredient", "list[int]", "Any")

_LIMITS: dict[str, dict[str, Any]] = {
    "unset": {},
    "none": {"maximum_remote_calls": None},
    "1": {"maximum_remote_calls": 1},
    "2": {"maximum_remote_calls": 2},
    "3": {"maximum_remote_calls": 3},
    "12": {"maximum_remote_calls": 12},
    "0": {"maximum_remote_calls": 0},
    "-1": {"maximum_remote_calls": -1},
    "off": {"disable": True},
    "off none": {"disable": True, "maximum_remote_calls": None},
    "off 2": {"disable": True, "maximum_remote_calls": 2},
    "off 0": {"disable": True, "maximum_remote_calls": 0},
    "not off": {"disable": False, "maximum_remote_calls": 2},
    "not off 0": {"disable": False, "maximum_remote_calls": 0},
    "no history": {"ignore_call_history": True},
    "no history 2": {"ignore_call_history": True, "maximum_remote_calls": 2},
    "history": {"ignore_call_history": False, "maximum_remote_calls": 2},
    "history none": {"ignore_call_history": None, "maximum_remote_calls": 2},
    "text": {"maximum_remote_calls": "many"},
}
_CONFIGS: dict[str, dict[str, Any]] = {
    **{
        f"mode {mode}": {"tool_config": {"function_calling_config": {"mode": mode}}}
        for mode in ("AUTO", "ANY", "NONE", "VALIDATED")
    },
    "names": {"tool_config": {"function_calling_config": {"mode": "ANY", "allowed_function_names": ["weather"]}}},
    "settings": {"temperature": 0.5, "system_instruction": "s", "stop_sequences": ["x"], "safety_settings": []},
    "headers": {"http_options": {"headers": {"x-user": "1"}, "api_version": "v9"}},
    "extra body": {"http_options": {"extra_body": {"ofTheUser": 1}}},
    "labels": {"labels": {"some_key": "a"}},
    "schema": {"response_mime_type": "application/json", "response_schema": {"$python": "Ingredient"}},
    "candidates": {"candidate_count": 2},
    "cache": {"cached_content": "cachedContents/c1"},
    "object": {},
}

_STREAMS: dict[str, list[Any]] = {
    "no call": [TWO_PIECES],
    "a call": [[said(_IN_BOSTON)], TWO_PIECES],
    "text, then a call": [[said(text("a"), finish=None), said(_IN_BOSTON)], TWO_PIECES],
    "texts, then a call": [[said(text("a"), finish=None), said(text("b"), finish=None), said(_IN_BOSTON)], TWO_PIECES],
    "a thought, then a call": [
        [said(text("hm", thought=True), finish=None), said({**_IN_BOSTON, "thoughtSignature": "AAEC"})],
        TWO_PIECES,
    ],
    "a call between texts": [
        [said(text("a"), finish=None), said(_IN_BOSTON, finish=None), said(text("b"))],
        TWO_PIECES,
    ],
    "a call, then an end of no text": [[said(_IN_BOSTON, finish=None), said(text(""))], TWO_PIECES],
    "a call, then an end of no parts": [[said(_IN_BOSTON, finish=None), said()], TWO_PIECES],
    "a call, then an end without content": [
        [said(_IN_BOSTON, finish=None), {"candidates": [{"finishReason": "STOP"}]}],
        TWO_PIECES,
    ],
    "a call, then usage": [[said(_IN_BOSTON), {"usageMetadata": {"totalTokenCount": 9}}], TWO_PIECES],
    "a call, then a signature": [
        [said(_IN_BOSTON, finish=None), said(text("", thoughtSignature="AAEC"))],
        TWO_PIECES,
    ],
    "usage, then a call": [[{"usageMetadata": {"totalTokenCount": 9}}, said(_IN_BOSTON)], TWO_PIECES],
    "text and a call in one piece": [[said(text("a"), _IN_BOSTON)], TWO_PIECES],
    "two calls in one piece": [[said(_IN_BOSTON, _IN_PARIS)], TWO_PIECES],
    "two calls in two pieces": [[said(_IN_BOSTON, finish=None), said(_IN_PARIS)], TWO_PIECES],
    "two rounds": [[said(_IN_BOSTON)], [said(_IN_PARIS)], TWO_PIECES],
    "two rounds, text in the second": [[said(_IN_BOSTON)], [said(text("x"), finish=None), said(_IN_PARIS)], TWO_PIECES],
    "two rounds, text after the second call": [
        [said(_IN_BOSTON)],
        [said(_IN_PARIS, finish=None), said(text("x"))],
        TWO_PIECES,
    ],
    "two rounds, text with both": [[said(text("x"), _IN_BOSTON)], [said(text("y"), _IN_PARIS)], TWO_PIECES],
    "unknown function": [[said(call("nobody", {}))], TWO_PIECES],
    "unknown function after text": [[said(text("a"), finish=None), said(call("nobody", {}))], TWO_PIECES],
    "arguments missing": [[said(call("now"))], TWO_PIECES],
    "required argument missing": [[said(call("weather", {}))], TWO_PIECES],
    "failing": [[said(call("failing", {"kind": "value"}))], TWO_PIECES],
    "call in the second candidate": [
        [
            {
                "candidates": [
                    {"content": {"role": "model", "parts": [p]}, "index": n}
                    for n, p in enumerate([text("a"), _IN_PARIS])
                ]
            }
        ],
        TWO_PIECES,
    ],
    "nothing": [[], TWO_PIECES],
    "empty reply": [[{}], TWO_PIECES],
    "nothing later": [[said(_IN_BOSTON)], []],
    "refused": [BAD],
    "refused later": [[said(text("a"), finish=None), said(_IN_BOSTON)], BAD],
    "an error in the middle": [[said(text("a"), finish=None), {"error": BAD["json"]["error"]}]],
    "arguments in parts": [
        [
            said({"functionCall": {"name": "weather", "willContinue": True}}, finish=None),
            said({"functionCall": {"partialArgs": [{"jsonPath": "$.city", "stringValue": "a"}]}}, finish=None),
            said({"functionCall": {}}),
        ],
        TWO_PIECES,
    ],
}
_IN_PARTS = {"tool_config": {"function_calling_config": {"stream_function_call_arguments": True}}}

_SESSION: dict[str, list[Any]] = {
    "a call": [said(call("forecast", {"city": "a"}, id="c1")), DONE],
    "no call": [DONE],
    "two calls": [said(call("forecast", {"city": "a"}), call("nothing", {})), DONE],
    "two rounds": [said(call("forecast", {"city": "a"})), said(call("nothing", {})), DONE],
    "breaking": [said(call("breaks", {"city": "a"})), DONE],
    "painted": [said(call("painted", {})), DONE],
    "linked": [said(call("linked", {})), DONE],
    "unknown function": [said(call("nobody", {})), DONE],
    "arguments missing": [said(call("forecast")), DONE],
    "arguments of any name": [said(call("forecast", {"Some_key": {"a_b": [1.0, 2.5, None]}})), DONE],
    "refused later": [said(call("forecast", {"city": "a"})), BAD],
}


def session(*names: str) -> list[Any]:
    return [{"$python": f"session {name}"} for name in names]


_SESSIONS: dict[str, tuple[list[str], list[Any], Any, dict[str, Any]]] = {
    "two": (["places", "numbers"], session("places", "numbers"), call("sum", {"a": 1, "b": 2.0}), {}),
    "two, the first one called": (
        ["places", "numbers"],
        session("numbers", "places"),
        call("forecast", {"city": "a"}),
        {},
    ),
    "of one name": (["places", "others"], session("places", "others"), call("forecast", {"city": "a"}), {}),
    "function before": (["numbers"], [*function("weather"), *session("numbers")], call("sum", {"a": 1, "b": 2}), {}),
    "function after": (["numbers"], [*session("numbers"), *function("weather")], _IN_BOSTON, {}),
    "search beside": (["numbers"], [*session("numbers"), {"google_search": {}}], call("sum", {"a": 1, "b": 2}), {}),
    "declaration beside": (["numbers"], [*session("numbers"), DECLARED], call("sum", {"a": 1, "b": 2}), {}),
    "off": (["numbers"], session("numbers"), call("sum", {"a": 1, "b": 2}), automatic(disable=True)),
    "at most 1": (["numbers"], session("numbers"), call("sum", {"a": 1, "b": 2}), automatic(maximum_remote_calls=1)),
    "settings": (["numbers"], session("numbers"), call("sum", {"a": 1, "b": 2}), {"temperature": 0.5}),
    "no tools": (["none"], session("none"), text("a"), {}),
    "no tools, a function beside": (["none"], [*session("none"), *function("weather")], _IN_BOSTON, {}),
    "lost": (["broken"], session("broken"), call("sum", {"a": 1, "b": 2}), {}),
    "lost before": (["mute"], session("mute"), call("sum", {"a": 1, "b": 2}), {}),
    "described richly": (["described richly"], session("described richly"), call("rich", {}), {}),
    "bare tool": (["numbers"], [{"$python": "tool forecast"}], call("forecast", {"city": "a"}), {}),
    "bare tool and function": (["numbers"], [{"$python": "tool forecast"}, *function("weather")], _IN_BOSTON, {}),
    "bare tool and session": (
        ["numbers"],
        [{"$python": "tool forecast"}, *session("numbers")],
        call("sum", {"a": 1, "b": 2}),
        {},
    ),
}


def _case(name: str, steps: list[Any], answers: list[Any], **beside: Any) -> Case:
    return {"id": f"calling/{name}", "steps": [{**step, "answers": answers} for step in steps], **beside}


def _cases() -> Iterator[Case]:
    known = function("weather", "add", "now", "failing")
    for name, contents in _CONTENTS.items():
        yield _case(f"contents/{name}", [generate(known, contents)], whole(CALLING, DONE))
        yield _case(f"contents/{name}, no call", [generate(known, contents)], whole(DONE))
    for name, replies in _ROUNDS.items():
        yield _case(f"round/{name}", [generate(known)], whole(*replies))
        streams = [reply if "status" in reply else [reply] for reply in replies]
        yield _case(f"stream/in one piece/{name}", [generate(known, stream=True)], streamed(*streams))
    for name, tools in _TOOLS.items():
        given = generate(tools)
        yield _case(f"tools/{name}", [given], whole(said(_IN_BOSTON), DONE))
        yield _case(f"tools/{name}, no call", [given], whole(DONE))
        yield _case(f"stream/tools/{name}", [generate(tools, stream=True)], streamed([said(_IN_BOSTON)], TWO_PIECES))
    for name, (called, args) in _KINDS.items():
        answers = whole(said(call(called, args)), DONE)
        yield _case(f"function/{name}", [generate(function(name))], answers)
        streams = streamed([said(call(called, args))], TWO_PIECES)
        yield _case(f"stream/function/{name}", [generate(function(name), stream=True)], streams)
    in_turn = whole(said(call("first_in_turn", {}), call("second_in_turn", {})), DONE)
    yield _case("function/in turn", [generate(function("first", "second"))], in_turn, colours=["async"])
    yield from _of_values()
    yield from _of_rules()
    for name, streams in _STREAMS.items():
        yield _case(f"stream/pieces/{name}", [generate(known, stream=True)], streamed(*streams))
    parts = streamed(*_STREAMS["arguments in parts"])
    yield _case("stream/arguments in parts", [generate(known, stream=True, **_IN_PARTS)], parts)
    off = {**_IN_PARTS, **automatic(disable=True)}
    yield _case("stream/arguments in parts, off", [generate(known, stream=True, **off)], parts)
    for most in (0, 1):
        step = {**generate(known, stream=True), "take": most}
        yield _case(
            f"stream/left after {most}", [step], streamed([said(text("a"), finish=None), said(_IN_BOSTON)], TWO_PIECES)
        )
    yield from _of_sessions()


def _of_values() -> Iterator[Case]:
    for name, values in _ARGUMENTS.items():
        for number, value in enumerate(values):
            answers = whole(said(call("taken", {"value": value})), DONE)
            yield _case(f"argument/{name}/{number}", [generate([{"$python": f"taking {name}"}])], answers)
    for name in _DEFAULTED:
        tools = [{"$python": f"taking {name} or None"}]
        yield _case(f"argument/{name}/left out", [generate(tools)], whole(said(call("taken", {})), DONE))
        yield _case(
            f"argument/{name}/missing",
            [generate([{"$python": f"taking {name}"}])],
            whole(said(call("taken", {})), DONE),
        )
    for name in ("int or 5", "Ingredient or salt"):
        yield _case(
            f"argument/{name}", [generate([{"$python": f"taking {name}"}])], whole(said(call("taken", {})), DONE)
        )
    for name in callables.RETURNED:
        yield _case(
            f"returned/{name}", [generate([{"$python": f"returning {name}"}])], whole(said(call("returned", {})), DONE)
        )
    for kind in ("value", "key", "runtime", "stop", "own", "assertion", "silent", "timeout", "os"):
        answers = whole(said(call("failing", {"kind": kind})), DONE)
        yield _case(f"failing/{kind}", [generate(function("failing"))], answers)


def _of_rules() -> Iterator[Case]:
    for name, rules in _LIMITS.items():
        yield _case(f"limit/{name}", [generate(function("weather"), **automatic(**rules))], whole(CALLING))
        pieces = streamed([said(_IN_BOSTON)])
        yield _case(f"stream/limit/{name}", [generate(function("weather"), stream=True, **automatic(**rules))], pieces)
    yield _case("limit/empty rules without tools", [generate(**automatic(maximum_remote_calls=3))], whole(DONE))
    yield _case("limit/off without tools", [generate(**automatic(disable=True))], whole(DONE))
    yield _case("limit/off with a declaration", [generate([DECLARED], **automatic(disable=True))], whole(DONE))
    yield _case("limit/no configuration", [generate()], whole(DONE))
    yield _case("limit/no configuration, a call", [generate()], whole(CALLING))
    for name, config in _CONFIGS.items():
        step = generate(function("weather"), **config)
        if name == "object":
            step["arguments"]["config"]["$type"] = "GenerateContentConfig"
        last = said(text('{"name": "salt", "grams": 3}'))
        yield _case(f"config/{name}", [step], whole(CALLING, last))
        yield _case(f"stream/config/{name}", [{**step, "do": "stream"}], streamed([said(_IN_BOSTON)], [last]))


def _of_sessions() -> Iterator[Case]:
    one = session("places")
    for name, replies in _SESSION.items():
        beside: Any = {"sessions": ["places"], "colours": ["async"]}
        yield _case(f"session/{name}", [generate(one)], whole(*replies), **beside)
        streams = [reply if "status" in reply else [reply] for reply in replies]
        yield _case(f"stream/session/{name}", [generate(one, stream=True)], streamed(*streams), **beside)
    for name, (opened, tools, part, config) in _SESSIONS.items():
        beside = {"sessions": opened, "colours": ["async"]}
        yield _case(f"sessions/{name}", [generate(tools, **config)], whole(said(part), DONE), **beside)
    for name, tools in {"alone": [], "beside a function": function("weather")}.items():
        closed = [{"$python": "session unconnected"}, *tools]
        for stream in (False, True):
            title = f"{'stream/' if stream else ''}session, blocking/{name}"
            yield _case(
                title, [generate(closed, stream=stream)], whole(DONE), colours=["sync"], sessions=["unconnected"]
            )
    bare = [{"$python": "tool forecast"}]
    yield _case("tool of a server", [generate(bare)], whole(said(call("forecast", {})), DONE), sessions=[])
    yield _case("stream/tool of a server", [generate(bare, stream=True)], streamed([DONE]), sessions=[])


CASES: list[Case] = list(_cases())
