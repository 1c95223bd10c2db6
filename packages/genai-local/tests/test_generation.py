"""generateContent and streamGenerateContent over HTTP on the three kinds of paths."""

from __future__ import annotations

import json

import pytest


def events_of(response) -> list[dict]:
    assert response.headers["content-type"] == "text/event-stream"
    assert response.text.endswith("\r\n\r\n")
    return [json.loads(event.removeprefix("data: ")) for event in response.text.split("\r\n\r\n") if event]


def text_of(reply: dict, index: int = 0) -> str:
    return "".join(part["text"] for part in reply["candidates"][index]["content"]["parts"])


def test_reply(ask, models_path, surface):
    response = ask("How are you?", path=models_path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=UTF-8"
    reply = response.json()
    [candidate] = reply["candidates"]
    assert candidate["content"] == {"parts": [{"text": "This is a scripted reply to: How are you?"}], "role": "model"}
    assert candidate["finishReason"] == "STOP"
    assert candidate["index"] == 0
    usage = reply["usageMetadata"]
    assert usage["promptTokenCount"] == 4
    assert usage["candidatesTokenCount"] == 11
    assert usage["totalTokenCount"] == 15
    assert usage["promptTokensDetails"] == [{"modality": "TEXT", "tokenCount": 4}]
    assert reply["modelVersion"] == "scripted"
    assert len(reply["responseId"]) >= 16
    assert ("createTime" in reply) == (surface != "gemini")


@pytest.mark.parametrize("alt", ["sse", "json"])
def test_stream(ask, models_path, alt):
    response = ask("How are you?", path=models_path, method=f"streamGenerateContent?alt={alt}")
    chunks = events_of(response) if alt == "sse" else response.json()
    assert len(chunks) > 1
    assert "".join(text_of(chunk) for chunk in chunks) == "This is a scripted reply to: How are you?"
    assert [chunk["candidates"][0].get("finishReason") for chunk in chunks] == [None] * (len(chunks) - 1) + ["STOP"]
    totals = [chunk["usageMetadata"]["totalTokenCount"] for chunk in chunks]
    assert totals == sorted(totals)
    assert totals[-1] == 15
    assert len({chunk["responseId"] for chunk in chunks}) == 1


def test_several_candidates(ask):
    config = {"candidateCount": 3}
    reply = ask(generationConfig=config).json()
    assert [candidate["index"] for candidate in reply["candidates"]] == [0, 1, 2]
    assert reply["usageMetadata"]["candidatesTokenCount"] == 3 * 8
    chunks = events_of(ask(method="streamGenerateContent?alt=sse", generationConfig=config))
    for index in range(3):
        own = [chunk["candidates"][0] for chunk in chunks if chunk["candidates"][0]["index"] == index]
        assert "".join(part["text"] for item in own for part in item["content"]["parts"]).endswith("hello")
        assert own[-1]["finishReason"] == "STOP"
    assert chunks[-1]["usageMetadata"]["candidatesTokenCount"] == 3 * 8


def test_output_limit_and_stop_sequences(ask):
    limited = ask(generationConfig={"maxOutputTokens": 2}).json()["candidates"][0]
    assert limited["content"]["parts"] == [{"text": "This is"}]
    assert limited["finishReason"] == "MAX_TOKENS"
    stopped = ask(generationConfig={"stopSequences": ["scripted", "zzz"]}).json()["candidates"][0]
    assert stopped["content"]["parts"] == [{"text": "This is a "}]
    assert stopped["finishReason"] == "STOP"


SCHEMA = {
    "type": "OBJECT",
    "properties": {"name": {"type": "STRING"}, "age": {"type": "INTEGER", "minimum": 18}},
    "required": ["name", "age"],
    "propertyOrdering": ["age", "name"],
}


def test_structured_output(ask):
    reply = ask(generationConfig={"responseMimeType": "application/json", "responseSchema": SCHEMA}).json()
    assert text_of(reply) == '{"age": 18, "name": "scripted"}'
    json_schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    reply = ask(generationConfig={"response_mime_type": "application/json", "response_json_schema": json_schema}).json()
    assert json.loads(text_of(reply)) == {"ok": True}


def test_choice(ask):
    schema = {"type": "STRING", "enum": ["yes", "no"]}
    reply = ask(generationConfig={"responseMimeType": "text/x.enum", "responseSchema": schema}).json()
    assert text_of(reply) == "yes"


def test_log_probabilities(ask):
    reply = ask(generationConfig={"responseLogprobs": True, "logprobs": 2}).json()["candidates"][0]
    chosen = reply["logprobsResult"]["chosenCandidates"]
    assert "".join(item["token"] for item in chosen) == "This is a scripted reply to: hello"
    assert all(len(step["candidates"]) == 2 for step in reply["logprobsResult"]["topCandidates"])
    assert reply["avgLogprobs"] == pytest.approx(sum(item["logProbability"] for item in chosen) / len(chosen))
    without_top = ask(generationConfig={"responseLogprobs": True}).json()["candidates"][0]["logprobsResult"]
    assert "topCandidates" not in without_top
    total = sum(token["logProbability"] for token in without_top["chosenCandidates"])
    assert without_top["logProbabilitySum"] == pytest.approx(total)
    assert "logprobsResult" not in ask().json()["candidates"][0]


def test_turns_system_instruction_and_harmless_settings(http, models_path):
    body = {
        "system_instruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "one"}]},
            {"role": "model", "parts": [{"text": "two"}]},
            {
                "role": "user",
                "parts": [{"text": "three"}, {"inline_data": {"mime_type": "text/plain", "data": "IGZvdXI="}}],
            },
        ],
        "safety_settings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
        "generation_config": {"thinking_config": {"thinking_budget": 0, "include_thoughts": False}, "seed": 7},
    }
    reply = http.post(f"{models_path}gemini-2.5-flash:generateContent", json=body).json()
    assert text_of(reply) == "This is a scripted reply to: three four"
    assert reply["usageMetadata"]["promptTokenCount"] == 7


