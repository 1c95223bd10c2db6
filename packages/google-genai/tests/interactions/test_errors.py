"""Errors of refused calls, their classes and attributes, and which calls are repeated."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from google import genai
from google.genai import errors, interactions, types
from google.genai._interactions.requests import Settings
from google.genai._io.retry import RetryPolicy

from .conftest import Caller
from .service import EVENTS, ID, Service, as_json, as_stream, cut, refusal

CLASSES = {
    400: interactions.BadRequestError,
    401: interactions.AuthenticationError,
    403: interactions.PermissionDeniedError,
    404: interactions.NotFoundError,
    409: interactions.ConflictError,
    418: errors.ClientError,
    422: interactions.UnprocessableEntityError,
    429: interactions.RateLimitError,
    500: interactions.InternalServerError,
    503: interactions.InternalServerError,
    529: interactions.InternalServerError,
}


@pytest.mark.parametrize("status", list(CLASSES))
def test_the_class_of_an_error(caller: Caller, service: Service, status: int) -> None:
    body = {"error": {"code": "some_code", "message": "No."}}
    service.answers(as_json(body, status, {"X-Request-Id": "r1"}))
    for outcome in (
        caller.call("create", model="m", input="a"),
        caller.call("get", ID),
        caller.call("cancel", ID),
        caller.call("delete", ID),
        caller.events(),
        caller.events("get", ID),
        caller.call("wait", ID),
        caller.call("fork", ID, input="a"),
    ):
        error = outcome.failure(CLASSES[status])
        assert isinstance(error, interactions.APIStatusError)
        assert isinstance(error, errors.ClientError if status < 500 else errors.ServerError)
        assert (error.code, error.status_code, error.message) == (status, status, "No.")
        assert error.body == error.details == body
        assert error.status == "some_code"
        assert str(error).startswith(f"{status} some_code. {{'error'")
        assert error.request_id == "r1"
        assert json.loads(error.response.content) == body


def test_an_error_without_json(caller: Caller, service: Service) -> None:
    service.answers(lambda peer, _: peer.reply(404, b"<html>none</html>", {"Content-Type": "text/html"}))
    error = caller.call("get", ID).failure(interactions.NotFoundError)
    assert "none" in str(error)
    assert error.response.content == b"<html>none</html>"


def test_errors_survive_pickle_and_copies(client: genai.Client, service: Service) -> None:
    service.answers(refusal(404))
    with pytest.raises(interactions.NotFoundError) as caught:
        client.interactions.get(ID)
    for twin in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value), copy.deepcopy(caught.value)):
        assert type(twin) is interactions.NotFoundError
        assert (twin.status_code, twin.body, str(twin)) == (404, caught.value.body, str(caught.value))
    assert interactions.NotFoundError.__module__ == "google.genai.interactions"


def test_a_lost_connection(caller: Caller, service: Service) -> None:
    service.answers(lambda peer, _: peer.reset())
    error = caller.call("get", ID).failure(errors.APIConnectionError)
    assert not isinstance(error, interactions.APIStatusError)
    assert error.attempts == 5


# Repetition


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_calls_are_repeated_after(
    caller: Caller, service: Service, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller.driver.configure(retry_options=None)
    _without_pauses(monkeypatch)
    for call in (
        lambda: caller.result("create", model="m", input="a"),
        lambda: caller.result("get", ID),
        lambda: caller.result("cancel", ID),
        lambda: caller.result("delete", ID),
    ):
        service.forget()
        service.answers(refusal(status), refusal(status), {"id": ID, "status": "completed"})
        call()
        assert len(service.asked) == 3
    service.forget()
    service.answers(refusal(status), as_stream(EVENTS))
    assert len(caller.events().chunks) == len(EVENTS)
    assert len(service.asked) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 418])
def test_calls_are_not_repeated_after(caller: Caller, service: Service, status: int) -> None:
    caller.driver.configure(retry_options=None)
    service.answers(refusal(status))
    caller.call("get", ID).failure(errors.ClientError)
    assert len(service.asked) == 1


def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Replace the pauses before repetitions, and return a list of those that would have been made."""
    pauses: list[float] = []
    delay_s = RetryPolicy.delay_s

    def no_delay(policy: RetryPolicy, error: errors.APIError, attempt: int) -> float:
        pauses.append(delay_s(policy, error, attempt))
        return 0.0

    monkeypatch.setattr(RetryPolicy, "delay_s", no_delay)
    return pauses


