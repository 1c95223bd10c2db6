"""The flags that all commands share, and the values that a run keeps in the context of click. Imports nothing but click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import click

from . import output
from .exits import Failure

F = TypeVar("F", bound=Callable[..., Any])

_FLAGS = "google.genai.cli.flags"
_TARGET = "google.genai.cli.target"


class Destination(Protocol):
    """The part of a target that the messages of errors need."""

    def explain(self, failure: Failure) -> Failure:
        """Add the origin of the key to a refusal of credentials."""
        ...

    def hide_key(self, text: str) -> str:
        """Return text in which the key is replaced."""
        ...


def flags() -> dict[str, Any]:
    """Return the values of the flags of this run that all commands share."""
    return click.get_current_context().meta.setdefault(_FLAGS, {})


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    name = str(parameter.name)
    if value is not None and (value is not False or name == "vertexai"):
        context.meta.setdefault(_FLAGS, {})[name] = value
        if name == "quiet":
            output.Quiet.value = True


def _shared(*names: str, **attributes: Any) -> Callable[[F], F]:
    return click.option(*names, expose_value=False, callback=_keep, **attributes)


def verbosity_options(function: F) -> F:
    """Add `-v` and `-q` to a command."""
    for option in reversed((
        _shared("-v", "--verbose", is_flag=True, help="Show where an error happened."),
        _shared("-q", "--quiet", is_flag=True, help="Print no notes on stderr."),
    )):  # fmt: skip
        function = option(function)
    return function


def connection_options(function: F) -> F:
    """Add the flags that choose the service, the credentials and the limits to a command."""
    for option in reversed((
        _shared("--local", is_flag=True, help="Use the local server; start it when needed."),
        _shared("--profile", metavar="NAME", help="Settings of a profile of the configuration."),
        _shared("--key", metavar="NAME", help="A stored key, by its name."),
        _shared("--vertexai/--no-vertexai", "vertexai", default=None, is_flag=True, help="Call Vertex AI, or not."),
        _shared("--project", metavar="ID", help="Google Cloud project, for Vertex AI."),
        _shared("--location", metavar="NAME", help="Google Cloud location, for Vertex AI."),
        _shared("--base-url", "base_url", metavar="URL", help="Address of the service."),
        _shared("--timeout", "timeout_s", type=click.FloatRange(0, min_open=True), metavar="S",
                help="Time limit of a request, in seconds."),
        _shared("--attempts", type=click.IntRange(1, 20), metavar="N",
                help="Requests for one call while the service is busy.  [default: 3]"),
    )):  # fmt: skip
        function = option(function)
    return verbosity_options(function)


def json_lines_option(function: F) -> F:
    """Add `--json` to a command that prints lines of JSON while it works. The `kind` of a line with an `error` is `error`."""
    return click.option(
        "--json", "as_json", is_flag=True, is_eager=True, callback=_print_lines,
        help="Print progress and result as lines of JSON.",
    )(function)  # fmt: skip


def _print_lines(context: click.Context, parameter: click.Parameter, wanted: bool) -> bool:
    output.JsonLines.value = wanted
    return wanted


def is_local() -> bool:
    """Return whether `--local` was given."""
    return bool(flags().get("local"))


def keep_target(target: Destination) -> None:
    """Remember where the calls of this run go, for the messages of errors."""
    click.get_current_context().meta[_TARGET] = target


def target_of_run(context: click.Context) -> Destination | None:
    """Return where the calls of a run go, once it is known."""
    return context.meta.get(_TARGET)