def test_forced_function_call(ask):
    tools = [
        {
            "functionDeclarations": [
                {"name": "other"},
                {"name": "look", "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}},
            ]
        }
    ]
    calling = {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["look"]}}
    reply = ask(tools=tools, toolConfig=calling).json()
    expected = {"functionCall": {"name": "look", "args": {"city": "scripted"}}}
    assert reply["candidates"][0]["content"]["parts"] == [expected]
    assert "scripted reply" in text_of(ask(tools=tools).json())


WRONG_VALUES = [
    ({"temperature": 3}, "generationConfig.temperature"),
    ({"temperature": -0.1}, "generationConfig.temperature"),
    ({"topP": 2}, "generationConfig.topP"),
    ({"topK": 0}, "generationConfig.topK"),
    ({"candidateCount": 0}, "generationConfig.candidateCount"),
    ({"candidateCount": 9}, "generationConfig.candidateCount"),
    ({"maxOutputTokens": -1}, "generationConfig.maxOutputTokens"),
    ({"presencePenalty": 2.5}, "generationConfig.presencePenalty"),
    ({"frequencyPenalty": -2.5}, "generationConfig.frequencyPenalty"),
    ({"stopSequences": list("abcdef")}, "generationConfig.stopSequences"),
    ({"logprobs": 3}, "generationConfig.logprobs"),
    ({"responseLogprobs": True, "logprobs": 21}, "generationConfig.logprobs"),
    ({"responseSchema": {"type": "STRING"}}, "generationConfig.responseSchema"),
    ({"responseMimeType": "text/x.enum"}, "generationConfig.responseSchema"),
    (
        {"responseMimeType": "application/json", "responseSchema": {}, "responseJsonSchema": {}},
        "generationConfig.responseJsonSchema",
    ),
    (
        {"responseMimeType": "application/json", "responseJsonSchema": {"type": "text"}},
        "generationConfig.responseJsonSchema",
    ),
]


@pytest.mark.parametrize(("config", "field"), WRONG_VALUES, ids=str)
@pytest.mark.parametrize("method", ["generateContent", "streamGenerateContent?alt=sse"])
def test_wrong_values(ask, config, field, method):
    response = ask(method=method, generationConfig=config)
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["status"] == "INVALID_ARGUMENT"
    assert error["message"].startswith(f"{field}: ")
    assert error["details"][0]["fieldViolations"][0]["field"] == field


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "contents"),
        ({"contents": []}, "contents"),
        ({"contents": [{"role": "user"}]}, "contents[0].parts"),
        ({"contents": [{"role": "user", "parts": [{}]}]}, "contents[0].parts[0]"),
        ({"contents": [{"role": "robot", "parts": [{"text": "x"}]}]}, "contents[0].role"),
        (
            {
                "contents": [{"parts": [{"text": "x"}]}],
                "tools": [{"functionDeclarations": [{"name": "f"}, {"name": "f"}]}],
            },
            "tools[0].functionDeclarations[1].name",
        ),
    ],
)
def test_wrong_prompts(http, models_path, body, field):
    response = http.post(f"{models_path}gemini-2.5-flash:generateContent", json=body)
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith(f"{field}: ")


def test_unknown_cached_content(ask):
    response = ask(cachedContent="cachedContents/abc")
    assert response.status_code == 403
    assert "cachedContents/abc" in response.json()["error"]["message"]


