"""Batches, tunings, file search stores and auth tokens, against the local server; each test runs blocking and async."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from google import genai
from google.genai import errors, types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

Call = Callable[..., Any]
NewClient = Callable[..., genai.Client]

MODEL = "gemini-2.5-flash"


async def items(pager: Any) -> list[Any]:
    """Return all items of all pages."""
    if hasattr(pager, "__anext__"):
        return [item async for item in pager]
    return list(pager)


@pytest.fixture
def developer(new_client: NewClient) -> genai.Client:
    return new_client("gemini")


# Batches


async def test_results_come_back_by_key(call: Call, developer: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("two").fail(400, message="no twos")
    requests = [types.InlinedRequest(contents=text, metadata={"key": text}) for text in ("one", "two", "three")]
    job = await call(developer, "batches.create", model=MODEL, src=requests, config={"display_name": "Numbers"})
    assert isinstance(job, types.BatchJob)
    assert job.display_name == "Numbers"
    done = await call(developer, "batches.wait", job=job, poll_s=0.001)
    assert done.state is types.JobState.JOB_STATE_SUCCEEDED
    results = {result.metadata["key"]: result for result in await call(developer, "batches.results", job=done)}
    assert "one" in results["one"].response.text
    assert "no twos" in results["two"].error.message
    assert results["two"].response is None
    assert job.name in [one.name for one in await items(await call(developer, "batches.list"))]
    await call(developer, "batches.delete", name=job.name)
    with pytest.raises(errors.ClientError):
        await call(developer, "batches.get", name=job.name)


async def test_a_request_in_a_batch_is_what_a_single_call_sends(
    call: Call, developer: genai.Client, gemini: ScriptedGemini
) -> None:
    config = types.GenerateContentConfig(
        temperature=0.5,
        system_instruction="Be brief.",
        tools=[
            types.Tool(function_declarations=[types.FunctionDeclaration(name="f")]),
            types.Tool(url_context=types.UrlContext()),
        ],
        tool_config=types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode="ANY")),
        safety_settings=[types.SafetySetting(category="HARM_CATEGORY_HARASSMENT", threshold="BLOCK_NONE")],
        thinking_config=types.ThinkingConfig(thinking_budget=10),
        response_schema={"type": "STRING"},
        response_mime_type="application/json",
    )
    contents = ["Hi", types.Part.from_bytes(data=b"\xfb\xff", mime_type="image/png")]
    gemini.respond(json={"candidates": []})
    await call(developer, "models.generate_content", model=MODEL, contents=contents, config=config)
    single = gemini.last_request.json
    gemini.respond(json={"name": "batches/1"})
    request = types.InlinedRequest(model=MODEL, contents=contents, config=config)
    await call(developer, "batches.create", model=MODEL, src=[request])
    [inside] = gemini.last_request.json["batch"]["inputConfig"]["requests"]["requests"]
    assert inside == {"request": {"model": f"models/{MODEL}", **single}}


async def test_a_batch_from_a_file(call: Call, developer: genai.Client) -> None:
    lines = [
        {"key": f"k{number}", "request": {"contents": [{"parts": [{"text": f"number {number}"}]}]}}
        for number in range(3)
    ]
    file = await call(
        developer,
        "files.upload",
        file=io.BytesIO("\n".join(map(json.dumps, lines)).encode()),
        config={"mime_type": "application/jsonl"},
    )
    job = await call(developer, "batches.create", model=MODEL, src=file.name)
    done = await call(developer, "batches.wait", job=job.name, poll_s=0.001)
    assert done.dest.file_name.startswith("files/")
    results = await call(developer, "batches.results", job=done.name)
    assert sorted(result.metadata["key"] for result in results) == ["k0", "k1", "k2"]
    by_key = {result.metadata["key"]: result.response.text for result in results}
    assert "number 1" in by_key["k1"]


@pytest.mark.parametrize(
    "broken", [b"{", b"5", b"null", b'{"response": 5}', b'{"response": {"candidates": "x"}}', b"[" * 100_000]
)
async def test_a_broken_line_of_results_is_named(
    call: Call, developer: genai.Client, gemini: ScriptedGemini, broken: bytes
) -> None:
    gemini.respond(body=b'{"key": "a", "response": {}}\n\n' + broken, path=":download")
    dest = types.BatchJobDestination(file_name="files/results")
    job = types.BatchJob(name="batches/1", state=types.JobState.JOB_STATE_SUCCEEDED, dest=dest)
    with pytest.raises(errors.InvalidResponseError, match="files/results, line 3: expected a JSON object") as raised:
        await call(developer, "batches.results", job=job)
    assert raised.value.status == "INVALID_RESPONSE"
    assert len(str(raised.value)) < 1_000


async def test_a_batch_of_embeddings(call: Call, developer: genai.Client) -> None:
    job = await call(developer, "batches.create_embeddings", model="gemini-embedding-001", src=["a cat", "a dog"])
    done = await call(developer, "batches.wait", job=job, poll_s=0.001)
    results = await call(developer, "batches.results", job=done)
    assert [bool(result.response.embedding.values) for result in results] == [True, True]


async def test_a_batch_on_vertex_ai(call: Call, new_client: NewClient, gemini: ScriptedGemini) -> None:
    vertex = new_client("vertex")
    line = json.dumps({"request": {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}})
    gemini.put_object("gs://bucket/in.jsonl", line.encode())
    job = await call(vertex, "batches.create", model=MODEL, src="gs://bucket/in.jsonl")
    sent = gemini.last_request.json
    assert sent["displayName"].startswith("genai_batch_job_")
    assert sent["outputConfig"]["gcsDestination"] == {"outputUriPrefix": "gs://bucket/in/dest"}
    done = await call(vertex, "batches.wait", job=job, poll_s=0.001)
    assert done.src.gcs_uri == ["gs://bucket/in.jsonl"]
    with pytest.raises(ValueError, match="the results are at gs://"):
        await call(vertex, "batches.results", job=done)
    named = await call(vertex, "batches.create", model=MODEL, src="gs://bucket/in.jsonl", dest="gs://other/out")
    assert gemini.last_request.json["outputConfig"]["gcsDestination"] == {"outputUriPrefix": "gs://other/out"}
    assert named.name != job.name


async def test_a_batch_that_fails_says_why(call: Call, new_client: NewClient) -> None:
    vertex = new_client("vertex")
    job = await call(vertex, "batches.create", model=MODEL, src="gs://elsewhere/in.jsonl")
    with pytest.raises(errors.OperationFailedError, match="ended as JOB_STATE_FAILED: ") as raised:
        await call(vertex, "batches.wait", job=job, poll_s=0.001)
    assert raised.value.last.error.message


async def test_a_cancelled_batch(call: Call, developer: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.operation_polls = 1000
    job = await call(developer, "batches.create", model=MODEL, src=[{"contents": "Hi"}])
    assert await call(developer, "batches.cancel", name=job.name) is None
    gemini.operation_polls = 0
    with pytest.raises(errors.OperationFailedError, match="JOB_STATE_CANCELLED"):
        await call(developer, "batches.wait", job=job.name, poll_s=0.001)


@pytest.mark.parametrize(
    ("backend", "src", "message"),
    [
        ("gemini", "elsewhere", "src: expected an address that starts with gs://, bq://, files/ or projects/"),
        ("gemini", "gs://b/in.jsonl", r"src\.format, src\.gcs_uri are not supported by the Gemini Developer API"),
        ("vertex", [{"contents": "Hi"}], r"src\.inlined_requests is not supported by Vertex AI"),
        (
            "vertex",
            {"gcs_uri": ["gs://b"], "bigquery_uri": "bq://p.d.t"},
            "takes exactly one of gcs_uri, bigquery_uri and vertex_dataset_name",
        ),
        ("gemini", {}, "takes exactly one of inlined_requests and file_name"),
        ("gemini", 3, "src: expected a list of requests, an address or types.BatchJobSource, got int"),
        ("gemini", [{"contents": "Hi", "config": {"temprature": 1}}], "did you mean 'temperature'"),
        (
            "gemini",
            [{"contents": "Hi", "config": {"audio_timestamp": True}}],
            r"src\.inlined_requests\[0\]\.config\.audio_timestamp",
        ),
    ],
)
async def test_what_is_no_source_is_refused(
    call: Call, new_client: NewClient, gemini: ScriptedGemini, backend: str, src: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        await call(new_client(backend), "batches.create", model=MODEL, src=src)
    assert not gemini.requests


@pytest.mark.parametrize(
    ("backend", "name"),
    [("gemini", "123"), ("gemini", "batches/a/b"), ("vertex", "batches/1"), ("vertex", "projects/p/jobs/1")],
)
async def test_what_is_no_job_is_refused(
    call: Call, new_client: NewClient, gemini: ScriptedGemini, backend: str, name: str
) -> None:
    with pytest.raises(ValueError, match="name: expected the name of a batch job"):
        await call(new_client(backend), "batches.get", name=name)
    assert not gemini.requests


# Tuning


async def test_a_model_is_tuned_with_examples(call: Call, developer: genai.Client) -> None:
    dataset = types.TuningDataset(
        examples=[types.TuningExample(text_input="one", output="two"), types.TuningExample(text_input="a", output="b")]
    )
    job = await call(
        developer,
        "tunings.tune",
        base_model="models/gemini-1.5-flash-001-tuning",
        training_dataset=dataset,
        config={"tuned_model_display_name": "Next", "epoch_count": 1},
    )
    assert job.name.startswith("tunedModels/")
    done = await call(developer, "tunings.wait", job=job, poll_s=0.001)
    assert done.has_succeeded
    response = await call(developer, "models.generate_content", model=done.tuned_model.model, contents="one")
    assert response.text == "two"
    assert job.name in [one.name for one in await items(await call(developer, "tunings.list"))]


async def test_a_model_is_tuned_on_vertex_ai(call: Call, new_client: NewClient, gemini: ScriptedGemini) -> None:
    vertex = new_client("vertex")
    example = {
        "contents": [{"role": role, "parts": [{"text": text}]} for role, text in (("user", "a"), ("model", "b"))]
    }
    gemini.put_object("gs://bucket/examples.jsonl", json.dumps(example).encode())
    job = await call(
        vertex,
        "tunings.tune",
        base_model="gemini-2.0-flash-001",
        training_dataset={"gcs_uri": "gs://bucket/examples.jsonl"},
        config=types.CreateTuningJobConfig(epoch_count=2, tuned_model_display_name="Next"),
    )
    assert "/tuningJobs/" in job.name
    done = await call(vertex, "tunings.wait", job=job, poll_s=0.001)
    assert done.has_succeeded
    assert done.tuned_model.endpoint


async def test_a_tuning_that_fails_says_why(call: Call, new_client: NewClient) -> None:
    vertex = new_client("vertex")
    job = await call(
        vertex,
        "tunings.tune",
        base_model="gemini-2.0-flash-001",
        training_dataset={"gcs_uri": "gs://elsewhere/examples.jsonl"},
    )
    with pytest.raises(errors.OperationFailedError, match="ended as JOB_STATE_FAILED: ") as raised:
        await call(vertex, "tunings.wait", job=job, poll_s=0.001)
    assert raised.value.last.has_ended


async def test_a_checkpoint_belongs_to_a_tuned_model(call: Call, new_client: NewClient, gemini: ScriptedGemini) -> None:
    config = types.CreateTuningJobConfig(pre_tuned_model_checkpoint_id="3")
    dataset = types.TuningDataset(gcs_uri="gs://b/e.jsonl")
    with pytest.raises(ValueError, match="a checkpoint belongs to a tuned model"):
        await call(new_client("vertex"), "tunings.tune", base_model="m", training_dataset=dataset, config=config)
    assert not gemini.requests
    gemini.respond(json={"name": "projects/p1/locations/l1/tuningJobs/1"})
    model = "projects/p1/locations/l1/models/1"
    await call(new_client("vertex"), "tunings.tune", base_model=model, training_dataset=dataset, config=config)
    assert gemini.last_request.json["preTunedModel"] == {"tunedModelName": model, "checkpointId": "3"}


async def test_the_method_decides_where_settings_go(call: Call, new_client: NewClient, gemini: ScriptedGemini) -> None:
    gemini.respond(json={"name": "projects/p1/locations/l1/tuningJobs/1"})
    await call(
        new_client("vertex"),
        "tunings.tune",
        base_model="m",
        training_dataset={"gcs_uri": "gs://b/e.jsonl"},
        config={"method": "PREFERENCE_TUNING", "beta": 0.1, "validation_dataset": {"gcs_uri": "gs://b/v.jsonl"}},
    )
    assert gemini.last_request.json == {
        "baseModel": "m",
        "preferenceOptimizationSpec": {
            "trainingDatasetUri": "gs://b/e.jsonl",
            "validationDatasetUri": "gs://b/v.jsonl",
            "hyperParameters": {"beta": 0.1},
        },
    }


# File search


async def test_a_store_is_searched(call: Call, developer: genai.Client) -> None:
    store = await call(developer, "file_search_stores.create", config={"display_name": "Manuals"})
    operation = await call(
        developer,
        "file_search_stores.upload_to_file_search_store",
        file_search_store_name=store.name,
        file=io.BytesIO(b"The red kite is launched from the hill. The blue one is for rain."),
        config={
            "mime_type": "text/plain",
            "display_name": "Kites",
            "custom_metadata": [{"key": "year", "numeric_value": 2025}],
            "chunking_config": {"white_space_config": {"max_tokens_per_chunk": 20, "max_overlap_tokens": 2}},
        },
    )
    assert isinstance(operation, types.UploadToFileSearchStoreOperation)
    done = await call(developer, "operations.wait", operation, poll_s=0.001)
    assert done.response.document_name.startswith(store.name + "/documents/")
    file = await call(
        developer, "files.upload", file=io.BytesIO(b"Bread is baked."), config={"mime_type": "text/plain"}
    )
    imported = await call(developer, "file_search_stores.import_file", store=store.name, source=file)
    assert isinstance(imported, types.ImportFileOperation)
    await call(developer, "operations.wait", imported, poll_s=0.001)
    documents = await items(await call(developer, "file_search_stores.documents.list", parent=store.name))
    assert len(documents) == 2
    assert (await call(developer, "file_search_stores.get", name=store.name)).active_documents_count == 2
    tool = types.Tool(file_search=types.FileSearch(file_search_store_names=[store.name]))
    response = await call(
        developer, "models.generate_content", model=MODEL, contents="red kite hill", config={"tools": [tool]}
    )
    chunks = response.candidates[0].grounding_metadata.grounding_chunks
    assert "red kite" in chunks[0].retrieved_context.text
    one = documents[0].name
    assert (await call(developer, "file_search_stores.documents.get", name=one)).name == one
    assert await call(developer, "file_search_stores.documents.delete", name=one, config={"force": True}) is None
    assert await call(developer, "file_search_stores.delete", name=store.name, config={"force": True}) is None
    with pytest.raises(errors.ClientError):
        await call(developer, "file_search_stores.get", name=store.name)


# Tokens


async def test_a_token_for_live_sessions_is_refused_elsewhere(call: Call, gemini: ScriptedGemini) -> None:
    client = genai.Client(api_key="auth_tokens/abc", http_options={"base_url": gemini.url, "api_version": "v1alpha"})
    async with client.aio:
        for method, arguments in (
            ("models.generate_content", {"model": MODEL, "contents": "Hi"}),
            ("files.list", {}),
            ("files.upload", {"file": io.BytesIO(b"a"), "config": {"mime_type": "text/plain"}}),
        ):
            with pytest.raises(
                ValueError, match=r"api_key: a token of the form auth_tokens/… opens live sessions only"
            ):
                await call(client, method, **arguments)
    client.close()
    assert gemini.requests == []


async def test_a_token_of_short_life(call: Call, new_client: NewClient, gemini: ScriptedGemini) -> None:
    client = new_client("gemini", api_version="v1alpha")
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=5)
    token = await call(client, "auth_tokens.create", config={"uses": 1, "expire_time": until})
    assert token.name.startswith("auth_tokens/")
    config = types.CreateAuthTokenConfig(
        live_connect_constraints=types.LiveConnectConstraints(
            model=MODEL, config=types.LiveConnectConfig(temperature=0.5, system_instruction="Be brief.")
        ),
        lock_additional_fields=["top_p", "tools"],
    )
    gemini.respond(json={"name": "auth_tokens/1"})
    await call(client, "auth_tokens.create", config=config)
    assert gemini.last_request.json == {
        "bidiGenerateContentSetup": {
            "model": f"models/{MODEL}",
            "generationConfig": {"temperature": 0.5},
            "systemInstruction": {"parts": [{"text": "Be brief."}], "role": "user"},
        },
        "fieldMask": "model,generationConfig.temperature,systemInstruction.parts,systemInstruction.role,"
        "generationConfig.topP,tools",
    }


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("auth_tokens.create", {}),
        ("file_search_stores.create", {}),
        ("file_search_stores.documents.get", {"name": "fileSearchStores/a/documents/b"}),
        ("batches.create_embeddings", {"model": "m", "src": ["a"]}),
        ("files.list", {}),
    ],
)
async def test_what_the_developer_api_alone_offers(
    call: Call, new_client: NewClient, gemini: ScriptedGemini, method: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"is not offered by Vertex AI"):
        await call(new_client("vertex"), method, **arguments)
    assert not gemini.requests


async def test_contents_to_embed_may_have_their_own_settings(
    call: Call, new_client: Callable[..., genai.Client], gemini: ScriptedGemini
) -> None:
    sources: Any = [{"contents": "a lake", "config": {"task_type": "RETRIEVAL_QUERY"}}, {"contents": ["a", "b"]}, "c"]
    await call(new_client("gemini"), "batches.create_embeddings", model="gemini-embedding-001", src=sources)
    sent = gemini.last_request.json["batch"]["inputConfig"]["requests"]["requests"]
    texts = [one["request"]["content"]["parts"][0]["text"] for one in sent]
    assert texts == ["a lake", "a", "b", "c"]
    assert [one["request"].get("taskType") for one in sent] == ["RETRIEVAL_QUERY", None, None, None]
    with pytest.raises(ValueError, match=r"src\[0\]\.contents: at least one content"):
        await call(new_client("gemini"), "batches.create_embeddings", model="m", src=[{"contents": []}])


async def test_the_type_of_a_file_of_requests_may_be_jsonl(
    call: Call, new_client: Callable[..., genai.Client], tmp_path: Path
) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_text('{"key": "1", "request": {"contents": [{"parts": [{"text": "Hi"}]}]}}\n')
    client = new_client("gemini")
    file = await call(client, "files.upload", file=path, config={"mime_type": "jsonl"})
    assert file.mime_type == "jsonl"
    job = await call(client, "batches.create", model="gemini-2.5-flash", src=file.name)
    assert job.name.startswith("batches/")


async def test_a_count_includes_the_system_instruction(call: Call, client: genai.Client) -> None:
    counts = [
        (await call(client, "models.count_tokens", model="gemini-2.5-flash", contents="Hi", config=config)).total_tokens
        for config in (None, {"system_instruction": "Answer in one word."})
    ]
    assert counts[0] < counts[1]
