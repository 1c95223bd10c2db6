"""`client.decisions`: questions about an input that a model answers with a choice, a score or a likelihood.

The methods are shells: a signature, a docstring and one call into `_interactions`. The types are generated, and loaded with their
module when they are first used. The async class in `_aio.decisions` is generated from this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._core.resource import Resource, async_twin
from ._interactions import types as interaction_types
from ._interactions.operations import CREATE_DECISION
from ._interactions.requests import Settings
from ._interactions.services import send

if TYPE_CHECKING:
    from ._aio.decisions import AsyncDecisions as AsyncDecisions
    from ._interactions.raw import RawMethods
    from ._interactions.types import (
        Answer as Answer,
        BlockReason as BlockReason,
        ChoiceAnswer as ChoiceAnswer,
        ChoiceQuestion as ChoiceQuestion,
        ChoiceQuestionInstructions as ChoiceQuestionInstructions,
        ChoiceQuestionInstructionsParam as ChoiceQuestionInstructionsParam,
        ChoiceQuestionParam as ChoiceQuestionParam,
        CreateDecisionRequest as CreateDecisionRequest,
        CreateDecisionRequestParam as CreateDecisionRequestParam,
        CreateDecisionRequestParam as DecisionCreateParams,
        CreateDecisionResponse as CreateDecisionResponse,
        DecisionInputContent as DecisionInputContent,
        DecisionInputContentParam as DecisionInputContentParam,
        Input as Input,
        InputParam as InputParam,
        NoulAnswer as NoulAnswer,
        NoulCriteria as NoulCriteria,
        NoulCriteriaParam as NoulCriteriaParam,
        NoulQuestion as NoulQuestion,
        NoulQuestionInstructions as NoulQuestionInstructions,
        NoulQuestionInstructionsParam as NoulQuestionInstructionsParam,
        NoulQuestionParam as NoulQuestionParam,
        PromptFeedback as PromptFeedback,
        Question as Question,
        QuestionParam as QuestionParam,
        ScoreAnswer as ScoreAnswer,
        ScoreQuestion as ScoreQuestion,
        ScoreQuestionInstructions as ScoreQuestionInstructions,
        ScoreQuestionInstructionsParam as ScoreQuestionInstructionsParam,
        ScoreQuestionParam as ScoreQuestionParam,
        TextContent as DecisionInstructionContent,
        TextContentParam as DecisionInstructionContentParam,
    )


class Decisions(Resource):
    """Questions about an input that a model answers with a choice, a score, or the likelihood that a statement is true."""

    def create(
        self,
        *,
        input: interaction_types.Input
        | interaction_types.InputParam
        | Sequence[interaction_types.DecisionInputContent | interaction_types.DecisionInputContentParam],
        model: str,
        questions: Mapping[str, interaction_types.Question | interaction_types.QuestionParam],
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.CreateDecisionResponse:
        """Ask a model questions about an input, and return the answers.

        Args:
          input: Input about which the model decides: text, one content, or a list of contents.
          model: Name of the model.
          questions: Questions by a name that you choose; the answers have the same names. A question asks for one of
            several choices (`choice`), for a score (`score`), or whether a statement is true (`noul`).
          api_version: API version in the path. Default: that of the client.
          extra_headers: Headers in addition to the client's.
          extra_query: Query parameters.
          extra_body: Fields that this release does not know, merged into the request.
          timeout: Seconds that each attempt may take, or the `Timeout` of httpx.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            response = client.decisions.create(
                model="gemini-2.5-flash",
                input="The delivery came two days late, but the lamp is beautiful.",
                questions={"is_complaint": {"type": "noul", "instructions": "The customer complains."}},
            )
            print(response.answers)

        API: `decisions.create`.
        """
        return self._run(
            send(
                self._port,
                CREATE_DECISION,
                Settings(api_version, extra_headers, extra_query, extra_body, timeout),
                input=input,
                model=model,
                questions=questions,
            )
        )

    @property
    def with_raw_response(self) -> RawMethods:
        """The same methods; each returns the HTTP response, and its `parse()` returns the object."""
        from ._interactions.raw import RawMethods

        return RawMethods(self)


__all__ = [
    "Answer",
    "BlockReason",
    "ChoiceAnswer",
    "ChoiceQuestion",
    "ChoiceQuestionInstructions",
    "ChoiceQuestionInstructionsParam",
    "ChoiceQuestionParam",
    "CreateDecisionRequest",
    "CreateDecisionRequestParam",
    "CreateDecisionResponse",
    "DecisionCreateParams",
    "DecisionInputContent",
    "DecisionInputContentParam",
    "DecisionInstructionContent",
    "DecisionInstructionContentParam",
    "Input",
    "InputParam",
    "NoulAnswer",
    "NoulCriteria",
    "NoulCriteriaParam",
    "NoulQuestion",
    "NoulQuestionInstructions",
    "NoulQuestionInstructionsParam",
    "NoulQuestionParam",
    "PromptFeedback",
    "Question",
    "QuestionParam",
    "ScoreAnswer",
    "ScoreQuestion",
    "ScoreQuestionInstructions",
    "ScoreQuestionInstructionsParam",
    "ScoreQuestionParam",
]
_RENAMED = {
    "DecisionCreateParams": "CreateDecisionRequestParam",
    "DecisionInstructionContent": "TextContent",
    "DecisionInstructionContentParam": "TextContentParam",
}
"""The types in `__all__` that have another name in `_interactions.types`."""


if not TYPE_CHECKING:  # checkers know the names from the imports above

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            return async_twin(globals(), name)
        from ._interactions import types

        globals()[name] = value = getattr(types, _RENAMED.get(name, name))  # the next access does not come here
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "AsyncDecisions"})
