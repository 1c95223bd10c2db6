"""Own what generation returns: the response, its candidates, why they ended, citations, log probabilities, token
counts and the verdict on the prompt. Must not know how a request is built or sent, how a stream is put together,
nor what grounding sources look like inside.
"""

import copy
import datetime
import logging
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import pydantic

from .._wire.marks import LOCAL, RepliedBy, Reply
from ._base import CaseInSensitiveEnum, Model
from ._content import Content, Part
from ._grounding import GroundingMetadata
from ._http import HttpResponse
from ._parts import FunctionCall
from ._safety import SafetyRating

if TYPE_CHECKING:
    from ..errors import NotParsedError


class FinishReason(CaseInSensitiveEnum):
    """Why the model wrote no further. API: `Candidate.FinishReason`.

    With anything but `STOP` the answer may be cut short or missing.
    """

    FINISH_REASON_UNSPECIFIED = "FINISH_REASON_UNSPECIFIED"
    """No cause stated."""
    STOP = "STOP"
    """Ended regularly: the answer is complete, or it reached one of the request's `stop_sequences`."""
    MAX_TOKENS = "MAX_TOKENS"
    """Cut off because `max_output_tokens` was used up; thought tokens count towards it."""
    SAFETY = "SAFETY"
    """Held back by a safety filter; `Candidate.safety_ratings` names the category."""
    RECITATION = "RECITATION"
    """Broken off because the text came too close to an existing work."""
    LANGUAGE = "LANGUAGE"
    """The model does not support the language of the answer."""
    OTHER = "OTHER"
    """A cause that has no member of its own."""
    BLOCKLIST = "BLOCKLIST"
    """A word or phrase in the answer stands on a blocklist."""
    PROHIBITED_CONTENT = "PROHIBITED_CONTENT"
    """Held back by a rule that no safety setting can relax."""
    SPII = "SPII"
    """Held back for sensitive data about a person, such as an identity or account number."""
    MALFORMED_FUNCTION_CALL = "MALFORMED_FUNCTION_CALL"
    """The model tried to call a function, but its call could not be read."""
    IMAGE_SAFETY = "IMAGE_SAFETY"
    """The picture was drawn and then held back by a safety filter."""
    UNEXPECTED_TOOL_CALL = "UNEXPECTED_TOOL_CALL"
    """The model called a tool although the request offered none."""
    IMAGE_PROHIBITED_CONTENT = "IMAGE_PROHIBITED_CONTENT"
    """The picture was held back by a rule that no safety setting can relax."""
    NO_IMAGE = "NO_IMAGE"
    """The model ended without the picture that was asked for."""


class BlockedReason(CaseInSensitiveEnum):
    """Why a prompt was refused before any answer was written. API: `PromptFeedback.BlockReason`."""

    BLOCKED_REASON_UNSPECIFIED = "BLOCKED_REASON_UNSPECIFIED"
    """No cause stated."""
    SAFETY = "SAFETY"
    """Refused by a safety filter; the prompt feedback's `safety_ratings` names the category."""
    OTHER = "OTHER"
    """A cause that has no member of its own."""
    BLOCKLIST = "BLOCKLIST"
    """A word or phrase in the prompt stands on a blocklist."""
    PROHIBITED_CONTENT = "PROHIBITED_CONTENT"
    """Refused by a rule that no safety setting can relax."""
    IMAGE_SAFETY = "IMAGE_SAFETY"
    """The picture asked for would not be safe to draw."""
    MODEL_ARMOR = "MODEL_ARMOR"
    """Refused by the Model Armor policy of the Google Cloud project. Documented for Vertex AI."""
    JAILBREAK = "JAILBREAK"
    """The prompt tries to talk the model out of its rules. Documented for Vertex AI."""


