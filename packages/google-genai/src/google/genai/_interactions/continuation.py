"""Interactions that the service interrupts: which of them are continued, how often, and their parts as one interaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import errors
from . import types as interactions
from .types._reading import read_dict

if TYPE_CHECKING:
    from .requests import Draft

_MAX_PARTS = 20


class Continuation:
    """The parts of one interaction, and the tokens with which they were continued."""

    def __init__(self) -> None:
        self.parts: list[interactions.Interaction] = []
        """The parts before the last one, oldest first."""
        self._tokens: set[str] = set()

    def following(self, draft: Draft, part: interactions.Interaction) -> Draft | None:
        """Return the draft that continues a part, and keep the part; None if it is not continued.

        A token that comes a second time means that the service makes no progress, so it is not used again.
        """
        token = part.continuation_token
        if part.status != "requires_continuation" or not token or token in self._tokens:
            return None
        if len(self.parts) >= _MAX_PARTS:
            return None
        self._tokens.add(token)
        self.parts.append(part)
        body = {**draft.body, "continuation_token": token}
        if draft.is_stored and part.id:
            body["previous_interaction_id"] = part.id
            body.pop("input", None)
        return type(draft)(body, draft.settings)

    def whole(self, last: interactions.Interaction | None = None) -> interactions.Interaction:
        """Return all parts as one interaction; there is at least one."""
        parts = [*self.parts, last] if last is not None else self.parts
        whole = parts[-1]
        response = whole._http_response
        if len(parts) > 1:
            fields = whole.model_dump()
            fields["steps"] = [step for part in parts for step in part.steps or ()]
            whole = read_dict(interactions.Interaction, fields)
            whole._http_response = response
            _add_usage(parts, whole)
            if whole.usage is not None and parts[0].usage is not None:
                whole.usage.initial_input_tokens = parts[0].usage.total_input_tokens
        if whole.steps is not None:
            whole.continuation_ids = list(dict.fromkeys(part.id for part in parts if part.id))
        return whole

    def interrupted(self, error: errors.APIError) -> errors.ContinuationInterruptedError:
        """Return the error for a continuation that failed; it has the parts so far."""
        partial = self.whole()
        return errors.ContinuationInterruptedError(
            f"The interaction could not be continued after part {len(self.parts)}: {error} partial_interaction has the "
            "parts so far; continue it with continuation_token.",
            partial_interaction=partial,
            continuation_token=partial.continuation_token,
            interaction_id=partial.id or None,
            continuation_ids=partial.continuation_ids,
        )


def _add_usage(parts: list[interactions.Interaction], whole: interactions.Interaction) -> None:
    """Set the counts of the whole to the sums over its parts."""
    usages = [part.usage for part in parts if part.usage is not None]
    if not usages:
        return
    whole.usage = whole.usage or interactions.Usage()
    for name in whole.usage.__pydantic_fields__:
        values = [value for usage in usages if (value := getattr(usage, name)) is not None]
        if not values:
            continue
        if isinstance(values[0], int):
            setattr(whole.usage, name, sum(values))
        else:
            kind, count = ("type", "count") if name == "grounding_tool_count" else ("modality", "tokens")
            counts: dict[Any, Any] = {}
            for each in (each for value in values for each in value):
                of_kind = counts.setdefault(getattr(each, kind), each.model_copy(update={count: 0}))
                setattr(of_kind, count, getattr(of_kind, count) + (getattr(each, count) or 0))
            setattr(whole.usage, name, [*counts.values()])
