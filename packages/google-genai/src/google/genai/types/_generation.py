"""Results of a generation: the response, its candidates, finish reasons, citations, log probabilities, token counts and
feedback on the prompt. Not part of this module: building and sending requests, joining the chunks of a stream,
grounding sources (see `_grounding`).
"""

import copy
import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import pydantic

from .._wire.marks import LOCAL, RepliedBy, Reply
from ..errors import NotParsedError
from ._base import CaseInSensitiveEnum, Model
from ._bytes import BASE64
from ._content import Content, Part
from ._grounding import GroundingMetadata
from ._http import HttpResponse
from ._later import ModelStatus
from ._log import log_once
from ._parts import FunctionCall
from ._safety import SafetyRating
from ._usage import ModalityTokenCount, TrafficType


class FinishReason(CaseInSensitiveEnum):
    """Why the model stopped. API: `Candidate.FinishReason`.

    With any reason other than `STOP`, the answer may be incomplete or missing.
    """

    FINISH_REASON_UNSPECIFIED = "FINISH_REASON_UNSPECIFIED"
    """No reason given."""
    STOP = "STOP"
    """The answer is complete, or it reached one of the request's `stop_sequences`."""
    MAX_TOKENS = "MAX_TOKENS"
    """Cut off because `max_output_tokens` was used up; thought tokens count towards it."""
    SAFETY = "SAFETY"
    """Blocked by a safety filter; `Candidate.safety_ratings` names the category."""
    RECITATION = "RECITATION"
    """Stopped because the text was too similar to an existing work."""
    LANGUAGE = "LANGUAGE"
    """The model does not support the language of the answer."""
    OTHER = "OTHER"
    """Any other reason."""
    BLOCKLIST = "BLOCKLIST"
    """The answer contains a word or phrase of a blocklist."""
    PROHIBITED_CONTENT = "PROHIBITED_CONTENT"
    """Blocked by a rule that no safety setting can change."""
    SPII = "SPII"
    """Blocked because of sensitive personal data, such as an identity or account number."""
    MALFORMED_FUNCTION_CALL = "MALFORMED_FUNCTION_CALL"
    """The model tried to call a function, but its call was malformed."""
    IMAGE_SAFETY = "IMAGE_SAFETY"
    """The generated picture was blocked by a safety filter."""
    UNEXPECTED_TOOL_CALL = "UNEXPECTED_TOOL_CALL"
    """The model called a tool although the request declared none."""
    IMAGE_PROHIBITED_CONTENT = "IMAGE_PROHIBITED_CONTENT"
    """The picture was blocked by a rule that no safety setting can change."""
    NO_IMAGE = "NO_IMAGE"
    """The model returned no picture although the request asked for one."""
    IMAGE_OTHER = "IMAGE_OTHER"
    """The picture was not generated, for another reason."""
    IMAGE_RECITATION = "IMAGE_RECITATION"
    """The generated picture was too similar to an existing one."""
    TOO_MANY_TOOL_CALLS = "TOO_MANY_TOOL_CALLS"
    """The model called tools too often in a row."""
    CONTINUATION = "CONTINUATION"
    """The service ended the answer early; `Candidate.continuation_token` continues it, see
    `GenerateContentConfig.automatic_continuation`.
    """
    MISSING_THOUGHT_SIGNATURE = "MISSING_THOUGHT_SIGNATURE"
    """A part of the conversation was sent back without its `thought_signature`."""
    MALFORMED_RESPONSE = "MALFORMED_RESPONSE"
    """The model generated an answer that the service cannot read."""
    ESCALATION = "ESCALATION"
    """The service passed the conversation on instead of answering it."""
    PUP_LIMITED_DISABLED = "PUP_LIMITED_DISABLED"
    """The service has limited or disabled the model for this use."""
    MODEL_ARMOR = "MODEL_ARMOR"
    """Blocked by the Model Armor policy of the Google Cloud project. Documented for Vertex AI."""


