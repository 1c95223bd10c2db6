"""Live sessions: every way to open one, every form of every method that sends, and every message of the service, in order and out
of order, with every way in which a session ends. Values are in the tagged form of `contract/tagged.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tools.conformance import fields
from tools.conformance.calling import DECLARED, function, session
from tools.conformance.live_programs import CONFIRMED
from tools.conformance.method import CONTENTS, IMAGE, MODEL_NAMES, ODD_CONFIGS, Arguments, Method, options
from tools.conformance.replies import BYTES
from tools.conformance.values import Inventory

Case = dict[str, Any]
MODEL = "gemini-live"

_TEXT = {"$type": "Part", "text": "one"}
_TURN = {"$type": "Content", "role": "user", "parts": [_TEXT]}
_BLOB = {"$type": "Blob", "data": {"$bytes": BYTES}, "mime_type": "image/png"}
_PCM = {"$type": "Blob", "data": {"$bytes": BYTES}, "mime_type": "audio/pcm;rate=16000"}
_RESPONSE = {"$type": "FunctionResponse", "id": "1", "name": "f", "response": {"a_b": {"c_d": [1]}}}

_BLOBS: dict[str, Any] = {
    "picture": _BLOB,
    "sound": _PCM,
    "dict": {"data": {"$bytes": BYTES}, "mime_type": "image/png"},
    "dict camel": {"data": {"$bytes": BYTES}, "mimeType": "audio/pcm"},
    "dict of text": {"data": BYTES, "mime_type": "image/png"},
    "dict of urlsafe text": {"data": "-_8=", "mime_type": "audio/pcm"},
    "dict without type": {"data": {"$bytes": BYTES}},
    "dict without data": {"mime_type": "audio/pcm"},
    "dict unknown": {"data": {"$bytes": BYTES}, "mime_type": "audio/pcm", "extra": 1},
    "dict empty": {},
    "no bytes": {"$type": "Blob", "data": {"$bytes": ""}, "mime_type": "audio/pcm"},
    "without type": {"$type": "Blob", "data": {"$bytes": BYTES}},
    "type empty": {"$type": "Blob", "data": {"$bytes": BYTES}, "mime_type": ""},
    "type with a quote": {"$type": "Blob", "data": {"$bytes": BYTES}, "mime_type": 'audio/"x"'},
    "type of another kind": {"$type": "Blob", "data": {"$bytes": BYTES}, "mime_type": "text/plain"},
    "named": {"$type": "Blob", "data": {"$bytes": BYTES}, "mime_type": "audio/pcm", "display_name": "a"},
    "image": IMAGE,
    "bytes": {"$bytes": BYTES},
    "text": "a",
    "list": [_PCM],
    "empty list": [],
    "number": 5,
}
_ACTIVITIES: dict[str, Any] = {"dict": {}, "unknown": {"a": 1}, "text": "a", "true": True}
_FLAGS: dict[str, Any] = {"true": True, "false": False, "1": 1, "text": "true"}
_REALTIME: dict[str, Arguments] = {
    **{f"{name} {form}": {name: blob} for name in ("media", "audio", "video") for form, blob in _BLOBS.items()},
    **{f"text {text!r}": {"text": text} for text in ("one", "", "ü ✓ 𝄞\n\u2028\x00", 5, ["a"])},
    **{f"audio_stream_end {form}": {"audio_stream_end": flag} for form, flag in _FLAGS.items()},
    **{
        f"{name} {form}": {name: value}
        for name, cls in (("activity_start", "ActivityStart"), ("activity_end", "ActivityEnd"))
        for form, value in {**_ACTIVITIES, "object": {"$type": cls}}.items()
    },
    "nothing": {},
    "all none": {"media": None, "audio": None, "text": None},
    "two": {"text": "a", "audio": _PCM},
    "text and activity": {"text": "a", "activity_start": {}},
    "audio and end": {"audio": _PCM, "audio_stream_end": True},
    "unknown": {"sound": _PCM},
}
_TURNS: dict[str, Arguments] = {
    **{f"turns {name}": {"turns": value} for name, value in CONTENTS.items()},
    "nothing": {},
    **{
        f"turn_complete {name}": {"turns": _TURN, "turn_complete": flag}
        for name, flag in {**_FLAGS, "none": None}.items()
    },
    "only turn_complete": {"turn_complete": True},
    "not complete": {"turn_complete": False},
}
_RESPONSES: dict[str, Any] = {
    "one": _RESPONSE,
    "dict": {"id": "1", "name": "f", "response": {"a_b": 1}},
    "list": [_RESPONSE, {"id": "2", "name": "g", "response": {}}],
    "tuple": {"$tuple": [_RESPONSE]},
    "without id": {"name": "f", "response": {"a": 1}},
    "without id in a list": [_RESPONSE, {"name": "f", "response": {"a": 1}}],
    "id empty": {"id": "", "name": "f", "response": {"a": 1}},
    "without name": {"id": "1", "response": {"a": 1}},
    "without response": {"id": "1", "name": "f"},
    "response of text": {"id": "1", "name": "f", "response": "a"},
    "response of a list": {"id": "1", "name": "f", "response": [1]},
    "dict unknown": {"id": "1", "name": "f", "response": {}, "extra": 1},
    "dict empty": {},
    "empty": [],
    "nothing": None,
    "text": "a",
    "number in a list": [5],
    "part": {"$type": "Part", "function_response": _RESPONSE},
}
_INPUTS: dict[str, Any] = {
    **CONTENTS,
    **{f"blob {name}": value for name, value in _BLOBS.items()},
    **{f"response {name}": value for name, value in _RESPONSES.items() if name not in ("nothing", "text")},
    "client content": {"$type": "LiveClientContent", "turns": [_TURN], "turn_complete": True},
    "client content empty": {"$type": "LiveClientContent"},
    "client content dict": {"turns": [{"parts": [{"text": "one"}]}], "turn_complete": False},
    "client content dict camel": {"turns": [{"parts": [{"text": "one"}]}], "turnComplete": True},
    "client content dict without turns": {"turn_complete": True},
    "client content dict, turns empty": {"turns": []},
    "realtime input": {"$type": "LiveClientRealtimeInput", "media_chunks": [_BLOB]},
    "realtime input text": {"$type": "LiveClientRealtimeInput", "text": "one"},
    "realtime input empty": {"$type": "LiveClientRealtimeInput"},
    "realtime input dict": {"media_chunks": [{"data": {"$bytes": BYTES}, "mime_type": "image/png"}]},
    "realtime input dict camel": {"mediaChunks": [{"data": BYTES, "mimeType": "image/png"}]},
    "tool response": {"$type": "LiveClientToolResponse", "function_responses": [_RESPONSE]},
    "tool response empty": {"$type": "LiveClientToolResponse"},
    "tool response dict": {"function_responses": [{"id": "1", "name": "f", "response": {"a_b": 1}}]},
    "tool response dict without id": {"function_responses": [{"name": "f", "response": {"a_b": 1}}]},
    "setup dict": {"setup": {"model": "m"}},
    "message": {"$type": "LiveClientMessage"},
    "message of content": {
        "$type": "LiveClientMessage",
        "client_content": {"$type": "LiveClientContent", "turns": [_TURN]},
    },
}
_SENT: dict[str, Arguments] = {
    "input blobs": {"input": [_PCM, _BLOB]},
    "input blob dicts": {"input": [{"data": {"$bytes": BYTES}, "mime_type": "image/png"}]},
    "input empty text, turn not complete": {"input": "", "end_of_turn": False},
    "input empty list, turn not complete": {"input": [], "end_of_turn": False},
    **{f"input {name}": {"input": value, "end_of_turn": True} for name, value in _INPUTS.items()},
    "nothing": {},
    "text": {"input": "one"},
    "text, end_of_turn none": {"input": "one", "end_of_turn": None},
    "only end_of_turn": {"end_of_turn": True},
}
_PROMPT = {"$type": "WeightedPrompt", "text": "techno", "weight": 1.5}
_PROMPTS: dict[str, Any] = {
    "one": [_PROMPT],
    "two": [_PROMPT, {"$type": "WeightedPrompt", "text": "jazz", "weight": 0.5}],
    "dict": [{"text": "techno", "weight": 1}],
    "weight 0": [{"$type": "WeightedPrompt", "text": "techno", "weight": 0}],
    "weight below 0": [{"$type": "WeightedPrompt", "text": "techno", "weight": -1}],
    "without weight": [{"$type": "WeightedPrompt", "text": "techno"}],
    "empty": [],
    "nothing": None,
    "text": "techno",
    "no list": _PROMPT,
}
_MUSIC: dict[str, Any] = {
    "object": {"$type": "LiveMusicGenerationConfig", "bpm": 120},
    "empty": {"$type": "LiveMusicGenerationConfig"},
    "dict": {"bpm": 120},
    "dict camel": {"muteBass": True},
    "dict unknown": {"tempo": 120},
    "nothing": None,
    "text": "fast",
}
_TOOLS: dict[str, tuple[list[str], Any]] = {
    "none": ([], None),
    "empty": ([], []),
    "function": ([], function("weather")),
    "functions": ([], function("weather", "add", "now")),
    "awaited": ([], function("weather_awaited")),
    "method": ([], function("method")),
    "lambda": ([], function("lambda")),
    "unannotated": ([], function("unannotated")),
    "no list": ([], function("weather")[0]),
    "tuple": ([], {"$tuple": function("weather")}),
    "two of one name": ([], function("weather", "other weather")),
    "declaration": ([], [DECLARED]),
    "declaration camel": ([], [{"functionDeclarations": [{"name": "other", "description": "d"}]}]),
    "declaration and function": ([], [DECLARED, *function("weather")]),
    "schema": (
        [],
        [
            {
                "function_declarations": [
                    {"name": "f", "parameters": {"type": "OBJECT", "properties": {"a_b": {"type": "STRING"}}}}
                ]
            }
        ],
    ),
    "JSON schema": (
        [],
        [{"function_declarations": [{"name": "f", "parameters_json_schema": {"type": "object", "properties": {}}}]}],
    ),
    "non-blocking": ([], [{"function_declarations": [{"name": "f", "behavior": "NON_BLOCKING"}]}]),
    "object": ([], [{"$type": "Tool", "google_search": {"$type": "GoogleSearch"}}]),
    "search": ([], [{"google_search": {}}]),
    "search and function": ([], [{"google_search": {}}, *function("weather")]),
    "code": ([], [{"code_execution": {}}]),
    "unknown": ([], [{"no_such_tool": {}}]),
    "text": ([], ["weather"]),
    "number": ([], [5]),
    "session": (["places"], session("places")),
    "sessions": (["places", "numbers"], session("places", "numbers")),
    "session and function": (["numbers"], [*session("numbers"), *function("weather")]),
    "session described richly": (["described richly"], session("described richly")),
    "session without tools": (["none"], session("none")),
    "session and search": (["numbers"], [*session("numbers"), {"google_search": {}}]),
    "session twice": (["numbers"], session("numbers", "numbers")),
    "tool of a server": (["numbers"], [{"$python": "tool forecast"}]),
}
_TOGETHER = {
    "response_modalities": ["AUDIO"],
    "temperature": 0.5,
    "max_output_tokens": 9,
    "tools": [{"google_search": {}}],
    "system_instruction": "Be brief.",
    "speech_config": {"language_code": "de-DE", "voice_config": {"prebuilt_voice_config": {"voice_name": "Kore"}}},
    "thinking_config": {"thinking_budget": 0},
    "session_resumption": {"handle": "h1"},
    "input_audio_transcription": {},
    "output_audio_transcription": {},
    "realtime_input_config": {"automatic_activity_detection": {"disabled": True}},
    "context_window_compression": {"trigger_tokens": 100, "sliding_window": {"target_tokens": 10}},
    "generation_config": {"top_k": 3, "temperature": 0.25},
}
_CONNECTIONS: dict[str, Arguments] = {
    **MODEL_NAMES,
    **ODD_CONFIGS,
    **options({}, ("headers", "empty", "object")),
    **{f"system {name}": {"config": {"system_instruction": value}} for name, value in CONTENTS.items()},
    "together": {"config": _TOGETHER},
    "together, object": {
        "config": {"$type": "LiveConnectConfig", **{k: v for k, v in _TOGETHER.items() if k != "system_instruction"}}
    },
    "speech as text": {"config": {"speech_config": "Kore"}},
    "generation_config below the others": {
        "config": {"generation_config": {"temperature": 0.25, "candidate_count": 1}, "temperature": 0.5}
    },
    "another config": {"config": {"$type": "GenerateContentConfig", "temperature": 0.5}},
    "modality as text": {"config": {"response_modalities": "AUDIO"}},
    "modality in small letters": {"config": {"response_modalities": ["text"]}},
}


def _client(**more: Any) -> dict[str, Any]:
    usual = {"gemini": {"api_key": "key"}, "vertex": {"vertexai": True, "project": "p1", "location": "l1"}}
    return {name: {**arguments, **more} for name, arguments in usual.items()}


def _options(**more: Any) -> dict[str, Any]:
    return _client(http_options=more)


def _clients() -> dict[str, Any]:
    usual, express = _client(), {"vertexai": True, "api_key": "key"}
    token = {"api_key": "auth_tokens/t1"}
    return {
        "express": {**usual, "vertex": express},
        "global": {**usual, "vertex": {**usual["vertex"], "location": "global"}},
        "token": {**usual, "gemini": {**token, "http_options": {"api_version": "v1alpha"}}},
        "token on the standard version": {**usual, "gemini": token},
        "token on Vertex AI": {**usual, "vertex": {"vertexai": True, **token}},
        "api version": _options(api_version="v9"),
        "headers": _options(headers={"x-user": "1", "X-Other": "a, b"}),
        "headers in place of ours": _options(headers={"x-goog-api-key": "mine", "Authorization": "Bearer mine"}),
        "base url": _options(base_url="https://gateway.example/base/"),
        "base url no slash": _options(base_url="https://gateway.example/base"),
        "base url without path": _options(base_url="https://gateway.example"),
        "base url with port": _options(base_url="https://gateway.example:8443/"),
        "base url with query": _options(base_url="https://gateway.example/?a=b"),
        "base url http": _options(base_url="http://gateway.example/"),
        "base url wss": _options(base_url="wss://gateway.example/"),
        "base url, express": {
            name: {**arguments, "http_options": {"base_url": "https://gateway.example/base/"}}
            for name, arguments in {"gemini": token, "vertex": express}.items()
        },
        "base url without project": {
            "gemini": {"api_key": "key", "http_options": {"base_url": "https://g.example/", "api_version": ""}},
            "vertex": {"vertexai": True, "http_options": {"base_url": "https://g.example/whole"}},
        },
        "timeout": _options(timeout=20_000),
        "extra body": _options(extra_body={"setup": {"ofTheUser": 1}}),
    }


_SENDING: tuple[Method, ...] = (
    Method("connect", {"model": MODEL}, walks={"config": "LiveConnectConfig"}, calls=_CONNECTIONS),
    Method("send_client_content", {}, walks={"turns[0]": "Content"}, calls=_TURNS, is_thin=True),
    Method("send_realtime_input", {}, calls=_REALTIME),
    Method(
        "send_tool_response",
        {},
        walks={"function_responses[0]": "FunctionResponse"},
        calls={name: {"function_responses": value} for name, value in _RESPONSES.items()},
        with_fields={"FunctionResponse": {"id": "1"}},
    ),
    Method(
        "send",
        {},
        walks={
            "input|LiveClientContent": "LiveClientContent",
            "input|LiveClientRealtimeInput": "LiveClientRealtimeInput",
            "input|LiveClientToolResponse": "LiveClientToolResponse",
        },
        calls=_SENT,
        with_fields={"FunctionResponse": {"id": "1"}},
        not_into=("Part",),
        is_thin=True,
    ),
    Method("set_weighted_prompts", {}, walks={"prompts[0]": "WeightedPrompt"}),
    Method("set_music_generation_config", {}, walks={"config": "LiveMusicGenerationConfig"}),
)
"""The methods that send."""
_OF_MUSIC = ("set_weighted_prompts", "set_music_generation_config")


# Messages of the service

_DONE = {"serverContent": {"turnComplete": True}}
_CLOSED = {"$close": [1000, "bye"]}


def said(text: str) -> dict[str, Any]:
    return {"serverContent": {"modelTurn": {"role": "model", "parts": [{"text": text}]}}}


_WHOLE: dict[str, Any] = {
    "text": said("a"),
    "audio": {
        "serverContent": {
            "modelTurn": {"parts": [{"inlineData": {"mimeType": "audio/pcm;rate=24000", "data": BYTES}}]},
            "outputTranscription": {"text": "hello", "finished": True},
        },
        "usageMetadata": {
            "promptTokenCount": 1,
            "responseTokenCount": 2,
            "candidatesTokenCount": 3,
            "totalTokenCount": 3,
            "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 1}],
            "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": 2}],
            "candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": 2}],
        },
    },
    "parts": {
        "serverContent": {
            "modelTurn": {
                "parts": [
                    {"text": "hm", "thought": True},
                    {"text": "a"},
                    {"executableCode": {"language": "PYTHON", "code": "1"}},
                    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
                    {"inlineData": {"mimeType": "audio/pcm", "data": BYTES}},
                    {"inlineData": {"mimeType": "audio/pcm", "data": "AAE="}},
                    {"text": "b"},
                ]
            },
            "groundingMetadata": {"webSearchQueries": ["q"], "groundingChunks": [{"web": {"uri": "https://a"}}]},
            "urlContextMetadata": {"urlMetadata": [{"retrievedUrl": "https://a"}]},
        }
    },
    "transcription": {"serverContent": {"inputTranscription": {"text": "what", "finished": False}}},
    "interrupted": {"serverContent": {"interrupted": True, "generationComplete": False}},
    "waiting": {"serverContent": {"waitingForInput": True, "turnCompleteReason": "NEED_MORE_INPUT"}},
    "call": {"toolCall": {"functionCalls": [{"id": "c1", "name": "f", "args": {"a_b": {"c_d": [1, None]}}}]}},
    "cancellation": {"toolCallCancellation": {"ids": ["c1", "c2"]}},
    "end": {"goAway": {"timeLeft": "9.5s"}},
    "handle": {"sessionResumptionUpdate": {"newHandle": "h", "resumable": True, "lastConsumedClientMessageIndex": "7"}},
    "confirmation": {"setupComplete": {"sessionId": "s2"}},
    "activity": {
        "voiceActivityDetectionSignal": {"vadSignalType": "VAD_SIGNAL_TYPE_SOS"},
        "voiceActivity": {"voiceActivityType": "ACTIVITY_START"},
    },
}
_FRAMES: dict[str, list[Any]] = {
    "text frame": [{"$text": json.dumps(said("ü ✓ 𝄞"), ensure_ascii=False)}],
    "binary frame": [{"$frame": "eyJzZXJ2ZXJDb250ZW50Ijp7fX0="}],
    "nothing": [{"$text": ""}],
    "nothing, binary": [{"$frame": ""}],
    "empty object": [{}],
    "unknown": [{"notKnownYet": {"a": 1}}, said("a")],
    "unknown inside": [{"serverContent": {"notKnownYet": 1, "modelTurn": {"parts": [{"notKnownYet": 1}]}}}],
    "spaces": [{"$text": ' \n{"serverContent": {}}\n '}],
    "no JSON": [{"$text": "hello"}],
    "broken": [{"$text": '{"serverContent": {'}],
    "broken, then text": [{"$frame": "e3t7"}, said("a")],
    "no UTF-8": [{"$frame": "//79"}],
    "list": [{"$text": "[]"}],
    "number": [{"$text": "3"}],
    "null": [{"$text": "null"}],
    "string": [{"$text": '"hello"'}],
    "constants": [{"$text": '{"usageMetadata": {"totalTokenCount": NaN}}'}],
    "error": [{"error": {"code": 429, "message": "m", "status": "RESOURCE_EXHAUSTED"}}],
    "snake case": [{"server_content": {"model_turn": {"parts": [{"text": "a"}]}}}],
    "kinds at once": [{**_WHOLE["call"], **said("a"), **_WHOLE["end"], **_WHOLE["handle"]}],
    "two confirmations": [CONFIRMED, CONFIRMED],
    "big": [said("a" * 2_000_000)],
}
_COURSES: dict[str, tuple[list[Any], int]] = {
    "text": ([said("a"), said("b"), _DONE], 1),
    "two turns": ([said("a"), _DONE, said("b"), _DONE], 2),
    "handle after a turn": ([said("a"), _DONE, _WHOLE["handle"], said("b"), _DONE], 2),
    "complete with text": ([{"serverContent": {**said("a")["serverContent"], "turnComplete": True}}], 1),
    "not complete": ([{"serverContent": {"turnComplete": False}}, _DONE], 1),
    "generation complete": ([said("a"), {"serverContent": {"generationComplete": True}}, _DONE], 1),
    "interrupted": ([said("a"), _WHOLE["interrupted"], said("b"), _DONE], 1),
    "interrupted and complete": ([said("a"), {"serverContent": {"interrupted": True, "turnComplete": True}}], 1),
    "call": ([_WHOLE["call"], said("a"), _DONE], 1),
    "end": ([_WHOLE["end"], said("a"), _DONE], 1),
    "many": ([*(said(str(number)) for number in range(18)), _DONE], 1),
}
_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 3000, 4000)
_ENDS: dict[str, Any] = {
    **{str(code): {"$close": [code, "why: ü"]} for code in _CODES},
    "1000 without reason": {"$close": [1000, ""]},
    "drop": {"$drop": True},
}
_CONFIRMATIONS: dict[str, Any] = {
    "text frame": {"$text": '{"setupComplete": {}}'},
    "without session": {"setupComplete": {}},
    "session empty": {"setupComplete": {"sessionId": ""}},
    "unknown inside": {"setupComplete": {"sessionId": "s1", "notKnownYet": 1}},
    "null": {"setupComplete": None},
    "empty": {},
    "nothing": {"$text": ""},
    "another message": said("a"),
    "snake case": {"setup_complete": {"session_id": "s1"}},
    "broken": {"$text": "{"},
    "list": {"$text": "[]"},
    "error": {"error": {"code": 400, "message": "m", "status": "INVALID_ARGUMENT"}},
    **{str(code): {"$close": [code, "why: ü"]} for code in _CODES},
    "drop": {"$drop": True},
}
_RECEIVED = Method("receive", {}, returns="LiveServerMessage", replies=_WHOLE)
_MUSIC_RECEIVED = Method(
    "receive",
    {},
    returns="LiveMusicServerMessage",
    replies={
        "sound": {
            "serverContent": {
                "audioChunks": [
                    {
                        "data": BYTES,
                        "mimeType": "audio/l16;rate=48000;channels=2",
                        "sourceMetadata": {
                            "clientContent": {"weightedPrompts": [{"text": "techno", "weight": 1}]},
                            "musicGenerationConfig": {"bpm": 120, "scale": "C_MAJOR_A_MINOR"},
                        },
                    }
                ]
            }
        },
        "filtered": {"filteredPrompt": {"text": "x", "filteredReason": "why"}},
        "confirmation": {"setupComplete": {}},
    },
)
METHODS: tuple[Method, ...] = (*_SENDING, _RECEIVED, _MUSIC_RECEIVED)
"""The methods whose arguments or results have fields that are all tried."""


# Cases


def _case(name: str, *steps: Any, **beside: Any) -> Case:
    return {"id": f"live/{name}", "is_live": True, "colours": ["async"], "steps": list(steps), **beside}


def _music(name: str, *steps: Any) -> Case:
    return _case(f"music/{name}", *steps, backends=["gemini"])


def connect(*messages: Any, music: bool = False, **beside: Any) -> dict[str, Any]:
    """Return the step that opens a session whose server sends these messages after the confirmation."""
    step = {"do": "connect music" if music else "connect", "arguments": {"model": MODEL}, **beside}
    return {**step, "messages": [CONFIRMED, *messages]} if messages else step


def receive(turns: int = 1, **beside: Any) -> dict[str, Any]:
    """Return the step that reads turns; with `most`, that number of messages, because music has no turns."""
    return {"do": "receive", "turns": turns, **beside}


def make(inventory: Inventory) -> Iterator[Case]:
    """Yield all cases."""
    for method in _SENDING:
        calls = {f"call/{name}": {**method.arguments, **arguments} for name, arguments in method.calls.items()}
        for name, arguments in [*calls.items(), *fields.calls_by_field(method, inventory)]:
            step = {"do": method.name, "arguments": arguments}
            if method.name in _OF_MUSIC:
                yield _music(f"{method.name}/{name}", connect(music=True), step)
            else:
                before = [] if method.name == "connect" else [connect()]
                yield _case(f"{method.name}/{name}", *before, step)
    for name, answer in fields.replies(_RECEIVED, inventory):
        yield _case(f"receive/{name}", connect(answer["json"], _DONE, _CLOSED), receive())
    for name, answer in fields.replies(_MUSIC_RECEIVED, inventory):
        yield _music(f"receive/{name}", connect(answer["json"], _CLOSED, music=True), receive(most=1))
    yield from _connections()
    yield from _courses()
    yield from _of_music()


def _connections() -> Iterator[Case]:
    for name, client in _clients().items():
        yield _case(f"client/{name}", connect(client=client))
        arguments = {"model": MODEL, "config": {"tools": function("weather"), "temperature": 0.5}}
        yield _case(f"client/{name}, config", connect(client=client, arguments=arguments))
        yield _case(f"client/{name}, model of a project", connect(client=client, arguments={"model": "projects/q/m"}))
        yield _case(f"music/client/{name}", connect(client=client, music=True))
    for name, (opened, tools) in _TOOLS.items():
        arguments = {"model": MODEL, "config": {"tools": tools}}
        yield _case(f"tools/{name}", connect(arguments=arguments), **({"sessions": opened} if opened else {}))
    for name, message in _CONFIRMATIONS.items():
        messages = [message, _DONE, _CLOSED]
        yield _case(f"confirmation/{name}", {**connect(), "messages": messages}, receive())
        yield _music(f"confirmation/{name}", {**connect(music=True), "messages": messages}, receive(most=1))


def _courses() -> Iterator[Case]:
    for name, frames in _FRAMES.items():
        yield _case(f"frame/{name}", connect(*frames, _DONE, _CLOSED), receive(), receive())
        yield _music(f"frame/{name}", connect(*frames, _CLOSED, music=True), receive(most=len(frames)), receive(most=1))
    for name, (messages, turns) in _COURSES.items():
        yield _case(f"course/{name}", connect(*messages, _CLOSED), receive(turns))
    for name, end in _ENDS.items():
        yield _case(f"end/{name}", connect(said("a"), _DONE, end), receive(), receive(), receive())
        yield _case(f"end/{name}, in a turn", connect(said("a"), end), receive(), receive())
        late = {"do": "send_realtime_input", "arguments": {"text": "late"}}
        yield _case(f"end/{name}, then sent", connect(end), receive(), receive(), late)
        yield _music(f"end/{name}", connect(said("a"), end, music=True), receive(), receive())
    for name in ("audio/pcm", "image/png", "", "text/plain", None):
        stream = {"stream": [{"$bytes": BYTES}, {"$bytes": "YWI="}], "mime_type": name}
        messages = [{"$await": 2}, said("a"), _DONE, said("b"), _DONE, _CLOSED]
        yield _case(f"start_stream/{name}", connect(*messages), {"do": "start_stream", "arguments": stream})
    late = {"stream": [{"$bytes": BYTES}], "mime_type": "audio/pcm"}
    yield _case("start_stream/closed", connect(said("a"), _CLOSED), {"do": "start_stream", "arguments": late})
    closing: dict[str, Any] = {"do": "close"}
    again = {"do": "send_realtime_input", "arguments": {"text": "late"}}
    yield _case("close", connect(said("a")), closing, closing, again, receive())
    yield _music("close", connect(said("a"), music=True), closing, closing, {"do": "play"}, receive())


def _of_music() -> Iterator[Case]:
    for name, arguments in MODEL_NAMES.items():
        yield _music(name, connect(music=True, arguments=arguments))
    for name, prompts in _PROMPTS.items():
        step = {"do": "set_weighted_prompts", "arguments": {"prompts": prompts}}
        yield _music(f"prompts/{name}", connect(music=True), step)
    for name, config in _MUSIC.items():
        step = {"do": "set_music_generation_config", "arguments": {"config": config}}
        yield _music(f"config/{name}", connect(music=True), step)
    controls = [{"do": name} for name in ("play", "pause", "stop", "reset_context")]
    yield _music("controls", connect(music=True), *controls)
