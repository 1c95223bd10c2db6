"""Structured answers: the text of an answer as the object that the caller requested, complete or while it is streamed.

Reads a text according to an annotation or a schema, and reports why that fails. Must not depend on how answers arrive.
"""

from __future__ import annotations

import enum
import functools
import json
import reprlib
import threading
import types
import typing
from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard

import pydantic

from .._reasons import kinds_of_parts, why_candidate_is_empty, why_empty, why_it_ended
from .._schemas.annotations import UNIONS, AnnotationKey, adapter
from .._validation import steps_in
from ..errors import NotParsedError
from ..types._generation import FinishReason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

    from ..types import Candidate, GenerateContentResponse
    from .partial_json import GrowingJson, InvalidJson, Path

_ModelClass: Any = type(pydantic.BaseModel)
_KEPT_ADAPTERS = 64
_SHOWN_CHARACTERS = 60
_FENCE = "```"
MISFITS = (ValueError, RecursionError, pydantic.PydanticUserError)
"""The exceptions of `read`; the last one is raised for a type that pydantic cannot validate."""


def fill_parsed(answer: GenerateContentResponse, schema: Any, json_schema: Any) -> None:
    """Set the value of each candidate's text according to the request's schema, or the error if there is no value.

    Without a schema, nothing is set. An answer that does not fit the schema raises no exception.
    """
    wanted = json_schema if schema is None else schema
    if wanted is None:
        return
    notes = answer._notes
    if not answer.candidates:
        notes["parsed_error"] = NotParsedError(why_empty(answer) or "")
        return
    for other in answer.candidates[1:]:
        _fill_candidate(other, wanted, _text_of(other))
    first = answer.candidates[0]
    text = _text_of(first)
    parsed, notes["parsed_error"] = _fill_candidate(first, wanted, text)
    if text is not None:
        vars(answer)["parsed"] = parsed  # like an assignment, but faster
        answer.__pydantic_fields_set__.add("parsed")
        notes["partial"] = partial(_glimpse_of, text)


def watch(schema: Any, json_schema: Any) -> Watcher | None:
    """Return a parser for the chunks of one streamed model turn according to a schema; None without a schema."""
    wanted = json_schema if schema is None else schema
    return None if wanted is None else Watcher(wanted)


class Watcher:
    """The parser for the text of one streamed model turn. Thoughts and all candidates but the first are ignored."""

    def __init__(self, wanted: Any) -> None:
        self._wanted = wanted
        self._text = GrowingText([])
        self._parsed_early: Any = None
        self._kinds: set[str] = set()
        """The kinds of the parts received so far."""

    def see(self, chunk: GenerateContentResponse) -> None:
        """Process the next chunk, and store on it the results for the text received up to it."""
        notes = chunk._notes
        candidate = next((each for each in chunk.candidates or () if not each.index), None)
        text = None if candidate is None else _text_of(candidate)
        pieces = self._text.pieces
        if text:
            pieces.append(text)
        has_ended = candidate is not None and candidate.finish_reason is not None
        notes["partial"] = Glimpse(self._text, len(pieces), is_last=has_ended)
        if candidate is None:
            if not chunk.candidates and chunk.prompt_feedback is not None and chunk.prompt_feedback.block_reason:
                notes["parsed_error"] = NotParsedError(why_empty(chunk) or "")
            return
        self._kinds.update(kinds_of_parts(candidate))
        if has_ended:
            self._fill(chunk, candidate)
        elif text and len(pieces) == 1 and text.rstrip()[-1:] in _CLOSING:
            self._fill_early(chunk, text)

    def _fill(self, chunk: GenerateContentResponse, candidate: Candidate) -> None:
        pieces = self._text.pieces
        if self._parsed_early is not None and len(pieces) == 1:
            parsed, error = self._parsed_early, None
        else:
            parsed, error = _parse(self._wanted, "".join(pieces) if pieces else None, candidate, self._kinds)
        candidate._notes["parsed"] = chunk.parsed = parsed
        candidate._notes["parsed_error"] = chunk._notes["parsed_error"] = error

    def _fill_early(self, chunk: GenerateContentResponse, text: str) -> None:
        """Set `parsed` of a first chunk that already contains the complete value, although more chunks may follow."""
        try:
            self._parsed_early = read(self._wanted, text)
        except MISFITS:
            return
        chunk.parsed = self._parsed_early


