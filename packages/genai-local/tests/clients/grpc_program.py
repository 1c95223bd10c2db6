"""Calls of the official low-level client, in an environment of its own: `grpc_program.py TRANSPORT TARGET [insecure]`.

The transport is grpc, grpc_asyncio or rest. With `insecure`, gRPC is in clear text; a target of rest is a URL. It prints one JSON
object: what each step brought, as plain data. It imports nothing of this repository.
"""

import asyncio
import inspect
import json
import sys
from typing import Any

import grpc
from google.api_core import exceptions

from google.ai import generativelanguage_v1beta as api

MODEL = "models/gemini-2.5-flash"
EMBEDDING_MODEL = "models/gemini-embedding-001"


class Client:
    """One client of each service; every call is awaited, of blocking clients too."""

    def __init__(self, transport: str, target: str, insecure: bool) -> None:
        self.is_async = transport == "grpc_asyncio"
        services = ("Generative", "Model", "File", "Cache", "Prediction")
        kind = "ServiceAsyncClient" if self.is_async else "ServiceClient"
        self.generative, self.models, self.files, self.caches, self.predictions = (
            self._made(getattr(api, f"{service}{kind}"), transport, target, insecure) for service in services
        )

    def _made(self, kind: Any, transport: str, target: str, insecure: bool) -> Any:
        if not insecure:
            return kind(transport=transport, client_options={"api_endpoint": target, "api_key": "a key"})
        channel = grpc.aio.insecure_channel(target) if self.is_async else grpc.insecure_channel(target)
        return kind(transport=kind.get_transport_class(transport)(channel=channel))


