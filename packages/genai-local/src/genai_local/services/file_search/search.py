"""Search in stores for a prompt: the nearest chunks go into the prompt, and into the grounding of the reply."""

from __future__ import annotations

import asyncio
import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...engines import text_of
from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid
from ..embedding.vectors import cosines, embedder_of, vectors_of
from .metadata_filter import Condition, Value, compile_filter
from .store import Document, FileSearchStores

_DEFAULT_TOP_K = 5
_MAX_TOP_K = 100
_MAX_STORES = 5
_AT_ONCE = 512
_SENTENCE = re.compile(r"\S[^.!?\n]*(?:[.!?]+|\n|$)")
_WORD = re.compile(r"\w{3,}")
_SHARE = 0.5
"""The minimum share of a sentence's words that a supporting chunk contains."""
_INTRODUCTION = "Answer with the help of these passages, which were found in the user's files:"


@dataclass(frozen=True)
class Hit:
    """A found chunk."""

    nearness: float
    document: Document
    text: str


@dataclass(frozen=True)
class Search:
    """A checked file search tool of a request."""

    stores: list[str]
    top_k: int
    condition: Condition


class Retrieved:
    """The search results for a prompt."""

    def __init__(self, hits: list[Hit]) -> None:
        self.hits = hits
        self._texts: dict[int, str] = {}

    def in_prompt(self, prompt: JsonObject) -> JsonObject:
        """Return a prompt without the tool and with the found chunks at the end of the system instruction."""
        tools = [{name: value for name, value in tool.items() if name != "fileSearch"} for tool in prompt["tools"]]
        result = {**prompt, "tools": [tool for tool in tools if tool]}
        if not self.hits:
            return result
        passages = [
            f"[{index}] {hit.document.display_name}:\n{hit.text}" for index, hit in enumerate(self.hits, start=1)
        ]
        system: JsonObject = prompt.get("systemInstruction", {})
        parts: list[JsonObject] = list(system.get("parts", []))
        beginning = "\n\n" if parts else ""
        parts.append({"text": "\n\n".join([f"{beginning}{_INTRODUCTION}", *passages])})
        return {**result, "systemInstruction": {**system, "parts": parts}}

    def ground(self, chunk: JsonObject) -> None:
        """Add the grounding of a candidate to its last chunk of the reply."""
        candidates: list[JsonObject] = chunk.get("candidates", [])
        for candidate in candidates:
            index: int = candidate.get("index", 0)
            self._texts[index] = self._texts.get(index, "") + text_of(candidate.get("content"))
            if candidate.get("finishReason") and self.hits and "groundingMetadata" not in candidate:
                candidate["groundingMetadata"] = self._grounding(self._texts[index])

    def _grounding(self, text: str) -> JsonObject:
        chunks = [{"retrievedContext": _context(hit)} for hit in self.hits]
        supports = list(self._supports(text))
        return {"groundingChunks": chunks, **({"groundingSupports": supports} if supports else {})}

    def _supports(self, text: str) -> Iterator[JsonObject]:
        found = [set(_words(hit.text)) for hit in self.hits]
        for match in _SENTENCE.finditer(text):
            words = set(_words(match[0]))
            supporting = [
                index for index, known in enumerate(found) if words and len(words & known) >= _SHARE * len(words)
            ]
            if supporting:
                start = len(text[: match.start()].encode())
                sentence = match[0].rstrip()
                segment: JsonObject = {"startIndex": start} if start else {}
                segment |= {"endIndex": start + len(sentence.encode()), "text": sentence}
                yield {"segment": segment, "groundingChunkIndices": supporting}


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _context(hit: Hit) -> JsonObject:
    document = hit.document
    result: JsonObject = {"title": document.display_name, "text": hit.text, "fileSearchStore": document.store}
    if document.place is not None:
        result["mediaId"] = document.media_id
    return {**result, "customMetadata": document.metadata} if document.metadata else result


