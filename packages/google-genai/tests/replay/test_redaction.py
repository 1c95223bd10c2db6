"""Secrets: none of them is in a file, wherever it occurs, and a recording fits clients with other ones."""

from __future__ import annotations

import io
import json
import re
import string
from pathlib import Path
from typing import Any
from urllib.parse import quote

import hypothesis
import pytest
from hypothesis import strategies as st

from google import genai
from google.genai._replay import matching, redaction
from google.genai._replay.redaction import Redactor

from ..conftest import StandingToken
from .conftest import MODEL, Recorded

_WORD = string.ascii_letters + string.digits
KEY = "AIzaSyB1234567890abcdefghijklmnopqrstuv"
SECRETS = {
    "key": KEY,
    "token": "ya29.a0AfB_byC-token-of-the-test_1234567890",
    "project": "quiet-canary-424242",
    "number": "918273645546",
    "email": "robot@quiet-canary-424242.iam.gserviceaccount.com",
    "jwt": "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJyb2JvdCJ9.c2lnbmF0dXJlLW9mLXRoZS10ZXN0",
    "cookie": "SID=g.a000canaryCookie-value-1234567890",
    "signature": "c2lnbmVkLXVybC1jYW5hcnktc2lnbmF0dXJl",
    "upload": "ABPtcPq-canary-upload-id-0123456789",
    "refresh": "1//0canaryRefreshTokenOfTheTest-123456",
    "client": "GOCSPX-canaryClientSecretOfTheTest",
    "other key": "AIzaSyCanother0key0that0is0in0a0text0x",
    "pem": "-----BEGIN PRIVATE KEY-----\nMIIEvCanaryKeyOfTheTest==\n-----END PRIVATE KEY-----\n",
    "gateway": "gateway-header-value-canary",
    "password": "hunter2-canary-password",
    "live": "0a1b2c3d4e5f-canary-live-token",
}