class MediaModality(CaseInSensitiveEnum):
    """Kind of media that tokens are counted for. API: `ModalityTokenCount.modality`."""

    MODALITY_UNSPECIFIED = "MODALITY_UNSPECIFIED"
    """No kind stated."""
    TEXT = "TEXT"
    """Written text."""
    IMAGE = "IMAGE"
    """Still pictures."""
    VIDEO = "VIDEO"
    """Video frames; a sound track is counted as `AUDIO`."""
    AUDIO = "AUDIO"
    """Speech and other sound."""
    DOCUMENT = "DOCUMENT"
    """Pages of files such as PDF."""


class TrafficType(CaseInSensitiveEnum):
    """Quota that a request was charged to. API: `UsageMetadata.trafficType`. Documented for Vertex AI."""

    TRAFFIC_TYPE_UNSPECIFIED = "TRAFFIC_TYPE_UNSPECIFIED"
    """No quota stated."""
    ON_DEMAND = "ON_DEMAND"
    """Shared capacity, paid by use."""
    PROVISIONED_THROUGHPUT = "PROVISIONED_THROUGHPUT"
    """Capacity that the project reserved in advance."""


class UrlRetrievalStatus(CaseInSensitiveEnum):
    """How fetching one web page went. API: `UrlMetadata.urlRetrievalStatus`."""

    URL_RETRIEVAL_STATUS_UNSPECIFIED = "URL_RETRIEVAL_STATUS_UNSPECIFIED"
    """No outcome stated."""
    URL_RETRIEVAL_STATUS_SUCCESS = "URL_RETRIEVAL_STATUS_SUCCESS"
    """The page was read."""
    URL_RETRIEVAL_STATUS_ERROR = "URL_RETRIEVAL_STATUS_ERROR"
    """The page could not be read, for instance because it does not exist."""
    URL_RETRIEVAL_STATUS_PAYWALL = "URL_RETRIEVAL_STATUS_PAYWALL"
    """The page is for paying readers. Documented for the Gemini Developer API."""
    URL_RETRIEVAL_STATUS_UNSAFE = "URL_RETRIEVAL_STATUS_UNSAFE"
    """What the page says was kept from the model as unsafe. Documented for the Gemini Developer API."""


class GoogleTypeDate(Model):
    """Day in the Gregorian calendar, perhaps known only in part. API: `google.type.Date`. Documented for Vertex AI."""

    day: int | None = None
    """Day of the month, counted from 1; 0 or unset where only the month or the year is known."""

    month: int | None = None
    """1 for January to 12 for December; 0 or unset where only the year is known."""

    year: int | None = None
    """1 to 9999; 0 or unset for a day that comes round every year, such as a birthday."""


class Citation(Model):
    """Stretch of the answer that repeats a known work, and that work. API: `CitationMetadata.citations`, on the
    Developer API `citationSources`.

    Documented for Vertex AI; the Developer API sends the offsets, `license` and `uri`. An unset offset means 0.
    """

    end_index: int | None = None
    """Offset just after the stretch; in bytes of the UTF-8 text on the Developer API."""

    license: str | None = None
    """License of the work, where one is known; look at it before you reuse code."""

    publication_date: GoogleTypeDate | None = None
    """When the work came out. Documented for Vertex AI."""

    start_index: int | None = None
    """Offset at which the stretch begins; in bytes of the UTF-8 text on the Developer API."""

    title: str | None = None
    """Headline of the work. Documented for Vertex AI."""

    uri: str | None = None
    """Where the work can be found."""


class CitationMetadata(Model):
    """Collect the works that a candidate repeats. API: `Candidate.citationMetadata`."""

    citations: Annotated[list[Citation] | None, Reply(gemini="citationSources")] = None
    """One entry for each stretch; unset when nothing was found."""


class UrlMetadata(Model):
    """Report on one web page that the URL context tool tried to read. API: `UrlContextMetadata.urlMetadata`."""

    retrieved_url: str | None = None
    """Address that was fetched."""

    url_retrieval_status: UrlRetrievalStatus | None = None
    """Whether the model got to see the page, and if not, why."""


