"""The frames that a session sends, and how it reads those of the service: tables, without a network."""

from __future__ import annotations

import json
from typing import Any

import pytest

from google import genai
from google.genai import errors, types
from google.genai._live import protocol

GEMINI = genai.Client(api_key="k")._api_client.backend
EXPRESS = genai.Client(vertexai=True, api_key="k")._api_client.backend
VERTEX = genai.Client(vertexai=True, project="p", location="us-central1")._api_client.backend
CALL = types.FunctionResponse(id="1", name="f", response={"a": 1})
TEXT = {"role": "user", "parts": [{"text": "x"}]}


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


DECLARED = {
    "description": "Add two numbers.",
    "name": "add",
    "parametersJsonSchema": {
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
        "type": "object",
    },
    "responseJsonSchema": {"type": "integer"},
}
FULL: dict[str, Any] = {
    "generation_config": {"candidate_count": 1, "temperature": 0.1},
    "response_modalities": ["AUDIO"],
    "temperature": 0.5,
    "top_p": 0.25,
    "top_k": 3,
    "max_output_tokens": 9,
    "media_resolution": "MEDIA_RESOLUTION_LOW",
    "seed": 7,
    "speech_config": {"voice_config": {"prebuilt_voice_config": {"voice_name": "Kore"}}, "language_code": "de-DE"},
    "thinking_config": {"thinking_budget": 5},
    "enable_affective_dialog": True,
    "system_instruction": "Be brief.",
    "session_resumption": {"handle": "h"},
    "input_audio_transcription": {},
    "output_audio_transcription": {},
    "realtime_input_config": {
        "automatic_activity_detection": {"disabled": True, "silence_duration_ms": 5},
        "activity_handling": "NO_INTERRUPTION",
        "turn_coverage": "TURN_INCLUDES_ALL_INPUT",
    },
    "context_window_compression": {"trigger_tokens": 100, "sliding_window": {"target_tokens": 10}},
    "proactivity": {"proactive_audio": True, "proactive_video": True},
    "history_config": {"initial_history_in_client_content": True},
    "avatar_config": {
        "customized_avatar": {"image_mime_type": "image/png", "image_data": b"a"},
        "audio_bitrate_bps": 9,
    },
    "safety_settings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
    "translation_config": {"target_language_code": "en-US", "echo_target_language": True},
    "labels": {"team": "green"},
}
SENT: dict[str, Any] = {
    "generationConfig": {
        "candidateCount": 1,
        "temperature": 0.5,
        "responseModalities": ["AUDIO"],
        "topP": 0.25,
        "topK": 3.0,
        "maxOutputTokens": 9,
        "mediaResolution": "MEDIA_RESOLUTION_LOW",
        "seed": 7,
        "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}, "languageCode": "de-DE"},
        "thinkingConfig": {"thinkingBudget": 5},
        "enableAffectiveDialog": True,
        "translationConfig": {"targetLanguageCode": "en-US", "echoTargetLanguage": True},
    },
    "systemInstruction": {"parts": [{"text": "Be brief."}], "role": "user"},
    "sessionResumption": {"handle": "h"},
    "inputAudioTranscription": {},
    "outputAudioTranscription": {},
    "realtimeInputConfig": {
        "automaticActivityDetection": {"disabled": True, "silenceDurationMs": 5},
        "activityHandling": "NO_INTERRUPTION",
        "turnCoverage": "TURN_INCLUDES_ALL_INPUT",
    },
    "contextWindowCompression": {"triggerTokens": 100, "slidingWindow": {"targetTokens": 10}},
    "proactivity": {"proactiveAudio": True, "proactiveVideo": True},
    "historyConfig": {"initialHistoryInClientContent": True},
    "avatarConfig": {"customizedAvatar": {"imageMimeType": "image/png", "imageData": "YQ=="}, "audioBitrateBps": 9},
    "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
    "labels": {"team": "green"},
}


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            "".join(part.capitalize() if at else part for at, part in enumerate(key.split("_"))): _camel(item)
            for key, item in value.items()
        }
    return value


@pytest.mark.parametrize("form", ["typed", "dict", "camelCase"])
@pytest.mark.parametrize("backend", [GEMINI, EXPRESS], ids=["gemini", "vertex"])
def test_every_setting_is_in_the_setup(form: str, backend: Any) -> None:
    given: Any = FULL if form != "camelCase" else _camel(FULL)
    config = types.LiveConnectConfig.model_validate(given)
    setup = protocol.setup_of(backend, "m", config)
    name = "models/m" if backend is GEMINI else "publishers/google/models/m"
    assert setup == {"model": name, **SENT}
    settings = set(types.LiveConnectConfig.model_fields) - {
        "http_options",
        "tools",
        "automatic_resumption",
        "automatic_function_calling",
        "explicit_vad_signal",
    }
    assert settings == set(FULL)


