"""What of a request counts, and the error for a request that equals no recorded one."""

from __future__ import annotations

import datetime
import pickle
from typing import Any

import pytest

from google import genai
from google.genai import errors, types
from google.genai._replay import matching
from google.genai._replay.recording import Exchange

from .conftest import MODEL, Recorded


def request(url: str = "https://host/v1beta/models/m:generateContent", **given: Any) -> dict[str, Any]:
    return {"method": "POST", "url": url, "headers": {}, **given}


SAME = [
    (request("http://127.0.0.1:99/v1beta/models/m:g"), request("https://host/v1beta/models/m:g")),
    (request("https://host/gateway/v1beta/models/m:g"), request("https://host/v1beta/models/m:g")),
    (request("https://h/v1/m?b=1&a=2&key=k"), request("https://h/v1/m?a=2&b=1")),
    (
        request("https://h/v1beta1/projects/p/locations/l/publishers/google/models/m:g"),
        request("https://i/v1beta1/projects/q/locations/m/publishers/google/models/m:g"),
    ),
    (request(json={"a": 1, "b": [1, 2]}), request(json={"b": [1, 2], "a": 1})),
    (request(json={"a": "projects/p/locations/l/b/1"}), request(json={"a": "projects/q/locations/m/b/1"})),
    (request(json={"expireTime": "2026-01-01T00:00:00Z"}), request(json={"expireTime": "2027-01-01T00:00:00Z"})),
    (
        request(json={"n": "genai_batch_job_20261129221058_a0b1c"}),
        request(json={"n": "genai_batch_job_20271129221058_99999"}),
    ),
    (request(headers={"x-server-timeout": "1", "x-team": "a"}), request(headers={})),
    (
        request(headers={"content-type": "multipart/form-data; boundary=abc"}, text="--abc\r\nx\r\n--abc--"),
        request(headers={"content-type": "multipart/form-data; boundary=def"}, text="--def\r\nx\r\n--def--"),
    ),
]
OTHER = [
    (request(), {**request(), "method": "GET"}),
    (request("https://h/v1beta/models/m:g"), request("https://h/v1/models/m:g")),
    (request("https://h/v1/m?a=1"), request("https://h/v1/m?a=2")),
    (request(json={"a": [1, 2]}), request(json={"a": [2, 1]})),
    (request(json={"a": 1}), request(json={"a": "1"})),
    (request(json={"a": 1}), request(json={"a": True})),
    (request(json={"ttl": "1s"}), request(json={"ttl": "2s"})),
    (request(headers={"range": "bytes=1-"}), request(headers={"range": "bytes=2-"})),
    (request(base64="YQ=="), request(base64="Yg==")),
    (request(base64="YQ=="), request(bytes={"size": 1, "sha256": "a"})),
    (request(text="a"), request()),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_does_not_count(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert matching.key_of(one) == matching.key_of(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_what_counts(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert matching.key_of(one) != matching.key_of(other)


def test_equal_exchanges_are_used_in_order() -> None:
    exchanges = [Exchange(i, request(json={"a": i % 2})) for i in range(4)]
    matcher = matching.Matcher(exchanges, matching.key_of)
    taken = [matcher.take(matching.Sent(request(json={"a": a}), matching.key_of)) for a in (1, 0, 1, 0, 0)]
    assert [each and each.position for each in taken] == [1, 0, 3, 2, None]
    assert matcher.unused == []


def test_a_text_that_was_a_secret_need_not_be_one_now() -> None:
    """A prompt with the id of the project was recorded with a placeholder; another client has another project."""
    recorded = request(json={"text": "Describe {PROJECT}, and (this)."})
    matcher = matching.Matcher([Exchange(0, recorded)], matching.key_of)
    assert matcher.take(matching.Sent(request(json={"text": "Describe a b, and (this)."}), matching.key_of)) is None
    assert matcher.take(matching.Sent(request(json={"text": "Describe my-project, and (this)."}), matching.key_of))


def test_a_request_that_differs(one: Recorded) -> None:
    with one.client("record") as client:
        client.models.generate_content(model=MODEL, contents="How is the weather?", config={"temperature": 0.5})
        client.models.generate_content(model=MODEL, contents="Something else entirely.")
    client = one.client("replay")
    with pytest.raises(errors.RequestNotRecordedError) as caught:
        client.models.generate_content(model=MODEL, contents="How was the weather?", config={"temperature": 0.5})
    error = caught.value
    assert not isinstance(error, errors.APIError)
    text = str(error)
    assert text.startswith(f"{one.path}: no unused exchange equals the request POST ")
    assert "--- recorded: exchanges[0] of recording.json, line 6" in text
    assert '-          "text": "How is the weather?"' in text
    assert '+          "text": "How was the weather?"' in text
    assert "Something else" not in text
    assert "--genai-record=all" in text
    assert (error.exchange, error.path) == (0, one.path)
    twin = pickle.loads(pickle.dumps(error))
    assert (str(twin), twin.diff, twin.exchange) == (text, error.diff, 0)
    assert client.recording is not None
    assert [each.position for each in client.recording.unused()] == [0, 1]


def test_a_request_that_was_recorded_fewer_times(one: Recorded) -> None:
    with one.client("record") as client:
        client.models.generate_content(model=MODEL, contents="a")
    client = one.client("replay")
    client.models.generate_content(model=MODEL, contents="a")
    with pytest.raises(errors.RequestNotRecordedError, match=r"equals exchanges\[0\], which was used before"):
        client.models.generate_content(model=MODEL, contents="a")
    with pytest.raises(errors.RequestNotRecordedError, match="all exchanges of the recording are used"):
        client.models.generate_content(model=MODEL, contents="b")


def test_the_error_is_not_retried(one: Recorded) -> None:
    with one.client("record") as client:
        client.models.generate_content(model=MODEL, contents="a")
    client = one.client("replay", http_options={"retry_options": {"attempts": 5, "initial_delay": 60.0}})
    with pytest.raises(errors.RequestNotRecordedError):
        client.models.generate_content(model=MODEL, contents="b")


def test_long_texts_are_shortened_in_a_diff(one: Recorded) -> None:
    with one.client("record") as client:
        client.models.generate_content(model=MODEL, contents="a" * 100_000)
    with pytest.raises(errors.RequestNotRecordedError) as caught:
        one.client("replay").models.generate_content(model=MODEL, contents="a" * 100_001)
    assert len(str(caught.value)) < 3_000
    assert "(100000 characters" in str(caught.value)
    assert "(100001 characters" in str(caught.value)


def test_times_and_generated_names_do_not_count(one: Recorded) -> None:
    def program(client: genai.Client) -> Any:
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        cache = client.caches.create(model=MODEL, config={"contents": ["long " * 5_000], "expire_time": soon})
        token = client.auth_tokens.create(config={"expire_time": soon, "http_options": {"api_version": "v1alpha"}})
        requests: Any = [types.InlinedRequest(contents="a")]
        job = client.batches.create(model=MODEL, src=requests)
        return [cache.name, job.name, token.name]

    with one.client("record") as client:
        program(client)
    with one.client("replay") as client:
        names = program(client)
    assert names[2] == "auth_tokens/{TOKEN}"


def test_headers_of_the_program_do_not_count_and_are_not_written(one: Recorded) -> None:
    with one.client("record", http_options={"headers": {"x-gateway": "hidden-value"}}, api_key="k" * 20) as client:
        client.models.generate_content(model=MODEL, contents="a")
    assert "hidden-value" not in one.path.read_text()
    assert one.exchanges[0]["request"]["headers"]["x-gateway"] == "{REDACTED}"
    assert one.client("replay").models.generate_content(model=MODEL, contents="a").text
