"""The ids of function calls: each result that is sent to the model has the id of its call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from google import genai
from google.genai import errors, types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

Call = Callable[..., Any]
MODEL = "gemini-3-pro-preview"


def get_weather(city: str) -> str:
    """Return the weather in a city."""
    if city == "Atlantis":
        raise LookupError(f"{city} is under water")
    return f"sunny in {city}"


def called(name: str, **arguments: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": arguments}}


def ids(content: dict[str, Any]) -> list[str]:
    """Return the ids of the function calls or results in a content that was sent."""
    return [(part.get("functionCall") or part["functionResponse"])["id"] for part in content["parts"]]


ROUND = [called("get_weather", city="Rome"), called("get_weather", city="Atlantis"), called("get_tide"), called("add")]


async def test_results_have_the_ids_of_their_calls(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("What now?").reply(ROUND)
    gemini.on().reply("Done.")
    config = types.GenerateContentConfig(tools=[get_weather])
    answer = await call(client, "models.generate_content", model=MODEL, contents="What now?", config=config)
    _, calls, results = gemini.last_request.json["contents"]
    assert ids(results) == ids(calls)
    assert len(set(ids(calls))) == len(ROUND)
    assert answer.text == "Done."
    history = answer.automatic_function_calling_history
    assert [part.function_response.id for part in history[2].parts] == ids(calls)


async def test_results_in_a_stream_have_the_ids_of_their_calls(
    call: Call, client: genai.Client, gemini: ScriptedGemini
) -> None:
    gemini.on("What now?").stream(ROUND)
    gemini.on().reply("Done.")
    config = types.GenerateContentConfig(tools=[get_weather])
    stream = await call(client, "models.generate_content_stream", model=MODEL, contents="What now?", config=config)
    chunks = [chunk async for chunk in stream] if hasattr(stream, "__aiter__") else list(stream)
    assert "".join(chunk.text for chunk in chunks if chunk.text) == "Done."
    _, calls, results = gemini.last_request.json["contents"]
    assert ids(results) == ids(calls)


def test_results_in_a_chat_have_the_ids_of_their_calls(client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("Rome").reply(ROUND)
    gemini.on("Oslo").stream(ROUND)
    gemini.on().reply("Done.")
    chat = client.chats.create(model=MODEL, config=types.GenerateContentConfig(tools=[get_weather]))
    chat.send_message("Rome?")
    assert list(chat.send_message_stream("Oslo?"))
    assert chat.send_message("And now?").text == "Done."
    contents = gemini.last_request.json["contents"]
    assert [len(content["parts"]) for content in contents] == [1, 4, 4, 1, 1, 4, 4, 1, 1]
    assert ids(contents[1]) == ids(contents[2])
    assert ids(contents[5]) == ids(contents[6])


async def test_a_result_of_a_call_without_id_has_none(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("What now?").reply(ROUND[0])
    gemini.on().reply("Done.")
    config = types.GenerateContentConfig(tools=[get_weather])
    answer = await call(
        client, "models.generate_content", model="gemini-2.5-flash", contents="What now?", config=config
    )
    [part] = gemini.last_request.json["contents"][2]["parts"]
    assert part["functionResponse"].keys() == {"name", "response"}
    assert "id" not in answer.automatic_function_calling_history[2].parts[0].function_response.model_fields_set


def test_a_result_of_the_program_needs_the_id_of_its_call(client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("What now?").reply(ROUND[0])
    gemini.on().reply("Done.")
    declared = types.Tool(function_declarations=[types.FunctionDeclaration(name="get_weather")])
    config = types.GenerateContentConfig(tools=[declared])
    answer = client.models.generate_content(model=MODEL, contents="What now?", config=config)
    [call], [candidate] = answer.function_calls or [], answer.candidates or []
    part = types.Part.from_function_response(name="get_weather", response={"result": "sunny"})
    contents = ["What now?", candidate.content, types.UserContent([part])]
    with pytest.raises(errors.ClientError, match=r"contents\[2\]\.parts\[0\]\.functionResponse\.id: is missing"):
        client.models.generate_content(model=MODEL, contents=contents, config=config)
    assert part.function_response is not None
    part.function_response.id = call.id
    assert client.models.generate_content(model=MODEL, contents=contents, config=config).text == "Done."
