"""Batches on both surfaces: sources and results of requests, states, counts, lists, cancellation."""

from __future__ import annotations

import json

import httpx2
import pytest

from genai_local.engines.scripted import ScriptedEngine
from genai_local.services.batches.store import Batches

from .waiting import until

GEMINI = "/v1beta/models/gemini-2.5-flash:batchGenerateContent"
EMBEDDING = "/v1beta/models/gemini-embedding-001:asyncBatchEmbedContent"
LOCATION = "projects/p/locations/l"
JOBS = f"/v1beta1/{LOCATION}/batchPredictionJobs"
MODEL = "publishers/google/models/gemini-2.5-flash"


def asked(text: str, **fields):
    return {"contents": [{"role": "user", "parts": [{"text": text}]}], **fields}


def inline(*texts: str, **fields):
    requests = [{"request": asked(text), "metadata": {"key": text}} for text in texts]
    return {"batch": {"displayName": "mine", "inputConfig": {"requests": {"requests": requests}}, **fields}}


def job_body(source="gs://b/in.jsonl", prefix="gs://b/out", **fields):
    if source.startswith("bq://"):
        config = {"instancesFormat": "bigquery", "bigquerySource": {"inputUri": source}}
    else:
        config = {"instancesFormat": "jsonl", "gcsSource": {"uris": [source]}}
    output = {"predictionsFormat": "jsonl", "gcsDestination": {"outputUriPrefix": prefix}}
    return {"displayName": "mine", "model": MODEL, "inputConfig": config, "outputConfig": output, **fields}


def lines(*objects) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in objects)


@pytest.fixture
def done(gemini, http):
    """Start a batch, poll it until it has ended, and return it."""

    def run(body, path=GEMINI):
        batch = http.post(path, json=body)
        assert batch.status_code == 200, batch.text
        batch = batch.json()
        version = path.split("/")[1]
        for _ in range(gemini.operation_polls + 1):
            assert "done" not in batch
            assert batch.get("state") not in ("JOB_STATE_SUCCEEDED", "JOB_STATE_FAILED")
            batch = http.get(f"/{version}/{batch['name']}").json()
        return batch

    return run


@pytest.fixture
def uploaded(http):
    """Upload a file and return its name."""

    def upload(data: bytes) -> str:
        headers = {"x-goog-upload-protocol": "raw", "content-type": "application/jsonl"}
        return http.post("/upload/v1beta/files", content=data, headers=headers).json()["file"]["name"]

    return upload


def answers_of(batch):
    return batch["response"]["inlinedResponses"]["inlinedResponses"]


def text_of(response):
    return response["candidates"][0]["content"]["parts"][0]["text"]


def problem_of(response, status=400):
    assert response.status_code == status, response.text
    return response.json()["error"]["message"]


def test_inline_requests(gemini, done):
    gemini.on("weather").reply("Sunny.")
    gemini.on("broken").fail(500, message="It broke.")
    batch = done(inline("weather", "broken", "else"))
    metadata = batch["metadata"]
    assert metadata["state"] == "BATCH_STATE_SUCCEEDED"
    assert (metadata["model"], metadata["displayName"]) == ("models/gemini-2.5-flash", "mine")
    assert metadata["batchStats"] == {
        "requestCount": "3",
        "successfulRequestCount": "2",
        "failedRequestCount": "1",
    }
    assert metadata["createTime"] <= metadata["endTime"] == metadata["updateTime"]
    first, second, third = answers_of(batch)
    assert text_of(first["response"]) == "Sunny."
    assert second == {"error": {"code": 13, "message": "It broke."}, "metadata": {"key": "broken"}}
    assert text_of(third["response"]) == "This is a scripted reply to: else"
    assert [answer["metadata"]["key"] for answer in (first, third)] == ["weather", "else"]
    assert metadata["output"]["inlinedResponses"] == batch["response"]["inlinedResponses"]


