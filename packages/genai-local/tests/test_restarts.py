"""A server that is killed during its work, and the next server on the same folder, which finishes the work."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from .waiting import until

PROGRAM = Path(__file__).with_name("stopping_server.py")
GEMINI = "/v1beta/models/gemini-2.5-flash:batchGenerateContent"


class Served:
    """A server in a process of its own."""

    def __init__(self, data: Path, log: Path, answers: int, verify) -> None:
        command = [sys.executable, str(PROGRAM), str(data), str(log), str(answers)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http://"), "the server did not start"
        self.http = httpx2.Client(base_url=self.url, timeout=30, verify=verify)

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        self.http.close()
        self.process.send_signal(how)
        self.process.wait(30)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            pipe.close()


@pytest.fixture
def serve(tmp_path, no_tls) -> Iterator[Callable[[int], Served]]:
    """Replace the server on the test's folder by a new one, which answers a number of prompts."""
    servers: list[Served] = []

    def start(answers: int) -> Served:
        for served in servers:
            if served.process.poll() is None:
                served.end()
        servers.append(Served(tmp_path / "data", tmp_path / "log", answers, no_tls))
        return servers[-1]

    yield start
    for served in servers:
        if served.process.poll() is None:
            served.end()


def finished(http: httpx2.Client, name: str) -> dict:
    found = {}

    def is_done() -> bool:
        found.update(http.get(f"/v1beta/{name}").json())
        return found.get("done", False)

    until(is_done)
    return found


def request_of(key: str) -> dict:
    return {"request": {"contents": [{"role": "user", "parts": [{"text": key}]}]}, "metadata": {"key": key}}


def test_a_batch_continues_after_the_server_was_killed(serve, tmp_path):
    keys = [f"prompt {index}" for index in range(30)]
    first = serve(11)
    body = {"batch": {"inputConfig": {"requests": {"requests": [request_of(key) for key in keys]}}}}
    name = first.http.post(GEMINI, json=body).json()["name"]

    def stats(http) -> dict:
        return http.get(f"/v1beta/{name}").json()["metadata"]["batchStats"]

    def asked() -> list[str]:
        log = tmp_path / "log"
        return log.read_text().splitlines() if log.exists() else []

    until(lambda: len(asked()) == 11 + 4)  # four at a time
    assert stats(first.http) == {"requestCount": "30", "successfulRequestCount": "11", "pendingRequestCount": "19"}
    first.end()

    second = serve(7)  # killed as well
    until(lambda: len(asked()) == 11 + 4 + 7 + 4)
    assert stats(second.http)["successfulRequestCount"] == "18"
    second.end()

    third = serve(1000)
    batch = finished(third.http, name)
    answers = batch["response"]["inlinedResponses"]["inlinedResponses"]
    assert batch["metadata"]["state"] == "BATCH_STATE_SUCCEEDED"
    assert batch["metadata"]["batchStats"] == {"requestCount": "30", "successfulRequestCount": "30"}
    assert [answer["metadata"]["key"] for answer in answers] == keys
    for answer, key in zip(answers, keys, strict=True):
        assert answer["response"]["candidates"][0]["content"]["parts"][0]["text"].endswith(f": {key}")
    assert len({answer["response"]["responseId"] for answer in answers}) == 30
    # Answered requests are not repeated; requests in progress are.
    assert set(asked()) == set(keys)
    assert len(asked()) == 30 + 4 + 4


def test_a_batch_from_a_file_continues_after_the_server_was_killed(serve):
    lines = [json.dumps({"key": str(index), "request": request_of(f"{index}")["request"]}) for index in range(40)]
    first = serve(13)
    headers = {"x-goog-upload-protocol": "raw", "content-type": "application/jsonl"}
    upload = first.http.post("/upload/v1beta/files", content="\n".join(lines).encode(), headers=headers)
    source = upload.json()["file"]["name"]
    name = first.http.post(GEMINI, json={"batch": {"inputConfig": {"fileName": source}}}).json()["name"]

    def answered(http) -> str:
        return http.get(f"/v1beta/{name}").json()["metadata"]["batchStats"].get("successfulRequestCount", "0")

    until(lambda: answered(first.http) == "13")
    first.end()
    second = serve(1000)
    assert second.http.delete(f"/v1beta/{source}").json() == {}  # its lines are already stored
    batch = finished(second.http, name)
    download = second.http.get(f"/v1beta/{batch['response']['responsesFile']}:download", params={"alt": "media"})
    found = [json.loads(line) for line in download.text.splitlines()]
    assert [line["key"] for line in found] == [str(index) for index in range(40)]
    assert all("response" in line for line in found)
    second.end(signal.SIGTERM)
    third = serve(0)
    assert third.http.get(f"/v1beta/{name}").json() == batch


def test_the_ingestion_of_a_document_continues_after_the_server_was_killed(serve):
    first = serve(0)
    store = first.http.post("/v1beta/fileSearchStores", json={"displayName": "kept"}).json()["name"]
    headers = {"x-goog-upload-protocol": "raw", "content-type": "text/plain"}
    path = f"/upload/v1beta/{store}:uploadToFileSearchStore"
    operation = first.http.post(path, content=b"Seven towers.", headers=headers).json()
    assert first.http.get(f"/v1beta/{store}").json()["pendingDocumentsCount"] == "1"
    first.end()

    second = serve(1000)
    document = finished(second.http, operation["name"])["response"]["documentName"]
    assert second.http.get(f"/v1beta/{document}").json()["state"] == "STATE_ACTIVE"
    assert second.http.get(f"/v1beta/{store}").json()["activeDocumentsCount"] == "1"


def test_work_that_does_not_survive_a_restart(serve):
    first = serve(1000)
    body = {"instances": [{"prompt": "A whale"}], "parameters": {"resolution": "4k", "durationSeconds": 8}}
    name = first.http.post("/v1beta/models/veo-3.0-generate-001:predictLongRunning", json=body).json()["name"]
    first.end()
    second = serve(1000)
    error = finished(second.http, name).get("error")
    assert error == {"code": 14, "message": "The server was restarted before the operation was done; start it again."}


def test_tuned_models_are_kept(serve):
    first = serve(1000)
    example = {"textInput": "red apple", "output": "fruit"}
    body = {
        "baseModel": "models/gemini-2.5-flash",
        "tuningTask": {"trainingData": {"examples": {"examples": [example]}}},
    }
    operation = first.http.post("/v1beta/tunedModels?tunedModelId=mine", json=body).json()
    model = finished(first.http, operation["name"])["response"]
    first.end()
    second = serve(1000)
    assert second.http.get("/v1beta/tunedModels/mine").json().items() <= model.items()
    reply = second.http.post("/v1beta/tunedModels/mine:generateContent", json=request_of("x")["request"]).json()
    assert reply["candidates"][0]["content"]["parts"] == [{"text": "fruit"}]