class BlockedReason(CaseInSensitiveEnum):
    """Why a prompt was blocked before any answer was generated. API: `PromptFeedback.BlockReason`."""

    BLOCKED_REASON_UNSPECIFIED = "BLOCKED_REASON_UNSPECIFIED"
    """No reason given."""
    SAFETY = "SAFETY"
    """Blocked by a safety filter; the prompt feedback's `safety_ratings` name the category."""
    OTHER = "OTHER"
    """Any other reason."""
    BLOCKLIST = "BLOCKLIST"
    """The prompt contains a word or phrase of a blocklist."""
    PROHIBITED_CONTENT = "PROHIBITED_CONTENT"
    """Blocked by a rule that no safety setting can change."""
    IMAGE_SAFETY = "IMAGE_SAFETY"
    """The requested picture would be unsafe."""
    MODEL_ARMOR = "MODEL_ARMOR"
    """Blocked by the Model Armor policy of the Google Cloud project. Documented for Vertex AI."""
    JAILBREAK = "JAILBREAK"
    """The prompt tries to make the model ignore its rules. Documented for Vertex AI."""


class UrlRetrievalStatus(CaseInSensitiveEnum):
    """Outcome of fetching a web page. API: `UrlMetadata.urlRetrievalStatus`."""

    URL_RETRIEVAL_STATUS_UNSPECIFIED = "URL_RETRIEVAL_STATUS_UNSPECIFIED"
    """Unspecified."""
    URL_RETRIEVAL_STATUS_SUCCESS = "URL_RETRIEVAL_STATUS_SUCCESS"
    """The page was read."""
    URL_RETRIEVAL_STATUS_ERROR = "URL_RETRIEVAL_STATUS_ERROR"
    """The page could not be read, for example because it does not exist."""
    URL_RETRIEVAL_STATUS_PAYWALL = "URL_RETRIEVAL_STATUS_PAYWALL"
    """The page is behind a paywall. Documented for the Gemini Developer API."""
    URL_RETRIEVAL_STATUS_UNSAFE = "URL_RETRIEVAL_STATUS_UNSAFE"
    """The page was withheld from the model as unsafe. Documented for the Gemini Developer API."""


class GoogleTypeDate(Model):
    """Date in the Gregorian calendar, possibly incomplete. API: `google.type.Date`. Documented for Vertex AI."""

    day: int | None = None
    """Day of the month, from 1; 0 or unset if only the month or the year is known."""

    month: int | None = None
    """1 for January to 12 for December; 0 or unset if only the year is known."""

    year: int | None = None
    """1 to 9999; 0 or unset for a date without a year, such as a birthday."""


class Citation(Model):
    """Passage of the answer that repeats a known work, with its source. API: `CitationMetadata.citations`, on the
    Developer API `citationSources`.

    Documented for Vertex AI; the Developer API sends the offsets, `license` and `uri`. An unset offset means 0.
    """

    end_index: int | None = None
    """Offset of the end of the passage, exclusive; in bytes of the UTF-8 text on the Developer API."""

    license: str | None = None
    """License of the work, if known; check it before you reuse code."""

    publication_date: GoogleTypeDate | None = None
    """Publication date of the work. Documented for Vertex AI."""

    start_index: int | None = None
    """Offset of the start of the passage; in bytes of the UTF-8 text on the Developer API."""

    title: str | None = None
    """Title of the work. Documented for Vertex AI."""

    uri: str | None = None
    """URI of the work."""


class CitationMetadata(Model):
    """The works that a candidate repeats. API: `Candidate.citationMetadata`."""

    citations: Annotated[list[Citation] | None, Reply(gemini="citationSources")] = None
    """One entry for each passage; unset if none was found."""


