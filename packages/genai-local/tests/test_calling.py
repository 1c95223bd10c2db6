"""The parts of function calling without a model: allowed calls, words and spans, messages, streamed calls."""

from __future__ import annotations

import json
import re

import pytest

from genai_local.engines import Prompt
from genai_local.engines.calling import FunctionCall, calling_of, earlier_request, function_of, is_answered, question_of
from genai_local.engines.calling.answers import messages_with_results, quoting_grammar
from genai_local.engines.calling.call_stream import StreamedCalls
from genai_local.engines.calling.choice import describe, shared_words
from genai_local.engines.calling.completion import TextToken, _Runs
from genai_local.engines.calling.json_calls import calls_in
from genai_local.engines.calling.messages import messages_in_words, messages_with_tools
from genai_local.engines.calling.plan import continuation
from genai_local.engines.calling.wording import (
    counterpart,
    direction_of,
    first_of_list,
    fragments,
    is_backwards,
    is_mentioned,
    is_negative,
    numbers,
    other_items,
    quotations,
    stems,
    trim,
    word_spans,
    words_of,
)

WEATHER = {
    "name": "get_current_weather",
    "description": "Returns the current weather.\n\nArgs:\n  location: where",
    "parameters": {"type": "OBJECT", "properties": {"location": {"type": "STRING"}}, "required": ["location"]},
}
TIME = {"name": "getTime", "parametersJsonSchema": {"type": "object", "properties": {"city": {"type": "string"}}}}


def user(text):
    return {"role": "user", "parts": [{"text": text}]}


def called(*calls):
    return {"role": "model", "parts": [{"functionCall": {"name": name, "args": args}} for name, args in calls]}


def returned(*results, role="user"):
    return {"role": role, "parts": [{"functionResponse": {"name": name, "response": it}} for name, it in results]}


@pytest.mark.parametrize(
    ("config", "names", "must_call"),
    [
        (None, ["get_current_weather", "getTime"], False),
        ({"mode": "AUTO"}, ["get_current_weather", "getTime"], False),
        ({"mode": "MODE_UNSPECIFIED"}, ["get_current_weather", "getTime"], False),
        ({"mode": "NONE"}, [], False),
        ({"mode": "ANY"}, ["get_current_weather", "getTime"], True),
        ({"mode": "ANY", "allowedFunctionNames": ["getTime"]}, ["getTime"], True),
        ({"mode": "VALIDATED", "allowedFunctionNames": ["getTime"]}, ["getTime"], False),
    ],
)
def test_allowed_calls(config, names, must_call):
    tools = [{"functionDeclarations": [WEATHER]}, {"fileSearch": {}}, {"functionDeclarations": [TIME]}]
    calling = calling_of(Prompt([], tools=tools, tool_config=config and {"functionCallingConfig": config}))
    assert [function.name for function in calling.functions] == names
    assert calling.must_call is must_call


def test_both_forms_of_parameters():
    assert function_of(WEATHER).properties == {"location": {"type": "string"}}
    assert function_of(WEATHER).required == {"location"}
    assert function_of(TIME).properties == {"city": {"type": "string"}}
    assert function_of({"name": "f"}).parameters == {"type": "object"}


def test_function_in_words():
    assert describe(function_of(WEATHER)) == "get current weather. Returns the current weather. Needs: location"
    assert describe(function_of(TIME)) == "get time. Needs: city"
    assert (
        describe(function_of({"name": "f", "description": "Looks up, e.g. a word. Slow."}))
        == "f. Looks up, e.g. a word"
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("What is the weather in Rome?", 1),
        ("the current weather", 2),
        ("Hello", 0),
        ("which location?", 1),
        ("what fits a rainy city", 0),
    ],
)
def test_shared_words(text, count):
    assert shared_words(function_of(WEATHER), text) == count


@pytest.mark.parametrize(
    ("name", "words"),
    [("get_current_weather", "get current weather"), ("getURL2Name", "get url2 name"), ("a-b.c", "a b c")],
)
def test_names_as_words(name, words):
    assert words_of(name) == words


def test_stems():
    assert stems("Playing the songs") == stems("play song")
    assert stems("What is it?") == frozenset()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("What is 12 plus 30?", [12, 30]),
        ("Add -3 and 4.5.", [-3, 4.5]),
        ("two eggs and 1,000 spoons", [2, 1000]),
        ("at 6:30 on 2026-01-05, order A-7731", []),
        ("68°", [68]),
    ],
)
def test_numbers(text, values):
    assert [number.value for number in numbers(text)] == values
    assert [type(number.value) for number in numbers(text)] == [type(value) for value in values]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("weather in Rome, Oslo and Lima?", ["weather in Rome", "Oslo", "Lima?"]),
        ("Turn it on. Then sing", ["Turn it on", "sing"]),
        ("Boston", ["Boston"]),
        ("an android phone", ["an android phone"]),
        ("", []),
    ],
)
def test_fragments(text, pieces):
    assert [text[start:end] for start, end in fragments(text)] == pieces


