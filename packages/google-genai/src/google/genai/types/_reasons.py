"""Own the words for why an answer holds nothing or breaks off. Must not know schemas, nor how data is read from a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._generation import Candidate, GenerateContentResponse
    from ._safety import SafetyRating

_ENDS = {
    "STOP": "the model ended regularly",
    "MAX_TOKENS": "max_output_tokens was used up, and thoughts count towards it: raise it, or limit the thinking",
    "SAFETY": "a safety filter stepped in",
    "RECITATION": "the text came too close to an existing work: ask for it in other words",
    "LANGUAGE": "the model does not support the language",
    "OTHER": "for a cause that the service does not name",
    "BLOCKLIST": "the text holds a word that stands on a blocklist",
    "PROHIBITED_CONTENT": "a filter stepped in that no safety setting relaxes",
    "SPII": "the text holds sensitive data about a person",
    "MALFORMED_FUNCTION_CALL": "the model tried to call a function, and the call could not be read: "
    "ask again, or make the declarations simpler",
    "IMAGE_SAFETY": "a safety filter held the picture back",
    "UNEXPECTED_TOOL_CALL": "the model called a tool that the request does not offer",
    "IMAGE_PROHIBITED_CONTENT": "a filter that no safety setting relaxes held the picture back",
    "NO_IMAGE": "the model drew no picture",
}
_REFUSALS = {
    "SAFETY": "by a safety filter",
    "OTHER": "for a cause that the service does not name",
    "BLOCKLIST": "for a word that stands on a blocklist",
    "PROHIBITED_CONTENT": "by a filter that no safety setting relaxes",
    "IMAGE_SAFETY": "because the picture asked for would not be safe",
    "MODEL_ARMOR": "by the Model Armor policy of the Google Cloud project",
    "JAILBREAK": "as an attempt to talk the model out of its rules",
}
_NO_ANSWER_IN_THEMSELVES = frozenset({"thought", "thought_signature"})


def why_empty(response: GenerateContentResponse) -> str | None:
    """Return why a response holds neither text nor anything else, or None when it holds something."""
    if response.candidates:
        return why_candidate_is_empty(response.candidates[0], _thought_tokens(response))
    feedback = response.prompt_feedback
    if feedback is None or feedback.block_reason is None:
        return "The service sent no answer, and no reason for that."
    reason = feedback.block_reason.value
    how = _REFUSALS.get(reason)
    said = f" The service says: {feedback.block_reason_message}" if feedback.block_reason_message else ""
    cause = f" {how}" if how else ""
    return f"The prompt was refused{cause} (block reason {reason}){_categories(feedback.safety_ratings)}.{said}"


def why_candidate_is_empty(candidate: Candidate, thought_tokens: int = 0) -> str | None:
    """Return why a candidate holds nothing, or None when it holds something."""
    kinds = set(kinds_of_parts(candidate))
    if kinds - {"thought"}:
        return None
    thoughts = ""
    if "thought" in kinds or thought_tokens:
        thoughts = f" but thoughts ({thought_tokens} tokens)" if thought_tokens else " but thoughts"
    return f"The answer holds nothing{thoughts}: {why_it_ended(candidate)}."


def why_it_ended(candidate: Candidate) -> str:
    """Return in words why a candidate goes no further."""
    reason = candidate.finish_reason
    if reason is None:
        return "the service gave no finish reason"
    words = _ENDS.get(reason.value)
    ended = f"{words} (finish reason {reason.value})" if words else f"finish reason {reason.value}"
    said = f"; the service says: {candidate.finish_message.rstrip('.')}" if candidate.finish_message else ""
    return ended + _categories(candidate.safety_ratings) + said


def kinds_of_parts(candidate: Candidate) -> Iterable[str]:
    """Return what the parts of a candidate hold, by the names of their fields, and `thought` for thoughts."""
    content = candidate.content
    for part in (content.parts if content is not None else None) or ():
        for name in part.__pydantic_fields_set__ - _NO_ANSWER_IN_THEMSELVES:
            value = part.__dict__[name]
            if value is not None and value != "":
                yield "thought" if part.thought else name


def _thought_tokens(response: GenerateContentResponse) -> int:
    usage = response.usage_metadata
    return (usage.thoughts_token_count if usage is not None else None) or 0


def _categories(ratings: list[SafetyRating] | None) -> str:
    blocked = [rating.category.value for rating in ratings or () if rating.blocked and rating.category is not None]
    return f", category {', '.join(blocked)}" if blocked else ""