class UrlMetadata(Model):
    """A web page that the URL context tool tried to read. API: `UrlContextMetadata.urlMetadata`."""

    retrieved_url: str | None = None
    """URL that was fetched."""

    url_retrieval_status: UrlRetrievalStatus | None = None
    """Whether the model could read the page, and if not, why."""


class UrlContextMetadata(Model):
    """The web pages that the URL context tool fetched. API: `Candidate.urlContextMetadata`."""

    url_metadata: list[UrlMetadata] | None = None
    """One entry for each URL that was fetched."""


class LogprobsResultCandidate(Model):
    """A token, with the probability that the model assigned to it. API: `LogprobsResult.Candidate`."""

    log_probability: float | None = None
    """Natural logarithm of the probability: 0 means certain; lower values are less likely."""

    token: str | None = None
    """Text of the token."""

    token_id: int | None = None
    """Id of the token in the model's vocabulary."""


class LogprobsResultTopCandidates(Model):
    """Most likely tokens at one position of the answer. API: `LogprobsResult.TopCandidates`."""

    candidates: list[LogprobsResultCandidate] | None = None
    """Tokens from most to least likely; the request's `logprobs` sets their number."""


class LogprobsResult(Model):
    """Log probabilities of the tokens of an answer. API: `Candidate.logprobsResult`.

    Both lists have one entry for each position of the answer. Only present if the request set `response_logprobs`.
    """

    chosen_candidates: list[LogprobsResultCandidate] | None = None
    """Tokens of the answer. Because of random sampling, a token need not be among the most likely ones."""

    top_candidates: list[LogprobsResultTopCandidates] | None = None
    """Alternatives at each position. Only present if the request set `logprobs`."""

    log_probability_sum: float | None = None
    """Sum of the log probabilities of the tokens of the answer. Documented for the Gemini Developer API."""


class _Noted(Model):
    """Base of replies to which the SDK adds notes. Notes are not fields: comparisons and dumps ignore them, copies and
    pickles keep them.

    The notes are not declared as private attributes, because pydantic would then call an initializer for each decoded
    object.
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

    In a stream, each chunk contains the next piece of the candidate, and the last piece contains `finish_reason`.
    """

    content: Content | None = None
    """The answer, as a turn of role `model`; it may have no parts if a filter blocked it."""

    citation_metadata: CitationMetadata | None = None
    """Known works that the answer repeats."""

    finish_message: Annotated[str | None, RepliedBy("vertex")] = None
    """Human-readable explanation of `finish_reason`."""

    token_count: int | None = None
    """Number of tokens in this answer."""

    finish_reason: FinishReason | None = None
    """Why the model stopped; unset in a stream until the last piece."""

    avg_logprobs: float | None = None
    """Mean log probability of the answer's tokens; values closer to 0 mean more certainty."""

    grounding_metadata: GroundingMetadata | None = None
    """Searches and sources of the answer, if a search, maps or retrieval tool was used."""

    index: int | None = None
    """Position in the list of candidates, from 0; unset means 0."""

    logprobs_result: LogprobsResult | None = None
    """Log probability of each token, if the request set `response_logprobs`."""

    safety_ratings: list[SafetyRating] | None = None
    """Safety ratings of the answer, at most one for each harm category."""

    url_context_metadata: UrlContextMetadata | None = None
    """Web pages that the URL context tool read for the answer."""

    continuation_token: Annotated[bytes | None, BASE64] = None
    """Token with which `GenerateContentConfig.continuation_token` continues this answer; base64 on the wire. Only set
    if the service ended the answer before the model did.
    """

    @property
    def parsed(self) -> Any:
        """The answer parsed by the request's response schema; see `GenerateContentResponse.parsed`."""
        return self._noted("parsed")

    @property
    def parsed_error(self) -> NotParsedError | None:
        """Why the answer does not match the schema; None if it matches, or if there is no schema."""
        return self._noted("parsed_error")


