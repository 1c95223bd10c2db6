"""`genai chat`: a conversation in the terminal, kept in the log, so that it can be continued later."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from .. import output
from ..attachments import Attachment, read_attachment
from ..connection import Target, settings as settings_of
from ..conversations import Conversation, find
from ..exchange import Answer, Message, ask, log, usage_line
from ..exits import Exit, Failure, failure_of
from ..flags import connection_options, keep_target
from ..prompts import attachment_options, config_of, model_options, parts_of, tool_options

if TYPE_CHECKING:
    from google.genai import Client, chats

    from ..config import Settings
    from ..tools import Toolbox

_MOST_LINES = 10_000
_HELP = """\
/attach PATH   attach a file or an address to the next message
/model [NAME]  show or change the model
/system [TEXT] show or change the system instruction
/undo          forget the last message and its answer
/retry         send the last message again
/history       show the conversation
/new           begin a new conversation
/usage         show the number of tokens after each answer, or stop it
/save FILE     write the conversation to a file, as JSON for chats.from_json
/exit          end; Ctrl-D does the same
A line that ends with \\ continues in the next line."""


class _End(Exception):
    """The user ends the conversation."""


@click.command()
@model_options
@attachment_options
@tool_options
@click.option("-c", "--continue", "continues", is_flag=True, help="Continue the last conversation.")
@click.option("--cid", metavar="ID", help="Continue the conversation with this id.")
@click.option("-u", "--usage", is_flag=True, help="Print the number of tokens after each answer.")
@click.option("-n", "--no-log", is_flag=True, help="Do not log the conversation.")
@connection_options
def chat(
    model: str | None,
    system: str | None,
    options: tuple[str, ...],
    attachments: tuple[str, ...],
    typed_attachments: tuple[tuple[str, str], ...],
    tools: tuple[str, ...],
    yes: bool,
    continues: bool,
    cid: str | None,
    usage: bool,
    no_log: bool,
) -> int:
    """Talk with a model.

    Each line is a message; /help lists the commands. Without a terminal, each line of stdin is a message.
    """
    found = settings_of(model=model, system=system, log=False if no_log else None)
    conversation = find(cid) if continues or cid else Conversation()
    target = Target(found)
    keep_target(target)
    attached = [read_attachment(source) for source in attachments]
    attached += [read_attachment(source, kind) for source, kind in typed_attachments]
    toolbox: Toolbox | None = None
    if tools:
        from ..tools import Toolbox

        toolbox = Toolbox(tools, allows_all=yes)
    config = config_of(found, options, tools=toolbox.functions if toolbox is not None else None)
    with target.client() as client:
        talk = _Talk(found, target, client, conversation, model, config, toolbox, shows_usage=usage)
        talk.attached = attached
        return talk.run()


class _Talk:
    """One session at the terminal."""

    def __init__(
        self,
        settings: Settings,
        target: Target,
        client: Client,
        conversation: Conversation,
        model: str | None,
        config: dict[str, Any],
        toolbox: Toolbox | None,
        *,
        shows_usage: bool,
    ) -> None:
        self.logs = bool(settings["log"])
        self.target = target
        self.client = client
        self.conversation = conversation
        self.model: str = model or conversation.model or settings["model"]
        self.config = config
        self.toolbox = toolbox
        self.shows_usage = shows_usage
        self.attached: list[Attachment] = []
        self.last: Message | None = None
        self.is_interactive = sys.stdin.isatty()
        self.chat = self._new_chat(conversation.history() if conversation.turns else [])
        self._commands: dict[str, Callable[[str], None]] = {
            "help": lambda _: output.note(_HELP), "attach": self._attach, "model": self._model, "system": self._system,
            "undo": lambda _: self._undo(), "retry": lambda _: self._retry(), "history": lambda _: self._history(),
            "new": lambda _: self._new(), "usage": lambda _: self._usage(), "save": self._save,
            "exit": self._exit, "quit": self._exit,
        }  # fmt: skip

    def run(self) -> int:
        """Read and answer messages until the end of the input, and return the exit code."""
        if self.is_interactive:
            output.note(f"{self.model} on {self._place()}. /help lists the commands, Ctrl-D ends.")
            if not self.conversation.is_new:
                output.note(f"Continuing the conversation {self.conversation.id}.")
        code = Exit.OK
        for _ in range(_MOST_LINES):
            try:
                line = self._read()
                if line.startswith("/"):
                    self._obey(line)
                elif line.strip() or self.attached:
                    self._send(Message(line, self.attached))
            except _End:
                break
            except KeyboardInterrupt:
                if not self.is_interactive:
                    raise
                output.note("\nCtrl-D or /exit ends the conversation.")
            except Failure as failure:
                if not self.is_interactive:
                    raise
                output.complain(f"genai: {failure.message}")
                if failure.hint:
                    output.complain(failure.hint)
        if self.is_interactive and self.logs and self.chat.get_history():
            output.note(f"To continue: genai chat --cid {self.conversation.id}")
        return code

    def _place(self) -> str:
        return f"the local server {self.target.base_url}" if self.target.is_local else self.target.service

    def _read(self) -> str:
        """Return the next message, which may have several lines. Raises `_End` at the end of the input."""
        lines: list[str] = []
        for _ in range(_MOST_LINES):
            line = self._read_line(". " if lines else "> ")
            if not line.endswith("\\"):
                return "\n".join([*lines, line])
            lines.append(line[:-1])
        return "\n".join(lines)

    def _read_line(self, sign: str) -> str:
        if self.is_interactive and sys.stdout.isatty():
            try:
                import readline  # noqa: F401  # pyright: ignore[reportUnusedImport] - gives `input` editing and history
            except ImportError:
                pass
            try:
                return input(sign)
            except EOFError:
                output.note("")
                raise _End from None
        if self.is_interactive:
            sys.stderr.write(sign)
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise _End
        return line.rstrip("\r\n")

    def _new_chat(self, history: list[Any]) -> chats.Chat:
        config: Any = self.config or None
        return self.client.chats.create(model=self.model, config=config, history=history or None)

    def _send(self, message: Message) -> None:
        parts = parts_of(message, self.client)
        self.attached = []
        self.last = message
        calls = len(self.toolbox.calls) if self.toolbox is not None else 0
        answer = ask(self.chat, parts, streams=True, write=output.write)
        if not answer.text.endswith("\n"):
            output.write("\n")
        if self.shows_usage:
            output.note(usage_line(answer))
        if self.logs:
            log(
                "chat",
                self.target,
                message,
                answer,
                model=self.model,
                config=self.config,
                conversation=self.conversation,
                tools=self.toolbox.calls[calls:] if self.toolbox is not None else [],
            )
        self._end_of(answer)

    def _end_of(self, answer: Answer) -> None:
        if isinstance(answer.cause, output.ClosedOutput):
            raise answer.cause
        if isinstance(answer.cause, KeyboardInterrupt):
            if not self.is_interactive:
                raise answer.cause
            output.note("The answer was stopped; the conversation contains the part above.")
        elif answer.failure is not None:
            raise self.target.explain(failure_of(answer.failure))

    def _obey(self, line: str) -> None:
        name, _, argument = line[1:].strip().partition(" ")
        command = self._commands.get(name.lower())
        if command is None:
            raise Failure(f"/{name} is not a command of the chat; /help lists them.")
        command(argument.strip())

    def _exit(self, _: str) -> None:
        raise _End

    def _attach(self, argument: str) -> None:
        try:
            sources = shlex.split(argument)
        except ValueError as error:
            raise Failure(f"/attach: {error}.") from None
        if not sources:
            raise Failure("/attach: expected a path or an address.")
        self.attached += [read_attachment(source) for source in sources]
        output.note(f"Attached to the next message: {', '.join(each.source for each in self.attached)}")

    def _model(self, argument: str) -> None:
        if argument:
            self.model = argument
            self.chat = self._new_chat(self.chat.get_history())
        output.note(f"Model: {self.model}")

    def _system(self, argument: str) -> None:
        if argument:
            self.config = {**self.config, "system_instruction": argument}
            self.chat = self._new_chat(self.chat.get_history())
        output.note(f"System instruction: {self.config.get('system_instruction') or 'none'}")

    def _undo(self) -> None:
        removed = self.chat.rewind() if self.chat.get_history() else []
        if not removed:
            raise Failure("/undo: the conversation is empty.")
        # The log keeps every exchange, so the shorter conversation gets an id of its own, with its turns copied.
        self._fork()
        output.note("The last message and its answer are forgotten.")

    def _retry(self) -> None:
        if self.last is None:
            raise Failure("/retry: no message has been sent yet.")
        if self.chat.get_history():
            self.chat.rewind()
            self._fork()
        self._send(self.last)

    def _fork(self) -> None:
        self.conversation = Conversation()
        turns = self.chat.get_history()
        if not self.logs or not turns:
            return
        before = Message("(the earlier part of the conversation)", [])
        log(
            "chat",
            self.target,
            before,
            Answer(last=_no_response(), turns=turns),
            model=self.model,
            config=self.config,
            conversation=self.conversation,
            tools=[],
        )

    def _history(self) -> None:
        for turn in self.chat.get_history():
            text = "".join(part.text or f"[{_kind(part)}]" for part in turn.parts or () if not part.thought)
            output.note(f"{turn.role}: {text}")

    def _new(self) -> None:
        self.conversation = Conversation()
        self.chat = self._new_chat([])
        output.note("A new conversation begins.")

    def _usage(self) -> None:
        self.shows_usage = not self.shows_usage
        output.note(f"Tokens are {'shown' if self.shows_usage else 'not shown'}.")

    def _save(self, argument: str) -> None:
        if not argument:
            raise Failure("/save: expected a path.")
        try:
            with open(argument, "w", encoding="utf-8") as file:
                file.write(self.chat.to_json() + "\n")
        except OSError as error:
            raise Failure(f"/save {argument}: {error.strerror}.") from error
        output.note(f"Saved: {argument}")


def _no_response() -> Any:
    from google.genai import types

    return types.GenerateContentResponse()


def _kind(part: Any) -> str:
    return ", ".join(sorted(part.__pydantic_fields_set__ - {"thought_signature"})) or "empty"
