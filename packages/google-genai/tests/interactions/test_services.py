"""Agents, credentials, decisions and the other small services: requests, replies, and refusals before a request."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pydantic
import pytest

from google import genai
from google.genai import (
    agents,
    credentials,
    decisions,
    environments,
    errors,
    hooks,
    interactions,
    triggers,
    voices,
    webhooks,
)
from google.genai.client import DebugConfig

from ..transport.drivers import KEY
from .conftest import Caller
from .service import Service, as_json, refusal

Call = tuple[str, tuple[Any, ...], dict[str, Any]]
_TURN = {"agent": "a", "input": "Hi"}
_QUESTION = {"type": "noul", "instructions": "It is late."}

SENT: list[tuple[Call, str, str, dict[str, str], Any]] = [
    (("agents.list", (), {"page_size": 2, "page_token": "t", "parent": "p"}), "GET", "agents", {"page_size": "2", "page_token": "t", "parent": "p"}, None),
    (("agents.create", (), {"id": "a", "tools": [{"type": "google_search"}], "base_environment": {"type": "remote", "env": {"A": "b"}}}), "POST", "agents", {}, {"id": "a", "tools": [{"type": "google_search"}], "base_environment": {"type": "remote", "env": {"A": "b"}}}),
    (("agents.create", (), {}), "POST", "agents", {}, {}),
    (("agents.get", ("my-agent",), {}), "GET", "agents/my-agent", {}, None),
    (("agents.get", ("agents/my-agent",), {}), "GET", "agents/my-agent", {}, None),
    (("agents.delete", ("a",), {}), "DELETE", "agents/a", {}, None),
    (("credentials.list", (), {}), "GET", "credentials", {}, None),
    (("credentials.create", (), {"type_": "bearer_token", "id": "i", "token": "t"}), "POST", "credentials", {}, {"type": "bearer_token", "id": "i", "token": "t"}),
    (("credentials.create", (), {"type": "environment_variable", "id": "i", "value": "v", "injection_location": ["header", "query"]}), "POST", "credentials", {}, {"type": "environment_variable", "id": "i", "value": "v", "injection_location": ["header", "query"]}),
    (("credentials.create", (), {"request": {"body": {"type": "bearer_token", "id": "i", "token": "t"}}}), "POST", "credentials", {}, {"type": "bearer_token", "id": "i", "token": "t"}),
    (("credentials.create", (), {"request": interactions.CreateCredentialRequest(body=credentials.HTTPBearerConfig(id="i", token="t"))}), "POST", "credentials", {}, {"type": "bearer_token", "id": "i", "token": "t"}),
    (("credentials.update", ("i",), {"type_": "oauth2", "client_secret": "s", "update_mask": "client_secret"}), "PATCH", "credentials/i", {"update_mask": "client_secret"}, {"type": "oauth2", "client_secret": "s"}),
    (("credentials.update", ("i",), {"request": {"id": "i", "body": {"type": "bearer_token", "token": "n"}, "update_mask": "token"}}), "PATCH", "credentials/i", {"update_mask": "token"}, {"type": "bearer_token", "token": "n"}),
    (("credentials.get", ("i",), {}), "GET", "credentials/i", {}, None),
    (("credentials.delete", ("i",), {}), "DELETE", "credentials/i", {}, None),
    (("decisions.create", (), {"model": "m", "input": "text", "questions": {"late": _QUESTION}}), "POST", "decisions", {}, {"model": "m", "input": "text", "questions": {"late": _QUESTION}}),
    (("decisions.create", (), {"model": "m", "input": [interactions.TextContent(text="t")], "questions": {"q": decisions.ScoreQuestion(instructions=[{"type": "text", "text": "s"}], criteria=["bad", "good"])}}), "POST", "decisions", {}, {"model": "m", "input": [{"type": "text", "text": "t"}], "questions": {"q": {"type": "score", "instructions": [{"type": "text", "text": "s"}], "criteria": ["bad", "good"]}}}),
    (("environments.list_environments", (), {"mode": "on_demand", "page_size": 1}), "GET", "environments", {"mode": "on_demand", "page_size": "1"}, None),
    (("environments.create_environment", (), {"network": "disabled", "sources": [{"type": "inline", "content": "c"}], "custom_config": {"a_b": 1}}), "POST", "environments", {}, {"network": "disabled", "sources": [{"type": "inline", "content": "c"}], "custom_config": {"a_b": 1}}),
    (("environments.create", (), {"network": {"allowlist": [{"domain": "example.com"}]}}), "POST", "environments", {}, {"network": {"allowlist": [{"domain": "example.com"}]}}),
    (("environments.get_environment", ("e",), {}), "GET", "environments/e", {}, None),
    (("environments.delete", ("environments/e",), {}), "DELETE", "environments/e", {}, None),
    (("environments.files.list", ("e", "a/b c"), {"recursive": True}), "GET", "environments/e/files/a/b%20c", {"recursive": "true"}, None),
    (("triggers.list", (), {"filter_": "f"}), "GET", "triggers", {"filter": "f"}, None),
    (("triggers.create", (), {"interaction": _TURN, "schedule": "0 8 * * *", "time_zone": "UTC", "max_consecutive_failures": 3}), "POST", "triggers", {}, {"interaction": _TURN, "schedule": "0 8 * * *", "time_zone": "UTC", "max_consecutive_failures": 3}),
    (("triggers.get", ("t",), {}), "GET", "triggers/t", {}, None),
    (("triggers.update", ("t",), {"status": "paused"}), "PATCH", "triggers/t", {}, {"status": "paused"}),
    (("triggers.delete", ("t",), {}), "DELETE", "triggers/t", {}, None),
    (("triggers.list_executions", ("t",), {"page_size": 5}), "GET", "triggers/t/executions", {"page_size": "5"}, None),
    (("triggers.run", ("t",), {}), "POST", "triggers/t/executions", {}, None),
    (("voices.list", (), {"accent": ["a", "b"], "contexts": ("c",), "type_": ["prompted"], "search": "s"}), "GET", "voices", {"accent": "b", "context": "c", "type": "prompted", "search": "s"}, None),
    (("voices.create", (), {"voice": {"type": "prompted", "prompted": {"input": "calm"}, "sample_audio": {"data": b"AAAA", "mime_type": "audio/wav"}}, "store": True}), "POST", "voices", {}, {"voice": {"type": "prompted", "prompted": {"input": "calm"}, "sample_audio": {"data": "AAAA", "mime_type": "audio/wav"}}, "store": True}),
    (("voices.get", ("v",), {}), "GET", "voices/v", {}, None),
    (("voices.delete", ("v",), {}), "DELETE", "voices/v", {}, None),
    (("webhooks.list", (), {}), "GET", "webhooks", {}, None),
    (("webhooks.create", (), {"uri": "https://example.com", "subscribed_events": ["batch.succeeded"]}), "POST", "webhooks", {}, {"uri": "https://example.com", "subscribed_events": ["batch.succeeded"]}),
    (("webhooks.get", ("w",), {}), "GET", "webhooks/w", {}, None),
    (("webhooks.update", ("w",), {"state": "disabled", "update_mask": "state"}), "PATCH", "webhooks/w", {"update_mask": "state"}, {"state": "disabled"}),
    (("webhooks.delete", ("w",), {}), "DELETE", "webhooks/w", {}, None),
    (("webhooks.ping", ("w",), {}), "POST", "webhooks/w:ping", {}, None),
    (("webhooks.ping", ("w",), {"body": {}}), "POST", "webhooks/w:ping", {}, {}),
    (("webhooks.rotate_signing_secret", ("w",), {"revocation_behavior": "revoke_previous_secrets_immediately"}), "POST", "webhooks/w:rotateSigningSecret", {}, {"revocation_behavior": "revoke_previous_secrets_immediately"}),
    (("webhooks.rotate_signing_secret", ("w",), {}), "POST", "webhooks/w:rotateSigningSecret", {}, {}),
    (("interactions.auth_tokens.create", ("i",), {"expire_time": datetime(2026, 1, 2, tzinfo=timezone.utc)}), "POST", "interactions/i/auth_tokens", {}, {"expire_time": "2026-01-02T00:00:00Z"}),
    (("interactions.auth_tokens.delete", ("i", "auth_tokens/x"), {}), "DELETE", "interactions/i/auth_tokens/x", {}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "verb", "path", "query", "body"), SENT, ids=[f"{at}-{row[0][0]}" for at, row in enumerate(SENT)]
)
def test_request(
    caller: Caller, service: Service, call: Call, verb: str, path: str, query: dict[str, str], body: Any
) -> None:
    method, arguments, options = call
    service.answers({})
    caller.result(method, *arguments, **options)
    (asked,) = service.asked
    assert (asked.method, asked.path) == (verb, f"/v1beta/{path}")
    assert (asked.query, asked.body) == (query, body)
    assert asked.headers["accept"] == "application/json"


def test_each_value_of_a_list_is_one_query_parameter(client: genai.Client, service: Service) -> None:
    service.answers({})
    client.voices.list(accent=iter(["a", "b"]), gender="female")  # type: ignore[arg-type]
    assert service.server.requests[0].target == "/v1beta/voices?accent=a&accent=b&gender=female"


# Replies

REPLIES: list[tuple[str, tuple[Any, ...], dict[str, Any], type]] = [
    ("agents.get", ("a",), {"id": "a", "tools": [{"type": "google_search"}, {"type": "new"}]}, agents.Agent),
    ("agents.list", (), {"agents": [{"id": "a"}], "next_page_token": "t"}, agents.AgentListResponse),
    ("agents.delete", ("a",), {}, agents.AgentDeleteResponse),
    ("credentials.get", ("c",), {"id": "c", "status": "active", "type": "oauth2", "create_time": "2026-01-02T03:04:05Z"}, credentials.Credential),
    ("environments.get", ("e",), {"id": "e", "status": "active", "network": "disabled", "size_bytes": 5}, environments.Environment),
    ("environments.list", (), {"environments": [{"id": "e"}]}, environments.EnvironmentListResponse),
    ("environments.files.list", ("e", ""), {"files": [{"path": "/a", "type": "file", "size_bytes": 3}]}, environments.GetEnvironmentFilesResponse),
    ("triggers.get", ("t",), {"id": "t", "interaction": {"agent": "a"}, "schedule": "s", "time_zone": "UTC"}, triggers.Trigger),
    ("triggers.run", ("t",), {"id": "x", "trigger_id": "t", "status": "in_progress"}, triggers.TriggerExecution),
    ("voices.get", ("v",), {"type": "prebuilt", "id": "v", "pitch": "low"}, voices.Voice),
    ("voices.delete", ("v",), {}, voices.VoiceDeleteResponse),
    ("webhooks.get", ("w",), {"subscribed_events": ["batch.succeeded"], "uri": "u", "id": "w"}, webhooks.Webhook),
    ("webhooks.rotate_signing_secret", ("w",), {"secret": "s"}, webhooks.WebhookRotateSigningSecretResponse),
    ("interactions.auth_tokens.create", ("i",), {"auth_token": "auth_tokens/x"}, interactions.InteractionAuthToken),
]  # fmt: skip


@pytest.mark.parametrize(("method", "arguments", "reply", "cls"), REPLIES, ids=[row[0] for row in REPLIES])
def test_reply(
    caller: Caller, service: Service, method: str, arguments: tuple[Any, ...], reply: dict[str, Any], cls: type
) -> None:
    service.answers(reply)
    found = caller.result(method, *arguments)
    assert type(found) is cls
    assert {name: value for name, value in found.model_dump(mode="json").items() if value is not None} == reply
    assert json.loads(found.sdk_http_response.raw) == reply
    assert found == cls.model_validate(reply)


def test_answers_of_decisions_have_their_own_classes(client: genai.Client, service: Service) -> None:
    choice = {"type": "choice", "choice": "a", "confidence": 0.5, "probabilities": {"a": 1.0}}
    new = {"type": "new_kind", "x": 1}
    service.answers({"answers": {"q": choice, "n": new}, "usage": {"total_tokens": 3}})
    response = client.decisions.create(model="m", input="i", questions={"q": _QUESTION})  # type: ignore[dict-item]
    assert response.answers is not None
    assert isinstance(response.answers["q"], decisions.ChoiceAnswer)
    assert type(response.answers["n"]).__name__ == "UnknownAnswer"
    assert response.model_dump()["answers"] == {"q": choice, "n": new}


def test_an_incomplete_reply_is_read_as_far_as_it_fits(client: genai.Client, service: Service) -> None:
    service.answers({"id": "w", "subscribed_events": "one", "new": [1]})
    webhook = client.webhooks.get("w")
    assert (webhook.id, webhook.uri, webhook.subscribed_events) == ("w", None, "one")
    assert webhook.model_dump()["new"] == [1]


@pytest.mark.parametrize("body", [b"[]", b"text", b'"a"'])
def test_a_reply_that_is_no_object_is_an_error(caller: Caller, service: Service, body: bytes) -> None:
    service.answers(lambda peer, _: peer.reply(200, body))
    with pytest.raises(errors.InvalidResponseError, match=r"not the reply of agents.get"):
        caller.result("agents.get", "a")


def test_an_error_in_a_successful_reply_is_raised(client: genai.Client, service: Service) -> None:
    service.answers({"error": {"code": 404, "message": "no"}})
    with pytest.raises(interactions.NotFoundError):
        client.agents.get("a")


def test_an_empty_reply_is_an_empty_object(client: genai.Client, service: Service) -> None:
    service.answers(lambda peer, _: peer.reply(200, b""))
    assert client.triggers.delete("t") == interactions.Empty()


# Errors, retries, settings


@pytest.mark.parametrize(
    ("status", "name"), [(400, "BadRequestError"), (404, "NotFoundError"), (403, "PermissionDeniedError")]
)
def test_a_refusal_is_an_error_of_its_kind(caller: Caller, service: Service, status: int, name: str) -> None:
    service.answers(refusal(status))
    error = caller.call("webhooks.get", "w").failure(errors.ClientError)
    assert type(error).__name__ == name
    assert len(service.asked) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_call_is_repeated_up_to_four_times(caller: Caller, service: Service, status: int) -> None:
    service.answers(*[refusal(status)] * 4, as_json({"id": "a"}))
    assert caller.result("agents.create", id="a").id == "a"
    assert len(service.asked) == 5
    assert len({str(asked.body) for asked in service.asked}) == 1


def test_retries_are_bounded(caller: Caller, service: Service) -> None:
    service.answers(refusal(500))
    error = caller.call("agents.list").failure(errors.ServerError)
    assert (len(service.asked), error.attempts) == (5, 5)


def test_settings_of_one_call(caller: Caller, service: Service) -> None:
    service.answers({})
    caller.result(
        "agents.create",
        id="a",
        api_version="v9",
        extra_headers={"X-Own": "1", "Accept": "text/plain"},
        extra_query={"q": [1, True]},
        extra_body={"new_field": {"a": 1}},
        timeout=7.2,
    )
    (asked,) = service.asked
    assert (asked.path, asked.query, asked.body) == ("/v9/agents", {"q": "true"}, {"id": "a", "new_field": {"a": 1}})
    assert (asked.headers["x-own"], asked.headers["accept"]) == ("1", "text/plain")
    assert asked.headers["x-server-timeout"] == "8"


def test_the_project_of_the_environment_is_named(
    new_client: Callable[..., genai.Client], service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_USER_PROJECT", "bills-here")
    service.answers({})
    new_client().voices.list()
    new_client(headers={"X-Goog-User-Project": "own"}).voices.list()
    new_client().voices.list(extra_headers={"x-goog-user-project": "call"})
    monkeypatch.delenv("GOOGLE_GENAI_USER_PROJECT")
    new_client().voices.list()
    found = [asked.headers.get("x-goog-user-project") for asked in service.asked]
    assert found == ["bills-here", "own", "call", None]


def test_raw_responses(caller: Caller, service: Service) -> None:
    service.answers(as_json({"id": "a"}, headers={"x-request-id": "r1"}))
    raw = caller.result("agents.with_raw_response.get", "a")
    assert (raw.status_code, raw.request_id, raw.json(), raw.parse().id) == (200, "r1", {"id": "a"}, "a")


def test_raw_responses_have_the_methods_with_replies(client: genai.Client) -> None:
    names = "list list_environments create create_environment get get_environment delete delete_environment".split()
    assert dir(client.environments.with_raw_response) == sorted(names)
    assert dir(client.environments.files.with_raw_response) == ["list"]
    assert dir(client.aio.interactions.with_raw_response) == dir(client.interactions.with_raw_response)
    with pytest.raises(AttributeError, match=r"files.with_raw_response has no method 'upload'; it has list"):
        _ = client.environments.files.with_raw_response.upload


# Vertex AI


@pytest.fixture
def vertex(service: Service) -> genai.Client:
    from google.oauth2.credentials import Credentials

    return genai.Client(
        vertexai=True,
        project="p",
        location="l",
        credentials=Credentials(token="t"),
        http_options={"base_url": service.url},
    )


def test_paths_on_vertex(vertex: genai.Client, service: Service) -> None:
    service.answers({})
    vertex.agents.list(page_size=1)
    vertex.webhooks.ping("w", api_version="v9")
    paths = [asked.path for asked in service.asked]
    assert paths == ["/v1beta1/projects/p/locations/l/agents", "/v9/projects/p/locations/l/webhooks/w:ping"]
    vertex.close()


def test_tokens_and_connections_are_refused_on_vertex(vertex: genai.Client, service: Service) -> None:
    with pytest.raises(ValueError, match=r"interactions.auth_tokens.create is not offered by Vertex AI"):
        vertex.interactions.auth_tokens.create("i")
    with pytest.raises(ValueError, match=r"interactions.connect is not offered by Vertex AI"):
        vertex.aio.interactions.connect("i")
    assert service.asked == []
    vertex.close()


# Refusals before a request


@pytest.mark.parametrize("id", ["", "a/b", "..", ".", "a?b", "a#b", "a b", "a%2fb", "agents/", "agents/a/b", None, 5])
def test_an_id_that_would_address_another_resource_is_refused(caller: Caller, service: Service, id: Any) -> None:
    with pytest.raises(ValueError, match=r"agents.get: id: expected an id"):
        caller.result("agents.get", id)
    assert service.asked == []


@pytest.mark.parametrize("path", ["a/../b", "..", "./a", "a\nb", None])
def test_a_path_that_would_leave_the_environment_is_refused(caller: Caller, service: Service, path: Any) -> None:
    with pytest.raises(ValueError, match=r"environments.files.list: path"):
        caller.result("environments.files.list", "e", path)
    assert service.asked == []


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        ("agents.create", {"tools": 5}, "tools"),
        ("triggers.create", {"interaction": {"input": "x"}, "schedule": "s", "time_zone": "z"}, "interaction.agent"),
        ("triggers.create", {"interaction": 5, "schedule": "s", "time_zone": "z"}, "interaction"),
        ("voices.create", {"voice": {"type": "prompted", "prompted": {}}}, "voice.prompted.input"),
        ("decisions.create", {"model": "m", "input": "i", "questions": {"q": {}}}, "questions.q"),
        ("webhooks.create", {"uri": 5, "subscribed_events": []}, "uri"),
        ("credentials.create", {}, "Expected an object with 'type'"),
        ("credentials.create", {"type": "bearer_token", "id": "i"}, "credentials.create: token"),
        ("agents.list", {"timeout": -1}, "timeout"),
    ],
)
def test_an_invalid_argument_is_refused_with_its_path(
    caller: Caller, service: Service, method: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        caller.result(method, **options)
    assert service.asked == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"type": "bearer_token", "id": "i", "tokn": "t", "token": "t"},
            "unexpected argument 'tokn'; did you mean 'token'",
        ),
        ({"request": {"body": {"type": "x"}}, "id": "i"}, "either request or the fields one by one"),
        ({"request": {"id": "i"}}, "request.body: expected the fields"),
        ({"request": 5}, "request.body: expected the fields"),
        ({"request": {"body": 5}}, "request.body: expected an object or a dict, got int"),
    ],
)
def test_a_wrong_argument_of_credentials_is_refused(
    caller: Caller, service: Service, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        caller.result("credentials.create", **options)
    assert service.asked == []


def test_errors_about_credentials_do_not_show_them(client: genai.Client, service: Service) -> None:
    with pytest.raises(ValueError, match="token_url") as raised:
        client.credentials.create(
            request={"body": {"type": "oauth2", "client_secret": "very-secret", "refresh_token": "also-secret"}}  # type: ignore[arg-type, typeddict-item]
        )
    assert "secret" not in str(raised.value).replace("client_secret", "")
    assert not isinstance(raised.value, pydantic.ValidationError)
    assert service.asked == []


# Hooks and objects


def test_hooks_see_the_operation_without_secrets(client: genai.Client, service: Service) -> None:
    seen: list[Any] = []

    @client.hooks.on(hooks.OperationStarted)
    def _(event: hooks.OperationStarted) -> None:
        seen.append((event.operation.name, dict(event.operation.arguments)))

    service.answers({"id": "a"})
    client.agents.get("a")
    client.credentials.create(type_="bearer_token", id="i", token="secret")
    client.interactions.auth_tokens.delete("i", "secret")
    assert seen == [
        ("agents.get", {"id": "a"}),
        ("credentials.create", {"type_": "bearer_token", "id": "i"}),
        ("interactions.auth_tokens.delete", {"interaction_id": "i"}),
    ]
    with pytest.raises(ValueError, match="auth_token: expected an id") as raised:
        client.interactions.auth_tokens.delete("i", "sec ret")
    assert "sec ret" not in str(raised.value)


def test_recordings_contain_no_secrets_and_can_be_replayed(service: Service, tmp_path: Path) -> None:
    def run(mode: str) -> tuple[Any, Any]:
        debug = DebugConfig(client_mode=mode, replay_id="services", replays_directory=str(tmp_path))
        options = {"base_url": service.url}
        with genai.Client(api_key=KEY, debug_config=debug, http_options=options) as client:  # type: ignore[arg-type]
            made = client.credentials.create(
                type_="environment_variable", id="i", value="canary-1", injection_location="header"
            )
            client.credentials.update("i", type_="bearer_token", token="canary-2")
            webhook = client.webhooks.create(uri="https://example.com", subscribed_events=["video.generated"])
            return made, webhook

    hook = {"id": "w", "uri": "u", "subscribed_events": [], "new_signing_secret": "whsec_canary"}
    service.answers({"id": "i"}, {"id": "i"}, hook)
    run("record")
    assert len(service.asked) == 3
    written = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert "credentials" in written
    assert "canary" not in written
    made, webhook = run("replay")
    assert (made.id, webhook.id, len(service.asked)) == ("i", "w", 3)


def test_the_noun_of_files_is_one_object(client: genai.Client) -> None:
    assert client.environments.files is client.environments.files
    assert client.aio.environments.files is client.aio.environments.files
    assert client.interactions.auth_tokens is client.interactions.auth_tokens


def test_the_key_is_sent_and_not_shown(client: genai.Client, service: Service) -> None:
    service.answers(refusal(403, f"key {KEY}"))
    with pytest.raises(interactions.PermissionDeniedError):
        client.agents.list()
    assert service.asked[0].headers["x-goog-api-key"] == KEY
    assert KEY not in service.asked[0].path
