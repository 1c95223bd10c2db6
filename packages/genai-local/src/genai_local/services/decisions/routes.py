"""The path of decisions on both surfaces: each question is a request to the model with constrained output."""

from __future__ import annotations

import math
from typing import Any

from ...engines import text_of
from ...framework.routing import RequestContext, Route
from ...protocol.errors import ApiError, JsonObject
from ..generation.service import generate
from ..interactions.outputs import usage_json
from ..interactions.requests import convert
from .questions import answer_of, check_questions, from_likelihoods, labels_of, prompt_of, shares

_SHARED = ("model", "input")
_CERTAIN = -1e-6
"""The log probabilities of engines that report them after their grammar has excluded everything else."""


async def create(context: RequestContext) -> JsonObject:
    """Answer POST `decisions`: the answers to all questions, or the reason for which the input was blocked."""
    asked = context.message("Decision.Create")
    check_questions(asked["questions"])
    given = {name: asked[name] for name in _SHARED}
    conversion = convert(context.api, given, context.surface, context.version, [])

    async def reply_to(question: JsonObject, labels: list[str]) -> JsonObject:
        request = _with_question(context, conversion.request, question, labels)
        with conversion.errors():
            return await generate(context.api, request, context.surface, conversion.model)

    answers: JsonObject = {}
    usage: JsonObject = {}
    for name, question in asked["questions"].items():
        labels = labels_of(question)
        reply = await reply_to(question, labels)
        usage = _sum(usage, usage_json(reply.get("usageMetadata", {})))
        feedback: JsonObject = reply.get("promptFeedback", {})
        if feedback.get("blockReason"):
            return {"prompt_feedback": _feedback(feedback), "usage": usage}
        chosen = _chosen(labels, reply, name)
        probabilities = shares(labels, chosen, math.exp(min(0.0, _logprob(reply))))
        can = context.api.engine.capabilities
        if can.logprobs and not can.media_output and len(labels) > 1:
            # A model reports how likely it would have written a label, although it was allowed nothing else.
            likelihoods = {label: _logprob(await reply_to(question, [label])) for label in labels}
            if min(likelihoods.values()) < _CERTAIN:
                probabilities = from_likelihoods(likelihoods)
        answers[name] = answer_of(question, probabilities)
    return {"answers": answers, "usage": usage}


def _with_question(context: RequestContext, request: JsonObject, question: JsonObject, labels: list[str]) -> JsonObject:
    """Return the request for the input and one question, whose output is one of some of its labels."""
    *before, last = request["contents"]
    parts = [*last["parts"], {"text": f"\n\n{prompt_of(question)}"}]
    config: JsonObject = {
        "temperature": 0.0,
        "responseMimeType": "text/x.enum",
        "responseSchema": {"type": "STRING", "enum": labels},
    }
    if context.api.engine.capabilities.logprobs:
        config["responseLogprobs"] = True
    return {**request, "contents": [*before, {**last, "parts": parts}], "generationConfig": config}


def _candidate(reply: JsonObject) -> JsonObject:
    candidates: list[JsonObject] = reply.get("candidates") or [{}]
    return candidates[0]


def _chosen(labels: list[str], reply: JsonObject, name: str) -> str:
    """Return the label in a reply.

    Raises:
        ApiError: 500 for another text.
    """
    text = text_of(_candidate(reply).get("content")).strip()
    chosen = next((label for label in labels if label.lower() == text.lower()), None)
    if chosen is None:
        expected = ", ".join(labels)
        raise ApiError(500, f"questions['{name}']: the model answered {text[:80]!r}, not one of {expected}.")
    return chosen


def _logprob(reply: JsonObject) -> float:
    """Return the log probability of the text of a reply; 0 when the engine does not report it."""
    tokens: list[JsonObject] = _candidate(reply).get("logprobsResult", {}).get("chosenCandidates", [])
    return sum(token["logProbability"] for token in tokens)


def _feedback(feedback: JsonObject) -> JsonObject:
    result: JsonObject = {"block_reason": feedback["blockReason"].lower()}
    message = feedback.get("blockReasonMessage")
    return {**result, "block_reason_message": message} if message else result


def _sum(one: JsonObject, other: JsonObject) -> JsonObject:
    """Return the sum of two usages, without the numbers by modality."""
    counts: dict[str, Any] = {name: value for name, value in other.items() if isinstance(value, int)}
    return {name: one.get(name, 0) + value for name, value in counts.items()}


ROUTES = [Route("gemini", "POST", "decisions", create), Route("vertex", "POST", "decisions", create)]
