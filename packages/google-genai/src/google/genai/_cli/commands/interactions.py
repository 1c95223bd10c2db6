"""`genai interactions`: conversations that the service keeps. The API is experimental."""

from __future__ import annotations

import contextlib
import warnings
from typing import Any

import click

from .. import output
from ..attachments import read_stdin
from ..connection import connect, settings
from ..exits import Exit, Failure
from ..flags import connection_options
from ..resources import JSON, WAIT_LIMIT, YES, Bar, confirm, waiting


@click.group()
def interactions() -> None:
    """Use conversations that the service keeps.

    The API is experimental: the service may change it.
    """


@interactions.command()
@click.argument("prompt", nargs=-1)
@click.option("-m", "--model", metavar="NAME", help="Model.")
@click.option("--agent", metavar="NAME", help="An agent instead of a model.")
@click.option("-s", "--system", metavar="TEXT", help="System instruction.")
@click.option("-p", "--previous", metavar="ID", help="The interaction to continue.")
@click.option("--background", is_flag=True, help="Print the id at once; see wait.")
@JSON
@connection_options
def create(
    prompt: tuple[str, ...],
    model: str | None,
    agent: str | None,
    system: str | None,
    previous: str | None,
    background: bool,
    as_json: bool,
) -> int:
    """Print the answer to a prompt. The id of the interaction is on stderr."""
    text = "\n\n".join(piece for piece in (read_stdin()[0].strip("\r\n"), " ".join(prompt)) if piece.strip())
    if not text:
        raise Failure("The prompt is empty.", hint="Pass it as an argument or on stdin.")
    if agent and model:
        raise Failure("Give either --agent or --model, not both.")
    found = settings(model=model)
    body: dict[str, Any] = {"input": text, **({"agent": agent} if agent else {"model": found["model"]})}
    if system:
        body["system_instruction"] = system
    if previous:
        body["previous_interaction_id"] = previous
    noun = _noun(connect(found))
    if background or as_json:
        interaction = noun.create(**body, **({"background": True} if background else {}))
        return _end(interaction, as_json=as_json, only_id=background)
    with contextlib.closing(noun.create(**body, stream=True)) as stream:
        told = ""
        for event in stream:
            if event.event_type == "step.delta" and event.delta.type == "text":
                told += event.delta.text
                output.write(event.delta.text)
        if told and not told.endswith("\n"):
            output.write("\n")
        interaction = stream.interaction
    if interaction is not None and interaction.id:
        output.note(f"To continue: genai interactions create -p {interaction.id}")
    if not told:
        raise Failure("The answer is empty.", Exit.EMPTY)
    return Exit.OK


@interactions.command()
@click.argument("id")
@JSON
@connection_options
def get(id: str, as_json: bool) -> int:
    """Print a stored interaction."""
    return _end(_noun(connect()).get(id), as_json=as_json)


@interactions.command()
@click.argument("id")
@WAIT_LIMIT
@JSON
@connection_options
def wait(id: str, wait_limit_s: float, as_json: bool) -> int:
    """Wait until an interaction in the background has stopped running, and print its answer."""
    noun = _noun(connect())
    with Bar("Interaction"):
        interaction = noun.wait(id, **waiting(wait_limit_s))
    return _end(interaction, as_json=as_json)


@interactions.command()
@click.argument("id")
@connection_options
def cancel(id: str) -> None:
    """Stop an interaction in the background."""
    _noun(connect()).cancel(id)
    output.note(f"Cancelled: {id}")


@interactions.command()
@click.argument("id")
@YES
@connection_options
def delete(id: str, yes: bool) -> None:
    """Delete a stored interaction."""
    confirm(f"Delete the interaction {id}?", yes=yes)
    _noun(connect()).delete(id)
    output.note(f"Deleted: {id}")


def _noun(client: Any) -> Any:
    """Return the noun. The help names the API as experimental, so the warning of the SDK is left out."""
    from google.genai import errors

    warnings.simplefilter("ignore", errors.ExperimentalWarning)
    return client.interactions


def _end(interaction: Any, *, as_json: bool, only_id: bool = False) -> int:
    if as_json:
        output.write_json(interaction.model_dump(mode="json", exclude_none=True))
    elif only_id:
        output.write_line(str(interaction.id))
    else:
        output.write_line(interaction.text or "")
        output.note(f"{interaction.id}: {interaction.status}")
    status = str(getattr(interaction.status, "value", interaction.status))
    return int(Exit.SERVICE if status == "failed" else Exit.OK)
