"""The places of all fields in requests and replies, as the marks of the types give them, compared with the facts of
`wire_tables.json`. `test_wire.py` has whole requests.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from google.genai import types
from google.genai._wire.marks import BackendName, RepliedBy, Reply
from google.genai._wire.plans import plan_of

_FACTS = json.loads((Path(__file__).parent / "wire_tables.json").read_text())

_OTHER_REQUESTS = {
    # Sent as part of a whole request to generate content; the official release refuses them.
    "CountTokensConfig gemini": {"generation_config", "system_instruction", "tools"},
    # Refused as a whole: Vertex AI takes no field of a server.
    "Tool vertex": {"mcp_servers"},
    # For models that embed texts only; models for other contents have `embedContentConfig`, which has no marks.
    "EmbedContentConfig vertex": {"audio_track_extraction", "document_ocr"},
    # The same keys in camelCase.
    "CreateCachedContentConfig vertex": {"kms_key_name"},
    # The same places: a transform writes the object in which they are, or the facts give them from another object.
    "EmbedContentBatch gemini": {"contents"},
    "EmbeddingsBatchJobSource gemini": {"file_name", "inlined_requests"},
    "InlinedRequest gemini": {"config", "contents", "model"},
    "ListModelsConfig gemini": {"filter"},
    "ListModelsConfig vertex": {"filter"},
    "LiveConnectConstraints gemini": {"model"},
    "TuningDataset gemini": {"examples"},
}
"""Fields with another place by their marks than by the facts."""

_OTHER_REPLIES = {
    # Read if they are there, or set by this package.
    "BatchJobSource vertex": {"file_name", "inlined_requests"},
    "CreateFileResponse gemini": {"http_headers"},
    "GenerateContentResponse gemini": {"automatic_function_calling_history", "parsed"},
    "GenerateContentResponse vertex": {"automatic_function_calling_history", "parsed"},
    "GenerationConfig vertex": {"enable_enhanced_civic_answers"},
    "TunedModel gemini": {"checkpoints"},
    # Views of the object itself, which `Itself` marks, and places that only a function can find.
    "GeneratedImage gemini": {"image", "safety_attributes"},
    "GeneratedImage vertex": {"image", "safety_attributes"},
    "GeneratedImageMask vertex": {"mask"},
    "ListModelsResponse gemini": {"models"},
    "ListModelsResponse vertex": {"models"},
    "Model gemini": {"tuned_model_info"},
    "Model vertex": {"tuned_model_info"},
    "TuningJob gemini": {"tuned_model"},
    # The service spells this key in snake_case; both spellings are read.
    "ContentEmbeddingStatistics vertex": {"token_count"},
}
"""Fields of replies with another place by their marks than by the facts."""


def _class(key: str) -> tuple[Any, BackendName]:
    name, _, backend = key.partition(" ")
    return getattr(types, name), "gemini" if backend == "gemini" else "vertex"


def _expected(row: dict[str, Any], field: str, alias: str) -> set[str]:
    """Return the places that the facts give for a field; those in the object around it begin with `/`."""
    if field in row.get("refused", ()):
        return {"refused"}
    if field in row.get("query", ()):
        return {"query"}
    if field in row.get("parent", ()):
        return {f"/{alias}"}
    return {alias} if field in row.get("own", ()) else set(row["places"][field])


def _named_in(row: dict[str, Any]) -> list[str]:
    return [
        *(field for part in ("refused", "query", "parent", "own") for field in row.get(part, ())),
        *row.get("places", ()),
    ]


def _place(cls: Any, field: str, backend: BackendName) -> set[str]:
    """Return the place of a field by its marks, in each of the forms in which the facts may give it."""
    plan = plan_of(cls, backend)
    rule = plan.rules[field]
    if rule.kind in ("refused", "query"):
        return {rule.kind}
    if rule.kind == "itself":
        return {"itself"}
    steps = rule.steps or (rule.alias,)
    place = ".".join(steps)
    if plan.wire_root and steps[0] == plan.wire_root:
        return {f"/{place}", ".".join(steps[1:])}
    return {f"/{place}"} if plan.wire_root else {f"/{place}", place}


@pytest.mark.parametrize("key", list(_FACTS["requests"]))
def test_places_in_requests(key: str) -> None:
    cls, backend = _class(key)
    row = _FACTS["requests"][key]
    wrong: dict[str, Any] = {}
    for field in _named_in(row):
        expected = _expected(row, field, cls.model_fields[field].alias)
        found = _place(cls, field, backend)
        pattern = next(iter(found))
        of_a_method = "{" in pattern and all(
            any(re.fullmatch(re.sub(r"\\\{\w+\\\}", r"\\w+", re.escape(one)), place) for one in found)
            for place in expected
        )
        if not found & expected and not of_a_method:
            wrong[field] = (found, expected)
    assert set(wrong) == _OTHER_REQUESTS.get(key, set()), wrong


@pytest.mark.parametrize("key", list(_FACTS["replies"]))
def test_places_in_replies(key: str) -> None:
    cls, backend = _class(key)
    row = _FACTS["replies"][key]
    wrong: dict[str, Any] = {}
    for field, info in cls.model_fields.items():
        places = [place for mark in info.metadata if isinstance(mark, Reply) and (place := mark.place(backend))]
        found: set[str] = set(places[0].split("|")) if places else {info.alias or field}
        if any(isinstance(mark, RepliedBy) and mark.backend != backend for mark in info.metadata):
            found = {"absent"}
        expected = {"absent"} if field not in _named_in(row) else _expected(row, field, info.alias or field)
        if not found & expected:
            wrong[field] = (found, expected)
    assert set(wrong) == _OTHER_REPLIES.get(key, set()), wrong
