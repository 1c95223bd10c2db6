"""Checks of a GenerateContentRequest except its prompt, and its conversion to requests for an engine.

No field is ignored silently: a field has an effect, is harmless, or leads to an error with its path.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ...engines import CandidateRequest, Capabilities, ModelFacts
from ...protocol import json_schema
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.own_schema import check_own_schema
from ..prompts.checks import prompt_of

_MAX_CANDIDATES = 8
_MAX_STOP_SEQUENCES = 5
_MAX_TOP_LOGPROBS = 20
_SEED_LIMIT = 2**31
_MIME_TYPES = ("text/plain", "application/json", "text/x.enum")

_UNSUPPORTED_CONFIG = {
    "speechConfig": "speech output",
    "imageConfig": "image output",
    "routingConfig": "routing between models",
    "modelConfig": "selection between models",
    "enableAffectiveDialog": "affective dialog",
    "enableEnhancedCivicAnswers": "enhanced civic answers",
    "responseFormat": "media response formats",
    "translationConfig": "live translation",
    "audioTranscriptionConfig": "audio transcription",
}
_UNSUPPORTED_REQUEST = {
    "modelArmorConfig": "Model Armor",
    "outputConfig": "output to a bucket",
    "continuationToken": "continuation of an earlier reply",
    "store": "storage of replies",
}


@dataclass(frozen=True)
class Candidates:
    """The candidates of a checked request: the request for one candidate, and their number."""

    request: CandidateRequest
    candidate_count: int

    def candidates(self) -> Iterator[CandidateRequest]:
        """Yield the request for each candidate; they differ in the seed, so a fixed seed gives fixed candidates."""
        for index in range(self.candidate_count):
            seed = self.request.seed
            yield (
                self.request if index == 0 or seed is None else replace(self.request, seed=(seed + index) % _SEED_LIMIT)
            )


def candidates_of(
    request: JsonObject,
    facts: ModelFacts,
    can: Capabilities,
    *,
    prompt: JsonObject,
    raw: JsonObject,
    is_spoken: bool = False,
) -> Candidates:
    """Check a canonical GenerateContentRequest and return its candidates.

    Args:
        request: the request, with files replaced by their text, after `check_prompt`.
        facts: facts about the model, for messages.
        can: abilities of the engine.
        prompt: the whole prompt: the request, or a cached content and the request.
        raw: the unchanged request.
        is_spoken: whether the answer is read aloud.

    Raises:
        ApiError: 400 with the path of an invalid or unsupported field.
    """
    config: JsonObject = request.get("generationConfig", {})
    if not can.media_output:
        _refuse_unsupported(request, config, facts, is_spoken=is_spoken)
    if not can.thinking:
        _refuse_thinking(config.get("thinkingConfig", {}), facts)
    _check_numbers(config)
    stop_sequences: list[str] = config.get("stopSequences", [])
    if len(stop_sequences) > _MAX_STOP_SEQUENCES:
        raise _config_error(
            "stopSequences", f"expected at most {_MAX_STOP_SEQUENCES} stop sequences, not {len(stop_sequences)}."
        )
    json_output, schema, choices = _output_format(config, facts, can)
    if (json_output or choices) and not can.media_output and _offers_functions(prompt):
        problem = (
            "function calling requires text/plain; remove the tools, set mode NONE, or request JSON in a later turn."
        )
        raise _config_error("responseMimeType", problem)
    limit = facts.output_token_limit
    return Candidates(
        CandidateRequest(
            prompt=prompt_of(prompt),
            # Code for a large model may request more than a small model can give; then the limit ends the reply.
            max_output_tokens=min(config.get("maxOutputTokens") or limit, limit),
            temperature=config.get("temperature"),
            top_p=config.get("topP"),
            top_k=int(config["topK"]) if "topK" in config else None,
            seed=config.get("seed"),
            stop_sequences=stop_sequences,
            presence_penalty=config.get("presencePenalty"),
            frequency_penalty=config.get("frequencyPenalty"),
            json_output=json_output,
            json_schema=schema,
            choices=choices,
            top_logprobs=_top_logprobs(config, facts, can),
            raw=raw,
        ),
        candidate_count=config.get("candidateCount", 1),
    )


def _offers_functions(prompt: JsonObject) -> bool:
    calling: JsonObject = prompt.get("toolConfig", {}).get("functionCallingConfig", {})
    declares = any(tool.get("functionDeclarations") for tool in prompt.get("tools", []))
    return declares and calling.get("mode") != "NONE"


def _refuse_unsupported(request: JsonObject, config: JsonObject, facts: ModelFacts, *, is_spoken: bool) -> None:
    for name, what in _UNSUPPORTED_REQUEST.items():
        if request.get(name):
            raise invalid(name, f"{facts.name} does not support {what}.")
    for name, what in _UNSUPPORTED_CONFIG.items():
        if config.get(name) and not (is_spoken and name == "speechConfig"):
            raise _config_error(name, f"{facts.name} does not support {what}.")
    if is_spoken:
        return
    modalities: list[str] = config.get("responseModalities", [])
    if any(modality not in ("TEXT", "MODALITY_UNSPECIFIED") for modality in modalities):
        problem = f"{facts.name} answers in text only, not {', '.join(modalities)}"
        advice = "; speech is made by models with -tts in their name" if "AUDIO" in modalities else ""
        raise _config_error("responseModalities", f"{problem}{advice}.")


def _refuse_thinking(thinking: JsonObject, facts: ModelFacts) -> None:
    problem = f"thinking is not enabled for {facts.name}."
    if thinking.get("includeThoughts"):
        raise _config_error("thinkingConfig.includeThoughts", problem)
    if thinking.get("thinkingBudget", 0) > 0:
        raise _config_error("thinkingConfig.thinkingBudget", problem)
    if thinking.get("thinkingLevel", "MINIMAL") not in ("MINIMAL", "THINKING_LEVEL_UNSPECIFIED"):
        raise _config_error("thinkingConfig.thinkingLevel", problem)


def _check_numbers(config: JsonObject) -> None:
    _check_range(config, "temperature", 0, 2)
    _check_range(config, "topP", 0, 1)
    _check_range(config, "topK", 1, None)
    _check_range(config, "candidateCount", 1, _MAX_CANDIDATES)
    _check_range(config, "maxOutputTokens", 1, None)
    _check_range(config, "presencePenalty", -2, 2)
    _check_range(config, "frequencyPenalty", -2, 2)
    _check_range(config, "seed", -_SEED_LIMIT, _SEED_LIMIT - 1)


def _check_range(config: JsonObject, name: str, lowest: float, highest: float | None) -> None:
    value = config.get(name)
    if value is None or (value >= lowest and (highest is None or value <= highest)):
        return
    expected = f"between {lowest:g} and {highest:g}" if highest is not None else f"of at least {lowest:g}"
    raise _config_error(name, f"expected a value {expected}, not {value:g}.")


def _top_logprobs(config: JsonObject, facts: ModelFacts, can: Capabilities) -> int | None:
    wanted = config.get("responseLogprobs", False)
    count: int = config.get("logprobs", 0)
    if "logprobs" in config and not wanted:
        raise _config_error("logprobs", "requires responseLogprobs; set it to true.")
    if not wanted:
        return None
    if not can.logprobs:
        raise _config_error("responseLogprobs", f"{facts.name} does not report log probabilities.")
    if not 0 <= count <= _MAX_TOP_LOGPROBS:
        raise _config_error("logprobs", f"expected a value between 0 and {_MAX_TOP_LOGPROBS}, not {count}.")
    return count


def _output_format(config: JsonObject, facts: ModelFacts, can: Capabilities) -> tuple[bool, Any, list[str]]:
    """Return whether the output is JSON, its schema, and the allowed texts of an enum."""
    mime_type: str = config.get("responseMimeType") or "text/plain"
    schemas = [name for name in ("responseSchema", "responseJsonSchema", "responseJsonSchemaOrdered") if name in config]
    if mime_type not in _MIME_TYPES and not can.media_output:
        raise _config_error("responseMimeType", f"{mime_type!r} is not supported; use {' or '.join(_MIME_TYPES)}.")
    if len(schemas) > 1:
        raise _config_error(schemas[1], f"set only one of {' and '.join(schemas)}.")
    if mime_type == "text/plain":
        if schemas:
            raise _config_error(
                schemas[0], "requires responseMimeType application/json or text/x.enum, not text/plain."
            )
        return False, None, []
    if not can.structured_output:
        raise _config_error("responseMimeType", f"{facts.name} cannot constrain its output to {mime_type}.")
    schema = _schema_of(config, schemas[0]) if schemas else None
    if mime_type != "text/x.enum":
        return mime_type == "application/json", schema, []
    choices = json_schema.choices_of(schema) if schema else []
    if not choices:
        raise _config_error("responseSchema", "text/x.enum requires a schema of type STRING with an enum.")
    return False, None, choices


def _schema_of(config: JsonObject, name: str) -> Any:
    schema = config[name]
    if name == "responseSchema":
        check_own_schema(schema, f"generationConfig.{name}")
        schema = json_schema.from_openapi(schema)
    else:
        schema = json_schema.order_properties(schema)
    problem = json_schema.problem_of(schema)
    if problem:
        raise _config_error(name, problem)
    return schema


def _config_error(name: str, problem: str) -> ApiError:
    return invalid(f"generationConfig.{name}", problem)
