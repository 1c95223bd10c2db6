"""Google credentials as request headers: when, how often and in which thread tokens are fetched; the headers sent."""

from __future__ import annotations

import asyncio
import datetime
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import google.auth.credentials
import google.auth.exceptions
import pytest
from google.auth import _helpers

from google import genai
from google.genai import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from genai_local import ScriptedGemini

_MODEL = "gemini-2.5-flash"


class Counted(google.auth.credentials.CredentialsWithQuotaProject):
    """Credentials that count their refreshes; the name of each token contains its number."""

    def __init__(self, lives_s: float = 3600, takes_s: float = 0.0, quota_project: str | None = None) -> None:
        super().__init__()
        self.refreshes = 0
        self.at_once = 0
        self.most_at_once = 0
        self._lives_s = lives_s
        self._takes_s = takes_s
        self._quota_project_id = quota_project
        self._counting = threading.Lock()

    def refresh(self, request: object) -> None:
        with self._counting:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(self._takes_s)
        with self._counting:
            self.at_once -= 1
            self.refreshes += 1
            self.token = f"token-{self.refreshes}"
            self.expiry = _helpers.utcnow() + datetime.timedelta(seconds=self._lives_s)


class Broken(google.auth.credentials.Credentials):
    """Credentials that cannot be refreshed."""

    def refresh(self, request: object) -> None:
        raise google.auth.exceptions.RefreshError("the account is gone")


@pytest.fixture
def new_vertex_client(gemini: ScriptedGemini) -> Iterator[Any]:
    made: list[genai.Client] = []

    def new(credentials: Any, **arguments: Any) -> genai.Client:
        options = {"base_url": gemini.url, **arguments}
        client = genai.Client(vertexai=True, project="p", location="l", credentials=credentials, http_options=options)
        made.append(client)
        return client

    yield new
    for client in made:
        client.close()


def _tokens(gemini: ScriptedGemini) -> list[str]:
    return [request.headers["authorization"].removeprefix("Bearer ") for request in gemini.requests]


async def test_a_token_is_fetched_once_and_used_while_it_lives(new_vertex_client: Any, gemini: ScriptedGemini) -> None:
    credentials = Counted()
    client = new_vertex_client(credentials)
    assert credentials.refreshes == 0
    async with client.aio:
        for _ in range(3):
            client.models.generate_content(model=_MODEL, contents="a")
            await client.aio.models.generate_content(model=_MODEL, contents="a")
    assert credentials.refreshes == 1
    assert _tokens(gemini) == ["token-1"] * 6


def test_twenty_threads_wait_for_one_refresh(new_vertex_client: Any, gemini: ScriptedGemini) -> None:
    credentials = Counted(takes_s=0.1)
    client = new_vertex_client(credentials)
    start = threading.Barrier(20)

    def call(_: int) -> None:
        start.wait()
        client.models.generate_content(model=_MODEL, contents="a")

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(call, range(20)))
    assert credentials.refreshes == 1
    assert _tokens(gemini) == ["token-1"] * 20


async def test_twenty_tasks_wait_for_one_refresh_off_the_loop(new_vertex_client: Any, gemini: ScriptedGemini) -> None:
    credentials = Counted(takes_s=0.2)
    client = new_vertex_client(credentials)
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.01)
            beats += 1

    heart = asyncio.create_task(beat())
    async with client.aio:
        await asyncio.gather(*(client.aio.models.generate_content(model=_MODEL, contents="a") for _ in range(20)))
    heart.cancel()
    assert credentials.refreshes == 1
    assert _tokens(gemini) == ["token-1"] * 20
    assert beats >= 3  # a loop that was blocked during the refresh would not have made a step


def test_an_expired_token_is_replaced(new_vertex_client: Any, gemini: ScriptedGemini) -> None:
    credentials = Counted(lives_s=-1)
    client = new_vertex_client(credentials)
    for _ in range(3):
        client.models.generate_content(model=_MODEL, contents="a")
    assert _tokens(gemini) == ["token-1", "token-2", "token-3"]


def test_a_token_near_its_end_is_replaced_while_others_use_it(new_vertex_client: Any, gemini: ScriptedGemini) -> None:
    credentials = Counted(lives_s=120, takes_s=0.05)  # stale for google-auth, which renews tokens early
    client = new_vertex_client(credentials)
    client.models.generate_content(model=_MODEL, contents="a")
    assert credentials.token_state.name == "STALE"
    start = threading.Barrier(10)

    def call(_: int) -> None:
        start.wait()
        client.models.generate_content(model=_MODEL, contents="a")

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(call, range(10)))
    assert credentials.most_at_once == 1
    assert set(_tokens(gemini)[1:]) <= {f"token-{number}" for number in range(1, credentials.refreshes + 1)}
    assert "token-2" in _tokens(gemini)


async def test_a_refused_token_is_replaced_once(new_vertex_client: Any, gemini: ScriptedGemini) -> None:
    for colour in ("sync", "async"):
        credentials = Counted()
        client = new_vertex_client(credentials)
        gemini.reset()
        gemini.fail(status=401)
        async with client.aio:
            if colour == "sync":
                assert client.models.generate_content(model=_MODEL, contents="a").text
            else:
                assert (await client.aio.models.generate_content(model=_MODEL, contents="a")).text
        assert _tokens(gemini) == ["token-1", "token-2"]
        assert credentials.refreshes == 2