class GenerateContentResponsePromptFeedback(Model):
    """Result of filtering the prompt. API: `GenerateContentResponse.promptFeedback`."""

    block_reason: BlockedReason | None = None
    """Why the prompt was blocked; the response then has no candidates. Unset means that the prompt was accepted."""

    block_reason_message: str | None = None
    """Human-readable explanation of `block_reason`. Documented for Vertex AI."""

    safety_ratings: list[SafetyRating] | None = None
    """Safety ratings of the prompt, at most one for each harm category."""


# Frameworks put the `UsageMetadata` of a live session into fields of this type. No request contains it, so an object of a wrong
# class cannot be sent as an empty one.
class GenerateContentResponseUsageMetadata(Model, from_attributes=True):
    """Number of tokens used by a request. API: `GenerateContentResponse.usageMetadata`.

    Documented for Vertex AI; the Developer API sends the same counts. In a stream, the counts are cumulative: use the
    last chunk's. An unset count means 0.
    """

    cache_tokens_details: list[ModalityTokenCount] | None = None
    """`cached_content_token_count` by kind of media."""

    cached_content_token_count: int | None = None
    """Tokens of the prompt that came from a cache and cost less; also included in `prompt_token_count`."""

    candidates_token_count: int | None = None
    """Tokens of all candidates together, thoughts not included."""

    candidates_tokens_details: list[ModalityTokenCount] | None = None
    """`candidates_token_count` by kind of media."""

    prompt_token_count: int | None = None
    """Tokens of the whole input: contents, system instruction, declarations and cached content."""

    prompt_tokens_details: list[ModalityTokenCount] | None = None
    """`prompt_token_count` by kind of media."""

    thoughts_token_count: int | None = None
    """Tokens of the model's reasoning; billed as output."""

    tool_use_prompt_token_count: int | None = None
    """Tokens of the results that built-in tools returned to the model, such as web pages."""

    tool_use_prompt_tokens_details: list[ModalityTokenCount] | None = None
    """`tool_use_prompt_token_count` by kind of media."""

    total_token_count: int | None = None
    """Sum of the tokens of prompt, tool results, thoughts and candidates."""

    traffic_type: TrafficType | None = None
    """Whether the request used shared or reserved capacity. Documented for Vertex AI."""

    @property
    def initial_prompt_token_count(self) -> int | None:
        """The same as `prompt_token_count`: the tokens of the input, without the results of built-in tools."""
        return self.prompt_token_count


