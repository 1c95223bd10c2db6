"""Live sessions: setups, turns, interruptions, functions, handles, the context window and the end of the time."""

from __future__ import annotations

import asyncio
import base64
import threading
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from genai_local.engines import Piece
from genai_local.engines.scripted import ScriptedEngine

from .live_client import MODELS, PATHS, WAIT_S, Client, text_of
from .waiting import until

CONSTRAINED = "/ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContentConstrained"
WEATHER = {"functionDeclarations": [{"name": "weather", "parameters": {"type": "OBJECT", "properties": {}}}]}


@pytest.fixture(params=list(PATHS))
def surface(request) -> str:
    return request.param


@pytest.fixture
def client(gemini, dial, surface) -> Client:
    return dial(gemini.url, surface)


class GatedEngine(ScriptedEngine):
    """An engine that says one word, and the rest only when the gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.working = 0

    async def generate(self, request):
        self.working += 1
        try:
            yield Piece(parts=[{"text": "Once "}], prompt_tokens=3, output_tokens=1)
            while not self.gate.is_set():  # noqa: ASYNC110 - another thread opens it
                await asyncio.sleep(0.005)
            yield Piece(parts=[{"text": "upon"}], finish_reason="STOP", prompt_tokens=3, output_tokens=2)
        finally:
            self.working -= 1


def test_a_turn_is_streamed_and_ends_with_its_usage(gemini, client, surface):
    gemini.on("story").reply("one two three four five six")
    confirmed = client.setup()
    assert list(confirmed) == ["setupComplete"]
    assert bool(confirmed["setupComplete"].get("sessionId")) == (surface == "vertex")
    client.say("a story")
    messages = client.turn()
    assert text_of(messages) == "one two three four five six"
    assert [list(message["serverContent"]) for message in messages] == [
        ["modelTurn"],
        ["modelTurn"],
        ["generationComplete"],
        ["turnComplete"],
    ]
    usage = messages[-1]["usageMetadata"]
    assert usage["promptTokenCount"] == 2
    assert usage["responseTokenCount" if surface == "gemini" else "candidatesTokenCount"] == 6
    assert usage["totalTokenCount"] == 8


def test_contents_wait_until_the_turn_is_complete(gemini, client):
    gemini.on(lambda request: len(request["contents"]) == 3).reply("three")
    client.setup()
    client.say("one", is_complete=False)
    client.send({"client_content": {"turns": [{"role": "model", "parts": [{"text": "two"}]}]}})
    client.say("three")
    assert text_of(client.turn()) == "three"


def test_the_model_knows_earlier_turns_and_the_setup(gemini, client):
    seen: list[Any] = []
    gemini.on(lambda request: bool(seen.append(request)) or True).reply("yes")
    client.setup(systemInstruction={"parts": [{"text": "Be brief."}]}, generationConfig={"temperature": 0.5})
    client.ask("first")
    client.send({"realtimeInput": {"text": "second"}})
    client.turn()
    assert [content["parts"][0]["text"] for content in seen[1]["contents"]] == ["first", "yes", "second"]
    assert seen[1]["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert seen[1]["generationConfig"]["temperature"] == 0.5
    client.send({"contextUpdate": {"systemInstruction": {"parts": [{"text": "Be long."}]}}})
    client.ask("third")
    assert seen[2]["systemInstruction"]["parts"] == [{"text": "Be long."}]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"setup": {"model": "models/nothing"}}, "models/nothing is not found"),
        ({"setup": {"model": "models/gemini-embedding-001"}}, "bidiGenerateContent"),
    ],
)
def test_an_unknown_model_is_refused_with_1008(gemini, dial, message, words):
    client = dial(gemini.url)
    client.send(message)
    code, reason = client.closed()
    assert (code, words in reason) == (1008, True), reason


@pytest.mark.parametrize(
    ("setup", "path"),
    [
        ({"model": ""}, "setup.model"),
        ({"models": "x"}, 'Unknown name "models"'),
        ({"generationConfig": {"temperature": 5}}, "setup.generationConfig.temperature"),
        ({"generationConfig": {"heat": 5}}, 'Unknown name "heat"'),
        ({"generationConfig": {"candidateCount": 2}}, "setup.generationConfig.candidateCount"),
        ({"generationConfig": {"responseMimeType": "application/json"}}, "setup.generationConfig.responseMimeType"),
        ({"generationConfig": {"responseModalities": ["TEXT", "AUDIO"]}}, "setup.generationConfig.responseModalities"),
        ({"generationConfig": {"responseModalities": ["IMAGE"]}}, "setup.generationConfig.responseModalities"),
        ({"tools": [{"functionDeclarations": [{"name": "1"}]}]}, "setup.tools[0].functionDeclarations[0].name"),
        ({"systemInstruction": {"parts": [{}]}}, "setup.systemInstruction.parts[0]"),
        ({"contextWindowCompression": {"triggerTokens": 0}}, "setup.contextWindowCompression.triggerTokens"),
        (
            {"contextWindowCompression": {"triggerTokens": 5, "slidingWindow": {"targetTokens": 5}}},
            "setup.contextWindowCompression.slidingWindow.targetTokens",
        ),
        (
            {"realtimeInputConfig": {"automaticActivityDetection": {"silenceDurationMs": -1}}},
            "automaticActivityDetection.silenceDurationMs",
        ),
        ({"sessionResumption": {"handle": "guessed"}}, "setup.sessionResumption.handle"),
    ],
)
def test_a_setup_that_does_not_fit_is_refused_with_1007(client, surface, setup, path):
    client.send({"setup": {"model": MODELS[surface], **setup}})
    code, reason = client.closed()
    assert (code, path in reason) == (1007, True), reason


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"clientContent": {}}, "setup: expected as the first message, not clientContent."),
        ({}, "not an empty message"),
        ("[]", "BidiGenerateContentClientMessage"),
    ],
)
def test_the_first_message_has_to_be_the_setup(client, message, words):
    client.send(message)
    code, reason = client.closed()
    assert (code, words in reason) == (1007, True), reason


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"setup": {"model": "models/gemini-2.5-flash"}}, "setup: has already been received"),
        ({}, "The message is empty"),
        ({"clientContents": {}}, 'Unknown name "clientContents"'),
        ({"clientContent": {}, "realtimeInput": {}}, "oneof"),
        ({"clientContent": {"turns": [{"parts": []}]}}, "clientContent.turns[0].parts"),
        ({"clientContent": {"turns": [{"role": "bot", "parts": [{"text": "x"}]}]}}, "clientContent.turns[0].role"),
        ({"clientContent": {"turnComplete": True}}, "contents is not specified"),
        ({"realtimeInput": {"audio": {"data": "", "mimeType": "image/png"}}}, "realtimeInput.audio.mimeType"),
        ({"realtimeInput": {"video": {"data": "", "mimeType": "audio/pcm"}}}, "realtimeInput.video.mimeType"),
        ({"realtimeInput": {"mediaChunks": [{"mimeType": "text/plain"}]}}, "realtimeInput.mediaChunks[0].mimeType"),
        ({"realtimeInput": {"activityStart": {}}}, "realtimeInput.activityStart"),
        ({"realtimeInput": {"activityEnd": {}}}, "realtimeInput.activityEnd"),
        ({"toolResponse": {"functionResponses": [{"id": "x", "name": "f"}]}}, "functionResponses[0].id: 'x' is not"),
        ({"contextUpdate": {"tools": {"tools": [{"functionDeclarations": [{}]}]}}}, "contextUpdate.tools[0]"),
    ],
)
def test_a_message_that_does_not_fit_closes_with_1007(client, message, words):
    client.setup()
    client.send(message)
    code, reason = client.closed()
    assert (code, words in reason) == (1007, True), reason


@pytest.mark.parametrize("how", ["content", "text", "context"])
def test_a_message_interrupts_the_answer(serve_engine, dial, surface, how):
    engine = GatedEngine()
    client = dial(serve_engine(engine).url, surface)
    client.setup(sessionResumption={})
    client.say("a story")
    assert client.receive() == {"sessionResumptionUpdate": {"resumable": False}}
    assert text_of([client.receive()]) == "Once "
    if how == "text":
        client.send({"realtimeInput": {"text": "stop"}})
    else:
        client.say("stop", is_complete=how == "content")
    assert client.receive() == {"serverContent": {"interrupted": True}}
    ended = client.receive()
    assert ended["serverContent"] == {"turnComplete": True}
    assert ended["usageMetadata"]["totalTokenCount"]
    assert client.handle()
    engine.gate.set()
    if how == "context":
        client.say("continue")
    assert text_of(client.turn()) == "Once upon"
    assert engine.working == 0


def test_without_interruption_a_text_is_answered_after_the_turn(serve_engine, dial):
    engine = GatedEngine()
    client = dial(serve_engine(engine).url)
    client.setup(realtimeInputConfig={"activityHandling": "NO_INTERRUPTION"})
    client.say("a story")
    client.receive()
    client.send({"realtimeInput": {"text": "another"}})
    engine.gate.set()
    for _ in range(2):
        messages = client.turn()
        assert not any("interrupted" in message["serverContent"] for message in messages)
        assert text_of(messages).endswith("upon")


def test_a_client_that_leaves_ends_the_answer(serve_engine, dial):
    engine = GatedEngine()
    client = dial(serve_engine(engine).url)
    client.setup()
    client.say("a story")
    client.receive()
    client.connection.close()
    until(lambda: engine.working == 0, WAIT_S)


def test_a_function_is_called_and_its_result_is_used(gemini, client, surface):
    gemini.on("weather").reply([{"text": "Wait. "}, {"functionCall": {"name": "weather", "args": {"city": "Boston"}}}])
    gemini.on(function_response="weather").reply("It is sunny.")
    client.setup(tools=[WEATHER])
    client.say("weather?")
    [said, message] = client.until(lambda message: "toolCall" in message)
    assert text_of([said]) == "Wait. "
    [call] = message["toolCall"]["functionCalls"]
    assert (call["name"], call["args"]) == ("weather", {"city": "Boston"})
    result = {"id": call["id"], "name": "weather", "response": {"sky": "clear"}}
    client.send({"toolResponse": {"functionResponses": [result]}})
    assert text_of(client.turn()) == "It is sunny."
    client.send({"toolResponse": {"functionResponses": [result]}})
    code, reason = client.closed()
    assert (code, call["id"] in reason) == (1007, True), reason


def test_a_result_needs_an_id_except_on_vertex(gemini, client, surface):
    gemini.on("weather").reply({"functionCall": {"name": "weather", "args": {}}})
    gemini.on(function_response="weather").reply("It is sunny.")
    client.setup(tools=[WEATHER])
    client.say("weather?")
    client.until(lambda message: "toolCall" in message)
    client.send({"toolResponse": {"functionResponses": [{"name": "weather", "response": {}}]}})
    if surface == "vertex":
        assert text_of(client.turn()) == "It is sunny."
    else:
        assert "functionResponses[0].id: is missing" in client.closed()[1]


def test_results_of_several_calls_may_come_one_by_one(gemini, client):
    calls = [{"functionCall": {"name": "weather", "args": {"day": day}}} for day in (1, 2)]
    gemini.on("weather").reply(calls)
    gemini.on(lambda request: len(request["contents"][-1]["parts"]) == 2).reply("Both.")
    client.setup(tools=[WEATHER])
    client.say("weather?")
    [message] = client.until(lambda message: "toolCall" in message)
    for call in reversed(message["toolCall"]["functionCalls"]):
        client.send({"toolResponse": {"functionResponses": [{"id": call["id"], "name": "weather", "response": {}}]}})
    assert text_of(client.turn()) == "Both."


def test_an_interruption_cancels_open_calls(gemini, client):
    gemini.on("weather").reply({"functionCall": {"name": "weather", "args": {}}})
    gemini.on("never mind").reply("All right.")
    client.setup(tools=[WEATHER])
    client.say("weather?")
    call = client.until(lambda message: "toolCall" in message)[-1]["toolCall"]["functionCalls"][0]
    client.say("never mind")
    assert client.receive() == {"serverContent": {"interrupted": True}}
    assert client.receive() == {"toolCallCancellation": {"ids": [call["id"]]}}
    assert client.receive()["serverContent"] == {"turnComplete": True}
    assert text_of(client.turn()) == "All right."
    client.send({"toolResponse": {"functionResponses": [{"id": call["id"], "name": "weather", "response": {}}]}})
    assert client.ask("never mind") == "All right."  # the late result was ignored


@pytest.mark.parametrize("scheduling", [None, "WHEN_IDLE", "INTERRUPT", "SILENT"])
def test_functions_in_the_background(gemini, client, scheduling):
    tool = {"functionDeclarations": [{"name": "weather", "behavior": "NON_BLOCKING"}]}
    gemini.on("weather").reply({"functionCall": {"name": "weather", "args": {}}})
    gemini.on("meanwhile").reply("I am listening.")
    gemini.on(function_response="weather").reply("It is sunny.")
    client.setup(tools=[tool])
    client.say("weather?")
    call = client.until(lambda message: "toolCall" in message)[-1]["toolCall"]["functionCalls"][0]
    client.turn()
    assert client.ask("meanwhile") == "I am listening."
    result = {"id": call["id"], "name": "weather", "response": {"sky": "clear"}}
    if scheduling is not None:
        result["scheduling"] = scheduling
    client.send({"toolResponse": {"functionResponses": [{**result, "willContinue": True}]}})
    if scheduling != "SILENT":
        assert text_of(client.turn()) == "It is sunny."
    client.send({"toolResponse": {"functionResponses": [result]}})
    if scheduling != "SILENT":
        assert text_of(client.turn()) == "It is sunny."
    assert client.ask("meanwhile") == "I am listening."


def test_pictures_and_audio_belong_to_the_next_turn(gemini, client):
    seen: list[Any] = []
    gemini.on(lambda request: bool(seen.append(request)) or True).reply("seen")
    client.setup(realtimeInputConfig={"automaticActivityDetection": {"disabled": True}})
    picture = {"mimeType": "image/png", "data": base64.b64encode(b"png").decode()}
    audio = {"mimeType": "audio/pcm;rate=16000", "data": base64.b64encode(bytes(320)).decode()}
    client.send({"realtimeInput": {"activityStart": {}}})
    client.send({"realtimeInput": {"video": picture}})
    client.send({"realtimeInput": {"audio": audio}})
    client.send({"realtimeInput": {"mediaChunks": [picture, audio]}})
    client.send({"realtimeInput": {"text": "what is it?"}})
    client.send({"realtimeInput": {"activityEnd": {}}})
    assert text_of(client.turn()) == "seen"
    kinds = [
        "text" if "text" in part else part["inlineData"]["mimeType"][:5] for part in seen[0]["contents"][0]["parts"]
    ]
    assert sorted(kinds) == ["audio", "audio", "image", "image", "text"]


@pytest.mark.parametrize(
    ("setup", "message"),
    [
        ({"generationConfig": {"responseModalities": ["AUDIO"]}}, None),
        ({}, {"realtimeInput": {"audio": {"mimeType": "audio/pcm", "data": ""}}}),
    ],
)
def test_audio_without_a_voice_is_refused(plain_server, dial, monkeypatch, setup, message):
    monkeypatch.setattr("genai_local.voice.extra._PACKAGES", ("no_such_package",))
    client = dial(plain_server.url)
    client.send({"setup": {"model": MODELS["gemini"], **setup}})
    if message:
        client.receive()
        client.send(message)
    code, reason = client.closed()
    assert code == 1007
    assert "pip install 'genai-local[voice]'" in reason


def test_spoken_answers_of_the_scripted_engine_are_silence(gemini, client):
    gemini.on("hello").reply("Good morning.")
    client.setup(generationConfig={"responseModalities": ["AUDIO"]}, outputAudioTranscription={})
    client.say("hello")
    messages = [message["serverContent"] for message in client.turn()]
    assert "".join(
        each["outputTranscription"].get("text", "") for each in messages if "outputTranscription" in each
    ) == ("Good morning.")
    audio = [part["inlineData"] for each in messages for part in each.get("modelTurn", {}).get("parts", [])]
    assert {each["mimeType"] for each in audio} == {"audio/pcm;rate=24000"}
    assert set(base64.b64decode("".join(each["data"] for each in audio[:1]))) == {0}


def test_a_handle_continues_the_session(gemini, dial, surface):
    gemini.on(lambda request: len(request["contents"]) == 3).reply("You said first.")
    client = dial(gemini.url, surface)
    client.setup(sessionResumption={})
    client.ask("first")
    handle = client.handle()
    client.connection.close()
    for _ in range(2):  # a handle can be used again
        client = dial(gemini.url, surface)
        client.setup(sessionResumption={"handle": handle})
        assert client.ask("what did I say?") == "You said first."
        assert client.handle() != handle
    client = dial(gemini.url, surface)
    client.send({"setup": {"model": MODELS[surface].replace("2.5", "3.5"), "sessionResumption": {"handle": handle}}})
    assert "belongs to a session with gemini-2.5-flash" in client.closed()[1]
    gemini.clock.advance(2 * 3600 + 1)
    client = dial(gemini.url, surface)
    client.send({"setup": {"model": MODELS[surface], "sessionResumption": {"handle": handle}}})
    assert "has expired" in client.closed()[1]


def test_a_handle_is_valid_after_a_restart(serve_engine, dial, tmp_path):
    server = serve_engine(ScriptedEngine(), data=tmp_path)
    client = dial(server.url)
    client.setup(sessionResumption={})
    client.ask("first")
    handle = client.handle()
    server.stop()
    client = dial(serve_engine(ScriptedEngine(), data=tmp_path).url)
    client.setup(sessionResumption={"handle": handle})
    client.say("second")
    assert client.turn()[-1]["usageMetadata"]["promptTokenCount"] > 7  # the words of the first turn and its answer


def test_vertex_counts_the_consumed_messages(serve_engine, dial):
    engine = GatedEngine()
    client = dial(serve_engine(engine).url, "vertex")
    client.setup(sessionResumption={"transparent": True}, realtimeInputConfig={"activityHandling": "NO_INTERRUPTION"})

    def consumed() -> str:
        found = client.until(lambda message: message.get("sessionResumptionUpdate", {}).get("newHandle"))[-1]
        return found["sessionResumptionUpdate"]["lastConsumedClientMessageIndex"]

    client.say("one", is_complete=False)
    assert consumed() == "1"
    client.say("two")
    client.until(lambda message: "serverContent" in message)
    picture = {"mimeType": "image/png", "data": base64.b64encode(b"png").decode()}
    client.send({"realtimeInput": {"video": picture}})
    client.send({"realtimeInput": {"text": "four"}})  # waits for the end of the turn
    engine.gate.set()
    assert consumed() == "2"
    assert consumed() == "4"


def test_a_go_away_comes_before_the_time_is_over(gemini, dial, serve_engine):
    server = serve_engine(ScriptedEngine(), session_s=1.0)
    client = dial(server.url)
    client.setup()
    assert client.receive() == {"goAway": {"timeLeft": "0.1s"}}
    code, reason = client.closed()
    assert (code, "lasted for 1 seconds" in reason) == (1001, True)


def test_too_many_sessions_are_refused_with_429(serve_engine, dial):
    server = serve_engine(ScriptedEngine(), max_sessions=1)
    client = dial(server.url)
    client.setup()
    with pytest.raises(InvalidStatus) as caught:
        dial(server.url)
    assert caught.value.response.status_code == 429
    client.connection.close()


def test_a_setup_that_does_not_come_ends_the_connection(gemini, dial, monkeypatch):
    monkeypatch.setattr("genai_local.services.live.routes.MAX_SETUP_S", 0.2)
    assert dial(gemini.url).closed() == (1008, "setup: has not arrived within 0.2 seconds.")


def test_the_oldest_turns_leave_a_full_window(gemini, client):
    lengths: list[int] = []
    gemini.on(lambda request: bool(lengths.append(len(request["contents"]))) or True).reply("a b c d")
    client.setup(contextWindowCompression={"triggerTokens": 20, "slidingWindow": {"targetTokens": 10}})
    for _ in range(6):
        client.ask("a b c d")
    assert lengths == [1, 3, 5, 1, 3, 5]


def test_a_full_context_ends_the_session(gemini, dial, monkeypatch):
    from dataclasses import replace

    monkeypatch.setattr(ScriptedEngine, "facts", replace(ScriptedEngine.facts, input_token_limit=20))
    client = dial(gemini.url)
    client.setup()
    client.ask("a b c d")
    client.say("a b c d e f g h")
    code, reason = client.closed()
    assert code == 1007
    assert "context of the session is full" in reason
    assert "contextWindowCompression" in reason


def test_a_failure_of_the_engine_closes_with_1011(gemini, client):
    gemini.on("fail").fail(503)
    client.setup()
    client.say("fail")
    code, reason = client.closed()
    assert (code, "503" in reason) == (1011, True)


@pytest.mark.parametrize(("finish_reason", "expected"), [("SAFETY", "RESPONSE_REJECTED"), ("MAX_TOKENS", None)])
def test_the_reason_of_an_unusual_end(gemini, client, finish_reason, expected):
    gemini.on("end").reply("x", finish_reason=finish_reason)
    client.setup()
    client.say("end")
    assert client.turn()[-1]["serverContent"].get("turnCompleteReason") == expected


def token(http, **fields: Any) -> str:
    return http.post("/v1alpha/auth_tokens", json=fields).json()["name"]


def send_token(name: str, how: str) -> dict[str, Any]:
    if how == "header":
        return {"path": CONSTRAINED, "additional_headers": {"authorization": f"Token {name}"}}
    return {"path": f"{CONSTRAINED}?{how}={name}"}


@pytest.mark.parametrize("how", ["header", "access_token", "key"])
def test_a_token_opens_as_many_sessions_as_it_allows(gemini, http, dial, how):
    name = token(http, uses=1)
    client = dial(gemini.url, **send_token(name, how))
    client.setup(sessionResumption={})
    client.ask("first")
    handle = client.handle()
    again = dial(gemini.url, **send_token(name, how))
    again.send({"setup": {"model": MODELS["gemini"]}})
    code, reason = again.closed()
    assert (code, "as many sessions as it allows" in reason) == (1008, True), reason
    continued = dial(gemini.url, **send_token(name, how))
    continued.setup(sessionResumption={"handle": handle})  # which does not count as a new session
    assert continued.ask("second")


def test_the_setup_of_a_token_applies(gemini, http, dial):
    fixed = {"model": MODELS["gemini"], "generationConfig": {"temperature": 0.5}}
    name = token(http, uses=0, bidiGenerateContentSetup=fixed, fieldMask="model,generationConfig.temperature")
    seen: list[Any] = []
    gemini.on(lambda request: bool(seen.append(request)) or True).reply("yes")
    client = dial(gemini.url, **send_token(name, "header"))
    client.send({"setup": {}})
    client.receive()
    client.ask("hello")
    assert seen[0]["generationConfig"] == {"temperature": 0.5}
    client = dial(gemini.url, **send_token(name, "header"))
    client.send({"setup": {"generationConfig": {"temperature": 1}}})
    code, reason = client.closed()
    assert (code, "setup.generationConfig.temperature" in reason) == (1007, True), reason


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{PATHS['gemini']}?key={{}}", 403),
        (f"{CONSTRAINED}?key=auth_tokens/guessed", 401),
        (f"{CONSTRAINED}?key=an-api-key", 401),
        (f"{CONSTRAINED.replace('v1alpha', 'v1beta')}?key={{}}", 404),
        ("/v1beta/models?key={}", 403),
    ],
)
def test_a_token_opens_nothing_else(gemini, http, dial, path, status):
    with pytest.raises(InvalidStatus) as caught:
        dial(gemini.url, path=path.format(token(http, uses=0)))
    assert caught.value.response.status_code == status


def test_a_server_that_stops_lets_the_answer_end(serve_engine, dial):
    engine = GatedEngine()
    server = serve_engine(engine)
    client, idle = dial(server.url), dial(server.url)
    for each in (client, idle):
        each.setup()
    client.say("a story")
    client.receive()
    stop = threading.Thread(target=server.stop, args=(WAIT_S,))
    stop.start()
    assert idle.closed() == (1001, "The server is stopping.")
    engine.gate.set()
    assert text_of(client.turn()) == "upon"
    assert client.closed() == (1001, "The server is stopping.")
    stop.join(WAIT_S)


def test_a_token_that_expires_ends_its_session(gemini, http, dial):
    client = dial(gemini.url, **send_token(token(http), "header"))
    client.setup()
    client.ask("hello")
    gemini.clock.advance(3600)
    client.say("hello")
    assert client.closed() == (1008, "The auth token has expired.")


def test_a_history_is_not_answered(gemini, client):
    gemini.on(lambda request: len(request["contents"]) == 3).reply("Both.")
    client.setup(historyConfig={"initialHistoryInClientContent": True})
    client.say("first", is_complete=False)
    client.send({"clientContent": {"turns": [{"role": "model", "parts": [{"text": "x"}]}], "turnComplete": True}})
    assert client.ask("second") == "Both."


def test_contents_that_wait_keep_their_order(serve_engine, dial):
    seen: list[Any] = []

    class Recording(GatedEngine):
        def generate(self, request):
            seen.append([content["parts"][0]["text"] for content in request.prompt.contents])
            return super().generate(request)

    engine = Recording()
    client = dial(serve_engine(engine).url)
    client.setup(realtimeInputConfig={"activityHandling": "NO_INTERRUPTION"})
    client.say("one")
    client.receive()
    client.send({"realtimeInput": {"text": "two"}})
    client.say("three")  # interrupts
    client.turn()
    engine.gate.set()
    assert text_of(client.turn()) == "Once upon"
    assert seen[-1] == ["one", "Once ", "two", "three"]


def test_the_oldest_sessions_give_way_when_there_is_no_room(gemini, dial, monkeypatch):
    monkeypatch.setattr("genai_local.services.live.resumption._MAX_CHARACTERS", 10_000)
    handles: list[str] = []
    for _ in range(4):
        client = dial(gemini.url)
        client.setup(sessionResumption={})
        client.say("x" * 4000, is_complete=False)
        handles.append(client.handle())
    oldest = dial(gemini.url)
    oldest.send({"setup": {"model": MODELS["gemini"], "sessionResumption": {"handle": handles[0]}}})
    assert "is not known on this server" in oldest.closed()[1]
    assert dial(gemini.url).setup(sessionResumption={"handle": handles[-1]})