def test_a_request_of_a_batch_is_answered_like_a_single_one(gemini, http, done):
    request = asked(
        "Give me JSON",
        systemInstruction={"parts": [{"text": "Be brief."}]},
        generationConfig={
            "responseMimeType": "application/json",
            "responseSchema": {"type": "OBJECT", "properties": {"n": {"type": "INTEGER"}}, "required": ["n"]},
            "candidateCount": 2,
        },
        tools=[{"functionDeclarations": [{"name": "f"}]}],
        safetySettings=[{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    )
    single = http.post("/v1beta/models/gemini-2.5-flash:generateContent", json=request).json()
    batch = done({"batch": {"inputConfig": {"requests": {"requests": [{"request": request}]}}}})
    [answer] = answers_of(batch)
    assert answer.keys() == {"response"}
    assert answer["response"] == {**single, "responseId": answer["response"]["responseId"]}


def test_requests_that_the_engine_refuses(done):
    body = {"batch": {"inputConfig": {"requests": {"requests": [{"request": {"contents": []}}]}}}}
    [answer] = answers_of(done(body))
    assert answer["error"]["code"] == 3
    assert answer["error"]["message"].startswith("contents: ")


def test_requests_from_a_file(gemini, http, done, uploaded):
    gemini.on("broken").fail(429, message="Too many.")
    data = lines({"key": "a", "request": asked("one")}, {"key": "b", "request": asked("broken")})
    data += b'\nno json\n{"key": "d"}\n' + lines({"key": "e", "request": {"content": []}}, [1])
    batch = done({"batch": {"inputConfig": {"file_name": uploaded(data)}}})
    stats = batch["metadata"]["batchStats"]
    assert stats == {"requestCount": "6", "successfulRequestCount": "1", "failedRequestCount": "5"}
    name = batch["response"]["responsesFile"]
    assert batch["metadata"]["output"] == {"responsesFile": name}
    download = http.get(f"/v1beta/{name}:download", params={"alt": "media"})
    found = [json.loads(line) for line in download.text.splitlines()]
    assert [line.get("key") for line in found] == ["a", "b", None, "d", "e", None]
    assert text_of(found[0]["response"]) == "This is a scripted reply to: one"
    assert found[1]["error"] == {"code": 8, "message": "Too many."}
    assert [line["error"]["message"].split(":")[0] for line in found[2:4]] == ["line 4", "line 5"]
    assert 'Unknown name "content"' in found[4]["error"]["message"]
    assert found[5]["error"]["message"] == "line 7: expected a JSON object, not list."


def test_many_requests_from_a_file(http, done, uploaded):
    """Each result is one line, also for readers that end a line at U+2028."""
    data = lines(*({"key": index, "request": asked(f"number\u2028{index}")} for index in range(600)))
    batch = done({"batch": {"inputConfig": {"fileName": uploaded(data)}}})
    download = http.get(f"/v1beta/{batch['response']['responsesFile']}:download", params={"alt": "media"})
    found = [json.loads(line) for line in download.text.splitlines()]
    assert [line["key"] for line in found] == list(range(600))
    assert all(text_of(line["response"]).endswith(f"number\u2028{line['key']}") for line in found)


def test_an_empty_file(done, uploaded):
    batch = done({"batch": {"inputConfig": {"fileName": uploaded(b"\n\n")}}})
    assert batch["metadata"]["state"] == "BATCH_STATE_FAILED"
    assert batch["error"]["code"] == 3
    assert "is empty" in batch["error"]["message"]


def test_an_unexpected_failure(done, uploaded, monkeypatch, caplog):
    def items_of(batch, path):
        raise ZeroDivisionError("Oh.")

    monkeypatch.setattr("genai_local.services.batches.runner.items_of", items_of)
    batch = done({"batch": {"inputConfig": {"fileName": uploaded(b"{}")}}})
    assert batch["metadata"]["state"] == "BATCH_STATE_FAILED"
    assert batch["error"] == {
        "code": 13,
        "message": "An internal error has occurred. The log of the server contains its cause.",
    }
    assert "A batch failed unexpectedly." in caplog.text


def test_a_file_that_is_deleted_before_it_is_read(serve_engine, no_tls):
    server = serve_engine(ScriptedEngine(), operation_s=0)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        headers = {"x-goog-upload-protocol": "raw", "content-type": "application/jsonl"}
        file = http.post("/upload/v1beta/files", content=b"{}", headers=headers).json()["file"]["name"]
        server.api.storage.entry(file).path.unlink()
        name = http.post(GEMINI, json={"batch": {"inputConfig": {"fileName": file}}}).json()["name"]
        batch = {}
        while not batch.get("done"):
            batch = http.get(f"/v1beta/{name}").json()
    assert batch["error"]["message"].startswith("The requests cannot be read: ")


def test_embeddings(http, done):
    requests = [
        {"request": {"content": {"parts": [{"text": text}]}, "outputDimensionality": 5}, "metadata": {"key": text}}
        for text in ("a b", "")
    ]
    batch = done({"batch": {"inputConfig": {"requests": {"requests": requests}}}}, EMBEDDING)
    single = http.post("/v1beta/models/gemini-embedding-001:embedContent", json=requests[0]["request"]).json()
    good, bad = answers_of(batch)
    assert good["response"] == {"embedding": single["embedding"], "tokenCount": "2"}
    assert bad["error"]["message"].startswith("content: content is empty")
    assert batch["metadata"]["@type"].endswith(".EmbedContentBatch")


def test_embeddings_from_a_file(http, done, uploaded):
    data = lines({"key": "a", "request": {"content": {"parts": [{"text": "x"}]}, "output_dimensionality": 3}})
    batch = done({"batch": {"inputConfig": {"fileName": uploaded(data)}}}, EMBEDDING)
    download = http.get(f"/v1beta/{batch['response']['responsesFile']}:download", params={"alt": "media"})
    [line] = [json.loads(line) for line in download.text.splitlines()]
    assert len(line["response"]["embedding"]["values"]) == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "batch.inputConfig"),
        ({"batch": {"inputConfig": {"requests": {"requests": []}}}}, "batch.inputConfig"),
        (inline("x", model="models/other"), "batch.model"),
        (
            {"batch": {"inputConfig": {"requests": {"requests": [{}]}}}},
            "batch.inputConfig.requests.requests[0].request",
        ),
        (
            {"batch": {"inputConfig": {"requests": {"requests": [{"request": asked("x", model="models/b")}]}}}},
            "batch.inputConfig.requests.requests[0].request.model",
        ),
    ],
)
def test_invalid_batches(http, body, field):
    assert problem_of(http.post(GEMINI, json=body)).startswith(f"{field}: ")


