"""`genai generate`: one prompt, one answer. `genai "…"` is the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from .. import output
from ..connection import Target, settings as settings_of
from ..conversations import Conversation, find
from ..exchange import Answer, Message, ask, log, to_json, usage_line
from ..exits import Exit, Failure
from ..flags import connection_options, keep_target
from ..prompts import attachment_options, config_of, model_options, parts_of, read_message, tool_options

if TYPE_CHECKING:
    from google.genai import Client

    from ..config import Settings
    from ..schemas import AnswerSchema
    from ..tools import Toolbox

_CODE = re.compile(r"^```[^\n]*\n(.*?)^```", re.M | re.S)


@click.command()
@click.argument("prompt", nargs=-1)
@model_options
@attachment_options
@click.option("--schema", metavar="SCHEMA", help="Answer as JSON: a file, module:Class, or fields: 'name, age int'.")
@tool_options
@click.option("-c", "--continue", "continues", is_flag=True, help="Continue the last conversation.")
@click.option("--cid", metavar="ID", help="Continue the conversation with this id.")
@click.option("-x", "--extract", is_flag=True, help="Print the first code block of the answer only.")
@click.option("--no-stream", is_flag=True, help="Request the whole answer at once.")
@click.option("-n", "--no-log", is_flag=True, help="Do not log the exchange.")
@click.option("-u", "--usage", is_flag=True, help="Print the number of tokens on stderr.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: answer, usage, error and more.")
@click.option("--dry-run", is_flag=True, help="Print the request; send nothing.")
@click.option("--curl", is_flag=True, help="Print the request as a curl command; send nothing.")
@click.option("--python", is_flag=True, help="Print a Python program that does the same; send nothing.")
@connection_options
def generate(
    prompt: tuple[str, ...],
    model: str | None,
    system: str | None,
    options: tuple[str, ...],
    attachments: tuple[str, ...],
    typed_attachments: tuple[tuple[str, str], ...],
    schema: str | None,
    tools: tuple[str, ...],
    yes: bool,
    continues: bool,
    cid: str | None,
    extract: bool,
    no_stream: bool,
    no_log: bool,
    usage: bool,
    as_json: bool,
    dry_run: bool,
    curl: bool,
    python: bool,
) -> int:
    """Print the answer to a prompt.

    Text on stdin comes before the prompt. The answer alone is on stdout.

    \b
      genai "Why is the sky blue?"
      git diff | genai "Write a commit message." -s "Be brief."
      genai "What is in the picture?" -a photo.jpg
      genai "Three cats" --schema "[name, age int]" --json
      genai "And a dog?" -c
    """
    found = settings_of(model=model, system=system, log=False if no_log else None)
    sends = not (dry_run or curl or python)
    conversation = find(cid) if continues or cid else Conversation()
    chosen: str = model or conversation.model or found["model"]
    message = read_message(prompt, attachments, typed_attachments)
    answer_schema = _schema(schema)
    target = Target(found, sends=sends)
    toolbox = _toolbox(tools, yes=yes or not sends)
    config = config_of(found, options, schema=answer_schema, tools=toolbox.functions if toolbox is not None else None)
    if not sends:
        _show(target, message, chosen, config, answer_schema, tools, conversation, dry_run, curl, streams=not no_stream)
        return Exit.OK
    keep_target(target)
    run = _Run(found, target, message, chosen, config, conversation, toolbox, answer_schema)
    with target.client() as client:
        answer = run.ask(client, streams=not (no_stream or as_json or extract), quiet=as_json or extract)
    if as_json:
        output.write_json(to_json(answer, model=chosen, conversation=run.conversation_id, tools=run.calls))
    elif extract and answer.failure is None:
        block = _CODE.search(answer.text)
        output.write(block[1] if block else answer.text + "\n")
    return run.end(answer, usage=usage, as_json=as_json)


class _Run:
    """One run of the command, from the message to the exit code."""

    def __init__(
        self,
        settings: Settings,
        target: Target,
        message: Message,
        model: str,
        config: dict[str, Any],
        conversation: Conversation,
        toolbox: Toolbox | None,
        schema: AnswerSchema | None,
    ) -> None:
        self.logs = bool(settings["log"])
        self.target = target
        self.message = message
        self.model = model
        self.config = config
        self.conversation = conversation
        self.toolbox = toolbox
        self.schema = schema

    @property
    def conversation_id(self) -> str | None:
        """The id of the conversation if it can be continued, or None."""
        return self.conversation.id if self.logs else None

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The calls of tools so far."""
        return self.toolbox.calls if self.toolbox is not None else []

    def ask(self, client: Client, *, streams: bool, quiet: bool) -> Answer:
        """Send the message, and print the answer unless `quiet`."""
        parts = parts_of(self.message, client)
        history: Any = self.conversation.history() if self.conversation.turns else None
        config: Any = self.config or None
        chat = client.chats.create(model=self.model, config=config, history=history)
        answer = ask(chat, parts, streams=streams, write=None if quiet else output.write, schema=self.schema)
        if answer.failure is not None:
            answer.failure = self.target.explain(answer.failure)
            answer.failure.message = self.target.hide_key(answer.failure.message)
        if (
            not quiet
            and answer.text
            and not answer.text.endswith("\n")
            and not isinstance(answer.cause, output.ClosedOutput)
        ):
            output.write("\n")
        return answer

    def end(self, answer: Answer, *, usage: bool, as_json: bool) -> int:
        """Print notes and the failure, log the exchange, and return the exit code."""
        failure = answer.failure
        if failure is None:
            if answer.finish_reason == "MAX_TOKENS":
                output.note("The answer is cut, because max_output_tokens was used up.")
            for blob in answer.media if not as_json else ():
                output.note(f"The answer contains {blob.mime_type}, which generate does not print; see genai image.")
        if usage:
            output.note(usage_line(answer))
        if self.logs:
            log(
                "generate",
                self.target,
                self.message,
                answer,
                model=self.model,
                config=self.config,
                conversation=self.conversation,
                tools=self.calls,
            )
        if isinstance(answer.cause, output.ClosedOutput):
            raise answer.cause
        if failure is not None and not as_json:
            if failure.exit_code is Exit.UNEXPECTED and answer.cause is not None:
                raise answer.cause
            raise failure
        return Exit.OK if failure is None else int(failure.exit_code)


