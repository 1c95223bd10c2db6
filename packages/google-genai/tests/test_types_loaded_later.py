"""Types that are loaded when the first value for them is checked: what they load, and that values are checked as ever."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from typing import Any

import pydantic
import pytest

from google import genai
from google.genai import errors, types
from google.genai._wire.plans import plan_of
from google.genai._wire.reply import read
from google.genai.types import _deferred, _index

LATER = {
    "_generation_settings", "_grounding_sources", "_media", "_model_status", "_response_formats", "_server_tools",
    "_session_usage", "_tool_settings", "_transcription", "_replicated_voices",
}  # fmt: skip


def _loaded_after(program: str) -> set[str]:
    """Return the modules of types that a program loads in a new process."""
    shown = "import json, sys; print(json.dumps([m for m in sys.modules if m.startswith('google.genai.types._')]))"
    command = [sys.executable, "-W", "error", "-c", f"{program}\n{shown}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    return {name.rpartition(".")[2] for name in json.loads(done.stdout.splitlines()[-1])}


def test_ordinary_requests_and_replies_load_none_of_them() -> None:
    loaded = _loaded_after(
        "from google.genai import types\n"
        "from google.genai._wire.plans import plan_of\n"
        "from google.genai._wire.reply import read\n"
        "config = types.GenerateContentConfig(temperature=0.5, tools=[{'google_search': {}}])\n"
        "for name in ('gemini', 'vertex'):\n"
        "    plan_of(types.Content, name); plan_of(types.GenerateContentConfig, name)\n"
        '    read(types.GenerateContentResponse, name, b\'{"candidates": [{"content": {"parts": [{"text": "a"}]}}]}\')\n'
        '    read(types.EmbedContentResponse, name, b\'{"embeddings": [{"values": [1]}]}\')\n'
    )
    assert "_generation_config" in loaded
    assert loaded & LATER == set()


def test_a_value_loads_the_module_of_its_type_only() -> None:
    program = "from google.genai import types; types.Part(tool_call={'tool_type': 'URL_CONTEXT'})"
    assert _loaded_after(program) & LATER == {"_server_tools"}


def test_all_of_them_are_public_names_of_their_modules() -> None:
    assert set(_index.MODULE_OF.values()) >= LATER


@pytest.mark.parametrize("backend", ["gemini", "vertex"])
def test_replies_are_read_into_the_types(backend: Any) -> None:
    reply = {
        "candidates": [
            {
                "content": {"parts": [{"toolCall": {"toolType": "URL_CONTEXT", "args": {"a_b": 1}, "newField": {}}}]},
                "groundingMetadata": {"groundingChunks": [{"image": {"imageUri": "u", "newField": 1}}]},
            }
        ]
    }
    response = read(types.GenerateContentResponse, backend, json.dumps(reply).encode())
    assert response.candidates is not None
    [candidate] = response.candidates
    assert candidate.content is not None
    assert candidate.content.parts == [
        types.Part(tool_call=types.ToolCall(tool_type=types.ToolType.URL_CONTEXT, args={"a_b": 1}))
    ]
    assert candidate.grounding_metadata is not None
    assert candidate.grounding_metadata.grounding_chunks == [
        types.GroundingChunk(image=types.GroundingChunkImage(image_uri="u"))
    ]
    for same in (copy.deepcopy(response), pickle.loads(pickle.dumps(response))):
        assert same == response
    with pytest.raises(errors.UnknownApiResponseError, match=r"parts\.0\.toolCall\.id: Input should be a valid string"):
        read(
            types.GenerateContentResponse,
            backend,
            b'{"candidates": [{"content": {"parts": [{"toolCall": {"id": 1}}]}}]}',
        )


def test_json_is_read_in_the_form_of_json() -> None:
    voice = types.VoiceConfig(replicated_voice_config=types.ReplicatedVoiceConfig(voice_sample_audio=b"\xff\xfe"))
    written = voice.model_dump_json(exclude_none=True, by_alias=True)
    assert written == '{"replicatedVoiceConfig":{"voiceSampleAudio":"__4="}}'
    assert types.VoiceConfig.model_validate_json(written) == voice
    assert types.VoiceConfig.model_validate({"replicated_voice_config": {"voice_sample_audio": b"\xff\xfe"}}) == voice


def test_errors_have_the_whole_path_and_a_suggestion() -> None:
    with pytest.raises(pydantic.ValidationError, match="did you mean 'language_codes'") as raised:
        types.GenerateContentConfig(audio_transcription_config={"langage_codes": ["de"]})  # type: ignore[typeddict-unknown-key]
    assert raised.value.errors()[0]["loc"] == ("audio_transcription_config", "langage_codes")
    with pytest.raises(pydantic.ValidationError) as raised:
        types.Tool.model_validate_json('{"mcpServers": [{"name": "a"}, {"streamableHttpTransport": {"headers": 1}}]}')
    assert raised.value.errors()[0]["loc"] == ("mcpServers", 1, "streamableHttpTransport", "headers")


def test_objects_of_another_class_are_read_by_their_attributes() -> None:
    class Call(pydantic.BaseModel):
        id: str = "7"
        args: dict[str, Any] = {"a": 1}

    part = types.Part.model_validate({"tool_call": Call(id="7", args={"a": 1})})
    assert part.tool_call == types.ToolCall(id="7", args={"a": 1})


def test_fields_show_the_types() -> None:
    fields = types.GenerateContentConfig.model_fields
    assert fields["service_tier"].annotation == types.ServiceTier | None
    assert types.Tool.model_fields["mcp_servers"].annotation == list[types.McpServer] | None
    assert types.Part.model_json_schema()["$defs"]["ToolCall"]["properties"]["args"]["description"].startswith(
        "Arguments"
    )


def test_marks_below_them_apply() -> None:
    plan = plan_of(types.VoiceConfig, "vertex")
    assert plan.rules["replicated_voice_config"].kind == "nested"
    client = genai.Client(vertexai=True, api_key="k", http_options={"base_url": "http://127.0.0.1:9"})
    voice = {"replicated_voice_config": {"consent_audio": b"a"}}
    with pytest.raises(
        ValueError, match=r"config\.speech_config\.voice_config\.replicated_voice_config\.consent_audio"
    ):
        client.models.generate_content(
            model="m",
            contents="a",
            config={"speech_config": {"voice_config": voice}},  # type: ignore[typeddict-item]
        )


def test_a_part_is_built_from_a_call_of_a_tool() -> None:
    call = types.ToolCall(id="1")
    assert types.Part(call) == types.Part(tool_call=call)  # type: ignore[arg-type]
    assert types.Part(types.ToolResponse(id="1")).tool_response is not None  # type: ignore[arg-type]


def test_an_unknown_name_is_an_error() -> None:
    from google.genai.types import _later

    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _later.Nothing  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]
    assert repr(_deferred.Later("ToolCall")) == "Later(ToolCall)"