def test_unknown_fields_of_a_request(http):
    body = {"batch": {"inputConfig": {"requests": {"requests": [{"request": asked("x", tool=[])}]}}}}
    problem = problem_of(http.post(GEMINI, json=body))
    assert "Unknown name \"tool\" at 'batch.input_config.requests.requests[0].request'" in problem


def test_two_sources(http, uploaded):
    body = inline("x")
    body["batch"]["inputConfig"]["fileName"] = "files/x"
    assert "oneof" in problem_of(http.post(GEMINI, json=body))


def test_unknown_files_and_models(http):
    body = {"batch": {"inputConfig": {"fileName": "files/none"}}}
    assert "files/none" in problem_of(http.post(GEMINI, json=body), 403)
    assert http.post("/v1beta/models/nothing:batchGenerateContent", json=inline("x")).status_code == 404
    assert http.post("/v1beta/models/gemini-2.5-flash:asyncBatchEmbedContent", json=inline("x")).status_code == 404
    assert http.post("/v1beta/tunedModels/none:batchGenerateContent", json=inline("x")).status_code == 404


def test_states(gemini, http):
    gemini.operation_polls = 2
    batch = http.post(GEMINI, json=inline("x")).json()
    states = [batch["metadata"]["state"]]
    for _ in range(3):
        batch = http.get(f"/v1beta/{batch['name']}").json()
        states.append(batch["metadata"]["state"])
    assert [state.removeprefix("BATCH_STATE_") for state in states] == ["PENDING", "RUNNING", "RUNNING", "SUCCEEDED"]


