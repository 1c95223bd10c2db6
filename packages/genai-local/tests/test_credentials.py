"""Credentials over HTTP: secrets are stored, changed and never returned."""

from __future__ import annotations

import json

import httpx2
import pytest

from genai_local.engines.scripted import ScriptedEngine
from genai_local.state.records import Place

from .interacting import refused

PATHS = ["/v1beta", "/v1", "/v1beta1/projects/p/locations/l", "/v1beta1"]
PATH = "/v1beta/credentials"
SECRET = "do-not-show"
BODIES = [
    {"type": "bearer_token", "id": "mine", "token": SECRET, "header_name": "x-key", "prefix": "Token"},
    {
        "type": "oauth2",
        "id": "mine",
        "client_id": "c",
        "client_secret": SECRET,
        "refresh_token": SECRET,
        "token_url": "https://example.com/token",
        "scopes": ["a"],
    },
    {
        "type": "environment_variable",
        "id": "mine",
        "injection_location": ["header", "query"],
        "value": SECRET,
        "trusted_domains": ["example.com"],
    },
]


@pytest.mark.parametrize("base", PATHS)
@pytest.mark.parametrize("body", BODIES, ids=[body["type"] for body in BODIES])
def test_a_credential(http, base, body):
    path = f"{base}/credentials"
    made = http.post(path, json=body)
    assert made.status_code == 200, made.text
    assert made.json().keys() == {"id", "type", "status", "create_time", "update_time"}
    assert (made.json()["id"], made.json()["type"], made.json()["status"]) == ("mine", body["type"], "active")
    replies = [made, http.get(f"{path}/mine"), http.get(path)]
    assert replies[1].json() == made.json()
    assert replies[2].json() == {"credentials": [made.json()]}
    replies.append(http.post(path, json=body))
    assert "exists already" in refused(replies[-1], 409, "already_exists")
    assert not any(SECRET in reply.text for reply in replies)
    assert http.delete(f"{path}/mine").json() == {}
    refused(http.get(f"{path}/mine"), 404, "not_found")


def test_changes(http, gemini):
    http.post(PATH, json=BODIES[0])

    def stored() -> dict:
        record = gemini._server.api.records.find("credentials", Place("gemini", ""), "mine")
        return record.secret

    change = {"type": "bearer_token", "token": "new", "prefix": "Bearer"}
    assert http.patch(f"{PATH}/mine?update_mask=token", json=change).status_code == 200
    assert (stored()["token"], stored()["prefix"]) == ("new", "Token")
    assert http.patch(f"{PATH}/mine", json=change).status_code == 200
    assert (stored()["token"], stored()["prefix"], stored()["header_name"]) == ("new", "Bearer", "x-key")
    message = refused(http.patch(f"{PATH}/mine", json={"type": "oauth2", "client_id": "x"}))
    assert message == "type: expected bearer_token, the type of this credential, not oauth2."
    message = refused(http.patch(f"{PATH}/mine?update_mask=token", json={"type": "bearer_token"}))
    assert message.startswith("update_mask: 'token' is not among the fields")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"id": "a b"}, "id: expected up to 63 letters"),
        ({"type": "password"}, "Invalid value at 'type' (expected environment_variable"),
        ({"type": None}, "Invalid value at 'type': it is missing"),
        ({"token": None}, "Invalid value at 'token': the field is required"),
        ({"token": "x" * 70_000}, "token: has more than 65536 characters"),
        ({"client_id": "x"}, 'Unknown name "client_id"'),
    ],
)
def test_refused_credentials(http, change, problem):
    assert problem in refused(http.post(PATH, json={**BODIES[0], **change}))


def test_a_token_url(http):
    assert refused(http.post(PATH, json={**BODIES[1], "token_url": "x"})).startswith("token_url: expected a URL")


def test_credentials_survive_a_restart(serve_engine, no_tls, tmp_path):
    server = serve_engine(ScriptedEngine(), data=tmp_path)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        made = http.post(PATH, json=BODIES[0]).json()
    server.stop()
    assert (tmp_path / "state.sqlite").stat().st_mode & 0o077 == 0
    server = serve_engine(ScriptedEngine(), data=tmp_path)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        assert json.loads(http.get(f"{PATH}/mine").text) == made