class UrlContextMetadata(Model):
    """Collect what the URL context tool did. API: `Candidate.urlContextMetadata`."""

    url_metadata: list[UrlMetadata] | None = None
    """One entry for each address that was fetched."""


class LogprobsResultCandidate(Model):
    """Token with the probability that the model gave it. API: `LogprobsResult.Candidate`."""

    log_probability: float | None = None
    """Natural logarithm of the probability: 0 is certainty, lower is less likely."""

    token: str | None = None
    """Text of the token."""

    token_id: int | None = None
    """Number of the token in the model's vocabulary."""


class LogprobsResultTopCandidates(Model):
    """Most likely tokens at one position of the answer. API: `LogprobsResult.TopCandidates`."""

    candidates: list[LogprobsResultCandidate] | None = None
    """Tokens from most to least likely; as many as the request's `logprobs` asked for."""


class LogprobsResult(Model):
    """How sure the model was of each token it wrote. API: `Candidate.logprobsResult`.

    Both lists have one entry for each position of the answer. Sent only if the request set `response_logprobs`.
    """

    chosen_candidates: list[LogprobsResultCandidate] | None = None
    """Tokens the answer consists of; a token drawn at random need not be among the likeliest."""

    top_candidates: list[LogprobsResultTopCandidates] | None = None
    """Alternatives at each position. Sent only if the request set `logprobs`."""


class _Noted(Model):
    """A reply with notes of the SDK beside its fields. Comparisons and dumps leave them out, copies and pickles keep them.

    They are no private attributes in pydantic's sense, which would cost a call for each object that is decoded.
    """

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    @property
    def _notes(self) -> dict[str, Any]:
        notes = self.__pydantic_private__
        if notes is None:
            notes = {}
            object.__setattr__(self, "__pydantic_private__", notes)
        return notes

    def _noted(self, name: str) -> Any:
        return (self.__pydantic_private__ or {}).get(name)


class Candidate(_Noted):
    """One answer to the prompt. API: `GenerateContentResponse.candidates`.

    In a stream each chunk carries the next piece of the candidate; the last piece brings `finish_reason`.
    """

    content: Content | None = None
    """What the model wrote, as a turn of role `model`; it may have no parts if a filter stepped in."""

    citation_metadata: CitationMetadata | None = None
    """Known works that the answer repeats."""

    finish_message: Annotated[str | None, RepliedBy("vertex")] = None
    """Explanation of `finish_reason` in words, for logs and people."""

    token_count: int | None = None
    """Length of this answer in tokens."""

    finish_reason: FinishReason | None = None
    """Why the answer ends here; unset in a stream as long as more is to come."""

    avg_logprobs: float | None = None
    """Mean log probability of the answer's tokens; the nearer to 0, the surer the model was."""

    grounding_metadata: GroundingMetadata | None = None
    """Searches and sources behind the answer, if a search, maps or retrieval tool took part."""

    index: int | None = None
    """Position in the list of candidates, counted from 0; an unset one means 0."""

    logprobs_result: LogprobsResult | None = None
    """Log probability of each token, if the request set `response_logprobs`."""

    safety_ratings: list[SafetyRating] | None = None
    """How the answer scored in the harm categories, at most one entry for each."""

    url_context_metadata: UrlContextMetadata | None = None
    """Web pages that the URL context tool read for the answer."""

    @property
    def parsed(self) -> Any:
        """The answer as data of the request's response schema, as `GenerateContentResponse.parsed` is for the first one."""
        return self._noted("parsed")

    @property
    def parsed_error(self) -> "NotParsedError | None":
        """Why `parsed` is not what the schema asks for, or None when it is, or when there is no schema."""
        return self._noted("parsed_error")