def test_the_duration_of_batches_is_a_setting(gemini, http):
    gemini.operation_polls, gemini.operation_s = 0, 1000
    name = http.post(GEMINI, json=inline("x")).json()["name"]
    assert "done" not in http.get(f"/v1beta/{name}").json()
    tasks = gemini._server.api.part(Batches).tasks
    until(lambda: not tasks)  # the requests are answered, and no poll waits for the rest of the 1,000 seconds
    gemini.clock.advance(1000)
    assert http.get(f"/v1beta/{name}").json()["done"] is True


def test_cancel(gemini, http):
    gemini.on("slow").stream(["a", "b"], interval_s=60)
    gemini.operation_polls = 100
    name = http.post(GEMINI, json=inline("quick", "slow")).json()["name"]
    assert http.post(f"/v1beta/{name}:cancel").json() == {}
    for _ in range(2):
        batch = http.get(f"/v1beta/{name}").json()
        assert batch["metadata"]["state"] == "BATCH_STATE_CANCELLED"
        assert (batch["done"], batch["error"]["code"]) == (True, 1)
        assert "response" not in batch


def test_cancel_of_something_finished(http, done):
    batch = done(inline("x"))
    assert http.post(f"/v1beta/{batch['name']}:cancel").json() == {}
    assert http.get(f"/v1beta/{batch['name']}").json() == batch


def test_delete(gemini, http):
    gemini.on("slow").stream(["a", "b"], interval_s=60)
    name = http.post(GEMINI, json=inline("slow")).json()["name"]
    assert http.delete(f"/v1beta/{name}").json() == {}
    for call in (http.get, http.delete):
        assert problem_of(call(f"/v1beta/{name}"), 404) == f"{name} does not exist."
    assert problem_of(http.post(f"/v1beta/{name}:cancel"), 404) == f"{name} does not exist."


def test_a_batch_that_takes_too_long_expires(gemini, http):
    gemini.on("slow").stream(["a", "b"], interval_s=60)
    gemini.operation_polls = 0
    name = http.post(GEMINI, json=inline("slow")).json()["name"]
    gemini.clock.advance(48 * 3600)
    [listed] = http.get("/v1beta/batches").json()["operations"]
    batch = http.get(f"/v1beta/{name}").json()
    assert batch == listed
    assert batch["metadata"]["state"] == "BATCH_STATE_EXPIRED"
    assert batch["error"]["code"] == 4


def test_lists(gemini, http, done):
    names = [http.post(GEMINI, json=inline(f"{index}")).json()["name"] for index in range(5)]
    first = http.get("/v1beta/batches?pageSize=2").json()
    second = http.get(f"/v1beta/batches?pageSize=5&pageToken={first['nextPageToken']}").json()
    assert [batch["name"] for batch in [*first["operations"], *second["operations"]]] == names[::-1]
    assert "nextPageToken" not in second
    assert http.get("/v1beta/batches?pageToken=x").status_code == 400
    assert http.get(JOBS).json() == {}


def test_tuned_models_answer_batches(gemini, done):
    gemini.add_tuned_model("mine")
    batch = done(inline("x"), "/v1beta/tunedModels/mine:batchGenerateContent")
    assert batch["metadata"]["model"] == "tunedModels/mine"
    assert text_of(answers_of(batch)[0]["response"]) == "This is a scripted reply to: x"