async def retrieve(api: Api, prompt: JsonObject) -> Retrieved | None:
    """Return the search results for a prompt with the file search tool; None for other prompts.

    Args:
        api: the server's parts.
        prompt: canonical `contents` and `tools`; the query is the last content with text.

    Raises:
        ApiError: 400 for an invalid tool, 403 for a store that does not exist.
    """
    searches = [
        _read_search(api, tool["fileSearch"], f"tools[{index}].fileSearch")
        for index, tool in enumerate(prompt.get("tools", []))
        if "fileSearch" in tool
    ]
    if not searches:
        return None
    asked = next((text for content in reversed(prompt.get("contents", [])) if (text := text_of(content))), "")
    [vector] = await vectors_of(api, [asked])
    hits: list[Hit] = []
    for search in searches:
        hits += await _search(api, search, vector)
    return Retrieved(hits)


def _read_search(api: Api, tool: JsonObject, path: str) -> Search:
    names: list[str] = tool.get("fileSearchStoreNames", [])
    if not names:
        raise invalid(f"{path}.fileSearchStoreNames", "is empty; give the stores to search.")
    if len(names) > _MAX_STORES:
        raise invalid(f"{path}.fileSearchStoreNames", f"expected at most {_MAX_STORES} stores, not {len(names)}.")
    for index, name in enumerate(names):
        if api.part(FileSearchStores).find(name) is None:
            problem = f"{name} does not exist, or you do not have permission to access it."
            raise ApiError(403, f"{path}.fileSearchStoreNames[{index}]: {problem}")
    top_k: int = tool.get("topK", _DEFAULT_TOP_K)
    if not 1 <= top_k <= _MAX_TOP_K:
        raise invalid(f"{path}.topK", f"expected between 1 and {_MAX_TOP_K}, not {top_k}.")
    for name in ("retrievalResources", "retrievalConfig"):
        if tool.get(name):
            raise invalid(f"{path}.{name}", "is not supported by this server.")
    condition = compile_filter(tool.get("metadataFilter", ""), f"{path}.metadataFilter")
    return Search(list(dict.fromkeys(names)), top_k, condition)


async def _search(api: Api, search: Search, vector: bytes) -> list[Hit]:
    stores = api.part(FileSearchStores)
    documents = [
        document
        for name in search.stores
        for document in stores.documents(name, None, -1)
        if document.state == "STATE_ACTIVE" and search.condition(_values(document))
    ]
    for document in documents:
        await _renew_vectors(api, document, len(vector))
    return await asyncio.to_thread(_nearest, stores, documents, vector, search.top_k)


def _nearest(stores: FileSearchStores, documents: list[Document], vector: bytes, top_k: int) -> list[Hit]:
    def hits() -> Iterator[Hit]:
        for document in documents:
            after = 0
            while rows := stores.chunks(document.name, after, _AT_ONCE):
                after = rows[-1]["seq"]
                for row, nearness in zip(rows, cosines(vector, [row["vector"] for row in rows]), strict=True):
                    yield Hit(nearness, document, row["text"])

    return heapq.nlargest(top_k, hits(), key=lambda hit: hit.nearness)


async def _renew_vectors(api: Api, document: Document, size: int) -> None:
    """Embed the chunks of a document again if another embedder made their vectors, before a restart.

    An endpoint may offer another model under the same name; its vectors may have another size.
    """
    stores, embedder, after = api.part(FileSearchStores), embedder_of(api), 0
    while rows := stores.outdated_chunks(document.name, embedder, size, after, _AT_ONCE):
        after = rows[-1]["seq"]
        vectors = await vectors_of(api, [row["text"] for row in rows], are_queries=False)
        stores.keep_vectors(list(zip((row["seq"] for row in rows), vectors, strict=True)), embedder)


def _values(document: Document) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for entry in document.metadata:
        value: Any = next(item for name, item in entry.items() if name != "key")
        values[entry["key"]] = value if isinstance(value, (str, int, float)) else value.get("values", [])
    return values
