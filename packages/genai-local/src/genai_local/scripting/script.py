"""The script of a scripted server: rules for replies, queued faults and raw replies, and the recorded requests.

The thread of a test and the thread of the server share it. It does no I/O: `interventions` carries out faults,
`engines.scripted` answers by the rules. `testing` imports it, so it must load quickly.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, cast

from ..protocol.errors import ApiError, JsonObject
from .live import LiveScript
from .requests import RecordedRequest

PartLike = str | JsonObject
ReplyLike = str | JsonObject | Sequence[PartLike]
Disconnect = Literal["before_reply", "mid_body", "mid_stream", "mid_request", "lost_reply"]
UploadCommand = Literal["start", "upload", "finalize", "query", "cancel"]
Subject = Literal["text", "media"]
"""The output of a request: content of a model (`text`), or pictures and videos (`media`)."""

_KEPT_REQUESTS = 100_000
"""The number of recorded requests that are kept by default; a run of millions of requests must not fill the memory."""
_MEDIA_REPLY_FIELDS = {"predictions", "generateVideoResponse", "videos"}
_REPLY_FIELDS = {"candidates", "promptFeedback", "usageMetadata", "modelVersion", "responseId"}


@dataclass(eq=False)
class Rule:
    """The answer to matching prompts; created by `Script.on`, and active once it has a reply."""

    matches: Callable[[JsonObject], bool]
    register: Callable[[Rule], None]
    remaining: int | None = None
    finish_reason: str | None = "STOP"
    is_stream: bool = False
    interval_s: float = 0.0
    subjects: frozenset[Subject] = frozenset({"text"})
    """The kinds of requests that the rule can answer."""
    failure: tuple[int, str] | None = None
    """HTTP status and message of the error that replaces a reply."""
    media_reply: JsonObject | None = None
    """The whole reply to a request for pictures, or the response of an operation that makes videos."""
    files: Sequence[bytes] = ()
    """Pictures or videos that replace the drawn ones."""
    filter_reason: str | None = None
    filter_count: int | None = None
    """Number of pictures or videos that are filtered out; None for all."""
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
            reply: the answer. A stream delivers a text in chunks of a few words, anything else in one chunk. A whole reply
                with `predictions`, `generateVideoResponse` or `videos` answers requests for pictures or videos.
            finish_reason: the candidate's finish reason.
            times: number of requests that the rule answers; None for all.
        """
        if isinstance(reply, dict) and _MEDIA_REPLY_FIELDS & reply.keys():
            self.media_reply = cast("JsonObject", reply)
            return self._complete("media", times=times)
        self._reply, self.finish_reason = reply, finish_reason
        return self._complete("text", times=times)

    def deliver(self, *files: bytes, times: int | None = None) -> Rule:
        """Answer requests for pictures or videos with these files instead of drawn ones.

        Args:
            files: contents of PNG, JPEG or MP4 files. They are sent unchanged, and repeated when more files are
                requested.
            times: number of requests that the rule answers; None for all.

        Raises:
            ValueError: when no file is given.
        """
        if not files:
            raise ValueError("files: give at least one picture or video as bytes.")
        self.files = files
        return self._complete("media", times=times)

    def filter(self, reason: str, *, count: int | None = None, times: int | None = None) -> Rule:
        """Answer with pictures or videos filtered out, as for safety reasons.

        Args:
            reason: the reason in the reply.
            count: number of pictures or videos of a request, beginning with the first; None for all.
            times: number of requests that the rule answers; None for all.
        """
        self.filter_reason, self.filter_count = reason, count
        return self._complete("media", times=times)

    def fail(self, status: int = 500, *, message: str | None = None, times: int | None = None) -> Rule:
        """Answer with an error. A long-running operation is accepted and ends with the error.

        Args:
            status: HTTP status; in an operation, the corresponding `google.rpc` code.
            message: message of the error.
            times: number of requests that the rule answers; None for all.
        """
        self.failure = (status, message or f"This failure was scripted ({status}).")
        return self._complete("text", "media", times=times)

    def stream(
        self,
        chunks: Sequence[PartLike],
        *,
        finish_reason: str | None = "STOP",
        interval_s: float = 0.0,
        times: int | None = None,
    ) -> Rule:
        """Answer with exactly these chunks: texts, parts or whole API chunks. A unary request gets them joined.

        Args:
            chunks: one item for each event of the stream.
            finish_reason: the finish reason in the last chunk.
            interval_s: pause before each chunk except the first.
            times: number of requests that the rule answers; None for all.
        """
        self._reply, self.finish_reason = list(chunks), finish_reason
        self.is_stream, self.interval_s = True, interval_s
        return self._complete("text", times=times)

    def _complete(self, *subjects: Subject, times: int | None) -> Rule:
        self.subjects, self.remaining = frozenset(subjects), times
        self.register(self)
        return self

    def check(self) -> None:
        """Raise the error of a rule made by `fail`; do nothing for other rules.

        Raises:
            ApiError: the error.
        """
        if self.failure is not None:
            raise ApiError(*self.failure)

    def answer(self, request: JsonObject) -> ReplyLike:
        """Return the reply to a request: a text, a list of parts, or a whole API reply as a dictionary."""
        reply = self._reply(request) if callable(self._reply) else self._reply
        if isinstance(reply, dict) and not _REPLY_FIELDS & reply.keys():
            return [reply]
        return reply


