"""Bytes in JSON: both alphabets of base64 are accepted, and a value is sent in the form in which it came."""

from __future__ import annotations

import base64
import copy
import pickle
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from google import genai
from google.genai import types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

_FORMS = ["+/+/", "-_-_", "+/8=", "-_8=", "+/8", "-_8", "YWJj", "YQ=="]
_FIELDS: dict[str, Callable[[str], Any]] = {
    "signature": lambda text: types.Part.model_validate({"thoughtSignature": text}).thought_signature,
    "blob": lambda text: types.Blob.model_validate({"data": text}).data,
    "result": lambda text: types.FunctionResponseBlob.model_validate({"data": text}).data,
    "suggestions": lambda text: types.SearchEntryPoint.model_validate({"sdkBlob": text}).sdk_blob,
    "audio": lambda text: types.AudioChunk.model_validate({"data": text}).data,
}


@pytest.mark.parametrize("form", _FORMS)
async def test_the_signature_of_a_turn_is_sent_as_it_came(
    form: str, call: Callable[..., Any], client: genai.Client, gemini: ScriptedGemini
) -> None:
    part = {"text": "x", "thoughtSignature": form}
    gemini.respond(json={"candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}]})
    answer = await call(client, "models.generate_content", model="gemini-2.5-flash", contents="a")
    turn = answer.candidates[0].content
    assert turn.parts[0].thought_signature == base64.b64decode(form + "==", altchars=b"-_" if "-" in form else None)
    for contents in ([turn, "b"], copy.deepcopy([turn, "b"]), pickle.loads(pickle.dumps([turn, "b"]))):
        await call(client, "models.generate_content", model="gemini-2.5-flash", contents=contents)
        assert gemini.last_request.json["contents"][0]["parts"] == [part]
    assert types.Content.model_validate_json(turn.model_dump_json()) == turn
    assert turn.model_dump(mode="json", exclude_none=True)["parts"][0]["thought_signature"] == form


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("field", list(_FIELDS))
def test_every_field_with_bytes_keeps_the_form(field: str, form: str) -> None:
    read = _FIELDS[field](form)
    assert types.Blob(data=read).model_dump(mode="json")["data"] == form
    assert types.Blob(data=bytes(read)).model_dump(mode="json")["data"] == base64.urlsafe_b64encode(read).decode()


def test_large_media_keep_the_form(new_client: Callable[..., genai.Client], gemini: ScriptedGemini) -> None:
    text = base64.b64encode(b"\xfb\xff" * 50_000).decode()
    part = types.Part.model_validate({"inlineData": {"data": text, "mimeType": "image/png"}})
    gemini.respond(json={"candidates": []})
    new_client().models.generate_content(model="gemini-2.5-flash", contents=[part])
    assert gemini.last_request.json["contents"][0]["parts"][0]["inlineData"]["data"] == text


def test_a_string_in_place_of_a_signature_is_sent_as_it_is(
    new_client: Callable[..., genai.Client], gemini: ScriptedGemini
) -> None:
    """Programs set a text in place of a signature that was lost, which the service accepts."""
    stand_in = "context_engineering_is_the_way_to_go!"
    part = types.Part(text="a")
    part.thought_signature = stand_in  # type: ignore[assignment]
    gemini.respond(json={"candidates": []})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        new_client().models.generate_content(
            model="gemini-2.5-flash", contents=[types.Content(role="model", parts=[part]), "b"]
        )
        assert types.Part.model_dump(part, mode="json")["thought_signature"] == stand_in
    assert gemini.last_request.json["contents"][0]["parts"][0]["thoughtSignature"] == stand_in