def test_signals_of_speech_are_requested_on_vertex_only() -> None:
    config = types.LiveConnectConfig(explicit_vad_signal=True)
    assert protocol.setup_of(EXPRESS, "m", config)["explicitVadSignal"] is True
    with pytest.raises(ValueError, match=r"config\.explicit_vad_signal"):
        protocol.setup_of(GEMINI, "m", config)


def test_tools_are_declared() -> None:
    config = types.LiveConnectConfig(tools=[add, {"google_search": {}}])
    setup = protocol.setup_of(GEMINI, "m", config)
    assert setup["tools"] == [{"googleSearch": {}}, {"functionDeclarations": [DECLARED]}]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("m", "projects/p/locations/us-central1/publishers/google/models/m"),
        ("publishers/google/models/m", "projects/p/locations/us-central1/publishers/google/models/m"),
        ("projects/q/locations/l/publishers/google/models/m", "projects/q/locations/l/publishers/google/models/m"),
    ],
)
def test_a_project_gets_the_full_name_of_the_model_and_sound_by_default(model: str, expected: str) -> None:
    assert protocol.setup_of(VERTEX, model, None) == {
        "model": expected,
        "generationConfig": {"responseModalities": ["AUDIO"]},
    }
    config = types.LiveConnectConfig(response_modalities=[types.Modality.TEXT])
    assert protocol.setup_of(VERTEX, model, config)["generationConfig"] == {"responseModalities": ["TEXT"]}


@pytest.mark.parametrize(
    ("backend", "config", "message"),
    [
        (GEMINI, {"http_options": {"timeout": 5}}, r"config\.http_options: a live session takes no HTTP options"),
        (GEMINI, {"session_resumption": {"transparent": True}}, r"config\.session_resumption\.transparent is not"),
        (
            GEMINI,
            {"speech_config": {"multi_speaker_voice_config": {"speaker_voice_configs": []}}},
            r"speech_config\.multi_speaker_voice_config: a live session has only one voice",
        ),
    ],
)
def test_settings_that_cannot_be_sent_are_refused(backend: Any, config: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        protocol.setup_of(backend, "m", types.LiveConnectConfig.model_validate(config))


def test_a_handle_replaces_that_of_the_settings() -> None:
    setup = protocol.setup_of(EXPRESS, "m", types.LiveConnectConfig(session_resumption={"transparent": True}))
    sent = json.loads(protocol.setup_frame(setup, "new"))
    assert sent["setup"]["sessionResumption"] == {"transparent": True, "handle": "new"}
    assert json.loads(protocol.setup_frame(setup))["setup"]["sessionResumption"] == {"transparent": True}


@pytest.mark.parametrize("backend", [GEMINI, EXPRESS], ids=["gemini", "vertex"])
@pytest.mark.parametrize(
    ("turns", "complete", "expected"),
    [
        (types.Content(role="user", parts=[types.Part(text="x")]), True, {"turns": [TEXT], "turnComplete": True}),
        (TEXT, False, {"turns": [TEXT], "turnComplete": False}),
        ([TEXT, types.ModelContent("y")], True, {"turns": [TEXT, {"role": "model", "parts": [{"text": "y"}]}]}),
        (None, True, {"turnComplete": True}),
        (None, False, {"turnComplete": False}),
        ([], True, {"turns": [], "turnComplete": True}),
        (
            {"parts": [{"inline_data": {"data": b"\xff\xfe", "mime_type": "a/b"}}]},
            True,
            {"turns": [{"parts": [{"inlineData": {"data": "__4=", "mimeType": "a/b"}}]}]},
        ),
    ],
)
def test_turns(backend: Any, turns: Any, complete: bool, expected: dict[str, Any]) -> None:
    sent = json.loads(protocol.client_content(backend, turns, complete))
    assert sent == {"clientContent": {"turnComplete": complete, **expected}}


BLOB = {"data": b"ab", "mime_type": "audio/pcm"}
SENT_BLOB = {"data": "YWI=", "mimeType": "audio/pcm"}
PICTURE = types.Blob(data=b"\xff\xfe", mime_type="image/png")
SENT_PICTURE = {"data": "__4=", "mimeType": "image/png"}


@pytest.mark.parametrize("backend", [GEMINI, EXPRESS], ids=["gemini", "vertex"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"media": BLOB}, {"mediaChunks": [SENT_BLOB]}),
        ({"media": PICTURE}, {"mediaChunks": [SENT_PICTURE]}),
        ({"media_chunks": [BLOB, PICTURE]}, {"mediaChunks": [SENT_BLOB, SENT_PICTURE]}),
        ({"audio": BLOB}, {"audio": SENT_BLOB}),
        ({"audio": types.Blob(data=b"ab", mime_type="audio/pcm")}, {"audio": SENT_BLOB}),
        ({"audio": {"data": "YWI=", "mimeType": "audio/pcm"}}, {"audio": SENT_BLOB}),
        ({"video": PICTURE}, {"video": SENT_PICTURE}),
        ({"text": "x"}, {"text": "x"}),
        ({"text": ""}, {"text": ""}),
        ({"audio_stream_end": True}, {"audioStreamEnd": True}),
        ({"audio_stream_end": False}, {"audioStreamEnd": False}),
        ({"activity_start": {}}, {"activityStart": {}}),
        ({"activity_end": types.ActivityEnd()}, {"activityEnd": {}}),
    ],
)
def test_realtime_input(backend: Any, given: dict[str, Any], expected: dict[str, Any]) -> None:
    arguments = {name: given.get(name) for name in protocol._REALTIME}
    assert json.loads(protocol.realtime_input(backend, arguments)) == {"realtimeInput": expected}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "expected exactly one argument, got none"),
        ({"text": "a", "activity_start": {}}, "expected exactly one argument, got text, activity_start"),
        ({"audio": PICTURE}, r"audio\.mime_type: expected audio/…, got 'image/png'"),
        ({"video": BLOB}, r"video\.mime_type: expected image/…, got 'audio/pcm'"),
        ({"text": 3}, "text: expected a str, got int"),
        ({"audio_stream_end": "maybe"}, "(?s)audio_stream_end.*boolean"),
        ({"media": []}, "media: expected at least one blob, got none"),
        ({"audio": {"dat": b""}}, "dat"),
        ({"media_chunks": BLOB}, "media_chunks: expected a list of blobs, got dict"),
    ],
)
def test_wrong_realtime_input_is_refused(given: dict[str, Any], message: str) -> None:
    arguments = {name: given.get(name) for name in protocol._REALTIME}
    with pytest.raises(ValueError, match=message):
        protocol.realtime_input(GEMINI, arguments)


