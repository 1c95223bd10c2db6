"""Interactions over HTTP: creation, storage, continuation, settings, background runs, cancellation and deletion."""

from __future__ import annotations

import base64

import pytest

from genai_local.services.agents.configurations import SERVICE_AGENTS

from .interacting import MODEL, PATH, create, created, events_of, refused, steps_of, text_of
from .waiting import until

VERTEX = "/v1beta1/projects/p/locations/l/interactions"
PATHS = [PATH, "/v1/interactions", "/v1alpha/interactions", VERTEX, "/v1beta1/interactions"]
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Look the weather up.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
PNG = base64.b64encode(b"\x89PNG...").decode()


def asked(gemini) -> list[dict]:
    """Let a rule note the generateContent requests that reach the engine, and return the list of them."""
    found = []

    def note(request) -> str:
        found.append(request)
        return f"answer {len(found)}"

    gemini.on().reply(note)
    return found


def turns(request: dict) -> list[tuple[str, str]]:
    return [
        (content["role"], "".join(part.get("text", "") for part in content["parts"])) for content in request["contents"]
    ]


@pytest.mark.parametrize("path", PATHS)
def test_an_answer(http, path):
    reply = created(http, "How are you?", path, labels={"team": "a"}, system_instruction="Be short.")
    assert reply["id"].startswith("v1_")
    assert reply["object"] == "interaction"
    assert (reply["status"], reply["model"]) == ("completed", MODEL)
    assert reply["created"] <= reply["updated"]
    assert reply["steps"] == [
        {
            "type": "model_output",
            "content": [{"type": "text", "text": "This is a scripted reply to: How are you?"}],
        }
    ]
    assert reply["usage"] == {
        "total_tokens": 18,
        "total_input_tokens": 7,
        "total_output_tokens": 11,
        "total_thought_tokens": 0,
        "total_cached_tokens": 0,
        "total_tool_use_tokens": 0,
        "input_tokens_by_modality": [{"modality": "text", "tokens": 7}],
        **({"output_tokens_by_modality": [{"modality": "text", "tokens": 11}]} if "v1beta1" in path else {}),
    }
    assert (reply["labels"], reply["system_instruction"]) == ({"team": "a"}, "Be short.")
    assert "input" not in reply
    assert http.get(f"{path}/{reply['id']}").json() == reply
    assert http.get(f"{path}/{reply['id']}?include_input=true").json() == {**reply, "input": "How are you?"}


def test_settings_are_returned_and_reach_the_engine(http, gemini):
    requests = asked(gemini)
    settings = {
        "system_instruction": "Be short.",
        "tools": [WEATHER, {"type": "google_search"}],
        "generation_config": {
            "temperature": 0.5,
            "top_p": 0.9,
            "seed": 7,
            "stop_sequences": ["END"],
            "max_output_tokens": 50,
            "thinking_level": "low",
            "thinking_summaries": "auto",
            "tool_choice": "validated",
        },
        "safety_settings": [{"type": "hate_speech", "threshold": "block_none"}],
        "labels": {"a": "b"},
        "service_tier": "flex",
    }
    reply = created(http, **settings)
    assert {name: reply[name] for name in settings} == settings
    assert http.get(f"{PATH}/{reply['id']}").json() == reply
    [request] = requests
    declaration = {name: value for name, value in WEATHER.items() if name not in ("type", "parameters")}
    assert request == {
        "contents": [{"role": "user", "parts": [{"text": "hello"}]}],
        "systemInstruction": {"parts": [{"text": "Be short."}]},
        "tools": [
            {"functionDeclarations": [{**declaration, "parametersJsonSchema": WEATHER["parameters"]}]},
            {"googleSearch": {}},
        ],
        "toolConfig": {"functionCallingConfig": {"mode": "VALIDATED"}},
        "generationConfig": {
            "temperature": 0.5,
            "topP": 0.9,
            "seed": 7,
            "stopSequences": ["END"],
            "maxOutputTokens": 50,
            "thinkingConfig": {"thinkingLevel": "LOW", "includeThoughts": True},
        },
        "safetySettings": [{"category": "HARM_CATEGORY_HATE_SPEECH", "threshold": "BLOCK_NONE"}],
        "labels": {"a": "b"},
        "serviceTier": "flex",
    }


