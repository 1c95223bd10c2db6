"""Exit codes, and the failures behind them: each exception becomes one `Failure` with a message, a code and advice."""

from __future__ import annotations

import sys
from enum import IntEnum
from typing import Any

import click


class Exit(IntEnum):
    """The exit codes of `genai`."""

    OK = 0
    UNEXPECTED = 1
    """An error of this program."""
    USAGE = 2
    """An argument, a file or a setting is wrong; nothing was sent."""
    REFUSED = 3
    """The service refused the call (4xx)."""
    SERVICE = 4
    """The service failed (5xx, or 429 after all retries)."""
    CONNECTION = 5
    """No connection, or a time limit."""
    EMPTY = 6
    """The answer is blocked or empty."""
    SCHEMA = 7
    """The answer does not follow the schema."""
    CAPPED = 75
    """A limit stopped the work, which can be resumed."""
    INTERRUPTED = 130
    """Ctrl-C."""


class Failure(Exception):
    """A failure that ends the program.

    Attributes:
      message: One or more sentences for people.
      exit_code: The exit code.
      hint: Advice on what to do, or None.
      details: `code`, `status` and `attempts` of a failed call.
    """

    def __init__(
        self,
        message: str,
        exit_code: Exit = Exit.USAGE,
        *,
        hint: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
        self.hint = hint
        self.details = details or {}

    def to_json(self) -> dict[str, Any]:
        """Return the failure as the value of `error` in the output of `--json`."""
        known: dict[str, Any] = {"code": None, "status": None, "attempts": None}
        return {
            "kind": self.exit_code.name.lower(),
            "exit_code": int(self.exit_code),
            "message": self.message,
            "hint": self.hint,
            **known,
            **self.details,
        }


def failure_of(error: BaseException) -> Failure:
    """Return the failure that an exception stands for; an unexpected one gets the code 1."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return Failure("Interrupted.", Exit.INTERRUPTED)
    if isinstance(error, click.ClickException):
        return Failure(error.format_message(), Exit.USAGE if error.exit_code == Exit.USAGE else Exit.UNEXPECTED)
    errors = sys.modules.get("google.genai.errors")
    if errors is not None and isinstance(error, errors.NotParsedError):
        return Failure(str(error), Exit.SCHEMA)
    if errors is not None and isinstance(error, errors.RecordingError):
        return Failure(str(error), Exit.USAGE, hint="To record again: genai replay --record FILE COMMAND ...")
    if errors is not None and isinstance(error, errors.APIError):
        return _failure_of_call(error, errors)
    pydantic = sys.modules.get("pydantic")
    if pydantic is not None and isinstance(error, pydantic.ValidationError):
        return Failure(_validation_text(error), Exit.USAGE)
    if isinstance(error, OSError) and error.filename is not None:
        return Failure(f"{error.filename}: {error.strerror}.", Exit.USAGE)
    if isinstance(error, (ValueError, NotImplementedError, FileNotFoundError)):
        return Failure(str(error), Exit.USAGE)
    return Failure(f"Unexpected {type(error).__name__}: {error}", Exit.UNEXPECTED, hint="-v shows where it happened.")


def _failure_of_call(error: Any, errors: Any) -> Failure:
    code = error.code or 0
    if isinstance(error, (errors.NotDoneError, errors.APITimeoutError, errors.APIConnectionError)):
        exit_code = Exit.CONNECTION
    elif isinstance(error, errors.InvalidResponseError) or code >= 500 or code == 429:
        exit_code = Exit.SERVICE
    elif 400 <= code < 500:
        exit_code = Exit.REFUSED
    else:
        exit_code = Exit.SERVICE
    message = error.message if isinstance(error.message, str) and error.message else str(error)
    told = " ".join(str(part) for part in (error.code or None, error.status) if part is not None)
    details = {"code": error.code, "status": error.status, "attempts": error.attempts}
    hint = _ADVICE.get(code, error.hint)
    return Failure(f"{told}: {message}" if told else message, exit_code, hint=hint, details=details)


_ADVICE: dict[int, str] = {
    401: "The service did not accept the credentials: genai doctor shows which ones are used.",
    403: "The credentials do not permit this call: genai doctor shows which ones are used.",
    404: "Check the name: the commands list, such as genai models list, show the names.",
    408: "Try a longer --timeout or a smaller request.",
    504: "Try a longer --timeout or a smaller request.",
}
"""Advice by HTTP status, in the terms of the command line."""


def _validation_text(error: Any) -> str:
    """Return the problems of a `pydantic.ValidationError`, one per line, as `path: problem`."""
    lines: list[str] = []
    for problem in error.errors(include_url=False):
        path = ".".join(str(part) for part in problem["loc"])
        given = problem.get("input")
        shown = f" (got {given!r:.80})" if problem["type"] not in ("missing", "extra_forbidden") else ""
        lines.append(f"{path}: {problem['msg']}{shown}")
    return "\n".join(lines)