_CLOSING = ("}", "]", '"')
"""Last characters of values that are complete and cannot continue."""


_looking = threading.Lock()


class GrowingText:
    """The pieces of a text received so far, parsed as JSON on demand."""

    def __init__(self, pieces: list[str]) -> None:
        self.pieces = pieces
        self._json: GrowingJson | None = None
        self._read = 0

    def data(self, count: int, *, is_last: bool) -> Any:
        """Return the value in the first `count` pieces. Calls with increasing counts parse each piece only once."""
        from .partial_json import GrowingJson, InvalidJson  # most programs never call this

        with _looking:
            growing = self._json
            if growing is None or self._read > count:
                growing = self._json = GrowingJson()
                self._read = 0
            try:
                while self._read < count:
                    self._read += 1
                    growing.feed(self.pieces[self._read - 1])
                if is_last and not growing.is_complete:
                    self._json = None  # it cannot continue after it has been closed
                    return growing.close()
            except InvalidJson:
                pass
            return growing.value


def _glimpse_of(text: str) -> Any:
    """Return the value in a complete text."""
    return GrowingText([text]).data(1, is_last=True)


class Glimpse:
    """The value in a streamed text at one moment, parsed when it is called."""

    __slots__ = ("_count", "_is_last", "_text", "_value")

    def __init__(self, text: GrowingText | None, count: int, *, is_last: bool, value: Any = None) -> None:
        self._text = text
        self._count = count
        self._is_last = is_last
        self._value = value

    def __call__(self) -> Any:
        text = self._text
        if text is not None:
            self._value = text.data(self._count, is_last=self._is_last)
            self._text = None
        return self._value

    def __reduce__(self) -> tuple[Any, ...]:
        return _known, (self(),)


def _known(value: Any) -> Glimpse:
    return Glimpse(None, 0, is_last=True, value=value)


# Reading


def read(wanted: Any, text: str) -> Any:
    """Return the value in a text according to a schema or an annotation.

    Raises one of `MISFITS` if the text does not fit. Other exceptions of the program's own validators are passed on.
    """
    if isinstance(wanted, _ModelClass):  # first, and without issubclass, which is slow for such classes
        return wanted.model_validate_json(text)
    if isinstance(wanted, (dict, pydantic.BaseModel)):  # a schema as data, which the service applies
        return json.loads(text)
    if _is_class(wanted) and issubclass(wanted, enum.Enum):
        return _member(wanted, text)
    word = text.strip()
    if word in _words(wanted):  # as `text/x.enum` writes it, which is not JSON
        return word
    return _adapter(wanted).validate_json(text)


def _words(wanted: Any) -> tuple[Any, ...]:
    """Return the members of a `Literal`, also inside `Optional` and `Annotated`."""
    arguments = typing.get_args(wanted)
    if typing.get_origin(wanted) is typing.Literal:
        return tuple(value for value in arguments if type(value) is str)
    inner = [each for each in arguments if typing.get_origin(each) in (typing.Literal, typing.Annotated)]
    is_wrapped = typing.get_origin(wanted) in (typing.Annotated, *UNIONS)
    return tuple(value for each in inner for value in _words(each)) if is_wrapped else ()