@pytest.mark.parametrize(
    ("fragment", "value", "found"),
    [
        ("in Paris?", "Boston", "Paris"),
        ("in New York today", "Boston", "New York"),
        ("of the tomatoes", "rice", "tomatoes"),
        ("5678", "1234", "5678"),
        ("should I take an umbrella", "Boston", None),
        ("arcane mean?", "lucid", "arcane"),
        ("tell me why", "rice", None),
    ],
)
def test_counterpart(fragment, value, found):
    span = counterpart(fragment, value)
    assert (span and fragment[slice(*span)]) == found


def test_enumerations():
    text = "a recipe with chicken, rice and tomatoes"
    first = (14, 21)
    assert text[slice(*first)] == "chicken"
    assert [text[slice(*span)] for span in other_items(text, first)] == ["rice", "tomatoes"]


@pytest.mark.parametrize(
    ("text", "value", "first"),
    [
        ("in Rome, Oslo and Lima", "Rome, Oslo", "Rome"),
        ("in Boston, MA today", "Boston, MA", "Boston, MA"),
        ("in Boston, MA and tell me", "Boston, MA", "Boston, MA"),
    ],
)
def test_value_that_begins_a_list(text, value, first):
    start = text.index(value)
    assert text[slice(*first_of_list(text, (start, start + len(value))))] == first


@pytest.mark.parametrize(
    ("span", "kept"),
    [("the kitchen", "kitchen"), ("dinner is at", "dinner"), ("the report is ready", "the report is ready")],
)
def test_trim(span, kept):
    text = f"so {span} now"
    assert text[slice(*trim(text, (3, 3 + len(span))))] == kept


@pytest.mark.parametrize(
    ("text", "backwards"),
    [("Convert 100 dollars to euros", True), ("dollars from euros", False), ("dollars, euros", False)],
)
def test_directions(text, backwards):
    dollars, euros = (text.index(word) for word in ("dollars", "euros"))
    assert is_backwards(text, (euros, euros + 5), (dollars, dollars + 7)) is backwards
    assert not is_backwards(text, (dollars, dollars + 7), (euros, euros + 5))
    assert (direction_of("from city"), direction_of("target"), direction_of("city")) == ("source", "target", None)


def test_quotations():
    text = "Say 'good night' to Tom's \"big dog\""
    assert [text[slice(*span)] for span in quotations(text)] == ["good night", "big dog"]


def test_mentions_and_negations():
    assert is_mentioned("LIGHT_BLUE", "paint it light blue")
    assert not is_mentioned("on", "only")
    assert is_negative("unlock the door", "lock the door")
    assert is_negative("turn it off", "")
    assert not is_negative("Lock the door", "lock or unlock")


def run_of_texts(text: str, taken=(), dull=frozenset()) -> set[str]:
    """All texts that the grammar of a text's runs allows, with a token for each word."""
    padded = f" {text}"
    tokens = [TextToken(match.start(), match.start(), match.end()) for match in re.finditer(r"\s?\w+|\W", padded)]
    pieces = {str(token.id): padded[token.start : token.end] for token in tokens}
    runs = _Runs(padded, tokens, [(start + 1, end + 1) for start, end in taken], dull)
    opened = {start: [TextToken(1000 + start, 0, 0)] for start, _ in runs.words_without_space()}
    pieces |= {str(1000 + start): padded[start:end] for start, end in runs.words_without_space()}
    grammar = runs.rules(opened, [TextToken(9999, 0, 0)])
    if grammar is None:
        return set()
    rules = dict(line.split(" ::= ") for line in grammar.splitlines())

    def written(rule: str) -> list[str]:
        result = []
        for alternative in rules[rule].split(" | "):
            texts = [""]
            for symbol in alternative.split():
                number = re.fullmatch(r"<\[(\d+)\]>", symbol)
                own = written(symbol) if number is None else ["" if number[1] == "9999" else pieces[number[1]]]
                texts = [before + after for before in texts for after in own]
            result += texts
        return result

    return {item.strip() for item in written("root")}


def test_runs_of_words():
    assert run_of_texts("light in the kitchen.") == {"light", "kitchen", "light in the kitchen"}
    assert run_of_texts("light in the kitchen", taken=[(0, 5)]) == {"kitchen"}
    assert run_of_texts("lights kitchen", dull=stems("light")) == {"kitchen"}
    assert run_of_texts("say 'good night'") == {"good", "good night", "night"}
    assert run_of_texts("Call Tom. Ask Ann") >= {"Tom", "Ann"}
    assert not any("Tom. Ask" in item for item in run_of_texts("Call Tom. Ask Ann"))
    assert run_of_texts("is it so") == set()
    assert word_spans("(so), it's") == [(1, 3), (6, 10)]