def assert_clean(folder: Path) -> None:
    """Require that none of the secrets, nor half of one, is in a file of a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes().decode("utf-8", "replace")
        for name, secret in SECRETS.items():
            for form in {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], secret[len(secret) // 3 :]}:
                assert form not in content, f"{name} is in {path.name}"


def reply_with_secrets() -> dict[str, Any]:
    s = SECRETS
    text = (
        f"Use https://storage.googleapis.com/b/o?GoogleAccessId={quote(s['email'])}&Signature={s['signature']}, key {s['other key']}, "
        f"Bearer {s['token']}, {s['jwt']}, {s['refresh']} and {s['client']} of project {s['number']} / {s['project']}. {s['pem']}"
    )
    return {
        "candidates": [{"content": {"parts": [{"text": text}], "role": "model"}}],
        "name": f"projects/{s['project']}/locations/l/x/1",
        "other": f"projects/{s['number']}/locations/l/x/1",
        "consumer": f"projects/{s['number']}",
        "password": s["password"],
        "config": {
            "api_key": s["other key"],
            "headers": {"Cookie": s["cookie"], "Authorization": f"Bearer {s['token']}"},
        },
        "token": f"auth_tokens/{s['live']}",
        "link": f"https://user:{s['password']}@host/path?key={s['key']}&access_token={s['token']}",
    }


@pytest.mark.parametrize("backend", ["gemini", "vertex"])
async def test_no_secret_is_in_a_recording(recorded: Recorded, backend: str, tmp_path: Path) -> None:
    s = SECRETS
    headers = {"X-Gateway-Pass": s["gateway"], "Cookie": s["cookie"]}
    identity: dict[str, Any] = (
        {"api_key": s["key"]}
        if backend == "gemini"
        else {"vertexai": True, "project": s["project"], "location": "l1", "credentials": StandingToken(s["token"])}
    )
    body = json.dumps(reply_with_secrets()).encode()
    recorded.gemini.respond(
        body=body,
        headers={
            "content-type": "application/json",
            "set-cookie": s["cookie"],
            "x-guploader-uploadid": s["upload"],
            "x-session-token": s["token"],
            "location": f"https://h/upload?upload_id={s['upload']}&upload_protocol=resumable",
            "x-served-by": s["email"],
        },
        path=":generateContent",
        times=1,
    )
    recorded.gemini.respond(
        body=b"data: " + body + b"\r\n\r\ndata: " + body + b"\n\n",
        headers={"content-type": "text/event-stream"},
        path=":streamGenerateContent",
        times=1,
    )
    recorded.gemini.respond(
        status=403, body=f"<p>{s['key']} of project {s['number']} at {s['email']}</p>".encode(), path=":countTokens"
    )
    client = recorded.client("record", http_options={"headers": headers}, **identity)
    prompt = f"{s['key']} {s['token']} {s['email']} projects/{s['project']}/locations/l and {s['project']}"
    answer = await recorded.use(client, "models.generate_content", model=MODEL, contents=prompt)
    chunks = await recorded.use(client, "models.generate_content_stream", model=MODEL, contents=prompt)
    with pytest.raises(genai.errors.ClientError):
        await recorded.use(client, "models.count_tokens", model=MODEL, contents=prompt)
    assert s["jwt"] in answer.text
    assert s["jwt"] in chunks[-1].text
    if backend == "gemini":
        path = tmp_path / "upload.txt"
        path.write_text(f"a text with {s['key']} and {s['token']}")
        await recorded.use(client, "files.upload", file=path)
        path.unlink()
    await recorded.close(client)
    assert_clean(recorded.folder)

    other: dict[str, Any] = (
        {"api_key": "AIza" + "x" * 35}
        if backend == "gemini"
        else {"vertexai": True, "project": "other-project-1", "location": "l2"}
    )
    again = recorded.client("replay", **other)
    replayed = await recorded.use(again, "models.generate_content", model=MODEL, contents=prompt)
    assert "{TOKEN}" in replayed.text
    await recorded.close(again)


async def test_upload_ids_stay_apart(one: Recorded) -> None:
    with one.client("record") as client:
        names = [
            client.files.upload(file=io.BytesIO(data), config={"mime_type": "text/plain"}).name for data in (b"a", b"b")
        ]
    text = one.path.read_text()
    assert "{UPLOAD_ID_1}" in text
    assert "{UPLOAD_ID_2}" in text
    with one.client("replay") as client:
        again = [
            client.files.upload(file=io.BytesIO(data), config={"mime_type": "text/plain"}).name for data in (b"b", b"a")
        ]
    assert again == names[::-1]


# Properties

_secret = st.one_of(
    st.text(_WORD + "_-", min_size=35, max_size=35).map(lambda text: "AIza" + text),
    st.text(_WORD + "_-.", min_size=20, max_size=80).map(lambda text: "ya29." + text + "x"),
    st.text(_WORD + "_-", min_size=20, max_size=60).map(lambda text: "1//0" + text),
    st.tuples(*[st.text(_WORD + "_-", min_size=10, max_size=30)] * 3).map(
        lambda parts: f"eyJ{parts[0]}.eyJ{parts[1]}.{parts[2]}"
    ),
    st.text(string.ascii_lowercase, min_size=6, max_size=20).map(lambda text: f"{text}@{text}.iam.gserviceaccount.com"),
)
_around = st.text(" .,:;()<>\n\t'üß中\"", max_size=8)


@hypothesis.given(_secret, _around, _around, st.sampled_from(["text", "list", "member", "query", "header", "deep"]))
def test_secrets_are_found_wherever_they_are(secret: str, before: str, after: str, place: str) -> None:
    redactor = Redactor()
    if place == "query":
        shown: Any = redactor.url(f"https://host/v1/a?alt=sse&key={quote(secret)}&b=1")
    elif place == "header":
        shown = redactor.reply_headers({"x-note": before + secret + after})
    else:
        value: Any = before + secret + after
        for wrap in {"text": [], "list": [0], "member": [1], "deep": [0, 1, 0, 1]}[place]:
            value = [value, 1] if wrap == 0 else {"a": value}
        entry = matching.request_entry(redactor, "POST", "https://h/a", {}, json.dumps(value).encode())
        shown = entry.get("json", entry.get("text"))
    assert secret not in json.dumps(shown, ensure_ascii=False)
    assert quote(secret) not in json.dumps(shown, ensure_ascii=False) or quote(secret) in before + after


@hypothesis.given(_secret, st.lists(st.sampled_from(["a", " ", "é", "\\", '"', "{", "}"]), max_size=6).map("".join))
def test_redaction_is_stable(secret: str, around: str) -> None:
    """A recording is redacted again when it is compared."""
    redactor = Redactor(api_key=secret)
    once = redactor.data({"a": f"{around} {secret} {around}", "password": secret})
    assert redactor.data(once) == once
    assert Redactor().data(once) == once


@hypothesis.given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
                               | st.text(_WORD + " .,;:!()-+*'", max_size=30),
                               lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(string.ascii_lowercase, max_size=6), inner, max_size=4),
                               max_leaves=20))  # fmt: skip
def test_other_data_is_unchanged(value: Any) -> None:
    shown = Redactor().data(value)
    if not re.search("secret|cookie|project", json.dumps(value)):
        assert shown == value


@pytest.mark.parametrize(
    "text",
    [
        "How do projects/tasks differ from projects?",
        "The token is short. Bearer of bad news. Basic arithmetic.",
        "aiza eyJ project 12 projects/1",
        "A question? key=value",
        "someone@example.com",
        "x" * 10_000,
        "AIza" + "b" * 5_000,
        "iVBORw0KGgoAIza" + "A" * 60 + "==",
    ],
)
def test_usual_texts_are_unchanged(text: str) -> None:
    assert Redactor().text(text) == text


def test_long_texts_are_redacted_in_linear_time() -> None:
    """Patterns that try every position again and again would need minutes."""
    for text in (
        "a." * 200_000,
        "projects/" * 50_000,
        "a@" * 200_000,
        "Bearer " * 60_000,
        "?key=" * 80_000,
        "eyJ" * 120_000,
    ):
        Redactor(api_key=KEY, project="a-project").text(text + " .")


def test_short_values_are_not_replaced_in_texts() -> None:
    redactor = Redactor(api_key="key", project="p1")
    redactor.learn_from({"Authorization": "Bearer token", "x-goog-api-key": "k"})
    assert redactor.text("A key, a token, p1 and k.") == "A key, a token, p1 and k."
    assert (
        redactor.url("https://h/v1/projects/p-one-1/locations/l/a?key=k")
        == "https://h/v1/projects/{PROJECT}/locations/l/a?key={API_KEY}"
    )


def test_a_project_is_replaced_as_a_word() -> None:
    redactor = Redactor(project="my-project")
    assert redactor.text("my-project, not my-project-2 or amy-project") == "{PROJECT}, not my-project-2 or amy-project"


def test_the_placeholders() -> None:
    placeholders = [redaction.PROJECT, redaction.API_KEY, redaction.TOKEN, redaction.EMAIL, redaction.REDACTED]
    for placeholder in [*placeholders, "{UPLOAD_ID_3}"]:
        for text in (
            placeholder,
            f"?key={placeholder}",
            f"projects/{placeholder}/locations/l",
            f"Bearer {placeholder}.",
        ):
            assert Redactor().text(text) == text


@pytest.mark.parametrize(
    "secret",
    [
        {"type": "bearer_token", "id": "i", "token": "canary"},
        {"type": "environment_variable", "id": "i", "value": "canary"},
        {"type": "oauth2", "client_secret": "canary", "refresh_token": "canary"},
        {"new_signing_secret": "canary"},
        {"environment_key": "canary"},
        {"auth_token": "canary"},
        {"secret": "canary"},
    ],
)
def test_secrets_of_credentials_webhooks_and_environments(secret: dict[str, Any]) -> None:
    redactor = Redactor()
    for value in (secret, {"body": [secret]}):
        assert not redactor.is_clean(json.dumps(value))
        shown = redactor.data(value)
        assert "canary" not in json.dumps(shown)
        assert redactor.data(shown) == shown


def test_the_same_names_elsewhere_are_no_secrets() -> None:
    value = {"token": "Hello", "type": "text", "value": "world", "candidates": [{"token": "Hi", "logProbability": -1}]}
    assert Redactor().data(value) == value
