"""Explanations of why an answer is empty or incomplete, from the reasons that the service gives.

Reads responses only; knows neither schemas nor how an answer is parsed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .types import Candidate, GenerateContentResponse, SafetyRating

_ENDS = {
    "STOP": "the model finished normally",
    "MAX_TOKENS": "max_output_tokens was used up, and thoughts count towards it: raise it, or limit the thinking",
    "SAFETY": "a safety filter blocked the answer",
    "RECITATION": "the text was too close to an existing work: ask for it in different words",
    "LANGUAGE": "the model does not support the language",
    "OTHER": "the service gave no details",
    "BLOCKLIST": "the text contains a word on a blocklist",
    "PROHIBITED_CONTENT": "a filter that safety settings do not affect blocked the answer",
    "SPII": "the text contains sensitive personal data",
    "MALFORMED_FUNCTION_CALL": "the model tried to call a function, but the call could not be read: "
    "ask again, or simplify the declarations",
    "IMAGE_SAFETY": "a safety filter blocked the image",
    "UNEXPECTED_TOOL_CALL": "the model called a tool that the request does not offer",
    "IMAGE_PROHIBITED_CONTENT": "a filter that safety settings do not affect blocked the image",
    "NO_IMAGE": "the model generated no image",
    "IMAGE_OTHER": "the service generated no image, and gave no details",
    "IMAGE_RECITATION": "the image was too close to an existing one: ask for a different one",
    "TOO_MANY_TOOL_CALLS": "the model called tools too often in a row",
    "CONTINUATION": "the service ended the answer early: continuation_token of the candidate continues it",
    "MISSING_THOUGHT_SIGNATURE": "a part was sent back without its thought_signature: send the turns of the model unchanged",
    "MALFORMED_RESPONSE": "the model generated an answer that the service could not read: ask again",
    "ESCALATION": "the service passed the conversation on instead of answering it",
    "PUP_LIMITED_DISABLED": "the service has limited or disabled the model for this use",
    "MODEL_ARMOR": "the Model Armor policy of the Google Cloud project blocked the answer",
}
_REFUSALS = {
    "SAFETY": "by a safety filter",
    "OTHER": "for a reason that the service does not give",
    "BLOCKLIST": "because it contains a word on a blocklist",
    "PROHIBITED_CONTENT": "by a filter that safety settings do not affect",
    "IMAGE_SAFETY": "because the requested image would be unsafe",
    "MODEL_ARMOR": "by the Model Armor policy of the Google Cloud project",
    "JAILBREAK": "as an attempt to bypass the rules of the model",
}
_NOT_CONTENT = frozenset({"thought", "thought_signature", "part_metadata", "speech_metadata"})


def why_empty(response: GenerateContentResponse) -> str | None:
    """Return why a response has no content, or None when it has some."""
    if response.candidates:
        return why_candidate_is_empty(response.candidates[0], _thought_tokens(response))
    feedback = response.prompt_feedback
    if feedback is None or feedback.block_reason is None:
        return "The service sent no answer and gave no reason."
    reason = feedback.block_reason.value
    how = _REFUSALS.get(reason)
    said = f" The service says: {feedback.block_reason_message}" if feedback.block_reason_message else ""
    cause = f" {how}" if how else ""
    return f"The prompt was refused{cause} (block reason {reason}){_categories(feedback.safety_ratings)}.{said}"


def why_candidate_is_empty(candidate: Candidate, thought_tokens: int = 0) -> str | None:
    """Return why a candidate has no content, or None when it has some."""
    kinds = set(kinds_of_parts(candidate))
    if kinds - {"thought"}:
        return None
    thoughts = ""
    if "thought" in kinds or thought_tokens:
        thoughts = " except for thoughts" + (f" ({thought_tokens} tokens)" if thought_tokens else "")
    return f"The answer is empty{thoughts}: {why_it_ended(candidate)}."


def why_it_ended(candidate: Candidate) -> str:
    """Return a phrase that explains why a candidate ended."""
    reason = candidate.finish_reason
    if reason is None:
        return "the service gave no finish reason"
    explanation = _ENDS.get(reason.value)
    ended = f"{explanation} (finish reason {reason.value})" if explanation else f"finish reason {reason.value}"
    said = f"; the service says: {candidate.finish_message.rstrip('.')}" if candidate.finish_message else ""
    return ended + _categories(candidate.safety_ratings) + said


def kinds_of_parts(candidate: Candidate) -> Iterable[str]:
    """Return the names of the fields that are set in the parts of a candidate; `thought` for any field of a thought."""
    content = candidate.content
    for part in (content.parts if content is not None else None) or ():
        for name in part.__pydantic_fields_set__ - _NOT_CONTENT:
            value = part.__dict__[name]
            if value is not None and value != "":
                yield "thought" if part.thought else name


def _thought_tokens(response: GenerateContentResponse) -> int:
    usage = response.usage_metadata
    return (usage.thoughts_token_count if usage is not None else None) or 0


def _categories(ratings: list[SafetyRating] | None) -> str:
    blocked = [rating.category.value for rating in ratings or () if rating.blocked and rating.category is not None]
    return f", category {', '.join(blocked)}" if blocked else ""
