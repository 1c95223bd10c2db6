"""`genai batches`: many prompts in the background, at a lower price."""

from __future__ import annotations

from typing import Any, cast

import click

from .. import output
from ..connection import connect, settings
from ..exits import Exit, Failure
from ..flags import connection_options
from ..inputs import read_rows
from ..resources import JSON, LIMIT, WAIT_LIMIT, YES, Bar, confirm, waiting, write_list, write_object

_REMOTE = ("files/", "gs://", "bq://")


@click.group()
def batches() -> None:
    """Run many prompts in a batch."""


@batches.command()
@click.argument("source")
@click.option("-m", "--model", metavar="NAME", help="Model.")
@click.option("--embed", is_flag=True, help="Compute embeddings, not answers.")
@click.option("--name", "display_name", metavar="TEXT", help="Name for people.")
@click.option("--dest", metavar="URI", help="Destination of the results, on Vertex AI.")
@JSON
@connection_options
def create(
    source: str, model: str | None, embed: bool, display_name: str | None, dest: str | None, as_json: bool
) -> None:
    """Start a batch, and print its name.

    SOURCE is a file with one prompt per line, or one JSON object per line with contents and perhaps key and config; or the
    name of an uploaded file, files/..., or gs://... and bq://... on Vertex AI.
    """
    found = settings(**({"embedding_model": model} if embed else {"model": model}))
    src: Any = source if source.startswith(_REMOTE) else _requests(source, embed=embed)
    client = connect()
    config: Any = {"display_name": display_name} if display_name else {}
    if embed:
        job = client.batches.create_embeddings(model=found["embedding_model"], src=src, config=config)
    else:
        job = client.batches.create(model=found["model"], src=src, dest=dest, config=config)
    if as_json:
        output.write_json(job.to_json_dict())
    else:
        output.write_line(str(job.name))


@batches.command("list")
@LIMIT
@JSON
@connection_options
def list_batches(limit: int, as_json: bool) -> None:
    """List the batches."""
    columns = ("name", "display_name", "state", "model", "create_time")
    write_list(connect().batches.list(), columns, limit=limit, as_json=as_json)


@batches.command()
@click.argument("name")
@JSON
@connection_options
def get(name: str, as_json: bool) -> None:
    """Show a batch."""
    write_object(connect().batches.get(name=name), as_json=as_json)


@batches.command()
@click.argument("name")
@WAIT_LIMIT
@JSON
@connection_options
def wait(name: str, wait_limit_s: float, as_json: bool) -> None:
    """Wait until a batch is done."""
    client = connect()
    with Bar("Batch") as bar:
        job = client.batches.wait(job=name, progress=bar, **waiting(wait_limit_s))
    write_object(job, as_json=as_json)


@batches.command()
@click.argument("name")
@connection_options
def results(name: str) -> int:
    """Print the results of a batch, one JSON object per line; 4 is the exit code if some have failed."""
    import json

    has_failed = False
    for at, result in enumerate(connect().batches.results(job=name)):
        response = result.response
        line: dict[str, Any] = {
            "key": (result.metadata or {}).get("key", at),
            "answer": response.text if response is not None else None,
            "error": result.error.to_json_dict() if result.error is not None else None,
        }
        has_failed = has_failed or result.error is not None
        output.write_line(json.dumps(line, ensure_ascii=False))
    return int(Exit.SERVICE if has_failed else Exit.OK)


@batches.command()
@click.argument("name")
@connection_options
def cancel(name: str) -> None:
    """Cancel a batch."""
    connect().batches.cancel(name=name)
    output.note(f"Cancelled: {name}")


@batches.command()
@click.argument("name")
@YES
@connection_options
def delete(name: str, yes: bool) -> None:
    """Delete a batch."""
    confirm(f"Delete the batch {name}?", yes=yes)
    connect().batches.delete(name=name)
    output.note(f"Deleted: {name}")


def _requests(source: str, *, embed: bool) -> list[Any]:
    from google.genai import types

    found: list[Any] = []
    for at, row in enumerate(read_rows(source)):
        if isinstance(row, str):
            found.append(row if embed else types.InlinedRequest(contents=row, metadata={"key": str(at)}))
            continue
        fields = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
        contents = fields.pop("contents", fields.pop("prompt", None))
        if contents is None:
            raise Failure(f"{source}, row {at + 1}: expected an object with the field contents.")
        if embed:
            found.append(contents)
            continue
        key = str(fields.pop("key", at))
        from ..prompts import check_fields

        given = {"metadata": {"key": key}, **fields, "contents": contents}
        found.append(check_fields(types.InlinedRequest, given, f"{source}, row {at + 1}: "))
    return found