def _schema(given: str | None) -> AnswerSchema | None:
    if given is None:
        return None
    from ..schemas import read_schema

    return read_schema(given)


def _toolbox(references: tuple[str, ...], *, yes: bool) -> Toolbox | None:
    if not references:
        return None
    from ..tools import Toolbox

    return Toolbox(references, allows_all=yes)


def _show(
    target: Target,
    message: Message,
    model: str,
    config: dict[str, Any],
    schema: AnswerSchema | None,
    tools: tuple[str, ...],
    conversation: Conversation,
    dry_run: bool,
    curl: bool,
    *,
    streams: bool,
) -> None:
    from .. import programs

    if not dry_run and not curl:
        if conversation.turns:
            raise Failure("--python: a continued conversation is in the log; a program cannot read it.")
        text = programs.python(
            target,
            model=model,
            prompt=message.prompt,
            attachments=message.attachments,
            config=config,
            schema=schema,
            tools=tools,
            streams=streams and schema is None,
        )
        output.write_line(text)
        return

    def call(client: Client) -> None:
        history: Any = conversation.history() if conversation.turns else None
        given: Any = config or None
        chat = client.chats.create(model=model, config=given, history=history)
        parts = parts_of(message, None)
        if streams:
            for _ in chat.send_message_stream(parts):
                pass
        else:
            chat.send_message(parts)

    request = programs.request_of(target, call)
    output.write_line(programs.curl(request) if curl else programs.shown(request))
