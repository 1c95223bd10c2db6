"""`genai logs`: show and search earlier exchanges, and switch the log on and off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .. import logs as journal, output
from ..connection import settings as settings_of
from ..exits import Exit, Failure
from ..flags import connection_options, verbosity_options

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_COUNT = click.option(
    "-n", "--count", type=click.IntRange(1, 100_000), default=20, show_default=True, help="Exchanges."
)
_LONGEST = 60


@click.group()
def logs() -> None:
    """Show and search earlier exchanges.

    The log is a SQLite file that only you can read. It never contains keys.
    """


@logs.command("list")
@_COUNT
@click.option("-m", "--model", metavar="NAME", help="Exchanges with this model only.")
@click.option("--cid", metavar="ID", help="Exchanges of this conversation only.")
@_JSON
@verbosity_options
def list_exchanges(count: int, model: str | None, cid: str | None, as_json: bool) -> None:
    """List the newest exchanges, the newest last."""
    _write(journal.newest(count, conversation=cid, model=model), as_json)


@logs.command()
@click.argument("id", required=False)
@_JSON
@verbosity_options
def show(id: str | None, as_json: bool) -> None:
    """Show one exchange: the last one, or the one whose id begins with ID."""
    if id is None:
        newest = journal.newest(1)
        if not newest:
            raise Failure("The log is empty.")
        id = str(newest[0]["id"])
    found = journal.find(id)
    if as_json:
        output.write_json(found)
        return
    for name in ("id", "conversation", "started_at", "command", "model", "backend", "finish_reason", "attempts"):
        if found[name] is not None:
            output.write_line(f"{name}: {found[name]}")
    if found["total_ms"]:
        output.write_line(f"total_ms: {found['total_ms']:.0f}")
    for attachment in found["attachments"]:
        output.write_line(f"attachment: {attachment['source']} ({attachment['mime_type']})")
    for call in found["tools"] or ():
        output.write_line(f"tool: {call['name']}({call['arguments']}) = {call['error'] or call['result']}")
    output.write_line(f"\nPrompt:\n{found['prompt']}\n\nAnswer:\n{found['answer']}")
    if found["error"]:
        output.write_line(f"\nError ({found['exit_code']}): {found['error']['message']}")


@logs.command()
@click.argument("words", nargs=-1, required=True)
@_COUNT
@_JSON
@verbosity_options
def search(words: tuple[str, ...], count: int, as_json: bool) -> None:
    """Search prompts and answers for all WORDS, the best match first."""
    _write(journal.search(" ".join(words), count), as_json)


@logs.command("on")
@verbosity_options
def on() -> None:
    """Log exchanges from now on. This is the default."""
    journal.switch(on=True)
    output.note("Exchanges are logged.")


@logs.command("off")
@verbosity_options
def off() -> None:
    """Stop logging, for all later runs."""
    journal.switch(on=False)
    output.note("Exchanges are not logged any more; genai logs on starts it again.")


@logs.command()
@_JSON
@verbosity_options
def status(as_json: bool) -> None:
    """Show whether exchanges are logged, where, and how many there are."""
    path = journal.database()
    found: dict[str, Any] = {"on": bool(settings_of()["log"]) and not journal.is_off(), "path": str(path)}
    if path.exists():
        found.update(size=path.stat().st_size, **journal.counts())
    if as_json:
        output.write_json(found)
        return
    output.write_line(f"Logging is {'on' if found['on'] else 'off'}: {path}")
    if path.exists():
        output.write_line(
            f"{found['exchanges']} exchanges, {found['conversations']} conversations, {found['attachments']} attachments, "
            f"{output.size(found['size'])}"
        )


@logs.command()
def path() -> None:
    """Print the path of the log."""
    output.write_line(str(journal.database()))


@logs.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@verbosity_options
def backup(file: Path) -> None:
    """Copy the log into a new FILE, also while other programs write."""
    journal.backup(file)
    output.note(f"Saved: {file}")


@logs.command()
@click.argument("id")
@click.option("-m", "--model", metavar="NAME", help="Another model.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@connection_options
def replay(id: str, model: str | None, as_json: bool) -> int:
    """Send a logged exchange again, with the same turns and settings."""
    from ..connection import Target
    from ..conversations import Conversation, with_bytes
    from ..exchange import Message, ask, log, to_json

    entry = journal.find(id)
    request: dict[str, Any] = entry["request"] or {}
    sent: list[dict[str, Any]] = request.get("contents") or []
    turns = [turn for turn in sent if turn.get("role") == "user"]
    if not turns:
        raise Failure(f"The exchange {entry['id']} has no message that could be sent again.")
    found = settings_of(model=model)
    from google.genai import types

    earlier: list[dict[str, Any]] = []
    for other in journal.exchanges_of(entry["conversation"]) if entry["conversation"] else ():
        if other["id"] == entry["id"]:
            break
        earlier += other["turns"] or []
    message = types.Content.model_validate(with_bytes(turns[:1])[0])
    history: Any = [types.Content.model_validate(turn) for turn in with_bytes(earlier)]
    target = Target(found)
    config: Any = request["config"]
    chosen = model or str(entry["model"])
    conversation = Conversation(turns=earlier)
    with target.client() as client:
        chat = client.chats.create(model=chosen, config=config, history=history or None)
        answer = ask(chat, message.parts or [], streams=not as_json, write=None if as_json else output.write)
    if as_json:
        output.write_json(to_json(answer, model=chosen, conversation=conversation.id, tools=[]))
    elif not answer.text.endswith("\n"):
        output.write("\n")
    if found["log"]:
        log("logs replay", target, Message(entry["prompt"], []), answer, model=chosen, config=config,
            conversation=conversation, tools=[])  # fmt: skip
    if answer.failure is not None and not as_json:
        raise target.explain(answer.failure)
    return Exit.OK if answer.failure is None else int(answer.failure.exit_code)


def _write(exchanges: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        output.write_json(exchanges)
        return
    rows = [
        (
            each["id"],
            each["started_at"][:16].replace("T", " "),
            each["model"],
            _short(each["prompt"]),
            _short(each["answer"] or _error(each)),
        )
        for each in exchanges
    ]
    output.write_table(("id", "time", "model", "prompt", "answer"), rows, empty="The log has no such exchange.")


def _error(exchange: dict[str, Any]) -> str:
    return f"({exchange['error']['message']})" if exchange["error"] else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