def test_a_full_queue_does_not_fail_a_batch(serve_engine, no_tls):
    server = serve_engine(ScriptedEngine(), max_running=1, max_waiting=0, operation_s=0)
    with httpx2.Client(base_url=server.url, verify=no_tls, timeout=30) as http:
        name = http.post(GEMINI, json=inline(*map(str, range(20)))).json()["name"]
        batch = {}
        while not batch.get("done"):
            batch = http.get(f"/v1beta/{name}").json()
    assert batch["metadata"]["batchStats"] == {"requestCount": "20", "successfulRequestCount": "20"}


def test_a_job_reads_and_writes_objects(gemini, done):
    gemini.on("broken").fail(500, message="It broke.")
    data = lines({"id": 7, "request": asked("one")}, {"request": asked("broken")}, {"x": 1}) + b"no json\n"
    gemini.put_object("gs://b/in.jsonl", data)
    job = done(job_body(), JOBS)
    assert job["state"] == "JOB_STATE_SUCCEEDED"
    assert job["completionStats"] == {"successfulCount": "1", "failedCount": "3"}
    assert (job["displayName"], job["model"]) == ("mine", MODEL)
    assert job["inputConfig"] == job_body()["inputConfig"]
    assert job["outputConfig"] == job_body()["outputConfig"]
    assert job["createTime"] <= job["startTime"] <= job["endTime"] == job["updateTime"]
    folder = job["outputInfo"]["gcsOutputDirectory"]
    assert folder.startswith("gs://b/out/prediction-model-")
    found = [json.loads(line) for line in gemini.object(f"{folder}/predictions.jsonl").splitlines()]
    assert [line["status"] for line in found] == [
        "",
        "Error code 13: It broke.",
        "Error code 3: request: is missing in this line.",
        "Error code 3: line 4: Invalid JSON payload received. Expecting value at line 1, column 1.",
    ]
    assert (found[0]["id"], found[0]["request"]) == (7, asked("one"))
    assert text_of(found[0]["response"]) == "This is a scripted reply to: one"
    assert all(line["response"] == {} for line in found[1:])


def test_the_results_of_one_job_are_the_source_of_another(gemini, done):
    gemini.put_object("gs://b/in.jsonl", lines({"request": asked("one")}))
    folder = done(job_body(), JOBS)["outputInfo"]["gcsOutputDirectory"]
    job = done(job_body(f"{folder}/predictions.jsonl"), JOBS)
    assert job["completionStats"] == {"successfulCount": "1"}


def test_a_job_of_embeddings(gemini, http, done):
    gemini.put_object("gs://b/in.jsonl", lines({"content": "a b", "task_type": "RETRIEVAL_QUERY"}, {"content": ""}))
    job = done(job_body(model="publishers/google/models/text-embedding-005"), JOBS)
    assert job["completionStats"] == {"successfulCount": "1", "failedCount": "1"}
    folder = job["outputInfo"]["gcsOutputDirectory"]
    good, bad = [json.loads(line) for line in gemini.object(f"{folder}/predictions.jsonl").splitlines()]
    assert good["instance"] == {"content": "a b", "task_type": "RETRIEVAL_QUERY"}
    assert good["predictions"][0]["embeddings"]["statistics"] == {"truncated": False, "token_count": 2}
    assert bad["status"].startswith("Error code 3: ")


@pytest.mark.parametrize("source", ["gs://elsewhere/in.jsonl", "bq://p.d.t"])
def test_sources_that_cannot_be_reached(done, source):
    job = done(job_body(source), JOBS)
    assert job["state"] == "JOB_STATE_FAILED"
    assert job["error"]["message"].startswith(f"{source} cannot be read: ")
    assert "outputInfo" not in job


