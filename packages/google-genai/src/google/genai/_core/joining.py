"""One answer made of pieces that continue each other: parts are appended, counts add up, places in the text are moved."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, TypeVar

import pydantic

from .. import types

M = TypeVar("M", bound=pydantic.BaseModel)

_SEVERITY: list[types.HarmProbability | None] = [
    None,
    types.HarmProbability.HARM_PROBABILITY_UNSPECIFIED,
    types.HarmProbability.NEGLIGIBLE,
    types.HarmProbability.LOW,
    types.HarmProbability.MEDIUM,
    types.HarmProbability.HIGH,
]


def joined(pieces: Sequence[types.GenerateContentResponse]) -> types.GenerateContentResponse:
    """Return the pieces of an answer as one. Ids and the HTTP response are those of the last piece."""
    whole = pieces[0]
    for piece in pieces[1:]:
        candidates = [_candidate(*pair) for pair in zip_longest(whole.candidates or (), piece.candidates or ())]
        feedback, usage = whole.prompt_feedback, whole.usage_metadata
        whole = piece.model_copy(update={"candidates": candidates})
        if whole.prompt_feedback is None and feedback is not None:
            whole.prompt_feedback = feedback
        used = added_usage(usage, whole.usage_metadata)
        if used is not None:
            whole.usage_metadata = used
    whole._notes["continuations"] = len(pieces) - 1
    return whole


def added_usage(
    earlier: types.GenerateContentResponseUsageMetadata | None, later: types.GenerateContentResponseUsageMetadata | None
) -> types.GenerateContentResponseUsageMetadata | None:
    """Return the tokens used by two requests together."""
    if earlier is None or later is None:
        return later if earlier is None else earlier
    changes: dict[str, Any] = {}
    for name, before in earlier:
        after = getattr(later, name)
        if isinstance(before, int) and isinstance(after, int):
            changes[name] = before + after
        elif isinstance(before, list) and isinstance(after, list):
            counts: list[types.ModalityTokenCount] = [*before, *after]
            changes[name] = _added_counts(counts)
        elif after is None and before is not None:
            changes[name] = before
    return later.model_copy(update=changes)


def _added_counts(counts: Sequence[types.ModalityTokenCount]) -> list[types.ModalityTokenCount]:
    """Return counts with one entry for each kind of media."""
    added: dict[types.MediaModality | None, types.ModalityTokenCount] = {}
    for each in counts:
        known = added.get(each.modality)
        total = (each.token_count or 0) + ((known.token_count or 0) if known is not None else 0)
        added[each.modality] = each.model_copy(update={"token_count": total})
    return list(added.values())


def _candidate(earlier: types.Candidate | None, later: types.Candidate | None) -> types.Candidate:
    if earlier is None or later is None:
        known = earlier or later
        assert known is not None
        # The continuation has no such candidate: the token has been used.
        return known if earlier is None else known.model_copy(update={"continuation_token": None})
    parts = (earlier.content.parts if earlier.content is not None else None) or []
    text = "".join(part.text or "" for part in parts if not part.thought)
    moved = later.model_copy(
        update={
            "citation_metadata": _moved_citations(later.citation_metadata, len(text.encode())),
            "grounding_metadata": _moved_grounding(
                later.grounding_metadata,
                chunks=len((earlier.grounding_metadata and earlier.grounding_metadata.grounding_chunks) or ()),
                parts=len(parts),
            ),
        }
    )
    whole = _appended(earlier, moved)
    changes: dict[str, Any] = {
        "continuation_token": later.continuation_token,
        "finish_reason": later.finish_reason,
        "safety_ratings": _most_severe([*(earlier.safety_ratings or ()), *(later.safety_ratings or ())]),
    }
    if earlier.token_count is not None and later.token_count is not None:
        changes["token_count"] = earlier.token_count + later.token_count
    return whole.model_copy(update=changes)


def _appended(earlier: M, later: M) -> M:
    """Return two objects as one: lists are joined, objects likewise, and of other values the later one counts."""
    changes: dict[str, Any] = {}
    for name, before in earlier:
        after = getattr(later, name)
        if before is None:
            continue
        if after is None:
            changes[name] = before
        elif isinstance(before, list) and isinstance(after, list):
            changes[name] = [*before, *after]
        elif isinstance(before, pydantic.BaseModel) and isinstance(after, pydantic.BaseModel):
            changes[name] = _appended(before, after)
    return later.model_copy(update=changes)


def _most_severe(ratings: Sequence[types.SafetyRating]) -> list[types.SafetyRating] | None:
    """Return the most severe rating of each category."""
    kept: dict[types.HarmCategory | None, types.SafetyRating] = {}
    for rating in ratings:
        known = kept.get(rating.category)
        if known is None or _severity(rating) >= _severity(known):
            kept[rating.category] = rating
    return list(kept.values()) or None


def _severity(rating: types.SafetyRating) -> tuple[bool, int]:
    probability = rating.probability
    return bool(rating.blocked), _SEVERITY.index(probability) if probability in _SEVERITY else 0


def _moved_citations(metadata: types.CitationMetadata | None, length: int) -> types.CitationMetadata | None:
    """Return citations in the answer as a whole; `length` is that of the text before them, in bytes."""
    if metadata is None or not metadata.citations:
        return metadata
    moved = [
        each.model_copy(
            update={
                "start_index": (each.start_index or 0) + length,
                "end_index": None if each.end_index is None else each.end_index + length,
            }
        )
        for each in metadata.citations
    ]
    return metadata.model_copy(update={"citations": moved})


def _moved_grounding(
    metadata: types.GroundingMetadata | None, *, chunks: int, parts: int
) -> types.GroundingMetadata | None:
    """Return grounding in the answer as a whole; `chunks` and `parts` are the numbers of those before it."""
    if metadata is None or not metadata.grounding_supports:
        return metadata
    supports: list[types.GroundingSupport] = []
    for support in metadata.grounding_supports:
        changes: dict[str, Any] = {}
        if support.grounding_chunk_indices is not None:
            changes["grounding_chunk_indices"] = [index + chunks for index in support.grounding_chunk_indices]
        if support.segment is not None:
            changes["segment"] = support.segment.model_copy(
                update={"part_index": (support.segment.part_index or 0) + parts}
            )
        supports.append(support.model_copy(update=changes))
    return metadata.model_copy(update={"grounding_supports": supports})