def test_messages_with_tools():
    prompt = Prompt(
        [
            user("Weather in Rome and Oslo?"),
            called(("w", {"city": "Rome"}), ("w", {"city": "Oslo"})),
            returned(("w", {"t": 20}), ("w", {"t": 5}), role="tool"),
            {"role": "model", "parts": [{"functionCall": {"name": "w", "id": "own"}, "thoughtSignature": "AAAA"}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "w", "id": "own"}}, {"text": "Well?"}]},
        ],
        {"parts": [{"text": "Be brief."}]},
    )
    system, question, calls, first, second, again, third, last = messages_with_tools(prompt)
    assert (system["role"], question["role"], calls["role"]) == ("system", "user", "assistant")
    assert [call["id"] for call in calls["tool_calls"]] == [first["tool_call_id"], second["tool_call_id"]]
    assert calls["tool_calls"][1]["function"] == {"name": "w", "arguments": '{"city": "Oslo"}'}
    assert (first["role"], first["content"], second["content"]) == ("tool", '{"t": 20}', '{"t": 5}')
    assert again["tool_calls"][0]["id"] == third["tool_call_id"] == "own"
    assert last == {"role": "user", "content": "Well?"}


def test_messages_in_words():
    prompt = Prompt(
        [user("Rome?"), called(("get_weather", {"city": "Rome"})), returned(("get_weather", {"result": "sunny"}))]
    )
    assert [message["role"] for message in messages_in_words(prompt)] == ["user", "assistant", "user"]
    assert messages_in_words(prompt)[1]["content"] == "I look it up with get weather (city Rome)."
    assert messages_in_words(prompt)[2]["content"] == "Result of get weather: sunny"


def test_answer_from_results():
    prompt = Prompt(
        [
            user("Hi"),
            {"role": "model", "parts": [{"text": "Hello."}]},
            user("Weather in Rome and Oslo?"),
            called(("w", {"city": "Rome"}), ("w", {"city": "Oslo"})),
            returned(("w", {"result": {"sky": "sunny", "c": 22}}), ("w", {"note": "x" * 100, "c": -1})),
        ]
    )
    assert is_answered(prompt)
    messages = messages_with_results(prompt)
    assert [message["content"] for message in messages[:2]] == ["Hi", "Hello."]
    assert messages[-1]["content"].startswith(
        f"Weather in Rome and Oslo?\n\nw (city Rome) returned: sky sunny, c 22\nw (city Oslo) returned: note {'x' * 100}, c -1\n\n"
    )
    assert quoting_grammar(prompt).splitlines()[0] == 'root ::= before ("sunny" | "22") before ("-1") after'
    assert quoting_grammar(Prompt(prompt.contents[:3])) is None
    assert quoting_grammar(Prompt([returned(("w", {"done": True}))])) is None


def test_request_and_earlier_request():
    contents = [user("In Rome?"), called(("w", {})), returned(("w", {})), user("And in  Oslo?")]
    assert question_of(contents) == "And in Oslo?"
    assert question_of(contents[:3]) == "In Rome?"
    assert earlier_request(contents) == ("In Rome?", FunctionCall("w", {}))
    assert earlier_request(contents[3:]) is None


@pytest.mark.parametrize(
    ("text", "request_meant"),
    [
        ("And in Paris?", "Weather in Paris today?"),
        ("What about New York?", "Weather in New York today?"),
        ("Thanks, Bob!", None),
        ("Why?", None),
        ("Do you like Paris in spring?", None),
        ("Tell me a joke.", None),
    ],
)
def test_requests_that_continue(text, request_meant):
    contents = [user("Weather in Rome today?"), called(("w", {"city": "Rome"})), returned(("w", {})), user(text)]
    assert continuation(contents, text) == request_meant


@pytest.mark.parametrize(
    "deltas",
    [
        [{"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x": 1}'}}],
        [
            {"index": 0, "id": "a", "function": {"name": "f"}},
            {"index": 0, "function": {"arguments": '{"x"'}},
            {"index": 0, "function": {"arguments": ": 1}"}},
        ],
        [{"function": {"name": "f", "arguments": {"x": 1}}}],
    ],
)
def test_calls_in_pieces(deltas):
    calls = StreamedCalls()
    for delta in deltas:
        calls.feed({"tool_calls": [delta]})
    assert calls.has_calls
    assert calls.calls() == [FunctionCall("f", {"x": 1})]


def test_several_calls_with_one_index():
    calls = StreamedCalls()
    for name in "fg":
        calls.feed({"tool_calls": [{"index": 0, "id": name, "function": {"name": name, "arguments": ""}}]})
    assert calls.calls() == [FunctionCall("f", {}), FunctionCall("g", {})]


@pytest.mark.parametrize("arguments", ["{", "[1]"])
def test_arguments_that_are_not_an_object(arguments):
    calls = StreamedCalls()
    calls.feed({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": arguments}}]})
    with pytest.raises(ValueError):
        calls.calls()


def test_calls_written_as_json():
    calling = calling_of(Prompt([], tools=[{"functionDeclarations": [WEATHER]}]))
    call = {"name": "get_current_weather", "arguments": {"location": "Rome"}}
    assert calls_in(json.dumps({"calls": [call, {**call, "name": "other"}]}), calling) == [
        FunctionCall("get_current_weather", {"location": "Rome"})
    ]
    assert calls_in('{"calls": [{"na', calling) == []
