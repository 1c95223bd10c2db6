"""The steps of the official Python client with files and cached contents: `files_program.py URL SURFACE`.

It prints one JSON object with the result of each step; null for a step that this client does not support on this surface.
"""

import asyncio
import base64
import hashlib
import io
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from google.oauth2.credentials import Credentials

from google import genai
from google.genai import errors, types

MODEL = "gemini-2.5-flash"
LARGE = bytes(range(256)) * 40_000 + b"end"


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


def told(file: types.File) -> dict[str, Any]:
    return {
        "size": file.size_bytes,
        "sha256": base64.b64decode(file.sha256_hash or "").decode(),
        "mime_type": file.mime_type,
        "display_name": file.display_name,
        "state": file.state and file.state.value,
        "source": file.source and file.source.value,
        "lifetime_s": file.expiration_time
        and file.create_time
        and (file.expiration_time - file.create_time).total_seconds(),
    }


def uploaded(client: genai.Client) -> Any:
    """A path whose upload takes several chunks, once blocking and once async."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.bin"
        path.write_bytes(LARGE)
        config = types.UploadFileConfig(mime_type="application/x-large", display_name="Größe")
        blocking = client.files.upload(file=path, config=config)

        async def upload() -> types.File:
            return await client.aio.files.upload(file=str(path), config=config)

        return {
            "blocking": told(blocking),
            "async": told(asyncio.run(upload())),
            "expected": [len(LARGE), hashlib.sha256(LARGE).hexdigest()],
        }


def listed(client: genai.Client) -> Any:
    for name in ("one", "two", "three"):
        client.files.upload(file=io.BytesIO(name.encode()), config={"mime_type": "text/plain", "name": name})
    found = [file.name for file in client.files.list(config={"page_size": 2})][:3]
    client.files.delete(name="two")
    gone = code_of(lambda: client.files.get(name="two"))
    taken = code_of(
        lambda: client.files.upload(file=io.BytesIO(b"x"), config={"mime_type": "text/plain", "name": "one"})
    )
    return {"found": found, "gone": gone, "taken": taken, "kept": client.files.get(name="files/one").name}


def read(client: genai.Client) -> Any:
    """A file in a prompt, next to a text."""
    file = client.files.upload(file=io.BytesIO(b"The sky is green."), config={"mime_type": "text/plain"})
    while file.state == types.FileState.PROCESSING:
        file = client.files.get(name=file.name or "")
    return client.models.generate_content(model=MODEL, contents=[file, "Which colour?"]).text


def processed(client: genai.Client) -> Any:
    file = client.files.upload(file=io.BytesIO(b"film"), config={"mime_type": "video/slow", "display_name": "slow"})
    states = [file.state and file.state.value]
    while file.state == types.FileState.PROCESSING:
        file = client.files.get(name=file.name or "")
        states.append(file.state and file.state.value)
    return {"states": states, "error": file.error and [file.error.code, file.error.message]}


def cached(client: genai.Client) -> Any:
    system = types.Content(parts=[types.Part(text="Be short.")])
    config = types.CreateCachedContentConfig(
        contents=[types.UserContent("one two three")], system_instruction=system, display_name="Story", ttl="600s"
    )
    cache = client.caches.create(model=MODEL, config=config)
    name = cache.name or ""
    reply = client.models.generate_content(
        model=MODEL, contents="four five", config=types.GenerateContentConfig(cached_content=name)
    )
    usage = reply.usage_metadata
    found = client.caches.get(name=name)
    changed = client.caches.update(name=name, config=types.UpdateCachedContentConfig(ttl="7200s"))
    names = [item.name for item in client.caches.list(config={"page_size": 1})]
    client.caches.delete(name=name)
    return {
        "tokens": cache.usage_metadata and cache.usage_metadata.total_token_count,
        "model": (cache.model or "").rpartition("/")[2],
        "display_name": found.display_name,
        "lifetime_s": [
            round((item.expire_time - item.update_time).total_seconds())
            for item in (cache, changed)
            if item.expire_time and item.update_time
        ],
        "listed": names == [name],
        "text": reply.text,
        "usage": usage and [usage.prompt_token_count, usage.cached_content_token_count],
        "gone": [
            code_of(lambda: client.caches.get(name=name)),
            code_of(
                lambda: client.models.generate_content(
                    model=MODEL, contents="x", config=types.GenerateContentConfig(cached_content=name)
                )
            ),
        ],
    }


STEPS: list[Callable[[genai.Client], Any]] = [listed, uploaded, read, processed, cached]


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
