"""The steps of the official Python client with batches, tuning, file search and auth tokens.

`jobs_program.py URL SURFACE` prints one JSON object: what each step brought; null for a step that this client does not
take on this surface.
"""

import io
import json
import sys
import warnings
from collections.abc import Callable
from typing import Any

from google.oauth2.credentials import Credentials

from google import genai
from google.genai import errors, types

MODEL = "gemini-2.5-flash"
FINAL = ("JOB_STATE_SUCCEEDED", "JOB_STATE_FAILED", "JOB_STATE_CANCELLED")


def client_of(url: str, surface: str) -> genai.Client:
    options = types.HttpOptions(base_url=url)
    if surface == "gemini":
        return genai.Client(vertexai=False, api_key="key", http_options=options)
    if surface == "express":
        return genai.Client(vertexai=True, api_key="key", http_options=options)
    credentials = Credentials(token="token")
    return genai.Client(
        vertexai=True, project="a-project", location="us-central1", credentials=credentials, http_options=options
    )


def code_of(call: Callable[[], Any]) -> int | None:
    try:
        call()
    except errors.APIError as error:
        return error.code
    return None


def ended(get: Callable[..., Any], name: str) -> tuple[Any, list[str]]:
    """Poll a job until it has ended; return it and its states."""
    states: list[str] = []
    while not states or states[-1] not in FINAL:
        job = get(name=name)
        states.append(str(job.state.value))
    return job, states


def finished(client: genai.Client, operation: Any) -> Any:
    while not operation.done:
        operation = client.operations.get(operation)
    return operation


def batched(client: genai.Client) -> Any:
    if client.vertexai:
        return None
    requests = [
        types.InlinedRequest(
            model=MODEL,
            contents=text,
            metadata={"key": text},
            config=types.GenerateContentConfig(system_instruction="Be brief.", temperature=0.5),
        )
        for text in ("weather", "broken", "else")
    ]
    begun = client.batches.create(model=MODEL, src=requests, config={"display_name": "mine"})
    job, states = ended(client.batches.get, begun.name)
    listed = [item.name for item in client.batches.list(config={"page_size": 1})]
    answers = [
        answer.response.text if answer.response else [answer.error.code, answer.error.message]
        for answer in job.dest.inlined_responses
    ]
    client.batches.delete(name=job.name)
    return {
        "states": [begun.state.value, *states],
        "answers": answers,
        "display_name": job.display_name,
        "ended": bool(job.end_time),
        "listed": listed == [job.name],
        "gone": code_of(lambda: client.batches.get(name=job.name)),
    }


def batched_by_file(client: genai.Client) -> Any:
    if client.vertexai:
        job, states = ended(client.batches.get, client.batches.create(model=MODEL, src="gs://bucket/in.jsonl").name)
        lost, _ = ended(client.batches.get, client.batches.create(model=MODEL, src="bq://p.d.t").name)
        client.batches.delete(name=job.name)
        stats = job.completion_stats
        return {
            "states": states,
            "dest": job.dest.gcs_uri,
            "counts": [stats.successful_count, stats.failed_count],
            "lost": lost.error.message,
            "gone": code_of(lambda: client.batches.get(name=job.name)),
        }
    lines = [{"key": str(index), "request": {"contents": [{"parts": [{"text": f"n{index}"}]}]}} for index in range(3)]
    data = "\n".join(map(json.dumps, lines)).encode()
    file = client.files.upload(file=io.BytesIO(data), config={"mime_type": "application/jsonl"})
    job, states = ended(client.batches.get, client.batches.create(model=MODEL, src=file.name).name)
    found = [json.loads(line) for line in client.files.download(file=job.dest.file_name).splitlines()]
    texts = [line["response"]["candidates"][0]["content"]["parts"][0]["text"] for line in found]
    return {"states": states, "keys": [line["key"] for line in found], "texts": texts}


def batched_embeddings(client: genai.Client) -> Any:
    if client.vertexai:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = types.EmbeddingsBatchJobSource(
            inlined_requests=types.EmbedContentBatch(
                contents=["a b", "c"], config=types.EmbedContentConfig(output_dimensionality=4)
            )
        )
        begun = client.batches.create_embeddings(model="gemini-embedding-001", src=source)
    job, _ = ended(client.batches.get, begun.name)
    answers = job.dest.inlined_embed_content_responses
    return [[len(answer.response.embedding.values), answer.response.token_count] for answer in answers]


def cancelled(client: genai.Client) -> Any:
    source = "gs://bucket/in.jsonl" if client.vertexai else [types.InlinedRequest(contents="x")]
    name = client.batches.create(model=MODEL, src=source).name
    client.batches.cancel(name=name)
    return client.batches.get(name=name).state.value


