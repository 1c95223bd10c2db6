"""The choice of a service, an API version, an address and a project, by arguments, options and the environment."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from google import genai
from google.genai import types
from google.genai._interactions import flows

from .conftest import StandingToken
from .interactions.service import Service, as_json

_ANSWER = {"candidates": [{"content": {"role": "model", "parts": [{"text": "hi"}]}, "finishReason": "STOP"}]}
_MODEL = "gemini-2.5-flash"


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    service.answers(as_json(_ANSWER))
    yield service
    service.close()


@pytest.mark.parametrize(
    ("variables", "arguments", "is_vertex"),
    [
        ({}, {"enterprise": True}, True),
        ({}, {"enterprise": False}, False),
        ({}, {"enterprise": True, "vertexai": True}, True),
        ({"ENTERPRISE": "true"}, {}, True),
        ({"ENTERPRISE": "1", "VERTEXAI": "false"}, {}, True),
        ({"ENTERPRISE": "false", "VERTEXAI": "true"}, {}, False),
        ({"ENTERPRISE": "", "VERTEXAI": "true"}, {}, True),
        ({"ENTERPRISE": "true"}, {"vertexai": False}, False),
        ({"ENTERPRISE": "false"}, {"enterprise": True}, True),
    ],
)
def test_the_service_is_chosen_by_either_name(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], arguments: Any, is_vertex: bool
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"GOOGLE_GENAI_USE_{name}", value)
    assert genai.Client(api_key="key", **arguments).vertexai is is_vertex


def test_two_names_with_different_values_are_refused() -> None:
    with pytest.raises(ValueError, match=r"Client\(enterprise=True, vertexai=False\)"):
        genai.Client(enterprise=True, vertexai=False, api_key="key")


def test_variables_that_differ_are_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_USE_ENTERPRISE", "true")
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "0")
    with caplog.at_level(logging.WARNING, "google_genai"):
        genai.Client(api_key="key")
    assert "GOOGLE_GENAI_USE_ENTERPRISE is used" in caplog.text


@pytest.mark.parametrize(
    ("variable", "options", "on_gemini", "on_vertex"),
    [
        (None, {}, "v1beta/", "v1beta1/"),
        ("", {}, "v1beta/", "v1beta1/"),
        ("beta", {}, "v1beta/", "v1beta1/"),
        ("v1", {}, "v1/", "v1/"),
        ("v1", {"api_version": "v7"}, "v7/", "v7/"),
        ("v1", {"api_version": ""}, "", ""),
    ],
)
def test_the_version_comes_from_options_then_environment(
    monkeypatch: pytest.MonkeyPatch,
    service: Service,
    variable: str | None,
    options: Any,
    on_gemini: str,
    on_vertex: str,
) -> None:
    if variable is not None:
        monkeypatch.setenv("GOOGLE_GENAI_API_VERSION", variable)
    http_options: Any = {"base_url": service.url, **options}
    for is_vertex, path in ((False, f"/{on_gemini}models"), (True, f"/{on_vertex}publishers/google/models")):
        client = genai.Client(enterprise=is_vertex, api_key="key", http_options=http_options)
        with client:
            client.models.generate_content(model=_MODEL, contents="a")
        assert service.asked[-1].path == f"{path}/{_MODEL}:generateContent"


def _on_gemini(_: StandingToken) -> dict[str, Any]:
    return {"api_key": "key"}


def _with_a_project(token: StandingToken) -> dict[str, Any]:
    return {"enterprise": True, "project": "p1", "location": "l1", "credentials": token}


def _with_nothing(_: StandingToken) -> dict[str, Any]:
    return {"enterprise": True}


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (_on_gemini, f"/base/models/{_MODEL}:generateContent"),
        (_with_a_project, f"/base/publishers/google/models/{_MODEL}:generateContent"),
        (_with_nothing, f"/base/publishers/google/models/{_MODEL}:generateContent"),
    ],
)
@pytest.mark.parametrize("on_call", [False, True])
async def test_a_collection_is_followed_by_the_path_of_the_resource(
    service: Service, standing_token: StandingToken, call: Callable[..., Any], arguments: Any, path: str, on_call: bool
) -> None:
    options = types.HttpOptions(base_url=f"{service.url}/base", api_version="v1")
    collection = options.model_copy(update={"base_url_resource_scope": types.ResourceScope.COLLECTION})
    client = genai.Client(**arguments(standing_token), http_options=options if on_call else collection)
    config = types.GenerateContentConfig(http_options=collection if on_call else None)
    await call(client, "models.generate_content", model=_MODEL, contents="a", config=config)
    client.close()
    await client.aio.aclose()
    assert service.asked[-1].path == path
    assert ("authorization" in service.asked[-1].headers) is (arguments is _with_a_project)


@pytest.mark.parametrize(
    ("options", "own", "path"),
    [
        ({}, None, "/upload/v1beta/files"),
        ({"api_version": "v7"}, None, "/upload/v7/files"),
        ({"api_version": "v7"}, {"api_version": "v9"}, "/upload/v9/files"),
        ({"api_version": ""}, None, "/upload/files"),
        ({"base_url_resource_scope": "COLLECTION"}, None, "/upload/files"),
    ],
)
async def test_uploads_have_the_version_in_their_path(
    service: Service, call: Callable[..., Any], options: dict[str, Any], own: Any, path: str
) -> None:
    service.answers(
        as_json({}, headers={"X-Goog-Upload-URL": f"{service.url}/session"}),
        as_json({"file": {"name": "files/a"}}, headers={"X-Goog-Upload-Status": "final"}),
    )
    client = genai.Client(api_key="key", http_options=types.HttpOptions(base_url=service.url, **options))
    config = types.UploadFileConfig(mime_type="text/plain", http_options=own)
    await call(client, "files.upload", file=io.BytesIO(b"1"), config=config)
    client.close()
    await client.aio.aclose()
    assert [request.target for request in service.server.requests] == [path, "/session"]


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("m", "publishers/google/models/m"),
        ("meta/llama", "publishers/meta/models/llama"),
        ("models/m", "projects/p1/locations/l1/models/m"),
        ("projects/p2/locations/l2/models/m", "projects/p2/locations/l2/models/m"),
    ],
)
def test_models_of_publishers_are_read_without_the_project(
    service: Service, standing_token: StandingToken, model: str, path: str
) -> None:
    options = types.HttpOptions(base_url=service.url)
    with genai.Client(**_with_a_project(standing_token), http_options=options) as client:
        client.models.get(model=model)
    assert service.asked[-1].path == f"/v1beta1/{path}"


def test_a_scope_needs_a_base_url() -> None:
    with pytest.raises(ValueError, match=r"http_options\.base_url_resource_scope: expected a base_url"):
        genai.Client(api_key="key", http_options=types.HttpOptions(base_url_resource_scope="COLLECTION"))


@pytest.mark.parametrize(
    ("own", "quota_project", "sent"), [(None, None, "up"), ("own", None, "own"), (None, "quota", "quota")]
)
def test_the_user_project_of_the_environment_is_named(
    monkeypatch: pytest.MonkeyPatch,
    service: Service,
    standing_token: StandingToken,
    own: str | None,
    quota_project: str | None,
    sent: str,
) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_USER_PROJECT", "up")
    monkeypatch.setattr(flows, "_has_warned", True)
    token: Any = standing_token
    token._quota_project_id = quota_project
    options = types.HttpOptions(base_url=service.url, headers={"X-Goog-User-Project": own} if own else None)
    with genai.Client(**_with_a_project(token), http_options=options) as client:
        service.answers({"id": "v1_a", "status": "completed"})
        client.interactions.create(model=_MODEL, input="a")
        service.answers(_ANSWER)
        client.models.generate_content(model=_MODEL, contents="a")
    interaction, other = service.asked
    assert interaction.headers["x-goog-user-project"] == sent
    assert other.headers.get("x-goog-user-project") == (None if sent == "up" else sent)