USER = {"contents": [{"parts": [{"text": "x"}]}]}
BEYOND_TEXT = [
    (
        {"contents": [{"parts": [{"text": "x"}, {"inlineData": {"mimeType": "image/png"}}]}]},
        "contents[0].parts[1].inlineData",
    ),
    ({"contents": [{"parts": [{"fileData": {"fileUri": "gs://x"}}]}]}, "contents[0].parts[0].fileData"),
    ({"contents": [{"parts": [{"functionCall": {"name": "f"}}]}]}, "contents[0].parts[0].functionCall"),
    ({"contents": [{"parts": [{"executableCode": {"code": "1"}}]}]}, "contents[0].parts[0].executableCode"),
    ({**USER, "systemInstruction": {"parts": [{"fileData": {}}]}}, "systemInstruction.parts[0].fileData"),
    ({**USER, "tools": [{"functionDeclarations": [{"name": "f"}]}]}, "tools[0].functionDeclarations"),
    ({**USER, "tools": [{"codeExecution": {}}]}, "tools[0].codeExecution"),
    ({**USER, "tools": [{"googleSearch": {}}]}, "tools[0].googleSearch"),
    ({**USER, "store": True}, "store"),
    ({**USER, "generationConfig": {"responseModalities": ["TEXT", "IMAGE"]}}, "generationConfig.responseModalities"),
    ({**USER, "generationConfig": {"speechConfig": {"languageCode": "de"}}}, "generationConfig.speechConfig"),
    ({**USER, "generationConfig": {"imageConfig": {"aspectRatio": "1:1"}}}, "generationConfig.imageConfig"),
    ({**USER, "generationConfig": {"responseLogprobs": True}}, "generationConfig.responseLogprobs"),
    ({**USER, "generationConfig": {"responseMimeType": "application/json"}}, "generationConfig.responseMimeType"),
    ({**USER, "generationConfig": {"responseMimeType": "image/png"}}, "generationConfig.responseMimeType"),
    (
        {**USER, "generationConfig": {"thinkingConfig": {"includeThoughts": True}}},
        "generationConfig.thinkingConfig.includeThoughts",
    ),
    (
        {**USER, "generationConfig": {"thinkingConfig": {"thinkingBudget": 100}}},
        "generationConfig.thinkingConfig.thinkingBudget",
    ),
    (
        {**USER, "generationConfig": {"thinkingConfig": {"thinkingLevel": "HIGH"}}},
        "generationConfig.thinkingConfig.thinkingLevel",
    ),
]


@pytest.mark.parametrize(("body", "field"), BEYOND_TEXT, ids=[field for _, field in BEYOND_TEXT])
def test_unsupported_fields_are_refused_with_their_path(ask_plain, body, field):
    response = ask_plain(body)
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["message"].startswith(f"{field}: ")
    assert error["details"][0]["fieldViolations"][0]["field"] == field


@pytest.mark.parametrize(
    "extra",
    [
        {
            "tools": [{"functionDeclarations": [{"name": "f"}]}],
            "toolConfig": {"functionCallingConfig": {"mode": "NONE"}},
        },
        {"generationConfig": {"thinkingConfig": {"thinkingBudget": -1, "thinkingLevel": "MINIMAL"}}},
        {"generationConfig": {"responseModalities": ["TEXT"], "mediaResolution": "MEDIA_RESOLUTION_LOW"}},
        {"store": False, "serviceTier": "flex"},
    ],
)
def test_harmless_fields_are_accepted(ask_plain, extra):
    assert ask_plain({**USER, **extra}).status_code == 200


@pytest.mark.parametrize("version", ["v1", "v1beta"])
def test_a_scripted_continuation(http, gemini, version):
    """Clients ask again with the token of a candidate that is not complete."""
    path = f"/{version}/models/gemini-2.5-flash:generateContent"
    part = {"content": {"role": "model", "parts": [{"text": "Once "}]}, "continuationToken": "dG9rZW4="}
    gemini.on(lambda request: "continuationToken" not in request).reply({"candidates": [part]})
    gemini.on(lambda request: request.get("continuationToken") == "dG9rZW4=").reply("upon a time.")
    body = {"contents": [{"parts": [{"text": "A story"}]}], "labels": {"a": "b"}, "serviceTier": "FLEX"}
    first = http.post(path, json=body).json()["candidates"][0]
    assert first == part
    second = http.post(path, json={**body, "continuation_token": first["continuationToken"]}).json()["candidates"][0]
    assert (second["content"]["parts"], second["finishReason"]) == ([{"text": "upon a time."}], "STOP")


def test_an_engine_without_continuation_refuses_the_token(ask_plain):
    reply = ask_plain({"contents": [{"parts": [{"text": "x"}]}], "continuationToken": "dG9rZW4="})
    assert reply.status_code == 400
    assert reply.json()["error"]["message"].startswith("continuationToken: ")
