"""Tools (`--tool module:function`): Python functions that the model may call, each call confirmed by the user first."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

from . import output
from .exits import Failure
from .imported import load

_LONGEST_SHOWN = 400


class Toolbox:
    """The functions of a run, and a record of their calls.

    Args:
      references: The functions, as `module:function`.
      allows_all: Whether calls run without a question (`--yes`).
    """

    def __init__(self, references: tuple[str, ...], *, allows_all: bool) -> None:
        self._allows_all = allows_all
        self._allowed: set[str] = set()
        self.calls: list[dict[str, Any]] = []
        self.functions = [self._asking(_function(reference)) for reference in references]
        if self.functions and not allows_all and not _can_ask():
            raise Failure(
                "--tool: a question before each call needs a terminal, and none is there.",
                hint="--yes runs the functions without a question.",
            )

    def _asking(self, function: Callable[..., Any]) -> Callable[..., Any]:
        name = getattr(function, "__name__", "function")

        @functools.wraps(function)
        def ask(*arguments: Any, **named: Any) -> Any:
            shown = (
                f"{name}({', '.join([*map(repr, arguments), *(f'{key}={value!r}' for key, value in named.items())])})"
            )
            record: dict[str, Any] = {"name": name, "arguments": named, "result": None, "error": None}
            self.calls.append(record)
            if not self._allows(name, shown):
                record["error"] = "refused by the user"
                raise PermissionError("The user did not allow this call.")
            try:
                result = function(*arguments, **named)
            except Exception as error:
                record["error"] = f"{type(error).__name__}: {error}"
                output.note(f"{name}: {record['error']}")
                raise
            record["result"] = result
            return result

        return ask

    def _allows(self, name: str, shown: str) -> bool:
        text = shown if len(shown) <= _LONGEST_SHOWN else shown[:_LONGEST_SHOWN] + "…"
        if self._allows_all or name in self._allowed:
            output.note(f"Tool: {text}")
            return True
        answer = _ask(f"Run {text}? [y]es, [n]o, [a]lways this function: ").strip().lower()
        if answer in ("a", "always"):
            self._allowed.add(name)
        return answer in ("y", "yes", "a", "always")


def _function(reference: str) -> Callable[..., Any]:
    found = load(reference, "--tool")
    if not callable(found) or inspect.isclass(found):
        raise Failure(f"--tool {reference}: expected a function, got {type(found).__name__}.")
    if inspect.iscoroutinefunction(found):
        raise Failure(f"--tool {reference}: a coroutine function cannot be called here; name a plain function.")
    return found


def _can_ask() -> bool:
    try:
        with open("/dev/tty"):
            return True
    except OSError:
        return sys.stdin is not None and sys.stdin.isatty()  # pyright: ignore[reportUnnecessaryComparison]


def _ask(question: str) -> str:
    """Ask on the terminal itself, because stdin may be the prompt and stdout the answer."""
    shown = output.safe(question)
    try:
        with open("/dev/tty", "r+b", buffering=0) as terminal:
            terminal.write(b"\n" + shown.encode("utf-8", "backslashreplace"))
            return terminal.readline().decode("utf-8", "replace")
    except OSError:
        sys.stderr.write("\n" + shown)
        sys.stderr.flush()
        return sys.stdin.readline()