@pytest.mark.parametrize("mime_type", ['audio/pcm";x="', "audio/pcm\n", "audio/ü", "audio/\\"])
def test_an_unusual_media_type_is_written_as_json(mime_type: str) -> None:
    arguments = dict.fromkeys(protocol._REALTIME) | {"audio": {"data": b"ab", "mime_type": mime_type}}
    sent = json.loads(protocol.realtime_input(GEMINI, arguments))
    assert sent["realtimeInput"]["audio"] == {"data": "YWI=", "mimeType": mime_type}


@pytest.mark.parametrize(
    "given", [CALL, [CALL], CALL.model_dump(exclude_none=True), (CALL,)], ids=["one", "list", "dict", "tuple"]
)
def test_tool_responses(given: Any) -> None:
    sent = json.loads(protocol.tool_response(GEMINI, given))
    assert sent == {"toolResponse": {"functionResponses": [{"id": "1", "name": "f", "response": {"a": 1}}]}}


@pytest.mark.parametrize("backend", [GEMINI, EXPRESS])
@pytest.mark.parametrize(
    ("instruction", "tools", "sent"),
    [
        ("x", None, {"systemInstruction": TEXT}),
        (["x"], None, {"systemInstruction": TEXT}),
        (None, [add], {"tools": {"tools": [{"functionDeclarations": [DECLARED]}]}}),
        (None, [], {"tools": {"tools": []}}),
        ("x", [{"google_search": {}}], {"systemInstruction": TEXT, "tools": {"tools": [{"googleSearch": {}}]}}),
    ],
)
def test_context_updates(backend: Any, instruction: Any, tools: Any, sent: dict[str, Any]) -> None:
    assert json.loads(protocol.context_update(backend, instruction, tools)) == {"contextUpdate": sent}


def test_a_context_update_needs_something_to_update() -> None:
    with pytest.raises(ValueError, match="send_context_update: expected system_instruction, tools or both"):
        protocol.context_update(GEMINI, None, None)
    with pytest.raises(ValueError, match=r"tools\[0\]"):
        protocol.context_update(GEMINI, None, [5])


def test_a_tool_response_needs_an_id_on_the_developer_api() -> None:
    with pytest.raises(ValueError, match=r"function_responses\[0\]\.id: the Developer API requires"):
        protocol.tool_response(GEMINI, {"name": "f", "response": {}})
    sent = json.loads(protocol.tool_response(EXPRESS, {"name": "f", "response": {}}))
    assert sent == {"toolResponse": {"functionResponses": [{"name": "f", "response": {}}]}}
    for nothing in ([], (), {}, None):
        with pytest.raises(ValueError, match="expected at least one"):
            protocol.tool_response(EXPRESS, nothing)


