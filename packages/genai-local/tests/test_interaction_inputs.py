"""Wrong requests of interactions: each gets a 400 that names the place in the body."""

from __future__ import annotations

import httpx2
import pytest

from .interacting import MODEL, PATH, create, refused

TEXT = {"type": "text", "text": "x"}
CALL = {"type": "function_call", "id": "c", "name": "f", "arguments": {}}
RESULT = {"type": "function_result", "call_id": "c", "result": "x"}
FUNCTION = {"type": "function", "name": "f"}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ([], "Invalid value at '' (expected an object), []"),
        ({}, "model: is missing; give the name of a model, such as gemini-2.5-flash."),
        ({"model": MODEL, "agent": "a", "input": "x"}, "agent: cannot be combined with model; give one of them."),
        ({"agent_config": {}, "model": MODEL}, "agent_config: requires agent"),
        ({"model": 5, "input": "x"}, "Invalid value at 'model' (TYPE_STRING), 5"),
        ({"model": MODEL}, "input: is missing; give a text, a content, a list of contents, or a list of steps."),
    ],
)
def test_whole_bodies(http, body, problem):
    assert refused(http.post(PATH, json=body)).startswith(problem)


def test_unknown_models(http):
    for model in ("nothing", "gemini-embedding-001", "tunedModels/no", "publishers/other/models/gemini-2.5-flash"):
        message = refused(http.post(PATH, json={"model": model, "input": "x"}), 404, "not_found")
        assert message.startswith("model: "), message


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ([], "input: is missing"),
        (5, "Invalid value at 'input' (expected string, object or list), 5"),
        ({}, "Invalid value at 'input.type': it is missing; expected text, image, audio, document or video."),
        ({"type": "smell"}, "Invalid value at 'input.type' (expected text, image,"),
        ({"type": 5}, "Invalid value at 'input.type' (expected text, image,"),
        ({"type": "text"}, "Invalid value at 'input.text': the field is required, and is missing."),
        ({"type": "text", "text": 5}, "Invalid value at 'input.text' (TYPE_STRING), 5"),
        ({"type": "text", "text": "x", "words": 1}, "Invalid JSON payload received. Unknown name \"words\" at 'input'"),
        ([TEXT, 5], "Invalid value at 'input[1]' (expected an object with the field type), 5"),
        ([TEXT, {"type": "smell"}], "Invalid value at 'input[1].type' (expected text, image,"),
        ([TEXT, {"type": "user_input", "content": [TEXT]}], "input[1].type: expected a content, like input[0]"),
        ([CALL, RESULT, TEXT], "input[2].type: expected a step, like input[0], not 'text'"),
        ([{"type": "user_input"}], "input[0].content: is empty; give at least one content."),
        ([{"type": "user_input", "content": [CALL]}], "Invalid value at 'input[0].content[0].type' (expected text,"),
        ([{"type": "user_input", "content": "x"}], "Invalid value at 'input[0].content[0]' (expected an object"),
        ({"type": "image"}, "input: the image has neither data nor uri; give one of them."),
        ({"type": "image", "data": "AAAA"}, "input.mime_type: is missing; data needs its type, such as image/..."),
        ({"type": "image", "data": "!", "mime_type": "image/png"}, "Invalid value at 'input.data' (TYPE_BYTES)"),
        (
            [TEXT, {"type": "image", "data": "AAAA", "mime_type": "audio/wav"}],
            "input[1].mime_type: expected a type that begins with image/, not 'audio/wav'.",
        ),
        ({"type": "image", "data": "AAAA", "uri": "x"}, "Invalid value at 'input' (oneof), oneof field 'source'"),
        (
            {"type": "image", "uri": "x", "resolution": "huge"},
            "Invalid value at 'input.resolution' (expected low, medium, high or ultra_high), \"huge\"",
        ),
        ([CALL], "input[0]: expected a function_result for each open function call first: 'c' (f)."),
        ([RESULT], "input[0].call_id: 'c' is not the id of an open function call; no call is open."),
        ([CALL, CALL, RESULT], "input[1].id: the id 'c' belongs to an earlier call; give each call its own."),
        ([{**CALL, "arguments": "{}"}], "Invalid value at 'input[0].arguments' (type.googleapis.com/"),
        ([CALL, {**RESULT, "result": 5}], "Invalid value at 'input[1].result' (expected string, object or list), 5"),
        (
            [CALL, {**RESULT, "result": [{"type": "function", "name": "g"}]}],
            "input[1].result[0].type: this server does not search for tools; give text or media.",
        ),
        (
            [{"type": "code_execution_call", "id": "c", "arguments": {}}],
            "input[0].arguments.code: is missing; expected the code as text.",
        ),
    ],
)
def test_inputs(http, given, problem):
    assert refused(create(http, given)).startswith(problem)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"unknown": 1}, 'Invalid JSON payload received. Unknown name "unknown": Cannot find field.'),
        ({"stream": "yes"}, "Invalid value at 'stream' (TYPE_BOOL), \"yes\""),
        ({"previous_interaction_id": 5}, "Invalid value at 'previous_interaction_id' (TYPE_STRING), 5"),
        ({"system_instruction": {"parts": []}}, "Invalid value at 'system_instruction' (TYPE_STRING)"),
        ({"background": True, "store": False}, "background: requires that the interaction is stored"),
        ({"environment": {"network": "on"}}, "Invalid value at 'environment.network' (expected disabled), \"on\""),
        ({"webhook_config": {"uris": ["x"]}}, "webhook_config.uris[0]: expected a URL that begins with http://"),
        ({"labels": {"a": 1}}, "Invalid value at 'labels['a']' (TYPE_STRING), 1"),
        ({"service_tier": "best"}, "Invalid value at 'service_tier' (expected flex, standard, priority or deferred)"),
        ({"safety_settings": [{"type": "hate_speech"}]}, "Invalid value at 'safety_settings[0].threshold': the field"),
        ({"safety_settings": [{"type": "x", "threshold": "off"}]}, "Invalid value at 'safety_settings[0].type' (expec"),
        ({"tools": [{}]}, "Invalid value at 'tools[0].type': it is missing; expected function, google_search,"),
        ({"tools": [{"type": "hammer"}]}, "Invalid value at 'tools[0].type' (expected function, google_search,"),
        ({"tools": [{"type": "function"}]}, "Invalid value at 'tools[0].name': the field is required"),
        ({"tools": [{"type": "function", "name": "9"}]}, "tools[0].name: expected a letter or underscore"),
        ({"tools": [{"type": "code_execution"}, FUNCTION, FUNCTION]}, "tools[2].name: 'f' is declared twice."),
        (
            {"tools": [{"type": "code_execution"}, {**FUNCTION, "parameters": {"type": "strin"}}]},
            "tools[1].parameters: ",
        ),
        ({"tools": [{**FUNCTION, "parameters": {"type": "string"}}]}, "tools[0].parameters: expected a schema of type"),
        ({"tools": [{**FUNCTION, "defer_loading": True}]}, "tools[0].defer_loading: this server does not search for"),
        ({"tools": [{"type": "tool_search"}]}, "tools[0].type: this server does not search for tools"),
        ({"tools": [FUNCTION, {"type": "file_search"}]}, "tools[1].file_search_store_names: "),
        ({"tools": [{"type": "file_search"}]}, "tools[0].file_search_store_names: "),
        ({"generation_config": {"top_k": 1}}, 'Invalid JSON payload received. Unknown name "top_k" at \'generation_'),
        ({"generation_config": {"temperature": "hot"}}, "Invalid value at 'generation_config.temperature' (TYPE_FLOAT"),
        ({"generation_config": {"temperature": 5}}, "generation_config.temperature: expected a value between 0 and 2"),
        ({"generation_config": {"top_p": 2}}, "generation_config.top_p: expected a value between 0 and 1"),
        ({"generation_config": {"max_output_tokens": 0}}, "generation_config.max_output_tokens: expected a value of"),
        ({"generation_config": {"stop_sequences": ["a"] * 6}}, "generation_config.stop_sequences: expected at most 5"),
        ({"generation_config": {"thinking_level": "deep"}}, "Invalid value at 'generation_config.thinking_level' (exp"),
        ({"generation_config": {"video_config": {"task": "edit"}}}, "generation_config.video_config: this server does"),
        ({"generation_config": {"tool_choice": "all"}}, "Invalid value at 'generation_config.tool_choice' (expected a"),
        ({"generation_config": {"tool_choice": 5}}, "Invalid value at 'generation_config.tool_choice' (expected strin"),
        ({"generation_config": {"tool_choice": {}}}, "Invalid value at 'generation_config.tool_choice.allowed_tools'"),
        ({"generation_config": {"tool_choice": "any"}}, "generation_config.tool_choice: any requires a function; add"),
        (
            {"tools": [FUNCTION], "generation_config": {"tool_choice": {"allowed_tools": {"tools": ["f", "g"]}}}},
            "generation_config.tool_choice.allowed_tools.tools[1]: expected the name of a function in tools (f), not",
        ),
        ({"response_format": "json"}, "Invalid value at 'response_format' (expected object or list), \"json\""),
        ({"response_format": {"type": "pdf"}}, "response_format.type: expected text, audio, image, video, or a JSON"),
        (
            {"response_format": {"type": "text", "scheme": {}}},
            'Invalid JSON payload received. Unknown name "scheme" at',
        ),
        ({"response_format": {"type": "object", "properties": 5}}, "response_format: "),
        ({"response_format": {"type": "text", "schema": {"type": "x"}}}, "response_format.schema: "),
        (
            {"response_format": {"type": "text", "mime_type": "text/plain", "schema": {}}},
            "response_format.schema: requires ",
        ),
        ({"response_format": {"type": "text", "mime_type": "image/x"}}, None),
        ({"response_format": [{"type": "text"}, {"type": "object"}]}, "response_format[1]: text has a format already"),
        ({"response_format": {"type": "image", "delivery": "uri"}}, "response_format.delivery: this server returns me"),
        ({"response_format": {"type": "video", "gcs_uri": "gs://x"}}, "response_format.gcs_uri: this server returns"),
        (
            {"response_format": {"type": "text", "mime_type": "text/plain"}, "response_mime_type": "application/json"},
            "response_format.mime_type: expected 'application/json', as in response_mime_type, not 'text/plain'.",
        ),
        ({"response_modalities": ["document"]}, "response_modalities[0]: this server does not make documents."),
        ({"response_modalities": ["smell"]}, "Invalid value at 'response_modalities[0]' (expected text, image, audio"),
    ],
)
def test_settings(http, fields, problem):
    reply = create(http, **fields)
    if problem is None:
        assert reply.status_code == 200, reply.text
    else:
        assert refused(reply).startswith(problem)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (
            {"input": {"type": "image", "data": "AAAA", "mime_type": "image/png"}},
            "input: scripted cannot read image/png",
        ),
        (
            {"input": [TEXT, {"type": "image", "data": "AAAA", "mime_type": "image/png"}]},
            "input[1]: scripted cannot read image/png",
        ),
        ({"tools": [FUNCTION]}, "tools: scripted cannot call functions"),
        ({"tools": [{"type": "google_search"}]}, "tools[0]: scripted does not support hosted tools"),
        (
            {"input": [{"type": "user_input", "content": [TEXT]}, CALL, RESULT]},
            "input[1]: scripted does not support fun",
        ),
        (
            {"generation_config": {"thinking_level": "high"}},
            "generation_config.thinking_level: thinking is not enabled",
        ),
        ({"generation_config": {"thinking_summaries": "auto"}}, "generation_config.thinking_summaries: thinking is no"),
        ({"generation_config": {"image_config": {"image_size": "1K"}}}, "generation_config.image_config: scripted doe"),
        (
            {"generation_config": {"transcription_config": {"mode": "smart"}}},
            "generation_config.transcription_config: ",
        ),
        ({"response_format": {"type": "image"}}, "response_format: scripted answers in text only, not IMAGE."),
        ({"response_format": {"type": "audio"}}, "response_format: scripted answers in text only, not AUDIO; speech"),
        (
            {"response_format": {"type": "audio", "mime_type": "audio/mp3"}},
            "response_format.mime_type: expected audio/l",
        ),
        ({"response_format": {"type": "audio", "bit_rate": 5}}, "response_format.bit_rate: has no effect on audio/l16"),
        ({"response_modalities": ["image"]}, "response_modalities: scripted answers in text only"),
        ({"response_format": {"type": "object"}}, "response_format: scripted cannot constrain its output"),
        ({"response_mime_type": "application/json"}, "response_mime_type: scripted cannot constrain its output"),
    ],
)
def test_what_an_engine_without_abilities_refuses(plain_server, no_tls, fields, problem):
    with httpx2.Client(base_url=plain_server.url, timeout=30, verify=no_tls) as http:
        reply = http.post(PATH, json={"model": MODEL, "input": "x", **fields})
        assert refused(reply).startswith(problem)


def test_all_problems_of_a_body_are_listed(http):
    message = refused(create(http, [{"type": "text"}], unknown=1, generation_config={"temperature": "hot"}))
    assert len(message.splitlines()) == 3
