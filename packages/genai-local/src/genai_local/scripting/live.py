"""The script of Live sessions: rules that answer messages of a client with messages or faults, and the recorded sessions.

The thread of a test and the thread of the server share it. It does no I/O: `sockets` sends the messages and carries out
the faults. `testing` imports it, so it must load quickly.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from ..protocol.errors import ApiError, JsonObject
from ..protocol.messages import Surface
from .requests import RecordedRequest

Moment = Literal["setup", "message", "answer"]
"""What a rule waits for: the setup of a session, a later message of the client, or a message of the server."""
_MALFORMED_FRAME = b"\xf3\x02{}"
"""A frame with reserved bits and an opcode that does not exist."""
_CLOSE_CODES = (*range(1000, 1004), *range(1007, 1015))
_CLIENT_MESSAGE = "BidiGenerateContentClientMessage"


@dataclass(frozen=True)
class Step:
    """One thing that a rule does with a connection."""

    frame: bytes | str | None = None
    """A message to send: bytes in a binary frame, a text in a text frame."""
    raw: bytes | None = None
    """Bytes to write as they are, in place of a frame."""
    is_confirmation: bool = False
    """Whether to send the server's own confirmation of the setup."""
    pause_s: float = 0.0
    close: tuple[int, str] | None = None
    """Code and reason with which to close the connection."""
    is_reset: bool = False
    is_stall: bool = False
    answers_pings: bool = True


