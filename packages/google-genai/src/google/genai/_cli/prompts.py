"""The options of commands that send a prompt, and how they become a message and a configuration."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from .attachments import Attachment, of_binary_stdin, read_attachment, read_stdin
from .config import Settings
from .exchange import Message
from .exits import Failure

if TYPE_CHECKING:
    from google.genai import types

    from .schemas import AnswerSchema

F = TypeVar("F", bound=Callable[..., Any])


def model_options(function: F) -> F:
    """Add `-m`, `-s` and `-o` to a command."""
    for option in reversed((
        click.option("-m", "--model", metavar="NAME", help="Model.  [default: gemini-2.5-flash]"),
        click.option("-s", "--system", metavar="TEXT", help="System instruction."),
        click.option("-o", "--option", "options", multiple=True, metavar="KEY=VALUE",
                     help="A field of GenerateContentConfig, such as temperature=0; repeatable."),
    )):  # fmt: skip
        function = option(function)
    return function


def attachment_options(function: F) -> F:
    """Add `-a` and `--at` to a command."""
    for option in reversed((
        click.option("-a", "--attachment", "attachments", multiple=True, metavar="PATH/URL",
                     help="Attach a file or an address; - is stdin; repeatable."),
        click.option("--at", "typed_attachments", multiple=True, nargs=2, metavar="PATH/URL TYPE",
                     help="Attach with a media type; repeatable."),
    )):  # fmt: skip
        function = option(function)
    return function


def tool_options(function: F) -> F:
    """Add `--tool` and `--yes` to a command."""
    for option in reversed((
        click.option("--tool", "tools", multiple=True, metavar="MODULE:FUNCTION",
                     help="A Python function that the model may call; repeatable."),
        click.option("--yes", is_flag=True, help="Run tools without a question."),
    )):  # fmt: skip
        function = option(function)
    return function


def read_message(
    words: tuple[str, ...], attachments: tuple[str, ...], typed_attachments: tuple[tuple[str, str], ...]
) -> Message:
    """Return the message: stdin first, then the prompt, then the attachments. Raises `Failure` if all are empty."""
    attached: list[Attachment] = [read_attachment(source) for source in attachments]
    attached += [read_attachment(source, kind) for source, kind in typed_attachments]
    text, content = ("", b"") if any(each.source == "-" for each in attached) else read_stdin()
    if content:
        attached.append(of_binary_stdin(content))
    prompt = "\n\n".join(piece for piece in (text.strip("\r\n"), " ".join(words)) if piece.strip())
    if any("\ud800" <= character <= "\udfff" for character in prompt):
        raise Failure("The prompt is not UTF-8 text.")
    if not prompt and not attached:
        raise Failure("The prompt is empty.", hint='Pass it as an argument or on stdin: genai "Why is the sky blue?"')
    return Message(prompt, attached)


def parts_of(message: Message, client: Any) -> list[types.Part]:
    """Return the parts of a message; large attachments are uploaded with the client."""
    from google.genai import types

    parts = [types.Part(text=message.prompt)] if message.prompt else []
    return [*parts, *(attachment.part(client) for attachment in message.attachments)]


def config_of(
    settings: Settings, options: tuple[str, ...], *, schema: AnswerSchema | None = None, tools: list[Any] | None = None
) -> dict[str, Any]:
    """Return the fields of `GenerateContentConfig`, checked. Raises `Failure` with the option that is wrong.

    Without a field, the class is not used at all: its validators cost a tenth of a short run.
    """
    config: dict[str, Any] = {**settings.options(), **parse_options(options)}
    if settings["system"]:
        config["system_instruction"] = settings["system"]
    if schema is not None:
        config.update(schema.config())
    if tools:
        config["tools"] = tools
    if config:
        from google.genai import types

        check_fields(types.GenerateContentConfig, config, "-o ")
    return config


def parse_options(options: tuple[str, ...]) -> dict[str, Any]:
    """Return options `KEY=VALUE` as a dict; a dot in the key names a field of a field, and a value may be JSON."""
    found: dict[str, Any] = {}
    for option in options:
        key, separator, text = option.partition("=")
        if not separator or not key:
            raise Failure(f"-o {option}: expected KEY=VALUE, for example -o temperature=0.")
        place = found
        *outer, last = key.split(".")
        for name in outer:
            inner = place.setdefault(name, {})
            if not isinstance(inner, dict):
                raise Failure(f"-o {option}: {name} already has the value {inner!r}.")
            place = cast("dict[str, Any]", inner)
        try:
            place[last] = json.loads(text)
        except ValueError:
            place[last] = text
    return found


def check_fields(cls: Any, values: Mapping[str, Any], flag: str) -> Any:
    """Return the object of a class of `types` for some fields. Raises `Failure` that names the flag and the field."""
    import pydantic

    try:
        return cls(**values)
    except pydantic.ValidationError as error:
        problem = error.errors(include_url=False)[0]
        path = ".".join(str(step) for step in problem["loc"])
        if problem["type"] == "extra_forbidden":
            raise Failure(f"{flag}{path}: {_unknown_field(cls, path)}") from None
        raise Failure(f"{flag}{path}: {problem['msg']}, got {problem['input']!r:.80}.") from None


def _unknown_field(cls: Any, path: str) -> str:
    from difflib import get_close_matches

    known = list(cls.__pydantic_fields__)
    close = get_close_matches(path, known, 1)
    guess = f"; did you mean {close[0]}?" if close else "."
    return f"{cls.__name__} has no such field{guess}"