def tuned(client: genai.Client) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not client.vertexai:
            examples = types.TuningDataset(examples=[types.TuningExample(text_input="apple", output="fruit")])
            # These clients do not send the examples.
            return {"refused": code_of(lambda: client.tunings.tune(base_model=MODEL, training_dataset=examples))}
        config = types.CreateTuningJobConfig(tuned_model_display_name="Mine", epoch_count=2)
        dataset = types.TuningDataset(gcs_uri="gs://bucket/examples.jsonl")
        begun = client.tunings.tune(base_model=MODEL, training_dataset=dataset, config=config)
        nowhere = types.TuningDataset(gcs_uri="gs://elsewhere/x.jsonl")
        lost = client.tunings.tune(base_model=MODEL, training_dataset=nowhere)
        third = client.tunings.tune(base_model=MODEL, training_dataset=dataset)
    job, states = ended(client.tunings.get, begun.name)
    lost, _ = ended(client.tunings.get, lost.name)
    client.tunings.cancel(name=third.name)
    reply = client.models.generate_content(model=job.tuned_model.endpoint, contents="an apple")
    return {
        "states": [begun.state.value, *states],
        "text": reply.text,
        "checkpoints": [item.checkpoint_id for item in job.tuned_model.checkpoints],
        "display_name": job.tuned_model_display_name,
        "examples": job.tuning_data_stats.supervised_tuning_data_stats.tuning_dataset_example_count,
        "lost": lost.error.message,
        "cancelled": client.tunings.get(name=third.name).state.value,
        "listed": len(list(client.tunings.list(config={"page_size": 2}))),
    }


def searched(client: genai.Client) -> Any:
    stores = client.file_search_stores
    store = stores.create(config={"display_name": "My store"})
    metadata = [{"key": "author", "string_value": "Ada"}, {"key": "year", "numeric_value": 1843}]
    chunking = {"white_space_config": {"max_tokens_per_chunk": 20, "max_overlap_tokens": 2}}
    uploading = stores.upload_to_file_search_store(
        file_search_store_name=store.name,
        file=io.BytesIO(b"The castle has seven towers."),
        config={
            "display_name": "castle.txt",
            "mime_type": "text/plain",
            "custom_metadata": metadata,
            "chunking_config": chunking,
        },
    )
    uploaded = finished(client, uploading)
    file = client.files.upload(file=io.BytesIO(b"Sheep give wool."), config={"mime_type": "text/plain"})
    importing = stores.import_file(file_search_store_name=store.name, file_name=file.name)
    imported = finished(client, importing)
    counted = stores.get(name=store.name)
    document = stores.documents.get(name=uploaded.response.document_name)
    documents = [item.name for item in stores.documents.list(parent=store.name, config={"page_size": 1})]
    tool = types.Tool(
        file_search=types.FileSearch(file_search_store_names=[store.name], metadata_filter='author = "Ada"')
    )
    reply = client.models.generate_content(
        model=MODEL, contents="How many towers?", config=types.GenerateContentConfig(tools=[tool])
    )
    grounding = reply.candidates[0].grounding_metadata
    listed = [item.name for item in stores.list(config={"page_size": 1})]
    early = code_of(lambda: stores.delete(name=store.name))
    stores.documents.delete(name=document.name, config={"force": True})
    stores.delete(name=store.name, config={"force": True})
    return {
        "operations": [importing.done, uploading.done],
        "documents": documents == [uploaded.response.document_name, imported.response.document_name],
        "document": [document.display_name, document.state.value, document.size_bytes, document.mime_type],
        "metadata": [[item.key, item.string_value, item.numeric_value] for item in document.custom_metadata],
        "counts": [counted.active_documents_count, counted.size_bytes],
        "chunks": [
            [chunk.retrieved_context.title, chunk.retrieved_context.text] for chunk in grounding.grounding_chunks
        ],
        "supports": [
            [support.segment.text, support.grounding_chunk_indices] for support in grounding.grounding_supports
        ],
        "listed": listed == [store.name],
        "early": early,
        "gone": [
            code_of(lambda: stores.get(name=store.name)),
            code_of(lambda: stores.documents.get(name=document.name)),
        ],
    }


def token(client: genai.Client) -> Any:
    if client.vertexai:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = client.auth_tokens.create(
            config={
                "http_options": {"api_version": "v1alpha"},
                "uses": 2,
                "live_connect_constraints": {
                    "model": "gemini-live",
                    "config": {"temperature": 0.5, "response_modalities": ["AUDIO"]},
                },
                "lock_additional_fields": ["top_k"],
            }
        )
    return made.name.startswith("auth_tokens/")


STEPS: list[Callable[[genai.Client], Any]] = [
    batched,
    batched_by_file,
    batched_embeddings,
    cancelled,
    tuned,
    searched,
    token,
]


def main() -> None:
    url, surface = sys.argv[1:]
    client = client_of(url, surface)
    report: dict[str, Any] = {}
    for step in STEPS:
        try:
            report[step.__name__] = step(client)
        except ValueError as error:
            # The client itself refuses what its backend does not have.
            if "only supported" not in str(error) and "not supported" not in str(error):
                raise
            report[step.__name__] = None
    print(json.dumps(report))


main()