class LiveRule:
    """The answer to matching messages; each method appends something to it and returns the rule.

    A rule without an answer lets a message unanswered.
    """

    def __init__(self, moment: Moment, matches: Callable[[JsonObject], bool], *, times: int | None, skip: int) -> None:
        self.moment: Moment = moment
        self.matches = matches
        self.remaining = times
        self.skip = skip
        self.steps: list[Step] = []

    def _add(self, *steps: Step) -> LiveRule:
        self.steps.extend(steps)
        return self

    def send(self, *messages: JsonObject) -> LiveRule:
        """Send these messages, each in a binary frame."""
        return self.frame(*(json.dumps(message, ensure_ascii=False).encode() for message in messages))

    def frame(self, *frames: bytes | str) -> LiveRule:
        """Send these frames, whatever they contain: bytes in binary frames, texts in text frames."""
        return self._add(*(Step(frame=each) for each in frames))

    def text(self, *pieces: str) -> LiveRule:
        """Send pieces of an answer."""
        return self.send(*(_content(modelTurn={"role": "model", "parts": [{"text": piece}]}) for piece in pieces))

    def audio(self, data: bytes, *, rate_hz: int = 24_000) -> LiveRule:
        """Send a piece of spoken answer.

        Args:
            data: samples: PCM, 16 bits, mono.
            rate_hz: samples per second.
        """
        blob = {"mimeType": f"audio/pcm;rate={rate_hz}", "data": base64.b64encode(data).decode()}
        return self.send(_content(modelTurn={"role": "model", "parts": [{"inlineData": blob}]}))

    def transcription(self, *, input: str | None = None, output: str | None = None, finished: bool = False) -> LiveRule:
        """Send transcriptions of what the user or the model has said.

        Args:
            input: words of the user.
            output: words of the model.
            finished: whether these are the last words.
        """
        end = {"finished": True} if finished else {}
        for name, text in (("inputTranscription", input), ("outputTranscription", output)):
            if text is not None:
                self.send(_content(**{name: {"text": text, **end}}))
        return self

    def complete(self, usage: JsonObject | None = None) -> LiveRule:
        """End the turn.

        Args:
            usage: the usage metadata of the turn.
        """
        self.send(_content(generationComplete=True))
        return self.send({**_content(turnComplete=True), **({"usageMetadata": usage} if usage else {})})

    def reply(self, *pieces: str) -> LiveRule:
        """Send pieces of an answer and end the turn."""
        return self.text(*pieces).complete()

    def call(self, name: str, args: JsonObject | None = None, *, id: str | None = None) -> LiveRule:
        """Call a function.

        Args:
            name: name of the function.
            args: its arguments.
            id: id of the call; by default a new one.
        """
        call = {"id": id or f"function-call-{secrets.randbits(63)}", "name": name, "args": args or {}}
        return self.send({"toolCall": {"functionCalls": [call]}})

    def cancel(self, *ids: str) -> LiveRule:
        """Cancel calls of functions."""
        return self.send({"toolCallCancellation": {"ids": list(ids)}})

    def interrupt(self) -> LiveRule:
        """Say that the answer was interrupted, and end the turn."""
        return self.send(_content(interrupted=True), _content(turnComplete=True))

    def handle(self, handle: str | None, *, last_message: int | None = None) -> LiveRule:
        """Send a handle with which the client may continue the session.

        Args:
            handle: the handle, which this server will not know; None to say that the session cannot be continued now.
            last_message: number of the last message of the client that it includes.
        """
        update: JsonObject = {"resumable": False} if handle is None else {"newHandle": handle, "resumable": True}
        if last_message is not None:
            update["lastConsumedClientMessageIndex"] = str(last_message)
        return self.send({"sessionResumptionUpdate": update})

    def go_away(self, time_left_s: float = 10.0) -> LiveRule:
        """Say that the connection ends soon; it does not end by itself."""
        return self.send({"goAway": {"timeLeft": f"{time_left_s:g}s"}})

    def confirm(self) -> LiveRule:
        """Send the server's own confirmation of the setup, in a rule for setups."""
        return self._add(Step(is_confirmation=True))

    def pause(self, seconds: float) -> LiveRule:
        """Wait before the next step."""
        return self._add(Step(pause_s=seconds))

    def close(self, code: int = 1000, reason: str = "") -> LiveRule:
        """Close the connection with a code and a reason.

        Raises:
            ValueError: for a code that no frame may have.
        """
        if code not in _CLOSE_CODES and not 3000 <= code <= 4999:
            raise ValueError(f"code: expected 1000-1003, 1007-1014 or 3000-4999, not {code}.")
        return self._add(Step(close=(code, reason)))

    def drop(self) -> LiveRule:
        """Break the connection with a TCP reset."""
        return self._add(Step(is_reset=True))

    def stall(self, *, answers_pings: bool = True) -> LiveRule:
        """Stop sending and ignore the client's messages; the connection stays open.

        Args:
            answers_pings: whether the connection still answers pings.
        """
        return self._add(Step(is_stall=True, answers_pings=answers_pings))

    def malformed(self) -> LiveRule:
        """Send bytes that are not a frame."""
        return self._add(Step(raw=_MALFORMED_FRAME))

    def invalid_utf8(self) -> LiveRule:
        """Send a text frame that is not UTF-8."""
        return self._add(Step(raw=b"\x81\x04{\xff\xfe}"))

    def big(self, size: int) -> LiveRule:
        """Send a message of about so many bytes: a part of an answer with data."""
        blob = {"mimeType": "application/octet-stream", "data": "A" * (size // 4 * 4)}
        return self.send(_content(modelTurn={"role": "model", "parts": [{"inlineData": blob}]}))


def _content(**fields: Any) -> JsonObject:
    return {"serverContent": fields}


@dataclass
class RecordedSession:
    """A WebSocket and what came over it."""

    request: RecordedRequest
    """The handshake: path, query and headers."""
    frames: list[bytes] = field(default_factory=list[bytes])
    """The messages of the client as they arrived, the setup first."""
    sent_frames: list[bytes | str] = field(default_factory=list["bytes | str"])
    """The messages of the server."""
    is_open: bool = True

    @property
    def path(self) -> str:
        """The path of the handshake."""
        return self.request.path

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the handshake by lower-case name."""
        return self.request.headers

    @property
    def setup(self) -> Any:
        """The setup that the client sent; None before it has arrived.

        Raises:
            ValueError: when the first message is not JSON.
        """
        return json.loads(self.frames[0]).get("setup") if self.frames else None

    @property
    def messages(self) -> list[Any]:
        """The decoded messages of the client after the setup.

        Raises:
            ValueError: when one is not JSON.
        """
        return [json.loads(frame) for frame in self.frames[1:]]

    @property
    def sent(self) -> list[Any]:
        """The decoded messages of the server.

        Raises:
            ValueError: when one is not JSON.
        """
        return [json.loads(frame) for frame in self.sent_frames]


class LiveScript:
    """Rules and recorded sessions. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[LiveRule] = []
        self._sessions: list[RecordedSession] = []

    def clear(self) -> None:
        """Remove all rules and recorded sessions."""
        with self._lock:
            self._rules.clear()
            self._sessions.clear()

    @property
    def sessions(self) -> list[RecordedSession]:
        """The recorded sessions, oldest first."""
        with self._lock:
            return list(self._sessions)

    @property
    def has_rules(self) -> bool:
        """Whether there are rules."""
        return bool(self._rules)

    def record(self, session: RecordedSession) -> None:
        """Note a new session."""
        with self._lock:
            self._sessions.append(session)

    def add(self, rule: LiveRule) -> LiveRule:
        """Add a rule and return it."""
        with self._lock:
            self._rules.append(rule)
        return rule

    def rule_for(self, moment: Moment, message: JsonObject) -> LiveRule | None:
        """Return the first rule that applies to a message, and count the use."""
        with self._lock:
            rules = list(self._rules)
        for rule in rules:
            if rule.moment != moment or rule.remaining == 0 or not rule.matches(message):
                continue
            with self._lock:
                if rule.skip:
                    rule.skip -= 1
                    continue
                if rule.remaining is not None:
                    rule.remaining -= 1
            return rule
        return None


Match = str | re.Pattern[str] | Callable[[JsonObject], bool] | None


def matches_message(match: Match, function_response: str | None) -> Callable[[JsonObject], bool]:
    """Return the function that decides whether a rule applies to a message of the client.

    Args:
        match: a regular expression searched for in the text of the message, or a function of the message.
        function_response: name of a function whose result the message has to contain.
    """
    pattern = re.compile(match) if isinstance(match, str) else match

    def matches(message: JsonObject) -> bool:
        if function_response is not None:
            results: Sequence[JsonObject] = message.get("toolResponse", {}).get("functionResponses", [])
            if function_response not in [result.get("name") for result in results]:
                return False
        if pattern is None:
            return True
        return bool(pattern.search(_text_of(message))) if isinstance(pattern, re.Pattern) else pattern(message)

    return matches


def matches_answer(match: Match) -> Callable[[JsonObject], bool]:
    """Return the function that decides whether a rule applies to a message of the server.

    Args:
        match: a regular expression searched for in its JSON, or a function of the message.
    """
    pattern = re.compile(match) if isinstance(match, str) else match

    def matches(message: JsonObject) -> bool:
        if isinstance(pattern, re.Pattern):
            return bool(pattern.search(json.dumps(message, ensure_ascii=False)))
        return pattern is None or pattern(message)

    return matches


def _text_of(message: JsonObject) -> str:
    turns: list[JsonObject] = message.get("clientContent", {}).get("turns", [])
    parts: list[JsonObject] = turns[-1].get("parts", []) if turns else []
    text: str = message.get("realtimeInput", {}).get("text", "")
    return "".join(part.get("text", "") for part in parts) + text


def with_canonical_names(message: object, surface: Surface) -> JsonObject:
    """Return a message of a client with camelCase names, or unchanged if it is not a message of a session."""
    from ..protocol.payload import read_message

    try:
        return read_message(message, _CLIENT_MESSAGE, surface)
    except ApiError:
        return cast("JsonObject", message) if isinstance(message, dict) else {}
