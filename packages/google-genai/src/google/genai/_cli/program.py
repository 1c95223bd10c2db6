"""The click group `genai`: finds the command, imports it alone, and turns every exception into a message and an exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from . import output
from .exits import Exit, Failure, failure_of
from .flags import connection_options, flags, target_of_run
from .table import COMMANDS, OTHERS, Entry, other_commands

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_DEFAULT = "generate"
_COMPLETION = "_GENAI_COMPLETE"
"""Environment variable with which the shell's completion script calls this program."""
_WITH_VALUE = frozenset({
    *("--profile", "--key", "--project", "--location", "--base-url", "--timeout", "--attempts"),
})  # fmt: skip
_WITHOUT_VALUE = frozenset({"--local", "-v", "--verbose", "-q", "--quiet", "--vertexai", "--no-vertexai"})
_HELP = frozenset({"-h", "--help", "--version", "-V"})
_HELP_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class CommandTable(click.Group):
    """A group whose commands are imported when they run; its help reads the table only."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *sorted(other_commands())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name) or other_commands().get(cmd_name)
        return None if entry is None else _imported(cmd_name, entry)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None:
            raise _unknown_command(args[0], self.list_commands(ctx), ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        entries = {**COMMANDS, **other_commands()}
        found = [
            CompletionItem(name, help=entry.help) for name, entry in entries.items() if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        entries = {**COMMANDS, **other_commands()}
        for section in dict.fromkeys(entry.section for entry in entries.values()):
            with formatter.section(section):
                formatter.write_dl(
                    [(name, entry.help) for name, entry in sorted(entries.items()) if entry.section == section]
                    if section == OTHERS
                    else [(name, entry.help) for name, entry in entries.items() if entry.section == section]
                )


def _version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from ..version import __version__

        click.echo(f"genai {__version__}")
        context.exit()


@click.command(cls=CommandTable, context_settings=_HELP_SETTINGS, subcommand_metavar="COMMAND [ARGS]...")
@connection_options
@click.option("-V", "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version,
              help="Show the version and exit.")  # fmt: skip
def genai() -> None:
    """Use Gemini models from the shell.

    \b
      genai "Why is the sky blue?"
      cat notes.txt | genai "Summarise this." --json
      genai chat
      genai --local "Hello"     the local server, without a key

    The answer alone is on stdout. A command's own help: genai COMMAND --help.
    """


def run(arguments: list[str]) -> int:
    """Run the command line with arguments, and return the exit code."""
    output.prepare_streams()
    instruction = os.environ.get(_COMPLETION)
    if instruction:
        from click.shell_completion import shell_complete

        return shell_complete(genai, {}, "genai", _COMPLETION, instruction)
    output.Quiet.value = output.JsonLines.value = False
    arguments = [_readable(argument) for argument in arguments]
    arguments = with_default(arguments, stdin_has_text=not _stdin_is_terminal())
    context: click.Context | None = None
    try:
        with genai.make_context("genai", list(arguments)) as context:
            result = genai.invoke(context)
        return result if isinstance(result, int) else Exit.OK
    except click.exceptions.Exit as done:
        return done.exit_code
    except output.ClosedOutput:
        output.discard_stdout()
        return Exit.OK
    except BrokenPipeError:
        output.discard_stdout()
        return Exit.OK
    except (Exception, KeyboardInterrupt) as error:
        return _report(error, context, "--json" in arguments)


def with_default(arguments: list[str], *, stdin_has_text: bool) -> list[str]:
    """Return the arguments with the command `generate` inserted before a prompt.

    A word that could be a mistyped command is left alone: a prompt has white space, comes after an option, or from stdin.
    """
    at = 0
    while at < len(arguments):
        word = arguments[at]
        if word in _WITH_VALUE:
            at += 2
        elif word in _WITHOUT_VALUE or (word.startswith("--") and word.partition("=")[0] in _WITH_VALUE):
            at += 1
        else:
            break
    if at >= len(arguments):
        return [*arguments, _DEFAULT] if stdin_has_text else arguments or ["--help"]
    word = arguments[at]
    is_prompt = any(character.isspace() for character in word) or (word.startswith("-") and word not in _HELP)
    return [*arguments[:at], _DEFAULT, *arguments[at:]] if is_prompt else arguments


def _readable(argument: str) -> str:
    """Return an argument as UTF-8 text, whatever the locale is. A path with other bytes stays as it is."""
    if argument.isascii():
        return argument
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError:
        return argument


def _stdin_is_terminal() -> bool:
    try:
        return sys.stdin is None or sys.stdin.isatty()  # pyright: ignore[reportUnnecessaryComparison] - closed as by `<&-`
    except ValueError:
        return True


def _imported(name: str, entry: Entry) -> click.Command:
    import importlib

    module, _, attribute = entry.module.partition(":")
    try:
        command: Any = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise Failure(f"The command {name!r} cannot be loaded from {entry.module}: {error}", Exit.UNEXPECTED) from error
    if not isinstance(command, click.Command):
        raise Failure(f"The command {name!r}: {entry.module} is not a click command.", Exit.UNEXPECTED)
    return command


def _unknown_command(word: str, names: list[str], context: click.Context) -> click.UsageError:
    from difflib import get_close_matches

    close = get_close_matches(word, names, 2, 0.55)
    guess = f" Did you mean {' or '.join(close)}?" if close else ""
    return click.UsageError(
        f"No such command {word!r}.{guess} To send the word as a prompt: genai generate {word!r}", context
    )


def _report(error: BaseException, context: click.Context | None, as_json: bool) -> int:
    """Print a failure, and return its exit code."""
    failure = failure_of(error)
    # The flags and the target are in the context's `meta`, which subcommands share with the group.
    target = None if context is None else target_of_run(context)
    if target is not None:
        failure = target.explain(failure)
        failure.message = target.hide_key(failure.message)
    if context is not None:
        with context.scope(cleanup=False):
            if flags().get("verbose"):
                _print_trace(error)
    if as_json:
        try:
            output.write_json(_empty_answer(failure))
        except output.ClosedOutput:
            output.discard_stdout()
    if not as_json or output.is_terminal(sys.stderr):
        output.complain(f"genai: {failure.message}")
        if isinstance(error, click.UsageError) and error.ctx is not None:
            output.complain(f"{error.ctx.get_usage()}\nHelp: {error.ctx.command_path} --help")
        if failure.hint:
            output.complain(failure.hint)
    return int(failure.exit_code)


def _empty_answer(failure: Failure) -> dict[str, Any]:
    partial = getattr(failure, "partial", None)
    kind = {"kind": "error"} if output.JsonLines.value else {}
    return {**kind, **(partial or {}), "error": failure.to_json()}


def _print_trace(error: BaseException) -> None:
    import traceback

    output.complain("".join(traceback.format_exception(error)).rstrip())
