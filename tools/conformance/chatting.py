"""Programs with chats: initial histories, every kind of message, configurations, and the history after good, empty and broken
answers, single and streamed, with and without functions. Values are in the tagged form of `contract/tagged.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.conformance.calling import (
    BAD,
    DECLARED,
    DONE,
    MODEL,
    TWO_PIECES,
    Case,
    automatic,
    call,
    function,
    said,
    streamed,
    text,
    whole,
)


def user(said_text: str) -> dict[str, Any]:
    return {"$type": "UserContent", "$value": said_text}


def model(said_text: str) -> dict[str, Any]:
    return {"$type": "ModelContent", "$value": said_text}


def content(role: str | None, *parts: Any) -> dict[str, Any]:
    return {"$type": "Content", "parts": list(parts), **({"role": role} if role else {})}


def part(said_text: str, **beside: Any) -> dict[str, Any]:
    return {"$type": "Part", "text": said_text, **beside}


def chat(**arguments: Any) -> dict[str, Any]:
    return {"do": "chat", "arguments": {"model": MODEL, **arguments}}


def send(message: Any = "next", *replies: Any, **beside: Any) -> dict[str, Any]:
    """Return the step that sends a message and receives these replies."""
    return {"do": "send", "arguments": {"message": message, **beside}, "answers": whole(*(replies or [DONE]))}


def stream(message: Any = "next", *streams: Any, **beside: Any) -> dict[str, Any]:
    """Return the step that sends a message and receives these streams: lists of replies, or one reply alone."""
    pieces = [one if isinstance(one, list) or "status" in one else [one] for one in streams or [DONE]]
    return {"do": "send_stream", "arguments": {"message": message, **beside}, "answers": streamed(*pieces)}


_HISTORIES: dict[str, Any] = {
    "none": None,
    "empty": [],
    "dicts": [{"role": "user", "parts": [{"text": "a"}]}, {"role": "model", "parts": [{"text": "b"}]}],
    "contents": [content("user", part("a")), content("model", part("b"))],
    "user and model": [user("a"), model("b")],
    "tuple": {"$tuple": [user("a"), model("b")]},
    "mixed": [user("a"), {"role": "model", "parts": [{"text": "b"}]}],
    "of the model first": [model("b"), user("a")],
    "of the model only": [model("b")],
    "of the user only": [user("a"), user("b")],
    "of the user last": [user("a"), model("b"), user("c")],
    "two of the model": [user("a"), model("b"), model("c")],
    "empty parts of the model": [user("a"), content("model"), user("b"), model("c")],
    "no parts of the model": [user("a"), {"role": "model"}, user("b"), model("c")],
    "empty text of the model": [user("a"), content("model", part("")), user("b"), model("c")],
    "empty part of the model": [user("a"), content("model", {"$type": "Part"}), user("b"), model("c")],
    "empty text beside": [user("a"), content("model", part("x"), part("")), user("b"), model("c")],
    "an empty one of two": [user("a"), model("b"), content("model"), user("c"), model("d")],
    "an empty one first of two": [user("a"), content("model"), model("b"), user("c"), model("d")],
    "two users before an empty one": [user("a"), user("b"), content("model"), user("c"), model("d")],
    "an empty one at the end": [user("a"), model("b"), user("c"), content("model")],
    "an empty one at the beginning": [content("model"), user("a"), model("b")],
    "only empty ones": [user("a"), content("model"), user("b"), content("model")],
    "empty parts of the user": [content("user"), model("b")],
    "empty text of the user": [user(""), model("b")],
    "a thought": [user("a"), content("model", part("hm", thought=True), part("b"))],
    "a call": [
        user("a"),
        content("model", {"$call": "Part.from_function_call", "name": "f", "args": {"some_key": 1}}),
        content("user", {"$call": "Part.from_function_response", "name": "f", "response": {"some_key": 1}}),
        model("b"),
    ],
    "no role": [content(None, part("a"))],
    "role of a function": [content("function", part("a"))],
    "role in capitals": [content("USER", part("a"))],
    "dict with another role": [{"role": "tool", "parts": [{"text": "a"}]}],
    "dict without role": [{"parts": [{"text": "a"}]}],
    "dict empty": [{}],
    "dict unknown": [{"no_such_field": 1}],
    "dict with text parts": [{"role": "user", "parts": ["a"]}],
    "dict with one part": [{"role": "user", "parts": {"text": "a"}}],
    "texts": ["a", "b"],
    "parts": [part("a")],
    "one content": user("a"),
    "text": "a",
    "number": 5,
}

_MESSAGES: dict[str, Any] = {
    "text": "a",
    "text empty": "",
    "part": part("a"),
    "part empty": {"$type": "Part"},
    "texts": ["a", "b"],
    "part and text": [part("a"), "b"],
    "file": {"$type": "File", "uri": "https://h/f", "mime_type": "image/png", "name": "files/f"},
    "file and text": [{"$type": "File", "uri": "https://h/f", "mime_type": "image/png"}, "a"],
    "file without uri": {"$type": "File", "name": "files/f"},
    "image": {"$python": "image"},
    "image and text": [{"$python": "image"}, "a"],
    "bytes part": {"$call": "Part.from_bytes", "data": {"$bytes": "+/8="}, "mime_type": "image/png"},
    "response": {"$call": "Part.from_function_response", "name": "f", "response": {"some_key": 1}},
    "responses": [{"$call": "Part.from_function_response", "name": name, "response": {"a": 1}} for name in ("f", "g")],
    "call": {"$call": "Part.from_function_call", "name": "f", "args": {"some_key": 1}},
    "call and text": [{"$call": "Part.from_function_call", "name": "f", "args": {"a": 1}}, "a"],
    "part dict": {"text": "a"},
    "part dicts": [{"text": "a"}],
    "part dict and text": ["a", {"text": "b"}],
    "content": user("a"),
    "content in a list": [user("a")],
    "content dict": {"role": "user", "parts": [{"text": "a"}]},
    "dict unknown": {"no_such_field": 1},
    "nothing": None,
    "empty": [],
    "tuple": {"$tuple": ["a", "b"]},
    "list in a list": [["a"]],
    "nothing in a list": ["a", None],
    "number": 5,
    "bytes": {"$bytes": "eA=="},
    "blob": {"$type": "Blob", "data": {"$bytes": "eA=="}, "mime_type": "image/png"},
    "function response": {"$type": "FunctionResponse", "name": "f", "response": {"a": 1}},
}

_ANSWERS: dict[str, Any] = {
    "text": DONE,
    "no candidates": {},
    "empty candidates": {"candidates": []},
    "no content": {"candidates": [{"finishReason": "STOP"}]},
    "empty content": {"candidates": [{"content": {}, "finishReason": "STOP"}]},
    "no parts": {"candidates": [{"content": {"role": "model"}, "finishReason": "STOP"}]},
    "empty parts": said(),
    "empty text": said(text("")),
    "text and empty text": said(text("a"), text("")),
    "empty part": said({}),
    "something new": said({"notKnownYet": 1}),
    "something new beside text": said({"text": "a", "notKnownYet": 1}),
    "thought": said(text("hm", thought=True)),
    "thought and text": said(text("hm", thought=True, thoughtSignature="AAEC"), text("a")),
    "empty thought": said(text("", thought=True)),
    "signature": said(text("", thoughtSignature="AAEC")),
    "text and signature": said(text("a"), text("", thoughtSignature="AAEC")),
    "only a signature": said({"thoughtSignature": "AAEC"}),
    "blocked": {"promptFeedback": {"blockReason": "SAFETY"}},
    "stopped for safety": said(text("a"), finish="SAFETY"),
    "stopped for safety without content": {"candidates": [{"finishReason": "SAFETY"}]},
    "too long": said(text("a"), finish="MAX_TOKENS"),
    "unlisted finish": said(text("a"), finish="NOT_KNOWN_YET"),
    "no finish": said(text("a"), finish=None),
    "call": said(call("f", {"some_key": 1})),
    "call and text": said(text("a"), call("f", {"some_key": 1})),
    "no role": said(text("a"), role=None),
    "role of the user": said(text("a"), role="user"),
    "two candidates": {
        "candidates": [{"content": {"role": "model", "parts": [text(t)]}, "finishReason": "STOP"} for t in "ab"]
    },
    "the first of two empty": {
        "candidates": [{"finishReason": "STOP"}, {"content": {"role": "model", "parts": [text("b")]}}]
    },
    "image": said({"inlineData": {"mimeType": "image/png", "data": "+/8="}}),
    "code": said({"executableCode": {"code": "1", "language": "PYTHON"}}),
    "refused": BAD,
}

_PIECES: dict[str, Any] = {
    "two": TWO_PIECES,
    "empty text at the end": [said(text("a"), finish=None), said(text(""))],
    "empty text at the beginning": [said(text(""), finish=None), said(text("a"))],
    "no content at the end": [said(text("a"), finish=None), {"candidates": [{"finishReason": "STOP"}]}],
    "empty parts at the end": [said(text("a"), finish=None), said()],
    "empty part at the end": [said(text("a"), finish=None), said({})],
    "signature at the end": [said(text("a"), finish=None), said(text("", thoughtSignature="AAEC"))],
    "usage at the end": [said(text("a")), {"usageMetadata": {"totalTokenCount": 3}}],
    "no finish": [said(text("a"), finish=None), said(text("b"), finish=None)],
    "finish at the beginning": [said(text("a")), said(text("b"), finish=None)],
    "stopped for safety": [said(text("a"), finish=None), said(text("b"), finish="SAFETY")],
    "thoughts": [said(text("hm", thought=True), finish=None), said(text("a"))],
    "a call": [said(text("a"), finish=None), said(call("f", {"some_key": 1}))],
    "nothing": [],
    "no role": [said(text("a"), finish=None, role=None), said(text("b"), role=None)],
    "an error in the middle": [said(text("a"), finish=None), {"error": BAD["json"]["error"]}],
    "no JSON in the middle": [said(text("a"), finish=None), "{no"],
    "two candidates": [
        {"candidates": [{"content": {"role": "model", "parts": [text(t)]}, "finishReason": "STOP"} for t in "ab"]}
    ],
}

_WITH_AN_EMPTY_ONE = [user("a"), content("model"), user("b"), model("c")]
_CALL = said(text("Let me see."), call("weather", {"city": "Boston"}, id="c1", thoughtSignature="AAEC"))
_BARE_CALL = said(call("weather", {"city": "Boston"}))
_WEATHER: dict[str, Any] = {"tools": function("weather")}
_CALLING: dict[str, tuple[dict[str, Any], list[Any], list[Any]]] = {
    "a call": ({"config": _WEATHER}, [_CALL, DONE], [DONE]),
    "two rounds": ({"config": _WEATHER}, [_CALL, _BARE_CALL, DONE], [DONE]),
    "a call later": ({"config": _WEATHER}, [DONE], [_BARE_CALL, DONE]),
    "a call with each message": ({"config": _WEATHER}, [_BARE_CALL, DONE], [_BARE_CALL, DONE]),
    "no call": ({"config": _WEATHER}, [DONE], [DONE]),
    "at most 1": ({"config": {**_WEATHER, **automatic(maximum_remote_calls=1)}}, [_BARE_CALL], [DONE]),
    "at most 2": ({"config": {**_WEATHER, **automatic(maximum_remote_calls=2)}}, [_BARE_CALL], [DONE]),
    "off": ({"config": {**_WEATHER, **automatic(disable=True)}}, [_BARE_CALL], [DONE]),
    "no history": ({"config": {**_WEATHER, **automatic(ignore_call_history=True)}}, [_BARE_CALL, DONE], [DONE]),
    "empty answer": ({"config": _WEATHER}, [_BARE_CALL, {}], [DONE]),
    "empty text": ({"config": _WEATHER}, [_BARE_CALL, said(text(""))], [DONE]),
    "unknown function": ({"config": _WEATHER}, [said(call("nobody", {})), DONE], [DONE]),
    "refused later": ({"config": _WEATHER}, [_BARE_CALL, BAD], [DONE]),
    "begun": ({"config": _WEATHER, "history": [user("a"), model("b")]}, [_BARE_CALL, DONE], [DONE]),
    "begun with an empty answer": ({"config": _WEATHER, "history": _WITH_AN_EMPTY_ONE}, [_BARE_CALL, DONE], [DONE]),
    "begun, no call": ({"config": _WEATHER, "history": _WITH_AN_EMPTY_ONE}, [DONE], [DONE]),
    "declared only": ({"config": {"tools": [DECLARED]}}, [_BARE_CALL], [DONE]),
    "failing": ({"config": {"tools": function("failing")}}, [said(call("failing", {"kind": "value"})), DONE], [DONE]),
    "awaited": (
        {"config": {"tools": function("weather_awaited")}},
        [said(call("weather_awaited", {"city": "a"})), DONE],
        [DONE],
    ),
}

_SETTINGS: dict[str, Any] = {"temperature": 0.5, "system_instruction": "s"}
_CONFIGS: dict[str, tuple[Any, Any]] = {
    "of the chat": (_SETTINGS, ...),
    "of the message": (None, {"top_p": 0.25}),
    "of both": (_SETTINGS, {"top_p": 0.25}),
    "of both, objects": (
        {"$type": "GenerateContentConfig", **_SETTINGS},
        {"$type": "GenerateContentConfig", "top_p": 0.25},
    ),
    "of the message nothing": (_SETTINGS, None),
    "of the message empty": (_SETTINGS, {}),
    "of the message an empty object": (_SETTINGS, {"$type": "GenerateContentConfig"}),
    "of the message functions": (_SETTINGS, _WEATHER),
    "functions of the chat, off for the message": (_WEATHER, {**_WEATHER, **automatic(disable=True)}),
    "of the message unknown": (_SETTINGS, {"no_such_field": 1}),
    "of the chat unknown": ({"no_such_field": 1}, ...),
    "of the chat number": (5, ...),
    "of the message text": (_SETTINGS, "a"),
    "schema": ({"response_mime_type": "application/json", "response_schema": {"$python": "Ingredient"}}, ...),
}
_MODELS = (MODEL, "models/m", "tunedModels/m", "publishers/meta/models/llama", "", None, "../m")


def _record(said_by_user: Any, output: list[Any], history: list[Any], is_valid: bool) -> dict[str, Any]:
    names = ("user_input", "model_output", "automatic_function_calling_history", "is_valid")
    return {"do": "record", "arguments": dict(zip(names, (said_by_user, output, history, is_valid), strict=True))}


_RECORDS: dict[str, list[Any]] = {
    "valid": [_record(user("a"), [model("b")], [], True)],
    "invalid": [_record(user("a"), [model("b")], [], False)],
    "invalid, then valid": [_record(user("a"), [model("b")], [], False), _record(user("c"), [model("d")], [], True)],
    "no output": [_record(user("a"), [], [], True)],
    "no output, invalid": [_record(user("a"), [], [], False)],
    "several outputs": [_record(user("a"), [model("b"), model("c")], [], True)],
    "with calls": [_record(user("a"), [model("d")], [user("a"), model("b"), user("c")], True)],
    "with calls, later": [
        _record(user("a"), [model("b")], [], True),
        _record(user("c"), [model("f")], [user("a"), model("b"), user("c"), model("d"), user("e")], True),
    ],
    "with calls, after an invalid one": [
        _record(user("a"), [model("b")], [], False),
        _record(user("c"), [model("f")], [user("c"), model("d"), user("e")], True),
    ],
}


def _case(name: str, *steps: Any) -> Case:
    return {"id": f"chats/{name}", "steps": list(steps)}


def _cases() -> Iterator[Case]:
    for name, history in _HISTORIES.items():
        yield _case(f"history/{name}", chat(history=history), send("first"), send("second"))
    for name in _MODELS:
        yield _case(f"model/{name}", chat(model=name), send())
    for name, message in _MESSAGES.items():
        yield _case(f"message/{name}", chat(), send(message), send())
        yield _case(f"stream/message/{name}", chat(), stream(message), stream())
    for name, reply in _ANSWERS.items():
        yield _case(f"answer/{name}", chat(), send("first", reply), send("second"))
        yield _case(f"stream/in one piece/{name}", chat(), stream("first", reply), stream("second"))
    for name, pieces in _PIECES.items():
        yield _case(f"stream/pieces/{name}", chat(), stream("first", pieces), stream("second"))
    for name, (arguments, first, second) in _CALLING.items():
        yield _case(f"calling/{name}", chat(**arguments), send("first", *first), send("second", *second))
        yield _case(f"stream/calling/{name}", chat(**arguments), stream("first", *first), stream("second", *second))
    text_first = [said(text("a"), finish=None), _BARE_CALL]
    yield _case("stream/calling/text, then a call", chat(config=_WEATHER), stream("first", text_first, DONE), stream())
    for name, (of_chat, of_message) in _CONFIGS.items():
        given = {} if of_message is ... else {"config": of_message}
        yield _case(f"config/{name}", chat(config=of_chat), send("first", **given), send("second"))
        yield _case(f"stream/config/{name}", chat(config=of_chat), stream("first", **given))
    for most in (0, 1, 2):
        left = {**stream("first", TWO_PIECES), "take": most}
        yield _case(f"stream/left after {most}", chat(), left, stream("second"))
    for name, records in _RECORDS.items():
        yield _case(f"record/{name}", chat(), *records, send())
    yield _case("kinds of messages", chat(), send("a"), stream("b"), send("c"))


CASES: list[Case] = list(_cases())
