"""`ScriptedGemini`: a scripted server for tests, with rules, faults and recorded requests in one object.

The fixture `gemini` is such an object; without pytest, it is used as a context manager.
"""

from __future__ import annotations

import json as json_codec
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from .limits.enforcement import Counts
from .limits.settings import LimitTable
from .protocol.errors import ApiError, JsonObject, retry_info
from .scripting.live import LiveRule, LiveScript, Match, RecordedSession, matches_answer, matches_message
from .scripting.requests import RecordedRequest
from .scripting.script import Disconnect, Intervention, Rule, Script, UploadCommand
from .services.batches.store import Batches
from .services.caches.store import Caches
from .services.live.limits import MAX_SESSIONS, SESSION_S, LiveSessions
from .services.uploads.sessions import Sessions
from .state.clock import Clock
from .state.operations import rpc_status
from .state.storage import StoredFile

_POLL_S = 0.002
_OPERATION_S = 0.0
_OPERATION_POLLS = 1
_PATIENCE_S = 10.0


class ScriptedLive:
    """The Live sessions of a scripted server: rules with messages and faults, and the recorded sessions.

    Without rules here, the answers are those of the rules of `ScriptedGemini.on`.

    Args:
        server: the scripted server.
        script: its script.
        limits: the limits of its sessions.
    """

    def __init__(self, server: ScriptedGemini, script: LiveScript, limits: LiveSessions) -> None:
        self._server = server
        self._script = script
        self._limits = limits

    @property
    def sessions(self) -> list[RecordedSession]:
        """The sessions since the start of the test, oldest first: `setup`, `messages`, `sent`, `path`, `headers`."""
        return self._script.sessions

    def on(
        self, match: Match = None, *, function_response: str | None = None, times: int | None = None, skip: int = 0
    ) -> LiveRule:
        """Return a new rule, which answers messages of the client in place of the server.

        The methods of the rule say what happens, in their order: `text`, `audio`, `call`, `complete`, `send`, `pause`,
        `drop`, `close` and so on. A message that a later rule answers ends the rest of the earlier answer.

        Args:
            match: a regular expression searched for in the text of the message, or a function of the message (with camelCase
                names, whatever spelling the client used). None matches everything.
            function_response: match only a result of a function with this name.
            times: number of messages that the rule answers; None for all.
            skip: number of matching messages that are answered otherwise first.
        """
        return self._script.add(LiveRule("message", matches_message(match, function_response), times=times, skip=skip))

    def on_setup(
        self, match: Callable[[JsonObject], bool] | None = None, *, times: int | None = None, skip: int = 0
    ) -> LiveRule:
        """Return a new rule, whose steps take the place of the confirmation of a valid setup; `confirm` sends it.

        Args:
            match: a function of the setup. None matches every setup.
            times: number of setups that the rule answers; None for all.
            skip: number of matching setups that are confirmed normally first.
        """
        return self._script.add(LiveRule("setup", match or (lambda _: True), times=times, skip=skip))

    def before(self, match: Match = None, *, times: int | None = 1, skip: int = 0) -> LiveRule:
        """Return a new rule, whose steps come before a message of the server, such as a fault within an answer.

        Args:
            match: a regular expression searched for in the JSON of the server's message, such as `turnComplete`, or a function
                of the message. None matches every message.
            times: number of messages; None for all.
            skip: number of matching messages that are sent normally first.
        """
        return self._script.add(LiveRule("answer", matches_answer(match), times=times, skip=skip))

    @property
    def session_s(self) -> float:
        """Length of a session that starts from now on, in seconds; 600 by default."""
        return self._limits.length_s

    @session_s.setter
    def session_s(self, length_s: float) -> None:
        self._limits.length_s = length_s

    @property
    def max_sessions(self) -> int:
        """Number of sessions at the same time; 1024 by default."""
        return self._limits.most

    @max_sessions.setter
    def max_sessions(self, count: int) -> None:
        self._limits.most = count

    def wait_for_messages(self, count: int, *, session: int = -1, timeout_s: float = 5.0) -> None:
        """Wait until `count` messages have arrived after the setup of a session.

        Args:
            count: number of messages.
            session: index of the session; by default the newest.
            timeout_s: the longest time to wait.

        Raises:
            TimeoutError: after `timeout_s` seconds.
        """

        def has_arrived() -> bool:
            sessions = self.sessions
            return len(sessions) > (session if session >= 0 else 0) and len(sessions[session].frames) > count

        self._server.wait(has_arrived, timeout_s, f"fewer than {count} messages have arrived")


