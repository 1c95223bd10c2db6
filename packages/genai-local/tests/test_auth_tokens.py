"""Auth tokens: their fields, their use and their expiry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import httpx2
import pytest

from genai_local.engines.scripted import ScriptedEngine
from genai_local.protocol.errors import ApiError
from genai_local.server import LocalServer
from genai_local.services.auth_tokens.store import AuthTokens

PATH = "/v1alpha/auth_tokens"
SETUP = {"model": "models/live", "generationConfig": {"temperature": 0.5, "responseModalities": ["AUDIO"]}}


def in_(seconds: float) -> str:
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat()


@pytest.fixture
def server(serve_engine) -> LocalServer:
    return serve_engine(ScriptedEngine())


@pytest.fixture
def http(server, no_tls) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.url, timeout=30, verify=no_tls) as client:
        yield client


@pytest.fixture
def create(http):
    def call(status: int = 200, **fields):
        response = http.post(PATH, json=fields)
        assert response.status_code == status, response.text
        return response.json()["name"] if status == 200 else response.json()["error"]["message"]

    return call


@pytest.fixture
def tokens(server) -> AuthTokens:
    """The tokens, as the Live service would use them."""
    return server.api.part(AuthTokens)


def refusal(call, *arguments) -> tuple[int, str]:
    with pytest.raises(ApiError) as caught:
        call(*arguments)
    return caught.value.code, caught.value.message


def test_a_token_allows_one_session_within_a_minute(server, http, create, tokens):
    name = http.post(PATH).json()["name"]  # also without a body
    assert name.startswith("auth_tokens/")
    assert tokens.begin_session(name, SETUP) == SETUP
    code, message = refusal(tokens.begin_session, name, SETUP)
    assert (code, "as many sessions" in message) == (401, True)
    late = create()
    server.api.clock.advance(60)
    assert refusal(tokens.begin_session, late, SETUP)[0] == 401
    tokens.check(late)  # a session that has begun can continue
    server.api.clock.advance(30 * 60)
    assert refusal(tokens.check, late) == (401, "The auth token has expired.")
    assert refusal(tokens.check, "auth_tokens/none")[0] == 401


def test_uses_and_times(server, create, tokens):
    name = create(uses=3, expireTime=in_(7200), newSessionExpireTime=in_(3600))
    server.api.clock.advance(3500)
    for _ in range(3):
        tokens.begin_session(name, SETUP)
    assert refusal(tokens.begin_session, name, SETUP)[0] == 401
    unlimited = create(uses=0, expireTime=in_(7200), newSessionExpireTime=in_(7100))
    for _ in range(5):
        tokens.begin_session(unlimited, SETUP)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"uses": -1}, "uses"),
        ({"expireTime": in_(-1)}, "expireTime"),
        ({"expireTime": in_(40 * 3600)}, "expireTime"),
        ({"expireTime": in_(10 * 3600), "newSessionExpireTime": in_(11 * 3600)}, "newSessionExpireTime"),
        ({"fieldMask": "model"}, "fieldMask"),
        ({"bidiGenerateContentSetup": SETUP, "fieldMask": "modell"}, "fieldMask"),
        ({"bidiGenerateContentSetup": SETUP, "fieldMask": "generationConfig.heat"}, "fieldMask"),
        ({"bidiGenerateContentSetup": SETUP, "fieldMask": "model.name"}, "fieldMask"),
        ({"bidiGenerateContentSetup": SETUP, "fieldMask": "model,"}, "fieldMask"),
    ],
)
def test_invalid_tokens(create, fields, path):
    assert create(400, **fields).startswith(f"{path}: ")


def test_unknown_fields(create):
    assert "Unknown name" in create(400, bidiGenerateContentSetup={"models": "x"})


def test_only_one_version_has_them(http):
    assert http.post("/v1beta/auth_tokens").status_code == http.post("/v1/auth_tokens").status_code == 404


def test_a_setup_without_a_mask_is_fixed_as_a_whole(create, tokens):
    name = create(uses=0, bidiGenerateContentSetup=SETUP)
    assert tokens.begin_session(name, {}) == SETUP
    assert tokens.begin_session(name, {"model": "models/live"}) == SETUP
    assert refusal(tokens.begin_session, name, {"model": "models/other"})[1].startswith("setup.model: ")
    assert refusal(tokens.begin_session, name, {"tools": []})[1].startswith("setup.tools: ")


def test_a_mask_selects_the_fixed_fields(create, tokens):
    mask = "model,generationConfig.temperature,generationConfig.top_k"
    name = create(uses=0, bidiGenerateContentSetup=SETUP, fieldMask=mask)
    own = {"generationConfig": {"topP": 0.3, "temperature": 0.5}, "systemInstruction": {"parts": [{"text": "x"}]}}
    assert tokens.begin_session(name, own) == {"model": "models/live", **own}
    for setup, path in (
        ({"model": "models/other"}, "setup.model"),
        ({"generationConfig": {"temperature": 0.6}}, "setup.generationConfig.temperature"),
        ({"generationConfig": {"topK": 3}}, "setup.generationConfig.topK"),
    ):
        assert refusal(tokens.begin_session, name, setup) == (400, f"{path}: is fixed by the auth token.")


def test_a_refused_session_does_not_count(create, tokens):
    name = create(bidiGenerateContentSetup=SETUP)
    refusal(tokens.begin_session, name, {"model": "models/other"})
    assert tokens.begin_session(name, {}) == SETUP


@pytest.mark.parametrize(
    "send",
    [
        lambda name: {"headers": {"x-goog-api-key": name}},
        lambda name: {"headers": {"authorization": f"Token {name}"}},
        lambda name: {"params": {"key": name}},
        lambda name: {"params": {"access_token": name}},
    ],
)
def test_ordinary_requests_with_a_token_are_refused(server, http, create, send):
    name = create()
    response = http.get("/v1beta/models", **send(name))
    assert response.status_code == 403
    assert "Live sessions only" in response.json()["error"]["message"]
    assert http.post(PATH, **send(name)).status_code == 403
    assert http.get("/v1beta/models", **send("auth_tokens/none")).status_code == 401
    server.api.clock.advance(30 * 60)
    assert http.get("/v1beta/models", **send(name)).status_code == 401


def test_tokens_are_kept(tmp_path):
    with LocalServer(ScriptedEngine(), data=tmp_path) as server:
        name = server.api.part(AuthTokens).create(
            expire_time=server.api.clock.now() + 60,
            new_session_expire_time=server.api.clock.now() + 60,
            uses=1,
            setup=None,
            locked=None,
        )
    with LocalServer(ScriptedEngine(), data=tmp_path) as server:
        assert server.api.part(AuthTokens).begin_session(name, {"model": "m"}) == {"model": "m"}