def _member(members: type[enum.Enum], text: str) -> enum.Enum:
    """Return the member whose value equals a text, which may be plain or a JSON string."""
    written = text.strip()
    if written.startswith('"'):
        try:
            written = str(json.loads(written))
        except ValueError:
            written = written.strip('"')
    for member in members:
        if str(member.value) == written:
            return member
    expected = ", ".join(repr(str(member.value)) for member in members)
    raise ValueError(f"expected one of {expected}, got {_shown.repr(written)}")


def _adapter(annotation: Any) -> pydantic.TypeAdapter[Any]:
    try:
        return _kept_adapter(AnnotationKey(annotation))
    except TypeError:  # a Literal with a value that is not hashable
        return _new_adapter(annotation)


# Not a weak dictionary: an adapter references the classes that it creates, so it would keep its own key alive.
@functools.lru_cache(_KEPT_ADAPTERS)
def _kept_adapter(form: AnnotationKey) -> pydantic.TypeAdapter[Any]:
    return _new_adapter(form.annotation)


def _new_adapter(annotation: Any) -> pydantic.TypeAdapter[Any]:
    try:
        return adapter(annotation)
    except NameError as error:
        raise ValueError(str(error)) from error


# Errors


def _fill_candidate(candidate: Candidate, wanted: Any, text: str | None) -> tuple[Any, NotParsedError | None]:
    notes = candidate._notes
    found = notes["parsed"], notes["parsed_error"] = _parse(wanted, text, candidate)
    return found


def _parse(
    wanted: Any, text: str | None, candidate: Candidate, kinds_before: Iterable[str] = ()
) -> tuple[Any, NotParsedError | None]:
    """Return the value in a text according to a schema, and the error if the text does not fit the schema."""
    cause: Exception | None = None
    parsed: Any = None
    if text is not None:
        try:
            return read(wanted, text), None
        except MISFITS as error:
            cause = error.with_traceback(None)
        if typing.get_origin(wanted) in UNIONS:
            parsed = _data_or_none(text)
    kinds = {*kinds_before, *kinds_of_parts(candidate)} - {"thought"}
    if text is None or cause is None or "function_call" in kinds:
        return parsed, _without_data(text, candidate, kinds)
    return parsed, _misfit(wanted, text, candidate, cause)


