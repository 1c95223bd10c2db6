"""The script of a scripted server: rules for replies, faults and raw replies to come, and the requests that came.

It is the state shared between a test's thread and the server's; it does no I/O (`interventions` carries faults out,
`engines.scripted` turns rules into tokens). Imported by the pytest plugin, so it must stay light.
"""

from __future__ import annotations

import json as json_codec
import re
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

JsonObject = dict[str, Any]
PartLike = str | JsonObject
ReplyLike = str | JsonObject | Sequence[PartLike]
Disconnect = Literal["before_reply", "mid_body", "mid_stream"]

_REPLY_FIELDS = {"candidates", "promptFeedback", "usageMetadata", "modelVersion", "responseId"}


@dataclass(frozen=True)
class RecordedRequest:
    """A request as it arrived."""

    method: str
    path: str
    """The path with percent-escapes decoded."""
    raw_target: str
    """Path and query exactly as on the wire."""
    query_pairs: list[tuple[str, str]]
    raw_headers: list[tuple[str, str]]
    """Names in lower case, in the order of arrival."""
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; of a repeated name the last value."""
        return dict(self.query_pairs)

    @property
    def headers(self) -> dict[str, str]:
        """The headers by lower-case name; repeated ones joined by a comma."""
        result: dict[str, str] = {}
        for name, value in self.raw_headers:
            result[name] = f"{result[name]}, {value}" if name in result else value
        return result

    @property
    def json(self) -> Any:
        """The decoded JSON body; None when there is no body.

        Raises:
            ValueError: when the body is not JSON.
        """
        return json_codec.loads(self.body) if self.body else None

    @classmethod
    def from_scope(cls, scope: JsonObject, body: bytes) -> RecordedRequest:
        """Make a record from an ASGI scope."""
        query: bytes = scope["query_string"]
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        return cls(
            method=scope["method"],
            path=scope["path"],
            raw_target=(raw_path + (b"?" + query if query else b"")).decode("latin-1"),
            query_pairs=parse_qsl(query.decode("latin-1"), keep_blank_values=True),
            raw_headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
            body=body,
        )


@dataclass(eq=False)
class Rule:
    """What to answer to prompts that match; made by `Script.on` and complete once it has a reply."""

    matches: Callable[[JsonObject], bool]
    register: Callable[[Rule], None]
    remaining: int | None = None
    finish_reason: str | None = "STOP"
    is_stream: bool = False
    interval_s: float = 0.0
    _reply: ReplyLike | Callable[[JsonObject], ReplyLike] = ""

    def reply(
        self,
        reply: ReplyLike | Callable[[JsonObject], ReplyLike],
        *,
        finish_reason: str | None = "STOP",
        times: int | None = None,
    ) -> Rule:
        """Answer with a text, a part, a list of parts, a whole API reply, or what a function of the request returns.

        Args:
            reply: the answer; in a stream a text comes in chunks of a few words, everything else in one.
            finish_reason: the candidate's finish reason.
            times: number of requests the rule is good for; None for all.
        """
        self._reply, self.finish_reason, self.remaining = reply, finish_reason, times
        self.register(self)
        return self

    def stream(
        self,
        chunks: Sequence[PartLike],
        *,
        finish_reason: str | None = "STOP",
        interval_s: float = 0.0,
        times: int | None = None,
    ) -> Rule:
        """Answer in exactly these chunks: texts, parts or whole API chunks. A unary call gets them joined.

        Args:
            chunks: one item for each event of the stream.
            finish_reason: the finish reason in the last chunk.
            interval_s: pause before each chunk but the first.
            times: number of requests the rule is good for; None for all.
        """
        self._reply, self.finish_reason, self.remaining = list(chunks), finish_reason, times
        self.is_stream, self.interval_s = True, interval_s
        self.register(self)
        return self

    def answer(self, request: JsonObject) -> ReplyLike:
        """Return the reply to a request: a text, a list of parts, or a dictionary that is a whole API reply."""
        reply = self._reply(request) if callable(self._reply) else self._reply
        if isinstance(reply, dict) and not _REPLY_FIELDS & reply.keys():
            return [reply]
        return reply


@dataclass(eq=False)
class Intervention:
    """A fault or a raw reply that waits for its requests."""

    remaining: int
    path: re.Pattern[str] | None = None
    delay_s: float = 0.0
    status: int | None = None
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    chunks: list[bytes] | None = None
    """The body in the pieces in which it is written; None when the server's own reply goes out."""
    interval_s: float = 0.0
    disconnect: Disconnect | None = None
    stall: bool = False
    after_chunks: int | None = None
    """Where in a stream the fault happens."""
    error: JsonObject | None = None
    """The error envelope that breaks into a stream."""


class Script:
    """Rules, interventions and recorded requests. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._interventions: list[Intervention] = []
        self._requests: list[RecordedRequest] = []
        self._in_flight = 0

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._rules.clear()
            self._interventions.clear()
            self._requests.clear()

    def on(
        self,
        match: str | re.Pattern[str] | Callable[[JsonObject], bool] | None = None,
        *,
        function_response: str | None = None,
    ) -> Rule:
        """Begin a rule; of the rules that match, the one that was completed first answers.

        Args:
            match: a regular expression searched for in the text of the last content, or a function of the request
                (with camelCase names, whatever spelling the client used). None matches everything.
            function_response: match only when the last content answers a call of the function of this name.
        """
        pattern = re.compile(match) if isinstance(match, str) else match

        def matches(request: JsonObject) -> bool:
            contents: list[JsonObject] = request.get("contents") or [{}]
            parts: list[JsonObject] = contents[-1].get("parts", [])
            if function_response is not None:
                answered = [part["functionResponse"].get("name") for part in parts if "functionResponse" in part]
                if function_response not in answered:
                    return False
            if pattern is None:
                return True
            if isinstance(pattern, re.Pattern):
                return bool(pattern.search("".join(part.get("text", "") for part in parts)))
            return pattern(request)

        return Rule(matches, self._add_rule)

    def _add_rule(self, rule: Rule) -> None:
        with self._lock:
            if rule not in self._rules:
                self._rules.append(rule)

    def rule_for(self, request: JsonObject) -> Rule | None:
        """Return the rule that answers a request, and count its use."""
        with self._lock:
            rules = list(self._rules)
        for rule in rules:
            if rule.remaining != 0 and rule.matches(request):
                with self._lock:
                    if rule.remaining == 0:
                        continue
                    if rule.remaining is not None:
                        rule.remaining -= 1
                return rule
        return None

    def intervene(self, intervention: Intervention) -> None:
        """Queue an intervention; the ones queued first happen first."""
        with self._lock:
            self._interventions.append(intervention)

    def intervention_for(self, request: RecordedRequest) -> Intervention | None:
        """Record a request and return the intervention that is due for it."""
        with self._lock:
            self._requests.append(request)
            for intervention in self._interventions:
                if intervention.remaining and (intervention.path is None or intervention.path.search(request.path)):
                    intervention.remaining -= 1
                    return intervention
        return None

    @contextmanager
    def answering(self) -> Generator[None, None, None]:
        """Count a request as in flight for the length of a `with` block."""
        with self._lock:
            self._in_flight += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1

    @property
    def in_flight(self) -> int:
        """The number of requests that are being answered."""
        return self._in_flight

    @property
    def requests(self) -> list[RecordedRequest]:
        """The requests so far, oldest first."""
        with self._lock:
            return list(self._requests)
