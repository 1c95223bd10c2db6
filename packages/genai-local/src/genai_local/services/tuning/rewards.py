"""The reward of an answer in reinforcement tuning: string matches are computed, other scorers are refused."""

from __future__ import annotations

import json
from typing import cast

from ...engines import text_of
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.patterns import extract, is_supported, occurs
from ...state.operations import rpc_status

_SCORER = "stringMatchRewardScorer"
_OTHER_SCORERS = ("autoraterScorer", "codeExecutionRewardScorer", "cloudRunRewardScorer")
_MAX_REWARDS = 32
_PLACEHOLDER = "{{references.%s}}"


def validate(asked: JsonObject) -> JsonObject:
    """Return the ValidateReinforcementTuningRewardResponse to a canonical request.

    An expression may contain `{{references.NAME}}`, which stands for a reference of the example.

    Raises:
        ApiError: 400 for a request without a sample or without rewards, and for scorers other than string matches.
    """
    if "sampleResponse" not in asked:
        raise invalid("sampleResponse", "is missing; give the content whose reward is computed.")
    single: JsonObject | None = asked.get("singleRewardConfig")
    composite: JsonObject | None = asked.get("compositeRewardConfig")
    if single is None and composite is None:
        raise invalid("singleRewardConfig", "is missing; give it or compositeRewardConfig.")
    path = "compositeRewardConfig.weightedRewardConfigs"
    weighted: list[JsonObject] = (composite or {}).get("weightedRewardConfigs", [])
    if composite is not None and not 1 <= len(weighted) <= _MAX_REWARDS:
        raise invalid(path, f"expected 1 to {_MAX_REWARDS} rewards, not {len(weighted)}.")
    rewards: list[tuple[JsonObject, float, str]] = [
        (item.get("rewardConfig", {}), item.get("weight", 1.0), f"{path}[{index}].rewardConfig")
        for index, item in enumerate(weighted)
    ]
    if single is not None:
        rewards = [(single, 1.0, "singleRewardConfig")]
    text = text_of(asked["sampleResponse"])
    references: dict[str, str] = asked.get("example", {}).get("references", {})
    total, details, problems = 0.0, dict[str, JsonObject](), list[str]()
    for index, (config, weight, where) in enumerate(rewards):
        name: str = config.get("rewardName") or f"reward-{index + 1}"
        if name in details:
            raise invalid(f"{where}.rewardName", f"{name!r} is given twice; use another name.")
        _check_scorer(config, where)
        try:
            reward = _reward(config, text, references, where)
        except _UnparsedError as error:
            details[name] = {"errorStatus": rpc_status(ApiError(400, str(error)))}
            problems.append(f"{name}: {error}")
            continue
        details[name] = {"reward": reward}
        total += weight * reward
    result: JsonObject = {"rewardInfoDetails": details}
    return {**result, "error": " ".join(problems)} if problems else {**result, "overallReward": total}


class _UnparsedError(Exception):
    """A sample from which the answer cannot be taken."""


def _check_scorer(config: JsonObject, path: str) -> None:
    for name in _OTHER_SCORERS:
        if name in config:
            raise invalid(f"{path}.{name}", f"is not computed by this server; use {_SCORER}.")
    if _SCORER not in config:
        raise invalid(f"{path}.{_SCORER}", "is missing; give the strings that the answer has to contain.")


def _reward(config: JsonObject, text: str, references: dict[str, str], path: str) -> float:
    scorer: JsonObject = config[_SCORER]
    answer = _answer(config.get("parseResponseConfig", {}), text, f"{path}.parseResponseConfig")
    match: JsonObject | None = scorer.get("stringMatchExpression")
    where = f"{path}.{_SCORER}.stringMatchExpression"
    if match is None:
        json_match: JsonObject = scorer.get("jsonMatchExpression", {})
        where = f"{path}.{_SCORER}.jsonMatchExpression.valueStringMatchExpression"
        match = json_match.get("valueStringMatchExpression")
        answer = _member(answer, json_match.get("keyName", ""))
    if match is None:
        raise invalid(where, "is missing; give matchOperation and expression.")
    is_right = _matches(match, answer, references, where)
    return scorer.get("correctAnswerReward", 1.0) if is_right else scorer.get("wrongAnswerReward", 0.0)


def _answer(config: JsonObject, text: str, path: str) -> str:
    if config.get("parseType") != "REGEX_EXTRACT":
        return text
    pattern: str = config.get("regexExtractExpression", "")
    _check_pattern(pattern, f"{path}.regexExtractExpression")
    found = extract(pattern, text)
    if found is None:
        raise _UnparsedError(f"{pattern!r} was not found in the sample.")
    return found


def _check_pattern(pattern: str, path: str) -> None:
    if not is_supported(pattern):
        raise invalid(path, f"expected a regular expression that RE2 supports, not {pattern!r}.")


def _member(text: str, name: str) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        raise _UnparsedError("The sample is not JSON.") from None
    if not isinstance(value, dict) or name not in value:
        raise _UnparsedError(f"The sample is not an object with the key {name!r}.")
    member = cast("JsonObject", value)[name]
    return member if isinstance(member, str) else json.dumps(member)


def _matches(match: JsonObject, answer: str, references: dict[str, str], path: str) -> bool:
    expression: str = match.get("expression", "")
    for name, value in references.items():
        expression = expression.replace(_PLACEHOLDER % name, value)
    operation: str = match.get("matchOperation", "")
    if operation == "EXACT_MATCH":
        return answer.strip() == expression.strip()
    if operation == "PARTIAL_MATCH":
        return expression in answer
    if operation == "REGEX_CONTAINS":
        _check_pattern(expression, f"{path}.expression")
        return occurs(expression, answer)
    raise invalid(f"{path}.matchOperation", "is missing; expected EXACT_MATCH, PARTIAL_MATCH or REGEX_CONTAINS.")