def test_the_rules_for_generate_content_answer_interactions_too(http, gemini, ask):
    gemini.on("weather").reply("Sunny.")
    assert text_of(created(http, "the weather?")) == "Sunny."
    assert ask("the weather?").json()["candidates"][0]["content"]["parts"] == [{"text": "Sunny."}]
    assert gemini.last_request.path.endswith(":generateContent")


def test_contents_of_all_kinds(http, gemini):
    requests = asked(gemini)
    raw = base64.b64encode(b"\0\0" * 100).decode()
    created(
        http,
        [
            {"type": "text", "text": "Look: "},
            {"type": "image", "data": PNG, "mime_type": "image/png", "resolution": "high"},
            {"type": "audio", "data": raw, "mime_type": "audio/l16", "sample_rate": 16000},
            {"type": "video", "data": PNG, "mime_type": "video/mp4", "processing": {"type": "static", "fps": 2}},
            {"type": "document", "data": base64.b64encode(b"a,b").decode(), "mime_type": "text/csv"},
            {"type": "image", "uri": "https://example.org/picture.png", "mime_type": "image/png"},
        ],
    )
    assert requests[0]["contents"][0]["parts"] == [
        {"text": "Look: "},
        {
            "inlineData": {"mimeType": "image/png", "data": PNG},
            "mediaResolution": {"level": "MEDIA_RESOLUTION_HIGH"},
        },
        {"inlineData": {"mimeType": "audio/l16;rate=16000", "data": raw}},
        {"inlineData": {"mimeType": "video/mp4", "data": PNG}, "videoMetadata": {"fps": 2}},
        {"inlineData": {"mimeType": "text/csv", "data": "YSxi"}},
        {"fileData": {"mimeType": "image/png", "fileUri": "https://example.org/picture.png"}},
    ]
    created(http, {"type": "text", "text": "one content"})
    assert turns(requests[1]) == [("user", "one content")]


def test_an_uploaded_file(http, gemini):
    headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
    file = http.post("/upload/v1beta/files", content=b"Seven towers.", headers=headers).json()["file"]
    content = {"type": "document", "uri": file["uri"], "mime_type": "text/plain"}
    reply = created(http, [{"type": "text", "text": "Read: "}, content])
    assert text_of(reply) == "This is a scripted reply to: Read: Seven towers."
    http.delete(f"/v1beta/{file['name']}")
    message = refused(create(http, [{"type": "text", "text": "Read: "}, content]), 403, "permission_denied")
    assert message.startswith(f"input[1].uri: {file['name']} does not exist")
    message = refused(create(http, "again", previous_interaction_id=reply["id"]), 403, "permission_denied")
    assert message.startswith("previous_interaction_id.uri: ")


def test_the_whole_chain_is_the_prompt(http, gemini):
    requests = asked(gemini)
    first = created(http, "one", system_instruction="Be short.", tools=[WEATHER], generation_config={"seed": 1})
    second = created(http, "two", previous_interaction_id=first["id"])
    assert second["previous_interaction_id"] == first["id"]
    created(
        http,
        [{"type": "user_input", "content": [{"type": "text", "text": "three"}]}],
        previous_interaction_id=second["id"],
    )
    assert turns(requests[2]) == [
        ("user", "one"),
        ("model", "answer 1"),
        ("user", "two"),
        ("model", "answer 2"),
        ("user", "three"),
    ]
    assert requests[2].keys() == {"contents"}  # settings are not inherited
    created(http, "fork", previous_interaction_id=first["id"])
    assert turns(requests[3]) == [("user", "one"), ("model", "answer 1"), ("user", "fork")]
    created(http, "again", previous_interaction_id=first["id"], store=False)
    assert turns(requests[4])[:2] == turns(requests[3])[:2]