def _data_or_none(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _text_of(candidate: Candidate) -> str | None:
    content = candidate.content
    if content is None or not content.parts:
        return None
    parts = content.parts
    if len(parts) == 1 and not parts[0].thought:
        return parts[0].text
    texts = [part.text for part in parts if part.text is not None and not part.thought]
    return "".join(texts) if texts else None


def _without_data(text: str | None, candidate: Candidate, kinds: set[str]) -> NotParsedError:
    if "function_call" in kinds:
        message = "The answer is a function call, not data: run the function and send its result to receive data."
    elif kinds:
        message = f"The answer contains no text, but {', '.join(sorted(kinds))}: {why_it_ended(candidate)}."
    else:
        message = why_candidate_is_empty(candidate) or ""
    return NotParsedError(message, text=text, finish_reason=candidate.finish_reason)


def _misfit(wanted: Any, text: str, candidate: Candidate, cause: Exception) -> NotParsedError:
    """Return the error for a text that does not fit what was requested."""
    from .partial_json import GrowingJson, InvalidJson

    error: NotParsedError
    if not text.strip():
        error = _error("The text of the answer is empty", why_it_ended(candidate), text, candidate)
    elif _is_class(wanted) and issubclass(wanted, enum.Enum):
        error = _error(f"The answer is not a member of {_name(wanted)}", str(cause), text, candidate)
    else:
        growing = GrowingJson()
        try:
            growing.feed(text)
            data = growing.close()
        except InvalidJson as fault:
            error = _no_json(text, candidate, fault)
        else:
            error = _mismatch(wanted, text, candidate, data, cause)
    error.__cause__ = cause
    return error


def _no_json(text: str, candidate: Candidate, fault: InvalidJson) -> NotParsedError:
    start = len(text) - len(text.lstrip())
    if text.startswith(_FENCE, start):
        remedy = 'it is in a Markdown code fence; set response_mime_type="application/json" to receive plain JSON'
        return _error("The answer is not JSON", remedy, text, candidate, start)
    if not fault.is_cut:
        return _error("The answer is not valid JSON", fault.message, text, candidate, fault.offset, fault.path)
    verdict = "was cut off" if candidate.finish_reason is FinishReason.MAX_TOKENS else "breaks off"
    return _error(f"The answer {verdict}", why_it_ended(candidate), text, candidate, fault.offset, fault.path)


def _mismatch(wanted: Any, text: str, candidate: Candidate, data: Any, cause: Exception) -> NotParsedError:
    verdict = f"The answer does not fit {_name(wanted)}"
    if not isinstance(cause, pydantic.ValidationError):
        return _error(verdict, str(cause).partition("\n")[0], text, candidate)
    from .partial_json import offset_of

    found: dict[Path, list[ErrorDetails]] = {}
    for line in cause.errors(include_url=False, include_context=False):
        found.setdefault(steps_in(data, line), []).append(line)
    path = next(iter(found))
    # If no member of a union fits, the error of the member that fits most of the value is the most useful one.
    path = next((other for other in found if len(other) > len(path) and other[: len(path)] == path), path)
    reason = " / ".join(dict.fromkeys(line["msg"] for line in found[path]))
    if found[path][0]["type"] not in _WITHOUT_INPUT:
        reason += f", got {_shown.repr(found[path][0]['input'])}"
    others = sum(path[: len(other)] != other for other in found)
    if others:
        reason += f"; {others} more values do not fit" if others > 1 else "; another value does not fit"
    return _error(verdict, reason, text, candidate, offset_of(text, path), path)


_WITHOUT_INPUT = ("missing", "json_invalid")
"""Types of pydantic errors whose input is everything around the place, not the value itself."""


def _error(
    verdict: str, reason: str, text: str, candidate: Candidate, offset: int = 0, path: Path = ()
) -> NotParsedError:
    """Return an error whose message consists of a verdict, the place, and the reason."""
    written = _notation(path)
    error = NotParsedError("", text=text, finish_reason=candidate.finish_reason, path=written, offset=offset)
    at = f" at {_shorten(written)}" if path else ""
    place = f" (line {error.line}, column {error.column})" if path or offset else ""
    error.message = f"{verdict}{at}{place}: {reason.rstrip('.')}."
    error.args = (error.message,)
    return error


def _notation(path: Path) -> str:
    """Return a path in the notation `items[3].price`."""
    written = ""
    for step in path:
        if isinstance(step, str) and step.isidentifier():
            written += f".{step}"
        else:
            written += f"[{step}]" if isinstance(step, int) else f"[{json.dumps(step, ensure_ascii=False)}]"
    return written.removeprefix(".")


def _name(wanted: Any) -> str:
    """Return an annotation as it is written in code, without modules."""
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is None:
        return "None" if wanted is type(None) else getattr(wanted, "__name__", None) or str(wanted)
    if origin is typing.Annotated:
        return _name(arguments[0])
    if origin is typing.Literal:
        return f"Literal[{', '.join(map(repr, arguments))}]"
    if origin in UNIONS:
        return " | ".join(map(_name, arguments))
    return f"{_name(origin)}[{', '.join(map(_name, arguments))}]"


def _is_class(wanted: Any) -> TypeGuard[type]:
    return isinstance(wanted, type) and not isinstance(wanted, types.GenericAlias)  # which is a type in Python 3.10


def _shorten(path: str) -> str:
    return path if len(path) <= 2 * _SHOWN_CHARACTERS else f"{path[:_SHOWN_CHARACTERS]}…{path[-_SHOWN_CHARACTERS:]}"


_shown = reprlib.Repr()
_shown.maxstring = _shown.maxother = _shown.maxlong = _SHOWN_CHARACTERS