@dataclass(eq=False)
class Intervention:
    """A queued fault or raw reply."""

    remaining: int
    path: re.Pattern[str] | None = None
    upload_command: UploadCommand | None = None
    """Only for requests of an upload with this command."""
    skip: int = 0
    """Number of matching requests that are answered normally first."""
    after_bytes: int | None = None
    """Position in the request's body at which the connection is closed; None for the middle."""
    delay_s: float = 0.0
    status: int | None = None
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    chunks: list[bytes] | None = None
    """The pieces of the body, written one by one; None for the server's own reply."""
    interval_s: float = 0.0
    disconnect: Disconnect | None = None
    stall: bool = False
    after_chunks: int | None = None
    """Number of chunks or events of a stream before the fault."""
    error: ApiError | None = None
    """The error that is the reply."""
    error_ends_stream: bool = False
    """Whether the error comes within a stream, after the chunks."""

    def matches(self, request: RecordedRequest) -> bool:
        """Return whether the intervention applies to a request."""
        commands = request.headers.get("x-goog-upload-command", "").replace(",", " ").lower().split()
        if self.upload_command is not None and self.upload_command not in commands:
            return False
        return self.path is None or bool(self.path.search(request.path))


class Script:
    """Rules, interventions and recorded requests. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._interventions: list[Intervention] = []
        self._requests: deque[RecordedRequest] = deque(maxlen=_KEPT_REQUESTS)
        self._received = 0
        self._in_flight = 0
        self.live = LiveScript()
        """The script of Live sessions."""

    def clear(self) -> None:
        """Remove all rules, interventions and recorded requests."""
        with self._lock:
            self._rules.clear()
            self._interventions.clear()
            self._requests = deque(maxlen=_KEPT_REQUESTS)
            self._received = 0
        self.live.clear()

    def on(
        self,
        match: str | re.Pattern[str] | Callable[[JsonObject], bool] | None = None,
        *,
        function_response: str | None = None,
    ) -> Rule:
        """Return a new rule. If several rules match, the one that got its reply first answers.

        Args:
            match: a regular expression searched for in the text of the last content or in the prompt for a picture or
                video, or a function of the request (with camelCase names, whatever spelling the client used). None
                matches everything.
            function_response: match only when the last content has the response of a function with this name.
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
                prompts = [instance.get("prompt", "") for instance in request.get("instances", [])]
                return bool(pattern.search("".join([*prompts, *(part.get("text", "") for part in parts)])))
            return pattern(request)

        return Rule(matches, self._add_rule)

    def _add_rule(self, rule: Rule) -> None:
        with self._lock:
            if rule not in self._rules:
                self._rules.append(rule)

    def rule_for(self, request: JsonObject, subject: Subject = "text") -> Rule | None:
        """Return the rule that answers a request, and count the use.

        Args:
            request: the request with camelCase names.
            subject: the kind of output; rules for another kind are skipped.
        """
        with self._lock:
            rules = list(self._rules)
        for rule in rules:
            if rule.remaining != 0 and subject in rule.subjects and rule.matches(request):
                with self._lock:
                    if rule.remaining == 0:
                        continue
                    if rule.remaining is not None:
                        rule.remaining -= 1
                return rule
        return None

    def has_rule(self, request: JsonObject, subject: Subject = "text") -> bool:
        """Return whether a rule would answer a request, without counting a use."""
        with self._lock:
            rules = list(self._rules)
        return any(rule.remaining != 0 and subject in rule.subjects and rule.matches(request) for rule in rules)

    def intervene(self, intervention: Intervention) -> None:
        """Queue an intervention; they apply in the order in which they were queued."""
        with self._lock:
            self._interventions.append(intervention)

    def intervention_for(self, request: RecordedRequest) -> Intervention | None:
        """Record a request and return the intervention that applies to it, if any."""
        with self._lock:
            self._requests.append(request)
            self._received += 1
            for intervention in self._interventions:
                if not intervention.remaining or not intervention.matches(request):
                    continue
                if intervention.skip:
                    intervention.skip -= 1
                    continue
                intervention.remaining -= 1
                return intervention
        return None

    @contextmanager
    def count_in_flight(self) -> Generator[None, None, None]:
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

    def keep_requests(self, last: int | None) -> None:
        """Keep this number of recorded requests, the newest ones; None for all."""
        with self._lock:
            self._requests = deque(self._requests, maxlen=last)

    @property
    def received(self) -> int:
        """The number of requests that have arrived, whether their records are kept or not."""
        return self._received

    @property
    def requests(self) -> list[RecordedRequest]:
        """The recorded requests that are kept, oldest first."""
        with self._lock:
            return list(self._requests)