def test_a_history_of_the_client(http, gemini):
    requests = asked(gemini)
    created(
        http,
        [
            {"type": "user_input", "content": [{"type": "text", "text": "one"}]},
            {"type": "thought", "summary": [{"type": "text", "text": "hm"}], "signature": "c2ln"},
            {"type": "model_output", "content": [{"type": "text", "text": "answer"}]},
            {"type": "function_call", "id": "c1", "name": "look", "arguments": {"at": 1}},
            {"type": "function_result", "call_id": "c1", "result": "seen"},
            {"type": "user_input", "content": [{"type": "text", "text": "two"}]},
        ],
        store=False,
    )
    assert requests[0]["contents"] == [
        {"role": "user", "parts": [{"text": "one"}]},
        {
            "role": "model",
            "parts": [
                {"text": "hm", "thought": True},
                {"text": "answer", "thoughtSignature": "c2ln"},
                {"functionCall": {"id": "c1", "name": "look", "args": {"at": 1}}},
            ],
        },
        {"role": "user", "parts": [{"functionResponse": {"id": "c1", "name": "look", "response": {"result": "seen"}}}]},
        {"role": "user", "parts": [{"text": "two"}]},
    ]


def test_thoughts_and_signatures_survive_a_continuation(http, gemini):
    call = {"functionCall": {"name": "look", "args": {}}, "thoughtSignature": "Y2FsbA=="}
    gemini.on("start").reply([{"text": "hm", "thought": True}, call])
    requests = asked(gemini)
    first = created(http, "start", tools=[{"type": "function", "name": "look"}])
    [thought, step] = first["steps"]
    assert thought == {"type": "thought", "summary": [{"type": "text", "text": "hm"}], "signature": "Y2FsbA=="}
    assert (step["type"], step["name"], step["arguments"]) == ("function_call", "look", {})
    assert first["usage"]["total_thought_tokens"] == 1
    result = {"type": "function_result", "call_id": step["id"], "result": {"a": 1}, "name": "look"}
    created(http, [result], previous_interaction_id=first["id"])
    assert requests[0]["contents"][1]["parts"] == [
        {"text": "hm", "thought": True},
        {"functionCall": {"id": step["id"], "name": "look", "args": {}}, "thoughtSignature": "Y2FsbA=="},
    ]


@pytest.mark.parametrize("is_stream", [False, True])
def test_function_calling(http, gemini, is_stream):
    args = {"city": "Rome", "units": ["celsius", "kelvin"], "note": "é" * 50}
    gemini.on(function_response="get_weather").reply("Sunny in both.")
    gemini.on("weather").reply([{"functionCall": {"name": "get_weather", "args": args}}] * 2)
    first = create(http, "the weather?", tools=[WEATHER], stream=is_stream)
    if is_stream:
        events = events_of(first.text)
        assert events[-1]["interaction"]["status"] == "requires_action"
        pieces = [event["delta"]["arguments"] for event in events if event["event_type"] == "step.delta"]
        assert len(pieces) > 4
        first = http.get(f"{PATH}/{events[0]['interaction']['id']}").json()
    else:
        first = first.json()
    assert first["status"] == "requires_action"
    calls = first["steps"]
    assert [(step["type"], step["name"], step["arguments"]) for step in calls] == [
        ("function_call", "get_weather", args)
    ] * 2
    assert len({step["id"] for step in calls}) == 2
    results = [{"type": "function_result", "call_id": step["id"], "result": "20 °C"} for step in reversed(calls)]
    second = created(http, results, previous_interaction_id=first["id"], tools=[WEATHER])
    assert (second["status"], text_of(second)) == ("completed", "Sunny in both.")


def test_forms_of_function_results(http, gemini):
    call = {"type": "function_call", "id": "c", "name": "look", "arguments": {}}
    requests = asked(gemini)
    picture = {"type": "image", "data": PNG, "mime_type": "image/png"}
    for result in ("text", {"a": 1}, [{"type": "text", "text": "x"}, picture]):
        created(http, [call, {"type": "function_result", "call_id": "c", "result": result}])
    created(http, [call, {"type": "function_result", "call_id": "c", "result": "broken", "is_error": True}])
    found = [request["contents"][-1]["parts"][0]["functionResponse"] for request in requests]
    assert [response["response"] for response in found] == [
        {"result": "text"},
        {"a": 1},
        {"result": "x"},
        {"error": "broken"},
    ]
    assert found[2]["parts"] == [{"inlineData": {"mimeType": "image/png", "data": PNG}}]