def test_a_token_that_stays_refused_is_an_error(new_vertex_client: Any, gemini: ScriptedGemini) -> None:
    credentials = Counted()
    gemini.fail(status=401, times=5)
    with pytest.raises(errors.ClientError) as raised:
        new_vertex_client(credentials).models.generate_content(model=_MODEL, contents="a")
    assert raised.value.code == 401
    assert _tokens(gemini) == ["token-1", "token-2"]


def test_a_refused_api_key_is_not_tried_again(gemini: ScriptedGemini) -> None:
    gemini.fail(status=401)
    with genai.Client(api_key="k", http_options={"base_url": gemini.url}) as client, pytest.raises(errors.ClientError):
        client.models.generate_content(model=_MODEL, contents="a")
    assert len(gemini.requests) == 1


def test_a_stream_renews_a_refused_token_too(new_vertex_client: Any, gemini: ScriptedGemini) -> None:
    gemini.fail(status=401)
    chunks = list(new_vertex_client(Counted()).models.generate_content_stream(model=_MODEL, contents="a"))
    assert chunks
    assert _tokens(gemini) == ["token-1", "token-2"]


@pytest.mark.parametrize("quota_project", [None, "billing"])
def test_the_quota_project_is_sent(new_vertex_client: Any, gemini: ScriptedGemini, quota_project: str | None) -> None:
    new_vertex_client(Counted(quota_project=quota_project)).models.generate_content(model=_MODEL, contents="a")
    assert gemini.last_request.headers.get("x-goog-user-project") == quota_project


def test_credentials_win_over_headers_that_say_the_same(new_vertex_client: Any, gemini: ScriptedGemini) -> None:
    """Release 1.51.0 does the same: a program that needs other headers passes other credentials."""
    headers = {"x-goog-user-project": "mine", "authorization": "Bearer mine"}
    client = new_vertex_client(Counted(quota_project="billing"), headers=headers)
    client.models.generate_content(model=_MODEL, contents="a")
    assert gemini.last_request.headers["x-goog-user-project"] == "billing"
    assert _tokens(gemini) == ["token-1"]


def test_credentials_that_fail_say_so_and_send_nothing(new_vertex_client: Any, gemini: ScriptedGemini) -> None:
    with pytest.raises(google.auth.exceptions.RefreshError, match="the account is gone"):
        new_vertex_client(Broken()).models.generate_content(model=_MODEL, contents="a")
    assert not gemini.requests


def test_default_credentials_are_looked_for_once_by_twenty_threads(
    gemini: ScriptedGemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str | None] = []
    credentials = Counted()

    def load_auth(*, project: str | None) -> tuple[Any, str]:
        time.sleep(0.05)
        found.append(project)
        return credentials, "p"

    monkeypatch.setattr("google.genai._api_client.load_auth", load_auth)
    options: Any = {"base_url": gemini.url}
    with genai.Client(vertexai=True, project="p", location="l", http_options=options) as client:
        assert found == []  # a client that is created but not used needs no credentials
        with ThreadPoolExecutor(20) as pool:
            list(pool.map(lambda _: client.models.generate_content(model=_MODEL, contents="a"), range(20)))
    assert found == ["p"]
    assert credentials.refreshes == 1


def test_missing_default_credentials_are_told_by_google_auth(
    new_vertex_client: Any, gemini: ScriptedGemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    def default(*, scopes: list[str]) -> Any:
        assert scopes == ["https://www.googleapis.com/auth/cloud-platform"]
        raise google.auth.exceptions.DefaultCredentialsError("no credentials on this machine")

    monkeypatch.setattr("google.auth.default", default)
    client = new_vertex_client(None)
    with pytest.raises(google.auth.exceptions.DefaultCredentialsError, match="no credentials on this machine"):
        client.models.generate_content(model=_MODEL, contents="a")
    assert not gemini.requests


def test_a_project_that_nobody_knows_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("google.auth.default", lambda *, scopes: (Counted(), None))
    with pytest.raises(ValueError, match="GOOGLE_CLOUD_PROJECT"):
        genai.Client(vertexai=True)


class OnlyToken:
    """Credentials of a program that have no more than `token`, `expired` and `refresh`."""

    def __init__(self, token: str | None, expired: bool) -> None:
        self.token = token
        self.expired = expired

    def refresh(self, request: object) -> None:
        self.token, self.expired = "new", False


@pytest.mark.parametrize(
    ("token", "expired", "sent"), [("old", False, "old"), ("old", True, "new"), (None, False, "new")]
)
async def test_credentials_may_have_only_a_token(
    new_vertex_client: Any, gemini: ScriptedGemini, token: str | None, expired: bool, sent: str
) -> None:
    client = new_vertex_client(OnlyToken(token, expired))
    client.models.generate_content(model=_MODEL, contents="a")
    async with client.aio:
        await client.aio.models.generate_content(model=_MODEL, contents="a")
    assert _tokens(gemini) == [sent, sent]


def test_a_token_is_not_sent_to_another_universe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "cloud.example")
    with (
        genai.Client(vertexai=True, project="p", location="l", credentials=Counted()) as client,
        pytest.raises(
            ValueError, match=r"GOOGLE_CLOUD_UNIVERSE_DOMAIN: expected 'googleapis.com'.*got 'cloud.example'"
        ),
    ):
        client.models.generate_content(model=_MODEL, contents="a")


def test_a_base_url_of_the_program_stays_in_any_universe(new_vertex_client: Any, gemini: ScriptedGemini) -> None:
    credentials = Counted()
    credentials._universe_domain = "cloud.example"
    new_vertex_client(credentials).models.generate_content(model=_MODEL, contents="a")
    assert _tokens(gemini) == ["token-1"]
