"""Clients with asyncio that were created with a blocking transport: each call says what to do."""

from __future__ import annotations

import asyncio

import pytest

from genai_local.testing import ScriptedGemini
from google.ai import generativelanguage

_CONTENTS = [{"parts": [{"text": "Hello"}]}]


@pytest.mark.parametrize("transport", ["grpc", "rest"])
def test_calls_with_a_blocking_transport(transport: str, gemini: ScriptedGemini) -> None:
    endpoint = gemini.url if transport == "rest" else f"http://{gemini.grpc_target}"
    options = {"api_endpoint": endpoint, "api_key": "key"}
    client = generativelanguage.GenerativeServiceAsyncClient(transport=transport, client_options=options)
    calls = [client.count_tokens, client.generate_content, client.stream_generate_content]
    for call in calls:
        with pytest.raises(TypeError, match=f"blocking transport '{transport}'.*transport='grpc_asyncio'"):
            asyncio.run(call(model="models/gemini-2.5-flash", contents=_CONTENTS))
    models = generativelanguage.ModelServiceAsyncClient(transport=transport, client_options=options)
    with pytest.raises(TypeError, match=r"list_models\(\): ModelServiceAsyncClient has the blocking transport"):
        asyncio.run(models.list_models())
    assert gemini.requests == []
    client.transport.close()
    models.transport.close()