def test_function_results_have_to_match_the_calls_of_the_chain(http, gemini):
    gemini.on("start").reply([{"functionCall": {"name": "look"}}, {"functionCall": {"name": "hear"}}])
    first = created(http, "start", tools=[{"type": "function", "name": "look"}, {"type": "function", "name": "hear"}])
    look, hear = (step["id"] for step in first["steps"])

    def result(call_id: str, **fields) -> dict:
        return {"type": "function_result", "call_id": call_id, "result": "x", **fields}

    def refusal(steps) -> str:
        return refused(create(http, steps, previous_interaction_id=first["id"]))

    assert refusal("text").startswith(f"input: expected a function_result for each open function call first: '{look}'")
    assert refusal([result(look)]).startswith("input[0]: expected a function_result for each open")
    assert refusal([result(look), result("no")]).startswith("input[1].call_id: 'no' is not the id of an open")
    assert refusal([result(look), result(look)]).startswith("input[1].call_id: ")
    assert refusal([result(look, name="hear"), result(hear)]).startswith("input[0].name: the call")
    assert created(http, [result(hear), result(look)], previous_interaction_id=first["id"])["status"] == "completed"
    done = created(http, "done")
    message = refused(create(http, [result(look)], previous_interaction_id=done["id"]))
    assert message == f"input[0].call_id: '{look}' is not the id of an open function call; no call is open."


def test_the_choice_of_tools(http, gemini):
    requests = asked(gemini)
    tools = [WEATHER, {"type": "function", "name": "get_time"}]

    def choose(choice) -> dict:
        created(http, tools=tools, generation_config={"tool_choice": choice})
        return requests[-1]

    assert choose("none")["toolConfig"] == {"functionCallingConfig": {"mode": "NONE"}}
    allowed = choose({"allowed_tools": {"mode": "any", "tools": ["get_time"]}})
    calling = {"mode": "ANY", "allowedFunctionNames": ["get_time"]}
    assert allowed["toolConfig"] == {"functionCallingConfig": calling}
    allowed = choose({"allowed_tools": {"tools": ["get_time"]}})
    assert allowed["tools"] == [{"functionDeclarations": [{"name": "get_time"}]}]
    assert allowed["toolConfig"] == {"functionCallingConfig": {"mode": "AUTO"}}


def test_a_forced_call_without_a_rule(http):
    reply = created(http, tools=[WEATHER], generation_config={"tool_choice": "any"})
    assert reply["status"] == "requires_action"
    assert reply["steps"][0]["name"] == "get_weather"


