"""Reading of request messages: spellings, proto JSON rules, and the complete list of problems."""

from __future__ import annotations

import pytest

from genai_local.protocol.errors import ApiError
from genai_local.protocol.payload import read_json, read_message

SAFETY = {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH"}


@pytest.mark.parametrize(
    ("message", "sent", "canonical"),
    [
        ("GenerationConfig", {"max_output_tokens": 5, "topP": 0.5}, {"maxOutputTokens": 5, "topP": 0.5}),
        (
            "GenerationConfig",
            {"maxOutputTokens": "5", "candidateCount": 2.0},
            {"maxOutputTokens": 5, "candidateCount": 2},
        ),
        ("GenerationConfig", {"temperature": "0.5", "seed": None}, {"temperature": 0.5}),
        ("GenerationConfig", {"stop_sequences": "end"}, {"stopSequences": ["end"]}),
        ("GenerationConfig", {"response_json_schema": {"type": "object"}}, {"responseJsonSchema": {"type": "object"}}),
        ("GenerationConfig", {"response_logprobs": "true"}, {"responseLogprobs": True}),
        ("Content", {"parts": {"text": "one"}}, {"parts": [{"text": "one"}]}),
        (
            "Schema",
            {"type": "object", "any_of": [{"type": "STRING"}]},
            {"type": "OBJECT", "anyOf": [{"type": "STRING"}]},
        ),
        ("Schema", {"properties": {"max_items": {"max_items": "3"}}}, {"properties": {"max_items": {"maxItems": 3}}}),
        ("FunctionCall", {"args": {"some_key": {"other_key": 1}}}, {"args": {"some_key": {"other_key": 1}}}),
        ("Blob", {"data": "-_8", "mime_type": "image/png"}, {"data": "+/8=", "mimeType": "image/png"}),
        ("ThinkingConfig", {"thinking_level": "low"}, {"thinkingLevel": "LOW"}),
        ("SafetySetting", {"category": 7, "threshold": 3}, SAFETY),
        ("Schema", {"type": 0}, {"type": "TYPE_UNSPECIFIED"}),
    ],
)
def test_canonical_form(message, sent, canonical):
    assert read_message(sent, message, "gemini") == canonical


@pytest.mark.parametrize(
    ("message", "sent", "description"),
    [
        ("GenerateContentRequest", {"foo": 1}, 'Invalid JSON payload received. Unknown name "foo": Cannot find field.'),
        (
            "GenerateContentRequest",
            {"generationConfig": {"xyz": 1}},
            "Invalid JSON payload received. Unknown name \"xyz\" at 'generation_config': Cannot find field.",
        ),
        (
            "GenerateContentRequest",
            {"contents": [{"parts": [{}, {"text": 5}]}]},
            "Invalid value at 'contents[0].parts[1].text' (TYPE_STRING), 5",
        ),
        ("GenerationConfig", {"temperature": "hot"}, "Invalid value at 'temperature' (TYPE_FLOAT), \"hot\""),
        ("GenerationConfig", {"temperature": True}, "Invalid value at 'temperature' (TYPE_FLOAT), true"),
        ("GenerationConfig", {"topK": float("nan")}, "Invalid value at 'top_k' (TYPE_FLOAT), NaN"),
        (
            "Interval",
            {"startTime": "2026-01-31T12:00:00"},
            "Invalid value at 'start_time' (type.googleapis.com/google.protobuf.Timestamp; a time has a zone, such as "
            '2026-01-31T12:00:00Z), "2026-01-31T12:00:00"',
        ),
        (
            "VideoMetadata",
            {"endOffset": "0:05"},
            "Invalid value at 'end_offset' (type.googleapis.com/google.protobuf.Duration; a duration ends in 's', such as "
            "'3.5s'), \"0:05\"",
        ),
        ("GenerationConfig", {"seed": 1.5}, "Invalid value at 'seed' (TYPE_INT32), 1.5"),
        (
            "Schema",
            {"type": "FOO"},
            "Invalid value at 'type' (type.googleapis.com/google.ai.generativelanguage.v1beta.Type), \"FOO\"",
        ),
        ("Blob", {"data": "*"}, "Invalid value at 'data' (TYPE_BYTES), Base64 decoding failed for \"*\""),
        ("FunctionCall", {"args": []}, "Invalid value at 'args' (type.googleapis.com/google.protobuf.Struct), []"),
        (
            "Part",
            {"text": "x", "inlineData": {}},
            "Invalid value at '' (oneof), oneof field 'data' is already set. Cannot set 'inlineData'",
        ),
        ("Content", {"role": "user", "parts": "x"}, "Invalid value at 'parts[0]'"),
        ("Part", {"fileData": {}, "file_data": {}}, "two spellings"),
    ],
)
def test_problems(message, sent, description):
    with pytest.raises(ApiError) as caught:
        read_message(sent, message, "gemini")
    assert description in caught.value.message
    assert caught.value.code == 400
    assert caught.value.status == "INVALID_ARGUMENT"


def test_all_problems_are_reported_at_once_with_their_fields():
    with pytest.raises(ApiError) as caught:
        read_message({"contents": 5, "bar": 1, "toolConfig": {"x": 1}}, "GenerateContentRequest", "gemini")
    [detail] = caught.value.details
    assert detail["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    assert [item["field"] for item in detail["fieldViolations"]] == ["contents[0]", "", "tool_config"]


@pytest.mark.parametrize(
    ("message", "field", "value", "home"),
    [
        ("GenerateContentRequest", "modelArmorConfig", {"promptTemplateName": "a"}, "vertex"),
        ("GenerateContentRequest", "outputConfig", {"outputUriPrefix": "gs://a"}, "vertex"),
        ("GenerateContentRequest", "store", True, "gemini"),
        ("Part", "toolCall", {"toolType": "GOOGLE_MAPS"}, "gemini"),
        ("AuthConfig", "apiKey", "x", "gemini"),
        ("GoogleMaps", "groundingTypes", {"places": {}}, "vertex"),
        ("ImageConfig", "prominentPeople", "ALLOW_PROMINENT_PEOPLE", "vertex"),
        ("BidiGenerateContentSetup", "explicitVadSignal", True, "vertex"),
        ("BidiGenerateContentSetup", "labels", {"a": "b"}, "gemini"),
        ("SafetySetting", "method", "SEVERITY", "vertex"),
        ("CountTokensRequest", "generateContentRequest", {}, "gemini"),
        ("Tool", "fileSearch", {}, "gemini"),
    ],
)
def test_fields_of_one_surface_are_unknown_on_the_other(message, field, value, home):
    other = "gemini" if home == "vertex" else "vertex"
    assert read_message({field: value}, message, home) == {field: value}
    with pytest.raises(ApiError, match=f'Unknown name "{field}"'):
        read_message({field: value}, message, other)


@pytest.mark.parametrize("body", [b"{", b'{"a": }', b"\xff", b"[" * 100_000])
def test_invalid_json_is_refused(body):
    with pytest.raises(ApiError, match="Invalid JSON payload received") as caught:
        read_json(body)
    assert caught.value.code == 400


def test_no_body_is_an_empty_message():
    assert read_json(b"") == {}


@pytest.mark.parametrize(
    ("value", "surface"), [(7, "vertex"), (99, "gemini"), (-1, "gemini"), (True, "gemini"), (7.0, "gemini")]
)
def test_numbers_that_are_not_a_member_of_an_enum(value, surface):
    """The numbers of the members on Vertex AI are others."""
    with pytest.raises(ApiError, match="Invalid value at 'category'"):
        read_message({"category": value}, "SafetySetting", surface)
