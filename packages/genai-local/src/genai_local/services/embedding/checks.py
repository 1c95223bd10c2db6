"""Checks of embedding requests: text contents, titles, dimensions."""

from __future__ import annotations

import math

from ...engines import Capabilities, Embedding, ModelFacts, text_of
from ...protocol.errors import ApiError, JsonObject, bad_request, invalid


def text_to_embed(content: JsonObject | None, path: str, facts: ModelFacts, can: Capabilities) -> str:
    """Return the text of a content.

    Raises:
        ApiError: 400 when it is empty or not text.
    """
    parts: list[JsonObject] = (content or {}).get("parts", [])
    for index, part in enumerate(parts):
        media = next((name for name in ("inlineData", "fileData") if name in part), None)
        is_text = media == "inlineData" and part["inlineData"].get("mimeType", "").startswith("text/")
        if media and not is_text and not can.media:
            raise invalid(f"{path}.parts[{index}].{media}", f"{facts.name} embeds text only.")
    text = text_of(content)
    if not text and not any(name in part for part in parts for name in ("inlineData", "fileData")):
        message = f"{path}: content is empty; give at least one part with text."
        raise ApiError(400, message, details=[bad_request([(path, message)])])
    return text


def is_query(settings: JsonObject) -> bool:
    """Return whether a text of this task type is a query, or is compared with texts of its own kind."""
    return settings.get("taskType") != "RETRIEVAL_DOCUMENT"


def check_title(settings: JsonObject, path: str) -> None:
    """Refuse a title unless the task type uses it."""
    task = settings.get("taskType", "RETRIEVAL_DOCUMENT")
    if settings.get("title") and task not in ("RETRIEVAL_DOCUMENT", "TASK_TYPE_UNSPECIFIED"):
        raise invalid(f"{path}title", f"requires taskType RETRIEVAL_DOCUMENT, not {task}.")


def shorten(embedding: Embedding, dimensions: int | None, path: str, facts: ModelFacts) -> list[float]:
    """Return the first `dimensions` values, normalised again.

    Raises:
        ApiError: 400 when the model has fewer dimensions.
    """
    if dimensions is None:
        return embedding.values
    if not 1 <= dimensions <= len(embedding.values):
        raise invalid(
            path, f"expected a value between 1 and {len(embedding.values)} for {facts.name}, not {dimensions}."
        )
    values = embedding.values[:dimensions]
    length = math.sqrt(sum(value * value for value in values))
    return [value / length for value in values] if length else values