async def result(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


async def items(value: Any) -> list[Any]:
    value = await result(value)
    return [item async for item in value] if hasattr(value, "__aiter__") else list(value)


def plain(message: Any) -> Any:
    return type(message).to_dict(message, use_integers_for_enums=False)


async def error_of(call: Any) -> dict[str, Any]:
    try:
        reply = await result(call())
        if hasattr(reply, "__aiter__"):
            await items(reply)
    except exceptions.GoogleAPICallError as error:
        details = [detail for detail in error.details if not isinstance(detail, dict)]
        names = [type(detail).__name__ for detail in details]
        return {"class": type(error).__name__, "text": error.message, "details": names}
    except Exception as error:
        return {"class": type(error).__name__, "text": str(error)}
    return {}


def prompt(text: str, **fields: Any) -> dict[str, Any]:
    return {"model": MODEL, "contents": [{"parts": [{"text": text}]}], **fields}


async def generation(client: Any) -> dict[str, Any]:
    config = {"temperature": 0.5, "max_output_tokens": 100}
    safety = [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH"}]
    whole = await result(client.generate_content(prompt("weather", generation_config=config, safety_settings=safety)))
    flattened = await result(
        client.generate_content(model=MODEL, contents=[api.Content(parts=[api.Part(text="weather")])])
    )
    schema = api.Schema(type_=api.Type.OBJECT, properties={"city": api.Schema(type_=api.Type.STRING)})
    function = api.FunctionDeclaration(name="get_weather", parameters=schema)
    calling = await result(
        client.generate_content(prompt("Call the tool", tools=[api.Tool(function_declarations=[function])]))
    )
    call = calling.candidates[0].content.parts[0].function_call
    stream = await items(client.stream_generate_content(prompt("story")))
    return {
        "whole": plain(whole),
        "flattened": flattened.candidates[0].content.parts[0].text,
        "call": [call.name, dict(call.args)],
        "stream": [chunk.candidates[0].content.parts[0].text for chunk in stream],
        "tokens": (await result(client.count_tokens(model=MODEL, contents=prompt("one two")["contents"]))).total_tokens,
    }


async def cancelled(client: Any) -> bool:
    stream = await result(client.stream_generate_content(prompt("endless")))
    if hasattr(stream, "__aiter__"):
        first = await stream.__aiter__().__anext__()
    else:
        first = next(iter(stream))
    stream.cancel()
    return bool(first.candidates)


async def session(client: Any) -> Any:
    """Return the text of a turn and the kinds of all messages of a Live session."""
    setup = api.BidiGenerateContentSetup(model=MODEL)
    content = api.BidiGenerateContentClientContent(turns=prompt("weather")["contents"], turn_complete=True)
    messages = [
        api.BidiGenerateContentClientMessage(setup=setup),
        api.BidiGenerateContentClientMessage(client_content=content),
    ]

    async def each() -> Any:
        for message in messages:
            yield message

    try:
        called = client.bidi_generate_content(each() if hasattr(client, "__aenter__") else iter(messages))
        replies = await items(called)
    except NotImplementedError:
        return None
    kinds = [api.BidiGenerateContentServerMessage.pb(reply).WhichOneof("message_type") for reply in replies]
    parts = [part.text for reply in replies for part in reply.server_content.model_turn.parts]
    return {"kinds": [kind for kind in kinds if kind], "text": "".join(parts)}


async def embeddings(client: Any) -> dict[str, Any]:
    content = api.Content(parts=[api.Part(text="apple")])
    one = await result(client.embed_content(model=EMBEDDING_MODEL, content=content))
    request = api.EmbedContentRequest(
        model=EMBEDDING_MODEL, content=content, task_type=api.TaskType.RETRIEVAL_QUERY, output_dimensionality=8
    )
    several = await result(client.batch_embed_contents(model=EMBEDDING_MODEL, requests=[request] * 2))
    return {"one": len(one.embedding.values), "several": [len(item.values) for item in several.embeddings]}


async def resources(client: Client) -> dict[str, Any]:
    model = await result(client.models.get_model(name=MODEL))
    models = await items(client.models.list_models(api.ListModelsRequest(page_size=3)))
    files = await items(client.files.list_files(api.ListFilesRequest(page_size=1)))
    file = await result(client.files.get_file(name=files[0].name))
    await result(client.files.delete_file(name=files[0].name))
    cached = api.CachedContent(model=MODEL, contents=prompt("long")["contents"], ttl={"seconds": 600})
    cache = await result(client.caches.create_cached_content(cached_content=cached))
    before = cache.expire_time
    cache.ttl = {"seconds": 9000}
    cache = await result(client.caches.update_cached_content(cached_content=cache, update_mask={"paths": ["ttl"]}))
    caches = await items(client.caches.list_cached_contents())
    await result(client.caches.delete_cached_content(name=cache.name))
    tuned = await result(client.models.get_tuned_model(name="tunedModels/my-model"))
    tuned.description = "Better."
    tuned = await result(client.models.update_tuned_model(tuned_model=tuned, update_mask={"paths": ["description"]}))
    return {
        "model": model.name,
        "models": [len(models) > 3, len({item.name for item in models}) == len(models)],
        "files": [len(files), file.mime_type, file.size_bytes, file.state.name, file.sha256_hash != b""],
        "cache": [cache.model, len(caches), cache.expire_time > before],
        "tuned": [tuned.description, tuned.state.name],
        "tuned_models": [item.name for item in await items(client.models.list_tuned_models())],
    }


async def errors(client: Client) -> dict[str, Any]:
    generate, stream = client.generative.generate_content, client.generative.stream_generate_content
    return {
        "invalid": await error_of(lambda: generate(prompt("x", generation_config={"candidate_count": 99}))),
        "unknown": await error_of(lambda: generate({**prompt("x"), "model": "models/unheard-of"})),
        "busy": await error_of(lambda: generate(prompt("busy"), retry=None)),
        "broken": await error_of(lambda: stream(prompt("busy"), retry=None)),
        "file": await error_of(lambda: client.files.create_file(api.CreateFileRequest())),
        "answer": await error_of(lambda: client.generative.generate_answer(api.GenerateAnswerRequest(model=MODEL))),
        "late": await error_of(lambda: generate(prompt("endless"), timeout=0.3, retry=None)),
    }


async def main(transport: str, target: str, insecure: bool) -> dict[str, Any]:
    client = Client(transport, target, insecure)
    return {
        "generation": await generation(client.generative),
        "cancelled": await cancelled(client.generative),
        "session": await session(client.generative),
        "embeddings": await embeddings(client.generative),
        "resources": await resources(client),
        "errors": await errors(client),
    }


print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:] == ["insecure"]))))
