"""Scripts of Live sessions: messages and faults at every moment, and the records."""

from __future__ import annotations

import json

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from .live_client import MODELS, WAIT_S, Client, text_of


@pytest.fixture
def client(gemini, dial) -> Client:
    return dial(gemini.url)


def lost(client: Client) -> ConnectionClosed:
    """Return the error with which the connection is lost."""
    with pytest.raises(ConnectionClosed) as caught:
        list(iter(lambda: client.connection.recv(timeout=WAIT_S), None))
    return caught.value


def test_a_rule_sends_its_messages_in_their_order(gemini, client):
    (
        gemini.live.on("weather")
        .transcription(input="how is the weather", finished=True)
        .text("It ", "is ")
        .audio(b"\0\0", rate_hz=16_000)
        .transcription(output="sunny.")
        .handle("h1", last_message=3)
        .handle(None)
        .cancel("c1")
        .go_away(2.5)
        .complete({"totalTokenCount": 3})
    )
    client.setup()
    client.say("the weather?")
    messages = client.turn()
    assert messages == gemini.live.sessions[0].sent[1:]
    assert [next(iter(message.get("serverContent", message))) for message in messages] == [
        "inputTranscription",
        "modelTurn",
        "modelTurn",
        "modelTurn",
        "outputTranscription",
        "sessionResumptionUpdate",
        "sessionResumptionUpdate",
        "toolCallCancellation",
        "goAway",
        "generationComplete",
        "turnComplete",
    ]
    assert text_of(messages) == "It is "
    assert messages[0]["serverContent"]["inputTranscription"] == {"text": "how is the weather", "finished": True}
    assert messages[5]["sessionResumptionUpdate"] == {
        "newHandle": "h1",
        "resumable": True,
        "lastConsumedClientMessageIndex": "3",
    }
    assert messages[8] == {"goAway": {"timeLeft": "2.5s"}}
    assert messages[-1]["usageMetadata"] == {"totalTokenCount": 3}


def test_a_function_is_called_and_its_result_is_answered(gemini, client):
    gemini.live.on("weather").call("get_weather", {"city": "Boston"}, id="c1")
    gemini.live.on(function_response="get_weather").reply("It is sunny.")
    client.setup()
    client.send({"realtime_input": {"text": "the weather?"}})
    assert client.receive()["toolCall"]["functionCalls"] == [
        {"id": "c1", "name": "get_weather", "args": {"city": "Boston"}}
    ]
    client.send({"tool_response": {"function_responses": [{"id": "c1", "name": "get_weather", "response": {}}]}})
    assert text_of(client.turn()) == "It is sunny."


def test_a_later_message_ends_the_answer_to_an_earlier_one(gemini, client):
    gemini.live.on("story").text("Once ").pause(60).text("upon").complete()
    gemini.live.on("stop").interrupt()
    client.setup()
    client.say("a story")
    client.receive()
    client.say("stop")
    assert client.turn() == [{"serverContent": {"interrupted": True}}, {"serverContent": {"turnComplete": True}}]


def test_messages_without_a_rule_are_answered_by_the_server(gemini, client):
    gemini.live.on("scripted", times=1, skip=1).reply("by the rule")
    gemini.on("scripted").reply("by the engine")
    client.setup()
    assert [client.ask("scripted") for _ in range(3)] == ["by the engine", "by the rule", "by the engine"]


def test_a_function_of_the_message_decides(gemini, client):
    gemini.live.on(lambda message: "audio" in message.get("realtimeInput", {}), times=1).reply("I hear you.")
    client.setup()
    client.send({"realtime_input": {"audio": {"mime_type": "audio/pcm", "data": "AAAA"}}})
    assert text_of(client.turn()) == "I hear you."


