"""`ScriptedGemini`: a scripted server for tests, with rules, faults and recorded requests in one object.

The object behind the `gemini` fixture; it can be used without pytest as a context manager.
"""

from __future__ import annotations

import json as json_codec
import re
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

from .protocol.errors import ApiError, JsonObject, retry_info
from .scripting.script import Disconnect, Intervention, RecordedRequest, Rule, Script, UploadCommand
from .services.batches.store import Batches
from .services.caches.store import Caches
from .services.uploads.sessions import Sessions
from .state.clock import Clock
from .state.operations import rpc_status
from .state.storage import StoredFile

_POLL_S = 0.002
_OPERATION_S = 0.0
_OPERATION_POLLS = 1
_PATIENCE_S = 10.0


class ScriptedGemini:
    """A running server whose replies a test decides.

    Example:
        >>> with ScriptedGemini() as gemini:  # doctest: +SKIP
        ...     gemini.on("weather").reply("Sunny.")
    """

    def __init__(self) -> None:
        from .engines.scripted import ScriptedEngine
        from .server import LocalServer

        self._script = Script()
        self._server = LocalServer(
            ScriptedEngine(self._script),
            script=self._script,
            max_running=1024,
            operation_s=_OPERATION_S,
            operation_polls=_OPERATION_POLLS,
        )
        self._server.api.part(Batches).patience_s = _PATIENCE_S

    @property
    def url(self) -> str:
        """The base URL, good for both surfaces."""
        return self._server.url

    @property
    def requests(self) -> list[RecordedRequest]:
        """The requests since the start of the test, oldest first."""
        return self._script.requests

    @property
    def last_request(self) -> RecordedRequest:
        """The newest request.

        Raises:
            LookupError: when there was none.
        """
        requests = self.requests
        if not requests:
            raise LookupError("no request has reached the server yet")
        return requests[-1]

    def on(
        self,
        match: str | re.Pattern[str] | Callable[[JsonObject], bool] | None = None,
        *,
        function_response: str | None = None,
    ) -> Rule:
        """Begin a rule; `.reply(...)`, `.stream([...])`, `.deliver(...)`, `.filter(...)` or `.fail(...)` completes it.

        The first rule that matches and whose answer suits what is asked for answers: text to prompts for text, files
        and filters to prompts for pictures and videos, failures to both.

        Args:
            match: a regular expression searched for in the text of the last content or in the prompt for a picture or
                video, or a function of the request (with camelCase names, whatever spelling the client used). None
                matches everything.
            function_response: match only when the last content answers a call of the function of this name.
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
        """Answer the next requests with exactly this, whatever they ask for.

        Args:
            json: the body as JSON.
            status: HTTP status.
            headers: response headers; the content type is JSON unless said otherwise.
            body: the body as bytes, or pieces of it that are written one by one.
            times: number of requests.
            delay_s: pause before the reply.
            interval_s: pause between the pieces of the body.
            path: regular expression that the path has to match.
            upload_command: only for requests of an upload that have this command.
            skip: number of such requests that are answered as usual first.
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
        """Let the next requests fail; without any argument, with a 503.

        Args:
            status: HTTP status of an error in the API's form.
            message: its message.
            times: number of requests.
            retry_delay_s: a `google.rpc.RetryInfo` detail with this delay.
            retry_after: a `retry-after` header, in seconds or as a date.
            delay_s: pause before anything happens; alone, the normal reply follows it.
            disconnect: close the connection: `before_reply`, with the request ignored; `lost_reply`, with the request
                carried out; in the reply's body (`mid_body`); between the events of a stream (`mid_stream`, see
                `after_chunks`); or in the body of a request that uploads bytes (`mid_request`, see `after_bytes`).
            stall: never answer; with `after_chunks`, fall silent in the middle of a stream.
            garbage: answer 200 with a body that is neither JSON nor UTF-8.
            error_after_chunks: send the error of `status` as an event of the stream, after so many chunks. A unary
                call gets the error itself.
            after_chunks: where in a stream `disconnect="mid_stream"` (default 1) and `stall` happen.
            after_bytes: how much of an upload's request is taken before `disconnect="mid_request"`; by default half.
            path: regular expression that the path has to match.
            upload_command: only for requests of an upload that have this command: `start`, `upload` (each chunk),
                `finalize` (the last one), `query` or `cancel`.
            skip: number of such requests that are answered as usual first.
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
            intervention.status = code
            if error_after_chunks is not None:
                intervention.error, intervention.after_chunks = error.envelope(), error_after_chunks
            else:
                intervention.chunks = [json_codec.dumps(error.envelope()).encode()]
            if retry_after is not None:
                intervention.headers = [("retry-after", str(retry_after))]
        self._script.intervene(intervention)

    @property
    def clock(self) -> Clock:
        """The clock by which things expire: `gemini.clock.advance(48 * 3600)`."""
        return self._server.api.clock

    @property
    def operation_polls(self) -> int:
        """How often an operation that begins now says that it is running before it is done: 1 unless a test says so."""
        return self._server.api.operations.polls

    @operation_polls.setter
    def operation_polls(self, polls: int) -> None:
        self._server.api.operations.polls = polls

    @property
    def operation_s(self) -> float:
        """How long an operation that begins now runs at least, in seconds: 0 unless a test says so."""
        return self._server.api.operations.duration_s

    @operation_s.setter
    def operation_s(self, duration_s: float) -> None:
        self._server.api.operations.duration_s = duration_s

    @property
    def min_cache_tokens(self) -> int:
        """How many tokens a cached content has to have: 0 unless a test says so."""
        return self._server.api.part(Caches).min_tokens

    @min_cache_tokens.setter
    def min_cache_tokens(self, tokens: int) -> None:
        self._server.api.part(Caches).min_tokens = tokens

    @property
    def upload_granularity_bytes(self) -> int:
        """What the chunks of uploads that begin now have to be a multiple of: 256 KiB unless a test says so."""
        return self._server.api.part(Sessions).granularity_bytes

    @upload_granularity_bytes.setter
    def upload_granularity_bytes(self, size: int) -> None:
        self._server.api.part(Sessions).granularity_bytes = size

    @property
    def file_polls(self) -> int:
        """How often a file that is uploaded now says that it is processed before it is ACTIVE: 0 unless a test says so."""
        return self._server.api.storage.processing_polls

    @file_polls.setter
    def file_polls(self, polls: int) -> None:
        self._server.api.storage.processing_polls = polls

    @property
    def file_processing_s(self) -> float:
        """How long a file that is uploaded now is processed, by the clock: 0 seconds unless a test says so."""
        return self._server.api.storage.processing_s

    @file_processing_s.setter
    def file_processing_s(self, duration_s: float) -> None:
        self._server.api.storage.processing_s = duration_s

    def fail_files(
        self, message: str | None = None, *, match: str | None = None, status: int = 400, times: int = 1
    ) -> None:
        """Let the processing of the next uploaded files end in the state FAILED.

        Args:
            message: what the file's error says.
            match: regular expression searched for in the file's name, display name and type; None for any file.
            status: HTTP status whose `google.rpc` code the error has.
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
        """Let a tuned model exist: `tunedModels/{id}`, on Vertex AI `models/{id}` in any project.

        Args:
            model_id: small letters, digits, `-` and `_`.
            base_model: id of the model that is said to have been tuned.
            display_name: name for people; by default the id.
            description: what it is for.
            labels: labels on Vertex AI, in addition to those that tuning sets.

        Returns:
            the id.

        Raises:
            ValueError: for an id that cannot be one.
        """
        models = self._server.api.tuned_models
        return models.add(
            model_id, base_model=base_model, display_name=display_name, description=description, labels=labels
        ).id

    def put_object(self, uri: str, data: bytes, mime_type: str = "application/jsonl") -> None:
        """Let a `gs://` object exist, for whatever reads such objects.

        Args:
            uri: its URI.
            data: its content.
            mime_type: what it is.

        Raises:
            ValueError: for a URI that does not begin with `gs://`.
        """
        if not uri.startswith("gs://"):
            raise ValueError(f"uri: expected gs://bucket/name, not {uri!r}.")
        self._server.api.storage.put(uri, StoredFile(data, mime_type))

    def object(self, uri: str) -> bytes:
        """Return the content of a `gs://` object, written by the server or by `put_object`.

        Raises:
            LookupError: when there is none.
        """
        file = self._server.api.storage.find(uri)
        if file is None:
            raise LookupError(f"there is no object {uri}")
        return file.data

    @property
    def connections_open(self) -> int:
        """The number of TCP connections that clients hold open."""
        return len(self._server.connections())

    @property
    def requests_in_flight(self) -> int:
        """The number of requests that are being answered."""
        return self._script.in_flight

    def wait_until_idle(self, timeout_s: float = 5.0) -> None:
        """Wait until no request is being answered, as when the client of a stream has gone.

        Raises:
            TimeoutError: when it takes longer than `timeout_s`.
        """
        self._wait(lambda: self.requests_in_flight == 0, timeout_s, "requests are still being answered")

    def wait_until_connections(self, count: int = 0, timeout_s: float = 5.0) -> None:
        """Wait until clients hold no more than `count` connections open.

        Raises:
            TimeoutError: when it takes longer than `timeout_s`.
        """
        self._wait(lambda: self.connections_open <= count, timeout_s, "connections are still open")

    def wait_for_requests(self, count: int, timeout_s: float = 5.0) -> None:
        """Wait until so many requests have arrived.

        Raises:
            TimeoutError: when it takes longer than `timeout_s`.
        """
        self._wait(lambda: len(self.requests) >= count, timeout_s, f"fewer than {count} requests have arrived")

    def _wait(self, condition: Callable[[], bool], timeout_s: float, problem: str) -> None:
        deadline = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{problem} after {timeout_s:g} s: {self.requests_in_flight} in flight, "
                    f"{self.connections_open} connections, {len(self.requests)} requests recorded"
                )
            time.sleep(_POLL_S)

    def reset(self) -> None:
        """Forget rules, faults, requests and all that is kept, and end whatever is still being answered."""
        self._script.clear()
        if self.connections_open:
            self._server.drop_connections()
            self.wait_until_connections(0)
        self.wait_until_idle()
        self._script.clear()
        self._server.api.clear()
        self.operation_s, self.operation_polls = _OPERATION_S, _OPERATION_POLLS

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