class GenerateContentResponse(_Noted):
    """Reply to a generation request, or one chunk of a streamed reply. API: `GenerateContentResponse`."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    candidates: list[Candidate] | None = None
    """The answers: one unless the request set `candidate_count`, none if the prompt was blocked."""

    create_time: Annotated[datetime.datetime | None, RepliedBy("vertex")] = None
    """When the service received the request. Documented for Vertex AI."""

    model_version: str | None = None
    """Exact version of the model that answered, useful if the request used an alias such as "latest"."""

    prompt_feedback: GenerateContentResponsePromptFeedback | None = None
    """Whether and why the prompt was blocked; check it if there are no candidates."""

    response_id: str | None = None
    """Id of this response, the same for all chunks of a stream; include it when you report a problem."""

    usage_metadata: GenerateContentResponseUsageMetadata | None = None
    """Tokens used for input, reasoning and output."""

    model_status: Annotated[ModelStatus | None, RepliedBy("gemini")] = None
    """Maturity of the model, for example that it will be switched off. Documented for the Gemini Developer API."""

    automatic_function_calling_history: Annotated[list[Content] | None, LOCAL] = None
    """The conversation up to this response, including the calls and results of functions that the SDK ran. Set by the
    SDK; unset if it ran no function.
    """

    if TYPE_CHECKING:
        parsed: pydantic.BaseModel | dict[Any, Any] | list[Any] | Enum | None = None
    else:
        parsed: Annotated[Any, LOCAL] = None  # an object of the program, which must not be validated again
    """The answer parsed by the request's response schema: an instance of the pydantic class, an enum member, or decoded
    JSON. Set by the SDK; None without a schema, and None if the answer does not match the schema (see `parsed_error`).
    In a stream, the chunk that ends the answer has it.
    """

    @property
    def continuations(self) -> int | None:
        """How often the SDK asked for the rest of this answer, because the service had ended it early; None if never. In a
        stream, for the answer up to this chunk. See `GenerateContentConfig.automatic_continuation`.
        """
        return self._noted("continuations")

    @property
    def parsed_error(self) -> NotParsedError | None:
        """Why the answer does not match the request's schema; None if it matches, or if there is no schema.

        If an answer matches no member of a union, this is set as well, and `parsed` is the decoded JSON.
        """
        return self._noted("parsed_error")

    def require_parsed(self) -> Any:
        """Return `parsed`, or raise an error if it is not available.

        Raises:
          errors.NotParsedError: The answer does not match the request's schema; this is `parsed_error`.
          ValueError: There is no schema, or this is a chunk of a stream other than the one that ends the answer.
        """
        error = self.parsed_error
        if error is not None:
            raise copy.copy(error) from error.__cause__
        if self.parsed is None and "parsed_error" not in self._notes:
            raise ValueError(
                "parsed: not available. The config has neither response_schema nor response_json_schema, or this chunk of a "
                "stream does not end the answer."
            )
        return self.parsed

    @property
    def partial(self) -> Any:
        """The part of the answer that has arrived, as plain JSON data; in a stream, that is the text up to and
        including this chunk. None without a schema, or before a value has begun.

        Strings may be incomplete; keys without a value and incomplete numbers are omitted. The data is not validated.
        Do not modify it: later chunks share its complete parts.
        """
        data = self._noted("partial")
        return None if data is None else data()

    @property
    def why_empty(self) -> str | None:
        """Why the response is empty, in one sentence, or None if the first candidate contains text, a function call or
        anything else.

        A response that contains only thoughts counts as empty. In a stream, each chunk is considered on its own.
        """
        from .._reasons import why_empty

        return why_empty(self)  # pyright: ignore[reportArgumentType] - the class there is that of the stub

    @property
    def initial_prompt_token_count(self) -> int | None:
        """`usage_metadata.prompt_token_count`: the tokens of the input, or None if the service did not report them."""
        return self.usage_metadata.prompt_token_count if self.usage_metadata is not None else None

    @property
    def parts(self) -> list[Part] | None:
        """The parts of the first candidate, or None if it has none."""
        content = self._first_content("parts")
        return content.parts if content is not None else None

    @property
    def text(self) -> str | None:
        """The text of the first candidate without thoughts, or None if it has no text.

        Other parts are skipped; once per process, the logger `google_genai.types` emits a warning that names their kinds.
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
            log_once(
                "The answer contains parts other than text (%s); .text skips them. See candidates[0].content.parts.",
                ", ".join(sorted(others)),
            )
        return "".join(texts) if texts else None

    @property
    def function_calls(self) -> list[FunctionCall] | None:
        """The function calls of the first candidate, in order, or None if it has no function calls."""
        content = self._first_content("function_calls")
        if content is None or not content.parts:
            return None
        calls = [part.function_call for part in content.parts if part.function_call is not None]
        return calls or None

    @property
    def executable_code(self) -> str | None:
        """The first program that the code execution tool ran for the first candidate, or None."""
        content = self._first_content("executable_code")
        if content is None or not content.parts:
            return None
        return next((part.executable_code.code for part in content.parts if part.executable_code is not None), None)

    @property
    def code_execution_result(self) -> str | None:
        """The output of the first program in the first candidate, or None."""
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
            log_once("The answer has %d candidates; .%s is the value of the first one.", len(candidates), wanted)
        return candidates[0].content


_SAID_IN_TEXT = frozenset({"text", "thought", "thought_signature", "part_metadata", "speech_metadata"})