def test_a_destination_that_cannot_be_reached(gemini, done):
    gemini.put_object("gs://b/in.jsonl", lines({"request": asked("one")}))
    output = {"predictionsFormat": "bigquery", "bigqueryDestination": {"outputUri": "bq://p.d.t"}}
    job = done({**job_body(), "outputConfig": output}, JOBS)
    assert job["error"]["message"].startswith("bq://p.d.t cannot be written: ")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"displayName": ""}, "displayName"),
        ({"model": ""}, "model"),
        ({"inputConfig": {}}, "inputConfig"),
        ({"outputConfig": {}}, "outputConfig"),
        ({"inputConfig": {"gcsSource": {"uris": ["gs://a", "b"]}}}, "inputConfig.gcsSource.uris[1]"),
        ({"inputConfig": {"bigquerySource": {"inputUri": "p.d.t"}}}, "inputConfig.bigquerySource.inputUri"),
        (
            {"inputConfig": {"instancesFormat": "csv", "gcsSource": {"uris": ["gs://a"]}}},
            "inputConfig.instancesFormat",
        ),
        ({"outputConfig": {"gcsDestination": {"outputUriPrefix": "b"}}}, "outputConfig.gcsDestination.outputUriPrefix"),
    ],
)
def test_invalid_jobs(http, change, field):
    assert problem_of(http.post(JOBS, json={**job_body(), **change})).startswith(f"{field}: ")


@pytest.mark.parametrize("model", ["publishers/google/models/veo-3.0-generate-001", "projects/p/locations/l/models/1"])
def test_models_that_do_not_support_jobs(http, model):
    assert problem_of(http.post(JOBS, json=job_body(model=model)), 404).startswith(f"model: {model} ")


def test_jobs_are_listed_with_a_filter(gemini, http):
    gemini.put_object("gs://b/in.jsonl", lines({"request": asked("one")}))
    for name in ("one", "two"):
        http.post(JOBS, json=job_body(displayName=name))
    jobs = http.get(JOBS).json()["batchPredictionJobs"]
    assert [job["displayName"] for job in jobs] == ["two", "one"]
    filtered = http.get(JOBS, params={"filter": 'display_name="one"'}).json()
    assert [job["name"] for job in filtered["batchPredictionJobs"]] == [jobs[1]["name"]]  # its state changes meanwhile
    assert http.get("/v1beta1/projects/other/locations/l/batchPredictionJobs").json() == {}
    assert http.get("/v1beta/batches").json() == {}


def test_finished_jobs(gemini, http):
    gemini.operation_polls = 100
    gemini.put_object("gs://b/in.jsonl", lines({"request": asked("one")}))
    job = http.post(JOBS, json=job_body()).json()
    assert job["state"] == "JOB_STATE_PENDING"
    path = f"/v1beta1/{job['name']}"
    early = http.delete(path)
    assert "only finished jobs can be deleted" in problem_of(early)
    assert early.json()["error"]["status"] == "FAILED_PRECONDITION"
    assert http.post(f"{path}:cancel").json() == {}
    assert http.get(path).json()["state"] == "JOB_STATE_CANCELLED"
    deletion = http.delete(path).json()
    assert deletion["done"] is True
    assert http.get(f"/v1beta1/{deletion['name']}").json() == deletion
    assert http.get(path).status_code == 404


def test_jobs_in_express_mode(gemini, http):
    gemini.put_object("gs://b/in.jsonl", lines({"request": asked("one")}))
    job = http.post("/v1beta1/batchPredictionJobs", json=job_body()).json()
    assert job["name"].startswith("projects/local/locations/global/batchPredictionJobs/")
    assert http.get(f"/v1beta1/batchPredictionJobs/{job['name'].rpartition('/')[2]}").status_code == 200


def test_a_reset_removes_batches_and_cancels_their_work(gemini, http):
    gemini.on("slow").stream(["a", "b"], interval_s=60)
    name = http.post(GEMINI, json=inline("slow")).json()["name"]
    gemini.reset()
    assert http.get(f"/v1beta/{name}").status_code == 404
    assert http.get("/v1beta/batches").json() == {}