class GenerateContentResponsePromptFeedback(Model):
    """Verdict of the filters on the prompt. API: `GenerateContentResponse.promptFeedback`."""

    block_reason: BlockedReason | None = None
    """Why the prompt was refused. Unset means it was accepted; otherwise the response has no candidates."""

    block_reason_message: str | None = None
    """Explanation of `block_reason` in words. Documented for Vertex AI."""

    safety_ratings: list[SafetyRating] | None = None
    """How the prompt scored in the harm categories, at most one entry for each."""


class ModalityTokenCount(Model):
    """Number of tokens that one kind of media takes up. API: `ModalityTokenCount`."""

    modality: MediaModality | None = None
    """Kind of media counted."""

    token_count: int | None = None
    """Tokens of that kind."""


class GenerateContentResponseUsageMetadata(Model):
    """What a request cost in tokens. API: `GenerateContentResponse.usageMetadata`.

    Documented for Vertex AI; the Developer API sends the same counts. In a stream the counts run up: use the last
    chunk's. An unset count means 0.
    """

    cache_tokens_details: list[ModalityTokenCount] | None = None
    """`cached_content_token_count` by kind of media."""

    cached_content_token_count: int | None = None
    """Part of the prompt that came from a cache and costs less; also included in `prompt_token_count`."""

    candidates_token_count: int | None = None
    """Tokens of all candidates together, thoughts not included."""

    candidates_tokens_details: list[ModalityTokenCount] | None = None
    """`candidates_token_count` by kind of media."""

    prompt_token_count: int | None = None
    """Whole input: contents, system instruction, declarations and cached content."""

    prompt_tokens_details: list[ModalityTokenCount] | None = None
    """`prompt_token_count` by kind of media."""

    thoughts_token_count: int | None = None
    """Tokens the model spent on reasoning; billed as output."""

    tool_use_prompt_token_count: int | None = None
    """Tokens that built-in tools fed back to the model, such as pages they read."""

    tool_use_prompt_tokens_details: list[ModalityTokenCount] | None = None
    """`tool_use_prompt_token_count` by kind of media."""

    total_token_count: int | None = None
    """Sum of prompt, tool results, thoughts and candidates."""

    traffic_type: TrafficType | None = None
    """Whether shared or reserved capacity served the request. Documented for Vertex AI."""


