"""Print what async calls import, and where they load certificates, on the thread of the event loop.

Usage: `loop_imports.py CASE URL`. The case determines the calls. Prints a JSON list of modules and of loaded certificates.
"""

from __future__ import annotations

import asyncio
import importlib.abc
import io
import json
import os
import ssl
import sys
import threading
from typing import Any

_LOADED_LATE = {
    *(
        "aiohttp",
        "httpx2",
        "httpcore2",
        "httpx",
        "httpcore",
        "anyio",
        "h11",
        "requests",
        "urllib3",
        "certifi",
        "truststore",
    ),
    *("google.auth", "google.oauth2", "cryptography", "trio"),
}
_on_loop: list[str] = []
_loop_thread = threading.get_ident()


class Watch(importlib.abc.MetaPathFinder):
    """A finder that finds nothing, and notes which thread asks for a module."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        roots = {name.partition(".")[0], ".".join(name.split(".")[:2])}
        if roots & _LOADED_LATE and threading.get_ident() == _loop_thread:
            _on_loop.append(name)


def watch_certificates() -> None:
    """Note which thread loads certificates into a TLS context."""
    for name in ("load_default_certs", "load_verify_locations"):
        original = getattr(ssl.SSLContext, name)

        def watched(*arguments: Any, name: str = name, original: Any = original, **named: Any) -> Any:
            if threading.get_ident() == _loop_thread:
                _on_loop.append(f"ssl.{name}")
            return original(*arguments, **named)

        setattr(ssl.SSLContext, name, watched)


async def main(case: str, url: str) -> None:
    from google import genai
    from google.genai import errors, types

    retry = types.HttpRetryOptions(attempts=2, initial_delay=0.01, jitter=0.01)
    options = types.HttpOptions(base_url=url, timeout=5_000)
    if case == "retry":
        options.retry_options = retry
    if case == "arguments":
        options.async_client_args = {"verify": True}
    if case == "headers":
        options.async_client_args = {"headers": {"a": "b"}}
    sys.meta_path.insert(0, Watch())
    watch_certificates()
    async with genai.Client(api_key="k", http_options=options).aio as client:
        try:
            if case == "stream":
                async for _ in await client.models.generate_content_stream(model="m", contents="x"):
                    pass
            elif case == "upload":
                await client.files.upload(file=io.BytesIO(b"text"), config={"mime_type": "text/plain"})
            elif case == "download":
                await client.files.download(file="files/abc")
            else:
                await client.models.generate_content(model="m", contents="x")
        except errors.APIError:
            if case not in ("tls", "broken", "download"):  # the server speaks plain HTTP, is gone, has no such file
                raise
    if case == "call":  # another client, over another library
        os.environ["GOOGLE_GENAI_HTTP_CLIENT"] = "httpx2"
        async with genai.Client(api_key="k", http_options=options).aio as client:
            await client.models.generate_content(model="m", contents="x")
    print(json.dumps(_on_loop))


asyncio.run(main(*sys.argv[1:]))
