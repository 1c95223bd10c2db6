"""The address that a client calls, and its credentials: each case of `clients.json`, blocking and async."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from google import genai
from google.genai.client import BaseApiClient

from .conftest import StandingToken

_CASES = json.loads((Path(__file__).parent / "clients.json").read_text())["cases"]
_REPLY = {"candidates": []}


@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize("case", _CASES, ids=lambda case: case["id"])
async def test_arguments_and_environment_decide(
    case: dict[str, Any], colour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in case["environment"].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(
        "google.genai._api_client.load_auth", lambda *, project: (StandingToken(), project or "adc-project")
    )
    expected = case["expected"]
    if "error" in expected:
        with pytest.raises(ValueError) as raised:  # noqa: PT011
            _client(case["arguments"], {})
        for name in expected["error"]:
            assert f"{name}=" in str(raised.value)
        return
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=_REPLY)

    if colour == "sync":
        with httpx.Client(transport=httpx.MockTransport(answer)) as own:
            client = _client(case["arguments"], {"httpx_client": own})
            client.models.generate_content(model="m", contents="a")
    else:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as own_async:
            client = _client(case["arguments"], {"httpx_async_client": own_async})
            await client.aio.models.generate_content(model="m", contents="a")
    assert len(seen) == 1
    sent = {"key": seen[0].headers.get("x-goog-api-key"), "token": seen[0].headers.get("authorization")}
    assert str(seen[0].url).rstrip("/") == expected["calls"].rstrip("/")
    assert {name: value for name, value in sent.items() if value is not None} == expected["sends"]
    assert bool(client.vertexai) is expected["vertexai"]


def _client(arguments: dict[str, Any], options: dict[str, Any]) -> genai.Client:
    given = dict(arguments)
    if given.get("credentials"):
        given["credentials"] = StandingToken()
    given["http_options"] = {**given.get("http_options", {}), **options}
    return genai.Client(**given)


def test_ids_are_unique() -> None:
    ids = [case["id"] for case in _CASES]
    assert len(ids) == len(set(ids))
    assert len(ids) >= 100


def test_both_keys_in_the_environment_are_worth_a_word(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "first")
    monkeypatch.setenv("GEMINI_API_KEY", "second")
    client = genai.Client()
    assert client._api_client.api_key == "first"
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "GOOGLE_API_KEY" in caplog.text
    assert "first" not in caplog.text
    assert "second" not in caplog.text


def test_default_base_urls_stand_between_option_and_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    from google.genai._base_url import get_base_url, set_default_base_urls

    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "https://environment.example/")
    set_default_base_urls("https://program.example/", "https://vertex.example/")
    try:
        assert get_base_url(False) == "https://program.example/"
        assert get_base_url(True) == "https://vertex.example/"
        assert _base_url(genai.Client(api_key="k")) == "https://program.example/"
        option = {"base_url": "https://option.example/"}
        assert _base_url(genai.Client(api_key="k", http_options=option)) == "https://option.example/"
    finally:
        set_default_base_urls(None, None)
    assert _base_url(genai.Client(api_key="k")) == "https://environment.example/"


def _base_url(client: genai.Client) -> str | None:
    api_client: BaseApiClient = client._api_client
    return api_client._http_options.base_url