class GenerateContentResponse(_Noted):
    """Reply to a generation request, or one chunk of a streamed reply. API: `GenerateContentResponse`."""

    sdk_http_response: HttpResponse | None = None
    """What came with the answer at the HTTP level, notably the response headers."""

    candidates: list[Candidate] | None = None
    """Answers, one unless the request set `candidate_count`; empty when the prompt was refused."""

    create_time: Annotated[datetime.datetime | None, RepliedBy("vertex")] = None
    """When the service received the request. Documented for Vertex AI."""

    model_version: str | None = None
    """Exact model that answered, which an alias such as "latest" does not tell."""

    prompt_feedback: GenerateContentResponsePromptFeedback | None = None
    """Whether and why the prompt was refused; look here when there are no candidates."""

    response_id: str | None = None
    """Id of this response, shared by all chunks of a stream; quote it when you report a problem."""

    usage_metadata: GenerateContentResponseUsageMetadata | None = None
    """Tokens spent on input, reasoning and output."""

    automatic_function_calling_history: Annotated[list[Content] | None, LOCAL] = None
    """The conversation up to this response, with the calls and results of functions that the SDK ran. Filled by the
    SDK; unset if it ran none.
    """

    if TYPE_CHECKING:
        parsed: pydantic.BaseModel | dict[Any, Any] | list[Any] | Enum | None = None
    else:
        parsed: Annotated[Any, LOCAL] = None  # an object of the program's: not to be validated into another one
    """The answer as data of the request's response schema: an instance of the pydantic class, an enum member, or
    decoded JSON. Filled by the SDK; None without a schema, and when the answer does not fit it: `parsed_error` says why.
    In a stream the chunk that ends the answer has it.
    """

    @property
    def parsed_error(self) -> "NotParsedError | None":
        """Why the answer is not what the request's schema asks for; None when it is, and when there is no schema.

        An answer that fits no member of a union has an error as well, and is decoded JSON in `parsed`.
        """
        return self._noted("parsed_error")

    def require_parsed(self) -> Any:
        """Return `parsed`.

        Raises `errors.NotParsedError`, which is `parsed_error`, if the answer is not what the request's schema asks for, and
        `ValueError` if there is no schema.
        """
        error = self.parsed_error
        if error is not None:
            raise copy.copy(error) from error.__cause__
        if self.parsed is None and "parsed_error" not in self._notes:
            raise ValueError(
                "Nothing was parsed: the request has neither response_schema nor response_json_schema, or this is not the "
                "chunk of a stream that ends the answer."
            )
        return self.parsed

    @property
    def partial(self) -> Any:
        """The answer as plain JSON data as far as its text goes, in a stream the text up to and with this chunk; None
        without a schema, and before a value has begun.

        Strings may be cut; members without a value and numbers that have not ended are left out. It is not validated.
        Look, and change nothing in it: later chunks share what is complete.
        """
        data = self._noted("partial")
        return None if data is None else data()

    @property
    def why_empty(self) -> str | None:
        """Why the response holds nothing, in words, or None when the first candidate holds text, a call or anything else.

        Thoughts alone are nothing. Of a chunk of a stream it says no more than that chunk knows.
        """
        from .._reasons import why_empty

        return why_empty(self)

    @property
    def parts(self) -> list[Part] | None:
        """The parts of the first candidate, or None when it has none."""
        content = self._first_content("parts")
        return content.parts if content is not None else None

    @property
    def text(self) -> str | None:
        """The text of the first candidate, thoughts left out, or None when it holds none.

        Parts that are no text are skipped, and a warning of the logger `google_genai.types` names their kinds.
        """
        content = self._first_content("text")
        if content is None or not content.parts:
            return None
        texts: list[str] = []
        others: dict[str, None] = {}
        for part in content.parts:
            fields = part.__dict__
            text = fields["text"]
            if text is not None and not fields["thought"]:
                texts.append(text)
            for name in part.__pydantic_fields_set__:
                if name not in _SAID_IN_TEXT and fields[name] is not None:
                    others[name] = None
        if others:
            _logger.warning(
                "The answer holds parts that are no text (%s); .text leaves them out. See candidates[0].content.parts.",
                ", ".join(sorted(others)),
            )
        return "".join(texts) if texts else None

    @property
    def function_calls(self) -> list[FunctionCall] | None:
        """The function calls of the first candidate, in order, or None when it makes none."""
        content = self._first_content("function_calls")
        if content is None or not content.parts:
            return None
        calls = [part.function_call for part in content.parts if part.function_call is not None]
        return calls or None

    @property
    def executable_code(self) -> str | None:
        """The first piece of code in the first candidate that its code-execution tool ran, or None."""
        content = self._first_content("executable_code")
        if content is None or not content.parts:
            return None
        return next((part.executable_code.code for part in content.parts if part.executable_code is not None), None)

    @property
    def code_execution_result(self) -> str | None:
        """What the first piece of code in the first candidate printed, or None."""
        content = self._first_content("code_execution_result")
        if content is None or not content.parts:
            return None
        return next(
            (part.code_execution_result.output for part in content.parts if part.code_execution_result is not None),
            None,
        )

    def _first_content(self, wanted: str) -> Content | None:
        candidates = self.candidates
        if not candidates:
            return None
        if len(candidates) > 1:
            _logger.warning("The answer has %d candidates; .%s is that of the first.", len(candidates), wanted)
        return candidates[0].content


_logger = logging.getLogger("google_genai.types")
_SAID_IN_TEXT = frozenset({"text", "thought", "thought_signature"})