def test_a_session_is_recorded(gemini, dial):
    client = dial(gemini.url, "vertex", additional_headers={"x-goog-api-key": "k", "x-other": "o"})
    client.setup(systemInstruction={"parts": [{"text": "Be brief."}]})
    client.ask("hello")
    client.send(b'{"realtimeInput": {"text": "again"}}')
    client.turn()
    gemini.live.wait_for_messages(2)
    [session] = gemini.live.sessions
    assert session.path.endswith("BidiGenerateContent")
    assert (session.headers["x-goog-api-key"], session.headers["x-other"]) == ("k", "o")
    assert session.setup["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    assert [next(iter(message)) for message in session.messages] == ["clientContent", "realtimeInput"]
    assert session.frames[2] == b'{"realtimeInput": {"text": "again"}}'
    assert session.sent[0]["setupComplete"]
    assert gemini.last_request.path == session.path
    client.connection.close()
    gemini.wait(lambda: not session.is_open)


_FAULTS = {
    "drop": (lambda rule: rule.drop(), None),
    "malformed": (lambda rule: rule.malformed(), "reserved"),
    "invalid_utf8": (lambda rule: rule.invalid_utf8(), "utf-8|1007"),
    **{
        f"close {code}": (lambda rule, code=code: rule.close(code, "why"), code)
        for code in (1000, 1001, 1007, 1008, 1011)
    },
}


@pytest.mark.parametrize("moment", ["setup", "after the setup", "turn", "within the turn", "before the end"])
@pytest.mark.parametrize("fault", list(_FAULTS))
def test_every_fault_at_every_moment(gemini, client, fault, moment):
    act, expected = _FAULTS[fault]
    gemini.on("story").stream(["one ", "two ", "three"])
    rules = {
        "setup": lambda: gemini.live.on_setup(),
        "after the setup": lambda: gemini.live.on_setup().confirm(),
        "turn": lambda: gemini.live.on("story"),
        "within the turn": lambda: gemini.live.before("modelTurn", skip=1),
        "before the end": lambda: gemini.live.before("turnComplete"),
    }
    act(rules[moment]())
    client.send({"setup": {"model": MODELS["gemini"]}})
    if moment not in ("setup", "after the setup"):
        client.say("a story")
    received: list[object] = []
    with pytest.raises((ConnectionClosed, UnicodeDecodeError)) as caught:
        received.extend(iter(lambda: client.connection.recv(timeout=WAIT_S), None))
    assert (
        len(received)
        == {"setup": 0, "after the setup": 1, "turn": 1, "within the turn": 2, "before the end": 5}[moment]
    )
    if isinstance(expected, int):
        assert isinstance(caught.value, ConnectionClosed)
        assert caught.value.rcvd is not None
        assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (expected, "why")
    elif expected is None:
        assert isinstance(caught.value, ConnectionClosed)
        assert caught.value.rcvd is None


def test_a_setup_that_is_never_confirmed_and_a_session_that_stalls(gemini, dial):
    gemini.live.on_setup(times=1).stall()
    gemini.live.on("story").text("Once ").stall()
    first = dial(gemini.url)
    first.send({"setup": {"model": MODELS["gemini"]}})
    second = dial(gemini.url)
    second.setup()
    second.say("a story")
    second.receive()
    second.say("more")
    for client in (first, second):
        with pytest.raises(TimeoutError):
            client.connection.recv(timeout=0.2)
        assert client.connection.ping().wait(WAIT_S)


def test_a_session_that_does_not_even_answer_pings(gemini, client):
    gemini.live.on("story").stall(answers_pings=False)
    client.setup()
    client.say("a story")
    gemini.live.wait_for_messages(1)
    assert not client.connection.ping().wait(0.3)


def test_a_big_frame_and_any_frame(gemini, client):
    gemini.live.on("big").big(20_000_000)
    gemini.live.on("any").frame("no json", b"\xff", '{"text": 1}')
    client.setup()
    client.say("big")
    assert len(json.dumps(client.receive())) > 20_000_000
    client.say("any")
    assert [client.connection.recv(timeout=WAIT_S) for _ in range(3)] == ["no json", b"\xff", '{"text": 1}']


@pytest.mark.parametrize(
    ("settings", "status"),
    [({"status": 401}, 401), ({"status": 403, "message": "no"}, 403), ({"status": 429}, 429), ({}, 503)],
)
def test_the_handshake_is_refused_like_a_request(gemini, dial, settings, status):
    gemini.fail(**settings, retry_after=3)
    with pytest.raises(InvalidStatus) as caught:
        dial(gemini.url)
    response = caught.value.response
    assert response.status_code == status
    assert response.headers["retry-after"] == "3"
    assert json.loads(response.body)["error"]["code"] == status
    assert dial(gemini.url).setup()  # only once
    gemini.respond(status=418, headers={"x-kind": "tea"}, body=b"a teapot", path="/ws/")
    with pytest.raises(InvalidStatus) as caught:
        dial(gemini.url)
    assert (caught.value.response.body, caught.value.response.headers["x-kind"]) == (b"a teapot", "tea")


def test_the_handshake_is_reset_or_never_answered(gemini, dial):
    gemini.fail(disconnect="before_reply")
    with pytest.raises((InvalidHandshake, ConnectionError)):  # the latter with old releases of websockets
        dial(gemini.url)
    gemini.fail(stall=True)
    with pytest.raises(TimeoutError):
        dial(gemini.url, open_timeout=0.3)
    gemini.fail(delay_s=0.1)
    assert dial(gemini.url).setup()


def test_the_limits_of_sessions(gemini, dial):
    gemini.live.session_s = 0.5
    client = dial(gemini.url)
    client.setup()
    assert client.closed()[0] == 1001
    gemini.live.max_sessions = 0
    with pytest.raises(InvalidStatus):
        dial(gemini.url)
    gemini.reset()
    assert gemini.live.session_s == 600
    assert gemini.live.sessions == []
    assert dial(gemini.url).setup()


def test_a_wrong_close_code_is_refused(gemini):
    with pytest.raises(ValueError, match="not 1006"):
        gemini.live.on().close(1006)


def test_a_session_that_was_dropped_continues_with_its_handle(gemini, dial):
    gemini.on(lambda request: len(request["contents"]) == 3).reply("You said first.")
    gemini.live.before("modelTurn", skip=1).drop()
    client = dial(gemini.url)
    client.setup(sessionResumption={})
    client.say("a")
    lost(client)
    assert not [message for message in gemini.live.sessions[0].sent if "newHandle" in json.dumps(message)]
    client = dial(gemini.url)
    client.setup(sessionResumption={})
    client.ask("first")
    client = dial(gemini.url)
    client.setup(sessionResumption={"handle": gemini.live.sessions[1].sent[-1]["sessionResumptionUpdate"]["newHandle"]})
    assert client.ask("second") == "You said first."
