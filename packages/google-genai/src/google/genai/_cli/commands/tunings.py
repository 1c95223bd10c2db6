"""`genai tunings`: jobs that tune a model on examples."""

from __future__ import annotations

from typing import Any, cast

import click

from .. import output
from ..connection import connect
from ..exits import Failure
from ..flags import connection_options
from ..inputs import read_rows
from ..resources import JSON, LIMIT, WAIT_LIMIT, Bar, waiting, write_list, write_object


@click.group()
def tunings() -> None:
    """Tune models with examples."""


@tunings.command()
@click.argument("source")
@click.option("-m", "--model", "base_model", metavar="NAME", required=True, help="Model to tune.")
@click.option("--name", "display_name", metavar="TEXT", help="Name of the tuned model for people.")
@click.option("--epochs", type=click.IntRange(1), metavar="N", help="Passes over the examples.")
@JSON
@connection_options
def create(source: str, base_model: str, display_name: str | None, epochs: int | None, as_json: bool) -> None:
    """Start to tune a model, and print the name of the job.

    SOURCE is a JSONL file whose objects have the fields text_input and output; on Vertex AI it is gs://...
    """
    dataset: Any = {"gcs_uri": source} if source.startswith("gs://") else {"examples": _examples(source)}
    config: Any = {}
    if display_name:
        config["tuned_model_display_name"] = display_name
    if epochs:
        config["epoch_count"] = epochs
    job = connect().tunings.tune(base_model=base_model, training_dataset=dataset, config=config)
    if as_json:
        output.write_json(job.to_json_dict())
    else:
        output.write_line(str(job.name))


@tunings.command("list")
@LIMIT
@JSON
@connection_options
def list_jobs(limit: int, as_json: bool) -> None:
    """List the jobs."""
    columns = ("name", "tuned_model_display_name", "state", "base_model", "create_time")
    write_list(connect().tunings.list(), columns, limit=limit, as_json=as_json)


@tunings.command()
@click.argument("name")
@JSON
@connection_options
def get(name: str, as_json: bool) -> None:
    """Show a job."""
    write_object(connect().tunings.get(name=name), as_json=as_json)


@tunings.command()
@click.argument("name")
@WAIT_LIMIT
@JSON
@connection_options
def wait(name: str, wait_limit_s: float, as_json: bool) -> None:
    """Wait until a job is done."""
    client = connect()
    with Bar("Tuning") as bar:
        job = client.tunings.wait(job=name, progress=bar, **waiting(wait_limit_s))
    write_object(job, as_json=as_json)


@tunings.command()
@click.argument("name")
@connection_options
def cancel(name: str) -> None:
    """Cancel a job."""
    connect().tunings.cancel(name=name)
    output.note(f"Cancelled: {name}")


def _examples(source: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number, row in enumerate(read_rows(source), 1):
        example = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
        if not isinstance(example.get("text_input"), str) or not isinstance(example.get("output"), str):
            raise Failure(f"{source}, row {number}: expected an object with the texts text_input and output.")
        found.append({"text_input": example["text_input"], "output": example["output"]})
    return found