@pytest.mark.parametrize(
    ("fields", "config"),
    [
        (
            {"response_format": {"type": "text", "mime_type": "application/json", "schema": {"type": "object"}}},
            {"responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}},
        ),
        (
            {"response_format": [{"type": "text", "schema": {"type": "object"}}]},
            {"responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}},
        ),
        (
            {"response_format": {"type": "array", "items": {"type": "string"}}},
            {
                "responseMimeType": "application/json",
                "responseJsonSchema": {"type": "array", "items": {"type": "string"}},
            },
        ),
        (
            {"response_format": {"type": "string", "enum": ["a"]}, "response_mime_type": "text/x.enum"},
            {"responseMimeType": "text/x.enum", "responseJsonSchema": {"type": "string", "enum": ["a"]}},
        ),
        ({"response_mime_type": "application/json"}, {"responseMimeType": "application/json"}),
        ({"response_format": {"type": "text"}}, None),
        ({"response_modalities": ["text", "image"]}, {"responseModalities": ["TEXT", "IMAGE"]}),
        (
            {"response_format": [{"type": "text"}, {"type": "image", "aspect_ratio": "1:1", "image_size": "1K"}]},
            {
                "responseModalities": ["TEXT", "IMAGE"],
                "imageConfig": {"aspectRatio": "1:1", "imageSize": "1K"},
            },
        ),
        ({"response_format": {"type": "audio"}}, {"responseModalities": ["AUDIO"]}),
        (
            {"generation_config": {"speech_config": [{"voice": "Kore", "language": "de-DE"}]}},
            {"speechConfig": {"languageCode": "de-DE", "voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}}},
        ),
        (
            {
                "generation_config": {
                    "speech_config": {
                        "speakers": [{"speaker": "A", "voice": "Kore"}, {"speaker": "B", "voice": "Puck"}]
                    }
                }
            },
            {
                "speechConfig": {
                    "multiSpeakerVoiceConfig": {
                        "speakerVoiceConfigs": [
                            {"speaker": "A", "voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}},
                            {"speaker": "B", "voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Puck"}}},
                        ]
                    }
                }
            },
        ),
    ],
)
def test_formats_of_answers(http, gemini, fields, config):
    requests = asked(gemini)
    reply = created(http, **fields)
    assert requests[0].get("generationConfig") == config
    assert {name: reply[name] for name in fields} == fields


def test_structured_output(http):
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    assert text_of(created(http, response_format=schema)) == '{"name": "scripted"}'


def test_media_in_answers(http, gemini):
    gemini.on("draw").reply(["Here: ", {"inlineData": {"mimeType": "image/png", "data": PNG}}])
    [step] = created(http, "draw")["steps"]
    assert step["content"] == [
        {"type": "text", "text": "Here: "},
        {"type": "image", "mime_type": "image/png", "data": PNG},
    ]


def test_raw_sound_in_answers(http, gemini):
    sound = {"inlineData": {"mimeType": "audio/L16;codec=pcm;rate=24000", "data": "AAAA"}}
    gemini.on("speak").reply([sound])
    requests = asked(gemini)
    first = created(http, "speak")
    assert first["steps"][0]["content"] == [
        {"type": "audio", "mime_type": "audio/l16", "sample_rate": 24000, "data": "AAAA"}
    ]
    created(http, "next", previous_interaction_id=first["id"])
    assert requests[0]["contents"][1]["parts"] == [{"inlineData": {"mimeType": "audio/l16;rate=24000", "data": "AAAA"}}]


def test_code_and_tools_of_the_service(http, gemini):
    gemini.on("code").reply(
        [
            {"executableCode": {"language": "PYTHON", "code": "print(1)"}},
            {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}},
            {"toolCall": {"id": "t", "toolType": "GOOGLE_SEARCH", "args": {"queries": ["q"]}}},
            "One.",
        ]
    )
    requests = asked(gemini)
    first = created(http, "code", tools=[{"type": "code_execution"}])
    call, result, search, _ = first["steps"]
    assert call["arguments"] == {"code": "print(1)", "language": "python"}
    assert result == {"type": "code_execution_result", "call_id": call["id"], "result": "1\n"}
    assert search == {"type": "google_search_call", "id": "t", "arguments": {"queries": ["q"]}}
    created(http, "next", previous_interaction_id=first["id"])
    assert requests[0]["contents"][1]["parts"] == [
        {"executableCode": {"id": call["id"], "language": "PYTHON", "code": "print(1)"}},
        {"codeExecutionResult": {"id": call["id"], "outcome": "OUTCOME_OK", "output": "1\n"}},
        {"toolCall": {"id": "t", "toolType": "GOOGLE_SEARCH", "args": {"queries": ["q"]}}},
        {"text": "One."},
    ]


def test_file_search_cites_its_passages(http, gemini):
    name = http.post("/v1beta/fileSearchStores", json={"displayName": "towers"}).json()["name"]
    headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
    http.post(f"/upload/v1beta/{name}:uploadToFileSearchStore", content=b"Trantor has seven towers.", headers=headers)
    until(lambda: http.get(f"/v1beta/{name}").json().get("activeDocumentsCount") == "1")
    gemini.on("towers").stream(["Trantor has ", "seven towers."])
    tool = {"type": "file_search", "file_search_store_names": [name]}
    for is_stream in (False, True):
        reply = create(http, "How many towers?", tools=[tool], stream=is_stream)
        steps = steps_of(events_of(reply.text)) if is_stream else reply.json()["steps"]
        [content] = steps[0]["content"]
        [citation] = content["annotations"]
        assert citation["type"] == "file_citation"
        assert citation["source"] == "Trantor has seven towers."
        assert (citation["start_index"], citation["end_index"]) == (0, len(content["text"]))
    message = refused(create(http, "x", VERTEX, tools=[tool]))
    assert message == "tools[0].type: file_search exists on the Gemini Developer API only."


@pytest.mark.parametrize(
    ("finish_reason", "status", "problem"),
    [
        ("STOP", "completed", None),
        ("MAX_TOKENS", "incomplete", None),
        ("OTHER", "completed", None),
        ("SAFETY", "failed", {"code": "safety", "message": "The answer was withheld, for the reason SAFETY."}),
    ],
)
def test_states_by_the_reason_to_finish(http, gemini, finish_reason, status, problem):
    gemini.on().reply("x", finish_reason=finish_reason)
    reply = created(http)
    assert (reply["status"], reply.get("errors")) == (status, [problem] if problem else None)


def test_a_blocked_prompt(http, gemini):
    gemini.on().reply({"promptFeedback": {"blockReason": "SAFETY"}})
    reply = created(http)
    assert (reply["status"], reply["steps"]) == ("failed", [])
    assert reply["errors"] == [{"code": "safety", "message": "The prompt was blocked, for the reason SAFETY."}]


def test_the_limit_of_output_tokens(http):
    reply = created(http, "a b c d e f", generation_config={"max_output_tokens": 3})
    assert (reply["status"], text_of(reply)) == ("incomplete", "This is a")


def test_a_failure_of_the_engine_is_the_reply_and_nothing_is_stored(http, gemini):
    gemini.on("fail").fail(503, message="Come back later.")
    for fields in ({}, {"stream": True}, {"store": False}, {"stream": True, "store": False}):
        assert refused(create(http, "fail", **fields), 503, "unavailable") == "Come back later."
    assert gemini._server.api.state.rows("SELECT id FROM interactions") == []


def test_an_interaction_that_is_not_stored(http):
    reply = created(http, store=False)
    assert (reply["status"], text_of(reply)) == ("completed", "This is a scripted reply to: hello")
    streamed = events_of(create(http, store=False, stream=True).text)[0]["interaction"]["id"]
    for identity in (reply["id"], streamed, "nothing"):
        message = refused(http.get(f"{PATH}/{identity}"), 404, "not_found")
        assert message.startswith(f"interactions/{identity} does not exist")
        refused(http.delete(f"{PATH}/{identity}"), 404, "not_found")
        refused(http.post(f"{PATH}/{identity}/cancel"), 404, "not_found")
        message = refused(create(http, previous_interaction_id=identity), 404, "not_found")
        assert message.startswith(f"previous_interaction_id: interactions/{identity} was not found")


def test_interactions_of_other_projects_and_surfaces(http):
    mine = created(http, path=VERTEX)["id"]
    for path in (PATH, "/v1beta1/projects/other/locations/l/interactions", "/v1beta1/interactions"):
        refused(http.get(f"{path}/{mine}"), 404, "not_found")
        refused(http.delete(f"{path}/{mine}"), 404, "not_found")
        refused(create(http, path=path, previous_interaction_id=mine), 404, "not_found")
    assert http.get(f"/v1/projects/p/locations/l/interactions/{mine}").status_code == 200


def test_agents_of_the_service_are_refused_with_the_names_of_models(http):
    reply = http.post(PATH, json={"agent": SERVICE_AGENTS[0], "input": "x", "background": True})
    message = refused(reply)
    assert message.startswith("agent: this server does not run deep-research")
    assert all(name in message for name in ("agents", "base_agent", "gemini-3.5-flash", "scripted"))


def test_a_cached_content(http, gemini):
    cache = http.post(
        "/v1beta/cachedContents",
        json={"model": f"models/{MODEL}", "contents": [{"parts": [{"text": "kept"}], "role": "user"}]},
    ).json()["name"]
    reply = created(http, "x", cached_content=cache)
    assert (reply["cached_content"], reply["usage"]["total_cached_tokens"]) == (cache, 1)
    message = refused(create(http, "x", cached_content="cachedContents/no"), 403, "permission_denied")
    assert message.startswith("cached_content: ")


def test_tuned_models(http, gemini):
    gemini.add_tuned_model("mine")
    reply = http.post(PATH, json={"model": "tunedModels/mine", "input": "x"})
    assert (reply.status_code, reply.json()["model"]) == (200, "tunedModels/mine")
