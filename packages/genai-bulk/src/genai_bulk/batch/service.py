"""The calls that batch jobs need: upload, create, find, look, download. Only public names of `google.genai` are used.

A call whose failure is worth another attempt is repeated with growing pauses. The creation of a job is not: a reply that was
lost could hide a job that exists.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ..calls import TIMED_OUT, Outcome, outcome_of
from ..limits import Retry
from ..requests import Kind

if TYPE_CHECKING:
    from google.genai import Client

T = TypeVar("T")

_ENDED = frozenset({"SUCCEEDED", "PARTIALLY_SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"})
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 120.0
_LONGEST_HINT_S = 3_600.0
_TRANSFER_S = 3_600.0
"""Time limit of an upload or a download."""
_LISTED = 2_000
"""So many of the newest jobs are looked at to find one by its display name."""
_JSON_LINES = "application/jsonl"


class JobState(NamedTuple):
    """What the service says about a job.

    Attributes:
        name: its name at the service.
        state: such as `RUNNING` or `SUCCEEDED`.
        results: name of the file of results; None for none.
        message: why the job failed, if the service says so.
    """

    name: str
    state: str
    results: str | None
    message: str

    @property
    def is_ended(self) -> bool:
        """Whether the state is final."""
        return self.state in _ENDED


class CallFailed(Exception):
    """A call that did not succeed.

    Attributes:
        outcome: what happened.
    """

    def __init__(self, outcome: Outcome) -> None:
        name = " ".join(str(part) for part in (outcome.code, outcome.status) if part)
        super().__init__(f"{name}: {outcome.message}")
        self.outcome = outcome


class Service:
    """The service of batch jobs.

    Args:
        client: a client of the SDK for the Gemini Developer API.
        kind: the method of the requests.
        retry: attempts and time limits of calls.
        sleep: waits for some seconds.
    """

    def __init__(self, client: Client, kind: Kind, retry: Retry, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._client = client
        self._kind: Kind = kind
        self._retry = retry
        self._sleep = sleep

    async def upload(self, path: Path, display_name: str) -> str:
        """Upload a file of requests, and return its name."""
        config: Any = {"display_name": display_name, "mime_type": _JSON_LINES}
        file = await self._patiently(
            lambda: self._client.aio.files.upload(file=str(path), config=config), limit_s=_TRANSFER_S
        )
        return str(file.name)

    async def create(self, model: str, file: str, display_name: str) -> JobState:
        """Create a job once, without another attempt."""
        config: Any = {"display_name": display_name, "http_options": {"retry_options": {"attempts": 1}}}
        batches: Any = self._client.aio.batches
        if self._kind == "embed":
            call = batches.create_embeddings(model=model, src={"file_name": file}, config=config)
        else:
            call = batches.create(model=model, src=file, config=config)
        return _state_of(await self._once(call, self._retry.timeout_s))

    async def find(self, display_name: str) -> JobState | None:
        """Return the job with a display name, or None."""

        async def look() -> Any:
            count = 0
            async for job in await self._client.aio.batches.list(config={"page_size": 100}):
                count += 1
                if job.display_name == display_name or count > _LISTED:
                    return job if job.display_name == display_name else None
            return None

        found = await self._patiently(look)
        return None if found is None else _state_of(found)

    async def get(self, name: str) -> JobState:
        """Return the state of a job."""
        return _state_of(await self._patiently(lambda: self._client.aio.batches.get(name=name)))

    async def download(self, file: str, path: Path) -> None:
        """Write a file of results to a path; with older releases of the SDK, it is in memory meanwhile."""
        files: Any = self._client.aio.files
        if "destination" in inspect.signature(files.download).parameters:
            await self._patiently(lambda: files.download(file=file, destination=str(path)), limit_s=_TRANSFER_S)
            return
        data: bytes = await self._patiently(lambda: files.download(file=file), limit_s=_TRANSFER_S)
        await asyncio.to_thread(path.write_bytes, data)

    async def delete_file(self, file: str) -> None:
        """Delete a file of requests; the service does so as well, after two days."""
        try:
            await self._once(self._client.aio.files.delete(name=file), self._retry.timeout_s)
        except CallFailed:
            pass

    async def _patiently(self, call: Callable[[], Awaitable[T]], *, limit_s: float | None = None) -> T:
        """Make a call; repeat it while it is refused or broken, at most `Retry.attempts` times."""
        attempt = 1
        while True:
            try:
                return await self._once(call(), limit_s or self._retry.timeout_s)
            except CallFailed as error:
                outcome = error.outcome
                if outcome.result not in ("refused", "broken") or attempt >= self._retry.attempts:
                    raise
                await self._sleep(pause_s(attempt, outcome))
                attempt += 1

    async def _once(self, call: Awaitable[T], limit_s: float) -> T:
        try:
            return await asyncio.wait_for(call, limit_s)
        except asyncio.TimeoutError:
            raise CallFailed(TIMED_OUT) from None
        except Exception as error:
            raise CallFailed(outcome_of(error)) from error


def pause_s(attempt: int, outcome: Outcome) -> float:
    """Return the pause before the next attempt, in seconds: growing, at least what the service asks for."""
    grown = min(_FIRST_PAUSE_S * 2.0 ** min(attempt - 1, 16), _LONGEST_PAUSE_S)
    return max(grown, min(outcome.retry_after_s or 0.0, _LONGEST_HINT_S))


def _state_of(job: Any) -> JobState:
    state = str(getattr(job.state, "value", job.state) or "PENDING").rpartition("STATE_")[2]
    results: Any = getattr(job.dest, "file_name", None)
    error: Any = job.error
    message = str(getattr(error, "message", None) or "") if error is not None else ""
    return JobState(str(job.name), state, results, message)