_TURN = {"clientContent": {"turns": [TEXT], "turnComplete": True}}
_RESULT = {"toolResponse": {"functionResponses": [{"id": "1", "name": "f", "response": {"a": 1}}]}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("x", _TURN),
        (["x"], _TURN),
        (TEXT, _TURN),
        (types.Content.model_validate(TEXT), _TURN),
        (None, {"clientContent": {"turnComplete": True}}),
        ({"turns": [TEXT], "turn_complete": False}, {"clientContent": {"turns": [TEXT], "turnComplete": False}}),
        (types.LiveClientContent(turn_complete=True), {"clientContent": {"turnComplete": True}}),
        (BLOB, {"realtimeInput": {"mediaChunks": [SENT_BLOB]}}),
        ({"media_chunks": [BLOB]}, {"realtimeInput": {"mediaChunks": [SENT_BLOB]}}),
        (types.LiveClientRealtimeInput(text="t"), {"realtimeInput": {"text": "t"}}),
        (types.LiveClientToolResponse(function_responses=[CALL]), _RESULT),
        ({"functionResponses": [CALL]}, _RESULT),
        (CALL, _RESULT),
        ([CALL], _RESULT),
        ([{"name": "f", "response": {"a": 1}, "id": "1"}], _RESULT),
        ([BLOB], {"realtimeInput": {"mediaChunks": [SENT_BLOB]}}),
        ([{"text": "x"}], _TURN),
        ({"name": "f", "response": {"a": 1}, "id": "1"}, _RESULT),
    ],
)
def test_the_older_method_sends_by_type(given: Any, expected: dict[str, Any]) -> None:
    assert json.loads(protocol.any_input(GEMINI, given, end_of_turn=True)) == expected


@pytest.mark.parametrize("given", [None, "", [], (), {}])
def test_the_older_method_ends_the_turn_if_it_is_given_nothing(given: Any) -> None:
    sent = json.loads(protocol.any_input(GEMINI, given, end_of_turn=False))
    assert sent == {"clientContent": {"turnComplete": True}}


def test_flags_are_read_as_everywhere() -> None:
    assert json.loads(protocol.client_content(GEMINI, TEXT, None)) == {"clientContent": {"turns": [TEXT]}}
    given: Any = 1
    assert json.loads(protocol.client_content(GEMINI, TEXT, given)) == _TURN


@pytest.mark.parametrize("given", [{"setup": {"model": "m"}}, 3, types.LiveClientMessage()])
def test_the_older_method_refuses_other_types(given: Any) -> None:
    with pytest.raises(ValueError, match="input"):
        protocol.any_input(GEMINI, given, end_of_turn=True)


@pytest.mark.parametrize("kind", [bytes, str])
def test_messages_of_the_service_are_read(kind: type) -> None:
    frame = {
        "usageMetadata": {"candidatesTokenCount": 3, "responseTokenCount": 4},
        "serverContent": {"modelTurn": {"parts": [{"text": "a"}]}, "somethingNew": 1},
        "voiceOfTomorrow": {},
    }
    text = json.dumps(frame)
    data: Any = text if kind is str else text.encode()
    read = protocol.message_of(types.LiveServerMessage, GEMINI, data)
    assert read.text == "a"
    assert read.usage_metadata is not None
    assert read.usage_metadata.response_token_count == 4
    on_vertex = protocol.message_of(types.LiveServerMessage, EXPRESS, data)
    assert on_vertex.usage_metadata is not None
    assert on_vertex.usage_metadata.response_token_count == 3


def test_unknown_and_empty_messages_are_no_error() -> None:
    for frame in (b'{"voiceOfTomorrow": {"x": 1}}', b"{}", b""):
        assert protocol.message_of(types.LiveServerMessage, GEMINI, frame) == types.LiveServerMessage()


@pytest.mark.parametrize("frame", [b"{{{", b"[]", b"null", b"\xff\xfe", b'{"serverContent": 3}'])
def test_garbage_is_a_typed_error(frame: bytes) -> None:
    with pytest.raises(errors.InvalidResponseError, match="LiveServerMessage"):
        protocol.message_of(types.LiveServerMessage, GEMINI, frame)


def test_an_empty_text_is_no_text() -> None:
    read = protocol.message_of(
        types.LiveServerMessage, GEMINI, b'{"serverContent": {"modelTurn": {"parts": [{"text": ""}]}}}'
    )
    assert read.text is None


def test_an_error_object_is_raised() -> None:
    frame = b'{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Too many"}}'
    with pytest.raises(errors.ClientError, match="Too many") as caught:
        protocol.message_of(types.LiveServerMessage, GEMINI, frame)
    assert caught.value.code == 429
