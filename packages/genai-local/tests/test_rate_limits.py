"""Limits on a running server: by the fixture, over HTTP and from the command line, on both surfaces, in streams and by gRPC."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from genai_local.engines.scripted import ScriptedEngine
from genai_local.server import LocalServer

from .conftest import PREFIXES

TEXT = {"parts": [{"text": "one two three"}]}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "generateContent": ("gemini-2.5-flash", {"contents": [{"role": "user", **TEXT}]}),
    "streamGenerateContent": ("gemini-2.5-flash", {"contents": [{"role": "user", **TEXT}]}),
    "embedContent": ("gemini-embedding-2", {"content": TEXT}),
    "batchEmbedContents": ("gemini-embedding-2", {"requests": [{"content": TEXT}, {"content": TEXT}]}),
    "predict": ("text-embedding-005", {"instances": [{"content": "one two three"}]}),
}
NOON = 1_767_268_050.0
"""2026-01-01 11:47:30 UTC."""


@pytest.fixture
def call(http):
    """Call a method on a surface."""

    def send(surface: str, method: str = "generateContent", model: str = "") -> httpx2.Response:
        name, body = CALLS[method]
        return http.post(f"{PREFIXES[surface]}{model or name}:{method}", json=body)

    return send


@pytest.mark.parametrize("method", CALLS)
def test_limited_methods(gemini, call, surface, method):
    if surface == "gemini" and method == "predict":
        pytest.skip("the Gemini API has no predict for texts")
    gemini.clock.stop_at(NOON)
    gemini.limit(rpm=2)
    replies = [call(surface, method) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    error = replies[2].json()["error"]
    violation = error["details"][0]["violations"][0]
    service = "generativelanguage" if surface == "gemini" else "aiplatform"
    kind = (
        "generate_requests_per_model"
        if method.endswith("Content") and "mbed" not in method
        else "embed_content_requests"
    )
    assert violation["quotaMetric"] == f"{service}.googleapis.com/{kind}"
    location = "l" if surface == "vertex" else "global"
    assert violation["quotaDimensions"] == {"location": location, "model": CALLS[method][0]}
    assert error["details"][1]["retryDelay"] == "30s"
    assert len(gemini.requests) == 3
    gemini.clock.advance(30)
    assert call(surface, method).status_code == 200


@pytest.mark.parametrize(("method", "tokens"), [(name, 6 if name == "batchEmbedContents" else 3) for name in CALLS])
def test_input_tokens_are_those_of_the_usage(gemini, call, surface, method, tokens):
    if surface == "gemini" and method == "predict":
        pytest.skip("the Gemini API has no predict for texts")
    gemini.limit(tpm=1_000)
    reply = call(surface, method)
    assert reply.status_code == 200
    counted = {int(found) for found in re.findall(r'(?:promptTokenCount|token_count)": ?(\d+)', reply.text)}
    assert counted in ({tokens}, {tokens, tokens // 2})
    assert gemini.counts().input_tokens == tokens


def test_other_methods_are_not_limited(gemini, http, call):
    gemini.limit(refuse=1)
    assert call("gemini").status_code == 429
    assert http.get("/v1beta/models").status_code == 200
    assert http.post("/v1beta/models/gemini-2.5-flash:countTokens", json={"contents": [TEXT]}).status_code == 200
    assert http.post("/v1beta/interactions", json={"model": "gemini-2.5-flash", "input": "hi"}).status_code == 200
    assert gemini.counts().refused == {"refuse": 1}


def test_limits_of_one_model(gemini, call):
    gemini.limit(rpm=2)
    gemini.limit("gemini-2.5-pro", rpm=1, refuse="none")
    statuses = [call("gemini", model="gemini-2.5-pro").status_code for _ in range(2)]
    assert statuses == [200, 429]
    assert [call("vertex").status_code for _ in range(3)] == [200, 200, 429]
    assert gemini.counts("gemini-2.5-pro").refused == {"rpm": 1}
    assert gemini.counts().answered == 3
    gemini.limit("gemini-2.5-pro", rpm="none")
    assert [call("gemini", model="gemini-2.5-pro").status_code for _ in range(5)] == [200] * 5
    gemini.unlimit()
    assert call("gemini").status_code == 200


def test_what_ends_with_an_error_is_counted(gemini, call, http):
    gemini.limit(tpm=100)
    assert http.post("/v1beta/models/gemini-2.5-flash:generateContent", json={"contents": 5}).status_code == 400
    assert http.post("/v1beta/models/gemini-2.5-flash:generateContent", content=b"{").status_code == 400
    assert call("gemini", model="nothing").status_code == 404
    gemini.on().fail(500)
    assert call("gemini").status_code == 500
    counts = gemini.counts()
    assert (counts.answered, counts.failed, counts.refused, counts.in_flight) == (0, 4, {}, 0)
    gemini.fail(503)
    assert call("gemini").status_code == 503
    assert gemini.counts() == counts  # a fault of the script takes the place of the server


def test_a_tuned_model_has_limits_too(gemini, http):
    gemini.add_tuned_model("mine")
    gemini.limit("mine", rpm=1)
    paths = ["/v1beta/tunedModels/mine", "/v1beta1/projects/p/locations/l/endpoints/mine"]
    bodies = [http.post(f"{path}:generateContent", json={"contents": [{"role": "user", **TEXT}]}) for path in paths]
    assert [reply.status_code for reply in bodies] == [200, 429]


@contextlib.contextmanager
def in_thread(gemini, path: str, body: dict[str, Any]) -> Iterator[httpx2.Client]:
    """Send a request that does not end by itself; leave it at the end of the block, or by closing the client."""
    client = httpx2.Client(base_url=gemini.url, timeout=30)

    def send() -> None:
        with contextlib.suppress(httpx2.HTTPError, RuntimeError, OSError):
            client.post(path, json=body)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield client
    finally:
        gemini._server.drop_connections()
        thread.join(10)
        client.close()
        assert not thread.is_alive()


def test_a_latency_does_not_block_the_server_and_ends_with_the_client(gemini, call, http, models_path):
    gemini.limit(latency=3600, in_flight=3, retry_s=2)
    model, body = CALLS["generateContent"]
    with contextlib.ExitStack() as waiting:
        for _ in range(3):
            waiting.enter_context(in_thread(gemini, f"{models_path}{model}:generateContent", body))
        gemini.wait(lambda: gemini.counts().in_flight == 3)
        refused = call("gemini")
        assert refused.status_code == 429
        assert refused.json()["error"]["details"][0]["retryDelay"] == "2s"
        assert http.get("/local/limits").json()["counts"]["in_flight"] == 3
    gemini.wait(lambda: gemini.counts().in_flight == 0)
    gemini.limit(latency=0)
    assert call("gemini").status_code == 200
    counts = gemini.counts()
    assert (counts.disconnected, counts.answered, counts.most_in_flight) == (3, 1, 3)
    assert counts.refused == {"in_flight": 1}


def test_a_stream_keeps_its_place_until_it_ends(gemini, call, http, models_path):
    gemini.on("slow").stream(["first ", "second"], interval_s=3600)
    gemini.limit(in_flight=1)
    body = {"contents": [{"role": "user", "parts": [{"text": "slow"}]}]}
    path = f"{models_path}gemini-2.5-flash:streamGenerateContent?alt=sse"
    with http.stream("POST", path, json=body) as reply:
        texts = reply.iter_text()  # kept, because the end of the iterator ends the reply
        assert "first" in next(texts)
        assert call("gemini").status_code == 429
    gemini.wait(lambda: gemini.counts().in_flight == 0)
    assert call("gemini", "streamGenerateContent").status_code == 200
    counts = gemini.counts()
    assert (counts.disconnected, counts.answered, counts.refused) == (1, 1, {"in_flight": 1})


def test_the_next_test_has_no_limits(gemini, call):
    gemini.limit(refuse=1, latency=3600)
    gemini.keep_requests(0)
    assert call("gemini").status_code == 429
    assert (gemini.requests, gemini.requests_received) == ([], 1)
    gemini.reset()
    assert call("gemini").status_code == 200
    assert (len(gemini.requests), gemini.requests_received) == (1, 1)
    assert (gemini.counts().answered, gemini.counts().refused) == (1, {})


def test_the_number_of_recorded_requests_is_bounded(gemini, call):
    assert gemini._script._requests.maxlen == 100_000
    gemini.keep_requests(last=2)
    for name in ("a", "b", "c"):
        call("gemini", model=f"gemini-{name}")
    assert [request.path[-17:-16] for request in gemini.requests] == ["b", "c"]
    gemini.wait_for_requests(3)
    gemini.keep_requests(None)
    assert gemini._script._requests.maxlen is None
    with pytest.raises(ValueError, match="last: expected a number of at least 0, or None for all, not -1"):
        gemini.keep_requests(-1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rpm": 0}, "rpm: expected a whole number of at least 1, not 0."),
        (
            {"model": "m", "refuse": 5},
            "models.m.refuse: expected a share from 0 to 1, or a percentage such as 1%, not 5.",
        ),
        ({"latency": "poisson:1"}, "latency: expected seconds from 0 to 3600, or a distribution of them: 0.2, "),
        (
            {"model": "models/m", "rpm": 1},
            "models.models/m: expected the bare name of a model, such as gemini-2.5-pro.",
        ),
    ],
)
def test_wrong_settings_of_the_fixture(gemini, call, settings, message):
    gemini.limit(rpm=1)
    with pytest.raises(ValueError, match=re.escape(message)):
        gemini.limit(**settings)
    assert [call("gemini").status_code for _ in range(2)] == [200, 429]  # the limits before remain


def test_over_http(gemini, http, call):
    assert http.get("/local/limits").json() == {
        "limits": {},
        "counts": {
            "answered": 0,
            "failed": 0,
            "disconnected": 0,
            "refused": {},
            "in_flight": 0,
            "most_in_flight": 0,
            "input_tokens": 0,
            "models": {},
        },
    }
    settings = {"rate": 0.001, "burst": 2, "latency": 0, "models": {"gemini-2.5-pro": {"refuse": "100%", "retry_s": 7}}}
    put = http.put("/local/limits", json=settings)
    assert put.status_code == 200
    shown = {**settings, "latency": "0", "models": {"gemini-2.5-pro": {"refuse": 1.0, "retry_s": 7.0}}}
    assert put.json()["limits"] == shown
    assert [call("gemini").status_code for _ in range(3)] == [200, 200, 429]
    assert call("vertex", model="gemini-2.5-pro").status_code == 429
    found = http.get("/local/limits").json()
    assert found["limits"] == shown
    assert found["counts"]["refused"] == {"rate": 1, "refuse": 1}
    assert found["counts"]["models"]["gemini-2.5-flash"]["answered"] == 2
    assert len(gemini.requests) == 4  # these requests of the test are not recorded
    gemini.fail(500)
    assert http.put("/local/limits", json={}).json()["counts"]["answered"] == 2
    assert call("gemini").status_code == 500
    assert call("gemini").status_code == 200
    removed = http.delete("/local/limits").json()
    assert removed["limits"] == {}
    assert removed["counts"]["answered"] == 0


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"rpn": 5}, "rpn: no such setting exists; did you mean rpm?"),
        ({"rpm": "many"}, "rpm: expected a whole number of at least 1, not 'many'."),
        ({"models": {"m": {"tpm": -1}}}, "models.m.tpm: expected a whole number of at least 1, not -1."),
        (["rpm=5"], "limits: expected an object with settings such as rpm, not ['rpm=5']."),
    ],
)
def test_wrong_settings_over_http(gemini, http, call, body, message):
    gemini.limit(rpm=1)
    reply = http.put("/local/limits", json=body)
    error = reply.json()["error"]
    assert (reply.status_code, error["status"], error["message"]) == (400, "INVALID_ARGUMENT", message)
    assert http.put("/local/limits", content=b"{").status_code == 400
    assert http.post("/local/limits", json={}).status_code == 405
    assert [call("gemini").status_code for _ in range(2)] == [200, 429]


def test_only_clients_of_this_server_change_limits(http, no_tls):
    assert http.put("/local/limits", json={"refuse": 1}, headers={"host": "evil.example"}).status_code == 403
    assert http.get("/local/limits", headers={"origin": "http://evil.example"}).status_code == 403
    with (
        LocalServer(ScriptedEngine(), require_key="k", limits=["rpm=1"]) as server,
        httpx2.Client(base_url=server.url, verify=no_tls) as client,
    ):
        assert client.delete("/local/limits").status_code == 403
        headers = {"x-goog-api-key": "k"}
        assert client.get("/local/limits", headers=headers).json()["limits"] == {"rpm": 1}
        assert "k" not in client.get("/local/limits", headers=headers).json()["counts"]["models"]


def test_by_the_command_line(no_tls):
    command = [sys.executable, "-W", "error", "-m", "genai_local.cli", "serve", "--engine", "scripted", "--port", "0"]
    command += ["--limit", "rpm=1", "--limit", "gemini-2.5-pro:refuse=100%", "--limit", "latency=uniform:0,0.001"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = ""
        while "GOOGLE_GENAI_USE_VERTEXAI" not in said and (line := process.stdout.readline()):
            said += line
        try:
            url = re.search(r"export GOOGLE_GEMINI_BASE_URL=(\S+)", said)
            assert url, said
            limits = "rpm=1, latency=uniform:0,0.001, gemini-2.5-pro:refuse=1.0"
            assert f"Limits: {limits}; counts are at {url[1]}/local/limits\n" in said
            with httpx2.Client(base_url=url[1], verify=no_tls) as client:
                model, body = CALLS["generateContent"]
                asked = [f"/v1beta/models/{name}:generateContent" for name in (model, "gemini-2.5-pro")]
                assert [client.post(path, json=body).status_code for path in asked] == [200, 429]
                assert client.get("/local/limits").json()["counts"]["answered"] == 1
                assert client.put("/local/limits", json={}).json()["limits"] == {}
                assert [client.post(path, json=body).status_code for path in asked] == [200, 200]
        finally:
            process.terminate()
            _, stderr = process.communicate(timeout=20)
    assert (process.returncode, stderr) == (0, "Stopping.\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rpm", "rpm: expected [MODEL:]NAME=VALUE, such as rpm=600, gemini-2.5-pro:rpm=10 or refuse=1%."),
        ("m:latncy=1", "models.m.latncy: no such setting exists; did you mean latency?"),
        ("refuse=2", "refuse: expected a share from 0 to 1, or a percentage such as 1%, not '2'."),
    ],
)
def test_wrong_settings_of_the_command_line(text, message):
    from click.testing import CliRunner

    from genai_local.cli import main

    result = CliRunner().invoke(main, ["serve", "--engine", "scripted", "--port", "0", "--limit", text])
    assert result.exit_code == 1
    assert f"Error: {message}\n" in result.output


def test_by_grpc(gemini):
    grpc = pytest.importorskip("grpc")
    from .grpc_client import connected

    gemini.clock.stop_at(NOON)
    gemini.limit(rpm=1)
    with connected(gemini.grpc_target) as client:
        request = {"model": "models/gemini-2.5-flash", "contents": [TEXT]}
        client.call("GenerativeService.GenerateContent", request)
        with pytest.raises(grpc.RpcError) as caught:
            client.call("GenerativeService.GenerateContent", request)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert gemini.counts("gemini-2.5-flash").refused == {"rpm": 1}


class TestErrorsOfTheSdk:
    """What the SDK of this repository reads in the refusals."""

    @pytest.fixture
    def ask_sdk(self, gemini):
        genai = pytest.importorskip("google.genai")

        def ask(**retries: Any) -> Any:
            options: dict[str, Any] = {"base_url": gemini.url}
            if retries:
                options["retry_options"] = retries
            with genai.Client(api_key="k", http_options=options) as client:
                return client.models.generate_content(model="gemini-2.5-flash", contents="hi")

        return ask

    def refused(self, ask) -> Any:
        from google.genai import errors

        with pytest.raises(errors.ClientError) as caught:
            ask()
        return caught.value

    def test_a_quota_a_minute(self, gemini, ask_sdk):
        gemini.clock.stop_at(NOON)
        gemini.limit(rpm=1)
        assert ask_sdk().text
        error = self.refused(ask_sdk)
        assert (error.code, error.status, error.retry_delay_s) == (429, "RESOURCE_EXHAUSTED", 30)
        assert not error.daily_quota_is_spent
        [violation] = error.details["error"]["details"][0]["violations"]
        assert violation["quotaId"] == "GenerateRequestsPerMinutePerProjectPerModel"
        assert violation["quotaValue"] == "1"

    @pytest.mark.parametrize("setting", ["rpd", "tpd"])
    def test_a_quota_a_day(self, gemini, ask_sdk, setting):
        gemini.clock.stop_at(NOON)
        gemini.limit(**{setting: 1})
        assert ask_sdk().text
        error = self.refused(ask_sdk)
        assert error.daily_quota_is_spent
        assert error.retry_delay_s == 72_750  # until midnight in Pacific time
        assert "PerDay" in error.details["error"]["details"][0]["violations"][0]["quotaId"]

    def test_a_retry_waits_as_long_as_the_hint_says(self, gemini, ask_sdk):
        gemini.limit(rate=20, burst=1)
        for _ in range(3):
            assert ask_sdk(attempts=2, initial_delay=0.0, max_delay=60).text
        counts = gemini.counts()
        assert counts.answered == 3
        assert counts.refused.get("rate", 0) == gemini.requests_received - 3

    def test_an_overloaded_model(self, gemini, ask_sdk):
        from google.genai import errors

        gemini.limit(unavailable=1)
        with pytest.raises(errors.ServerError) as caught:
            ask_sdk()
        assert caught.value.status == "UNAVAILABLE"