def test_the_default_attempts_and_pauses(caller: Caller, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    caller.driver.configure(retry_options=None)
    pauses = _without_pauses(monkeypatch)
    service.answers(refusal(503))
    error = caller.call("get", ID).failure(interactions.InternalServerError)
    assert error.attempts == len(service.asked) == 5
    assert all(expected <= pause <= expected + 0.5 for pause, expected in zip(pauses, [0.5, 1, 2, 4], strict=True))


def test_the_service_says_how_long_to_wait(caller: Caller, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    caller.driver.configure(retry_options=None)
    pauses = _without_pauses(monkeypatch)
    service.answers(refusal(429, headers={"Retry-After": "3"}), {"id": ID, "status": "completed"})
    caller.result("get", ID)
    assert len(pauses) == 1
    assert 3 <= pauses[0] <= 3.5


def test_the_retries_of_the_client_win(caller: Caller, service: Service) -> None:
    caller.driver.configure(
        retry_options=types.HttpRetryOptions(attempts=2, initial_delay=0.001, http_status_codes=[404])
    )
    service.answers(refusal(404))
    caller.call("get", ID).failure(interactions.NotFoundError)
    assert len(service.asked) == 2
    service.forget()
    service.answers(refusal(503))
    caller.call("get", ID).failure(interactions.InternalServerError)
    assert len(service.asked) == 1


def test_a_client_without_retries(caller: Caller, service: Service) -> None:
    caller.driver.configure(retry_options=types.HttpRetryOptions(attempts=1))
    service.answers(refusal(503))
    caller.call("get", ID).failure(interactions.InternalServerError)
    assert len(service.asked) == 1


def test_every_call_has_default_retries() -> None:
    call = Settings().call("GET", "interactions/a")
    assert call.default_retries is not None
    assert call.default_retries.attempts == 5


def test_a_create_that_was_cut_is_repeated(caller: Caller, service: Service) -> None:
    service.answers(cut(b"{", "closed inside a chunk"), {"id": ID, "status": "completed"})
    caller.result("create", model="m", input="a")
    assert [asked.method for asked in service.asked] == ["POST", "POST"]
    assert service.bodies[0] == service.bodies[1]


# The warning

_PROGRAM = """
import asyncio, sys, warnings
from google import genai

def ask(client):
    return client.interactions.get("a")  # line 6

async def ask_async(client):
    return await client.aio.interactions.get("a")  # line 9

client = genai.Client(api_key="k", http_options={"base_url": sys.argv[1]})
client.interactions
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    %s
    ask(client)
    client.interactions.create(model="m", input="a")
client.close()
for each in caught:
    print(each.category.__name__, each.filename == __file__, each.lineno, each.message)
"""


@pytest.mark.parametrize(("first", "line"), [("ask(client)", 6), ("asyncio.run(ask_async(client))", 9)])
def test_a_program_is_warned_once_at_its_own_line(service: Service, tmp_path: Path, first: str, line: int) -> None:
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM % first)
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program), service.url],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    message = "The Interactions API is experimental: the service may change it at any time."
    assert (done.stdout, done.stderr) == (f"ExperimentalWarning True {line} {message}\n", "")


def test_the_warning_may_be_an_error(service: Service, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import sys\nfrom google import genai\n"
        'client = genai.Client(api_key="k", http_options={"base_url": sys.argv[1]})\n'
        'client.interactions.get("a")\n'
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program), service.url],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert "ExperimentalWarning" in done.stderr
    assert service.asked == []