class ScriptedGemini:
    """A server whose replies a test defines.

    Args:
        tls: whether to serve HTTPS; clients have to trust the certificate in the file `authority`.

    Example:
        >>> with ScriptedGemini() as gemini:  # doctest: +SKIP
        ...     gemini.on("weather").reply("Sunny.")
    """

    def __init__(self, *, tls: bool = False) -> None:
        from .engines.scripted import ScriptedEngine
        from .server import LocalServer

        self._script = Script()
        self._server = LocalServer(
            ScriptedEngine(self._script),
            script=self._script,
            max_running=1024,
            operation_s=_OPERATION_S,
            operation_polls=_OPERATION_POLLS,
            tls=tls,
        )
        self._server.api.part(Batches).patience_s = _PATIENCE_S
        self.live = ScriptedLive(self, self._script.live, self._server.api.part(LiveSessions))
        """The rules and records of Live sessions."""

    @property
    def url(self) -> str:
        """The base URL of both surfaces."""
        return self._server.url

    @property
    def grpc_target(self) -> str:
        """The host and the port of gRPC, which is served from the first use of this property; with TLS if REST uses TLS.

        Raises:
            RuntimeError: when the packages for gRPC are not installed.
        """
        if self._server.grpc_target is None:
            self._server.open_grpc(tls=self._server.uses_tls)
        assert self._server.grpc_target is not None
        return self._server.grpc_target

    @property
    def authority(self) -> Path | None:
        """The file with the certificate that clients of a server with TLS have to trust; None without TLS."""
        return self._server.authority

    def limit(
        self,
        model: str | None = None,
        *,
        rate: float | Literal["none"] | None = None,
        burst: int | Literal["none"] | None = None,
        rpm: int | Literal["none"] | None = None,
        rpd: int | Literal["none"] | None = None,
        tpm: int | Literal["none"] | None = None,
        tpd: int | Literal["none"] | None = None,
        in_flight: int | Literal["none"] | None = None,
        refuse: float | str | None = None,
        unavailable: float | str | None = None,
        latency: float | str | None = None,
        retry_s: float | Literal["none"] | None = None,
        seed: int | None = None,
    ) -> None:
        """Refuse or delay requests for content and embeddings from now on, until the end of the test or `unlimit`.

        Each call adds settings to those of earlier calls; the text `none` removes one. Every model has counts of its own. A refused
        request uses nothing up. Rates and quotas follow `clock`; latencies follow the machine's time.

        Args:
            model: bare name of a model, whose settings replace those for every model one by one; None for every model.
            rate: requests a second (token bucket); refusals have a `RetryInfo`.
            burst: requests that may come at once; by default those of one second, at least one.
            rpm: requests a minute of the clock; refusals have a `QuotaFailure` and a `RetryInfo` to the end of the minute.
            rpd: requests a day, from midnight in Pacific time.
            tpm: input tokens a minute, as `countTokens` counts them.
            tpd: input tokens a day.
            in_flight: requests at the same time; a further one gets a 429.
            refuse: share of requests that get a 429 at random, as a number from 0 to 1 or a text such as `1%`.
            unavailable: share of requests that get a 503 at random.
            latency: seconds before the first byte of an answer, or a distribution: `uniform:LOWEST,HIGHEST`,
                `normal:MEAN,DEVIATION` (and `,FLOOR`, by default 0) or `lognormal:MEDIAN,SIGMA`.
            retry_s: `RetryInfo` of the refusals by `in_flight` and `refuse`, in seconds; by default they have none.
            seed: seed of the random numbers, by default 0: the same requests of a model in the same order are refused.

        Raises:
            ValueError: for a wrong value.
        """
        given = {
            "rate": rate,
            "burst": burst,
            "rpm": rpm,
            "rpd": rpd,
            "tpm": tpm,
            "tpd": tpd,
            "in_flight": in_flight,
            "refuse": refuse,
            "unavailable": unavailable,
            "latency": latency,
            "retry_s": retry_s,
            "seed": seed,
        }
        given = {name: value for name, value in given.items() if value is not None}
        self._server.api.limits.change(lambda table: table.with_values(model, given))

    def unlimit(self) -> None:
        """Remove all limits; the counts remain."""
        self._server.api.limits.change(lambda _: LimitTable())

    def counts(self, model: str | None = None) -> Counts:
        """Return how many requests for content and embeddings were answered, failed or were refused, and by which limit.

        Args:
            model: bare name of the model; None for all models together.
        """
        return self._server.api.limits.counts(model)

    @property
    def requests(self) -> list[RecordedRequest]:
        """The requests since the start of the test, oldest first; of more than 100,000, the newest (see `keep_requests`)."""
        return self._script.requests

    @property
    def requests_received(self) -> int:
        """The number of requests since the start of the test, whether their records are kept or not."""
        return self._script.received

    def keep_requests(self, last: int | None) -> None:
        """Keep the records of the last requests only, in this test; a run of millions of requests needs no more memory then.

        Args:
            last: the number of records, at least 0; None for all. By default it is 100,000.

        Raises:
            ValueError: for a negative number.
        """
        if last is not None and last < 0:
            raise ValueError(f"last: expected a number of at least 0, or None for all, not {last}.")
        self._script.keep_requests(last)

    @property
    def last_request(self) -> RecordedRequest:
        """The newest request.

        Raises:
            LookupError: when no request has arrived.
        """
        requests = self.requests
        if not requests:
            raise LookupError("no request has arrived at the server yet")
        return requests[-1]

    def on(
        self,
        match: str | re.Pattern[str] | Callable[[JsonObject], bool] | None = None,
        *,
        function_response: str | None = None,
    ) -> Rule:
        """Return a new rule; complete it with `.reply()`, `.stream()`, `.deliver()`, `.filter()` or `.fail()`.

        The first rule answers that matches the request and has a suitable answer: replies and streams answer prompts
        for text, files and filters answer prompts for pictures and videos, failures answer both.

        Args:
            match: a regular expression searched for in the text of the last content or in the prompt for a picture or
                video, or a function of the request (with camelCase names, whatever spelling the client used). None
                matches everything.
            function_response: match only when the last content has the response of a function with this name.
        """
        return self._script.on(match, function_response=function_response)

    def respond(
        self,
        *,
        json: Any = None,
        status: int = 200,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        body: bytes | Sequence[bytes] | None = None,
        times: int = 1,
        delay_s: float = 0.0,
        interval_s: float = 0.0,
        path: str | None = None,
        upload_command: UploadCommand | None = None,
        skip: int = 0,
    ) -> None:
        """Answer the next requests with this raw reply, whatever they ask for.

        Args:
            json: the body as JSON.
            status: HTTP status.
            headers: response headers; the default content type is JSON.
            body: the body as bytes, or its pieces, written one by one.
            times: number of requests.
            delay_s: pause before the reply.
            interval_s: pause between the pieces of the body.
            path: regular expression that is searched for in the path.
            upload_command: apply only to upload requests with this command.
            skip: number of matching requests that are answered normally first.
        """
        if body is None:
            chunks = [json_codec.dumps(json, ensure_ascii=False).encode()]
        else:
            chunks = [body] if isinstance(body, bytes) else list(body)
        pairs = list(headers.items()) if isinstance(headers, Mapping) else list(headers)
        self._script.intervene(
            Intervention(
                remaining=times,
                path=re.compile(path) if path else None,
                upload_command=upload_command,
                skip=skip,
                delay_s=delay_s,
                status=status,
                headers=pairs,
                chunks=chunks,
                interval_s=interval_s,
            )
        )

    def fail(
        self,
        status: int | None = None,
        *,
        message: str | None = None,
        times: int = 1,
        retry_delay_s: float | None = None,
        retry_after: str | float | None = None,
        delay_s: float = 0.0,
        disconnect: Disconnect | None = None,
        stall: bool = False,
        garbage: bool = False,
        error_after_chunks: int | None = None,
        after_chunks: int | None = None,
        after_bytes: int | None = None,
        path: str | None = None,
        upload_command: UploadCommand | None = None,
        skip: int = 0,
    ) -> None:
        """Make the next requests fail; without arguments, with a 503.

        Args:
            status: HTTP status of an error in the API's form.
            message: its message.
            times: number of requests.
            retry_delay_s: a `google.rpc.RetryInfo` detail with this delay.
            retry_after: a `retry-after` header, in seconds or as a date.
            delay_s: pause before the fault; without any fault, before the normal reply.
            disconnect: where to close the connection: `before_reply`, without executing the request; `lost_reply`,
                after executing the request; `mid_body`, within the reply's body; `mid_stream`, between the events of a
                stream (see `after_chunks`); `mid_request`, within the body of a request that uploads bytes (see
                `after_bytes`).
            stall: never answer; with `after_chunks`, stop sending within a stream.
            garbage: answer 200 with a body that is neither JSON nor UTF-8.
            error_after_chunks: send the error of `status` as an event of the stream, after this number of chunks (of an
                interaction: of events). A unary request gets the error as its reply.
            after_chunks: number of chunks or events before `disconnect="mid_stream"` (default 1) or `stall`.
            after_bytes: number of bytes of the request to read before `disconnect="mid_request"`; by default half.
            path: regular expression that is searched for in the path.
            upload_command: apply only to upload requests with this command: `start`, `upload` (each chunk),
                `finalize` (the last one), `query` or `cancel`.
            skip: number of matching requests that are answered normally first.
        """
        intervention = Intervention(
            remaining=times,
            path=re.compile(path) if path else None,
            upload_command=upload_command,
            skip=skip,
            after_bytes=after_bytes,
            delay_s=delay_s,
            disconnect=disconnect,
            stall=stall,
            after_chunks=after_chunks,
        )
        if garbage:
            intervention.status = status or 200
            intervention.chunks = [b"\xff\xfe<garbage>\x00{]"]
        elif error_after_chunks is not None or status or not (delay_s or disconnect or stall):
            details = [] if retry_delay_s is None else [retry_info(retry_delay_s)]
            code = status or 503
            error = ApiError(code, message or f"This failure was scripted ({code}).", details=details)
            intervention.status, intervention.error = code, error
            if error_after_chunks is not None:
                intervention.after_chunks, intervention.error_ends_stream = error_after_chunks, True
            if retry_after is not None:
                intervention.headers = [("retry-after", str(retry_after))]
        self._script.intervene(intervention)

    @property
    def clock(self) -> Clock:
        """The clock by which resources expire, as in `gemini.clock.advance(48 * 3600)`."""
        return self._server.api.clock

    @property
    def operation_polls(self) -> int:
        """Number of polls at which an operation that starts from now on is still running; 1 by default."""
        return self._server.api.operations.polls

    @operation_polls.setter
    def operation_polls(self, polls: int) -> None:
        self._server.api.operations.polls = polls

    @property
    def operation_s(self) -> float:
        """Minimum duration of an operation that starts from now on, in seconds; 0 by default."""
        return self._server.api.operations.duration_s

    @operation_s.setter
    def operation_s(self, duration_s: float) -> None:
        self._server.api.operations.duration_s = duration_s

    @property
    def min_cache_tokens(self) -> int:
        """Minimum number of tokens of a cached content; 0 by default."""
        return self._server.api.part(Caches).min_tokens

    @min_cache_tokens.setter
    def min_cache_tokens(self, tokens: int) -> None:
        self._server.api.part(Caches).min_tokens = tokens

    @property
    def upload_granularity_bytes(self) -> int:
        """Chunk granularity of uploads that start from now on: chunk sizes are multiples of it; 256 KiB by default."""
        return self._server.api.part(Sessions).granularity_bytes

    @upload_granularity_bytes.setter
    def upload_granularity_bytes(self, size: int) -> None:
        self._server.api.part(Sessions).granularity_bytes = size

    @property
    def file_polls(self) -> int:
        """Number of polls at which a file that is uploaded from now on is still PROCESSING; 0 by default."""
        return self._server.api.storage.processing_polls

    @file_polls.setter
    def file_polls(self, polls: int) -> None:
        self._server.api.storage.processing_polls = polls

    @property
    def file_processing_s(self) -> float:
        """Processing time of a file that is uploaded from now on, in seconds of the clock; 0 by default."""
        return self._server.api.storage.processing_s

    @file_processing_s.setter
    def file_processing_s(self, duration_s: float) -> None:
        self._server.api.storage.processing_s = duration_s

    def fail_files(
        self, message: str | None = None, *, match: str | None = None, status: int = 400, times: int = 1
    ) -> None:
        """Make the processing of the next uploaded files end in the state FAILED.

        Args:
            message: message of the file's error.
            match: regular expression searched for in the file's name, display name and type; None for any file.
            status: HTTP status; the error has the corresponding `google.rpc` code.
            times: number of files.
        """
        error = ApiError(status, message or "This failure was scripted.")
        self._server.api.storage.fail_next(rpc_status(error), times, re.compile(match) if match else None)

    def add_tuned_model(
        self,
        model_id: str,
        *,
        base_model: str = "gemini-2.5-flash",
        display_name: str | None = None,
        description: str = "",
        labels: dict[str, str] | None = None,
    ) -> str:
        """Register a tuned model: `tunedModels/{id}`, on Vertex AI `models/{id}` in any project.

        Args:
            model_id: bare id: lowercase letters, digits, `-` and `_`.
            base_model: id of the base model.
            display_name: name for people; by default the id.
            description: description of the model.
            labels: labels on Vertex AI, in addition to the labels of every tuned model.

        Returns:
            the id.

        Raises:
            ValueError: for an invalid id.
        """
        models = self._server.api.tuned_models
        return models.add(
            model_id, base_model=base_model, display_name=display_name, description=description, labels=labels
        ).id

    def put_object(self, uri: str, data: bytes, mime_type: str = "application/jsonl") -> None:
        """Create a `gs://` object, which jobs can read.

        Args:
            uri: URI of the object.
            data: content of the object.
            mime_type: type of the content.

        Raises:
            ValueError: for a URI that does not begin with `gs://`.
        """
        if not uri.startswith("gs://"):
            raise ValueError(f"uri: expected gs://bucket/name, not {uri!r}.")
        self._server.api.storage.put(uri, StoredFile(data, mime_type))

    def object(self, uri: str) -> bytes:
        """Return the content of a `gs://` object that was written by the server or by `put_object`.

        Raises:
            LookupError: when the object does not exist.
        """
        file = self._server.api.storage.find(uri)
        if file is None:
            raise LookupError(f"no object {uri} exists on this server")
        return file.data

    @property
    def connections_open(self) -> int:
        """The number of TCP connections of REST and WebSockets that clients hold open, and of gRPC calls in progress."""
        return len(self._server.connections())

    @property
    def requests_in_flight(self) -> int:
        """The number of requests that are being answered."""
        return self._script.in_flight

    def wait_until_idle(self, timeout_s: float = 5.0) -> None:
        """Wait until no request is being answered, for example after the client of a stream has disconnected.

        Raises:
            TimeoutError: after `timeout_s` seconds.
        """
        self.wait(lambda: self.requests_in_flight == 0, timeout_s, "requests are still being answered")

    def wait_until_connections(self, count: int = 0, timeout_s: float = 5.0) -> None:
        """Wait until clients hold no more than `count` connections open.

        Raises:
            TimeoutError: after `timeout_s` seconds.
        """
        self.wait(lambda: self.connections_open <= count, timeout_s, "connections are still open")

    def wait_for_requests(self, count: int, timeout_s: float = 5.0) -> None:
        """Wait until `count` requests have arrived.

        Raises:
            TimeoutError: after `timeout_s` seconds.
        """
        self.wait(lambda: self.requests_received >= count, timeout_s, f"fewer than {count} requests have arrived")

    def wait(
        self, condition: Callable[[], bool], timeout_s: float = 5.0, problem: str = "the condition is false"
    ) -> None:
        """Wait until a function returns true.

        Raises:
            TimeoutError: after `timeout_s` seconds; the message begins with the problem.
        """
        deadline = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{problem} after {timeout_s:g} s: {self.requests_in_flight} in flight, "
                    f"{self.connections_open} connections, {self.requests_received} requests received"
                )
            time.sleep(_POLL_S)

    def reset(self) -> None:
        """Remove rules, faults, recorded requests and all state, and cancel the requests in flight."""
        self._script.clear()
        if self.connections_open:
            self._server.drop_connections()
            self.wait_until_connections(0)
        self.wait_until_idle()
        self._script.clear()
        self._server.api.clear()
        self.operation_s, self.operation_polls = _OPERATION_S, _OPERATION_POLLS
        self.live.session_s, self.live.max_sessions = SESSION_S, MAX_SESSIONS

    def start(self) -> ScriptedGemini:
        """Start serving on a free port of the loopback interface."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop serving."""
        self._server.stop()

    def __enter__(self) -> ScriptedGemini:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
