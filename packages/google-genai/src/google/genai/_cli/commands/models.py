"""`genai models`: list models, show their limits, change and delete tuned ones."""

from __future__ import annotations

from typing import Any

import click

from .. import output
from ..connection import connect
from ..exits import Failure
from ..flags import connection_options
from ..resources import JSON, LIMIT, YES, confirm, write_list, write_object


@click.group()
def models() -> None:
    """List and change models."""


@models.command("list")
@click.option("--tuned", is_flag=True, help="List tuned models, not the base models.")
@LIMIT
@JSON
@connection_options
def list_models(tuned: bool, limit: int, as_json: bool) -> None:
    """List the models of the service."""
    pager = connect().models.list(config={"query_base": not tuned})
    write_list(pager, ("name", "display_name", "input_token_limit", "output_token_limit"), limit=limit, as_json=as_json)


@models.command()
@click.argument("name")
@JSON
@connection_options
def get(name: str, as_json: bool) -> None:
    """Show the limits and abilities of a model."""
    write_object(connect().models.get(model=name), as_json=as_json)


@models.command()
@click.argument("name")
@click.option("--display-name", metavar="TEXT", help="New name for people.")
@click.option("--description", metavar="TEXT", help="New description.")
@JSON
@connection_options
def update(name: str, display_name: str | None, description: str | None, as_json: bool) -> None:
    """Change the names of a tuned model."""
    if display_name is None and description is None:
        raise Failure("Nothing to change: give --display-name or --description.")
    given: Any = {"display_name": display_name, "description": description}
    config: Any = {name: value for name, value in given.items() if value is not None}
    changed = connect().models.update(model=name, config=config)
    write_object(changed, as_json=as_json)


@models.command()
@click.argument("name")
@YES
@connection_options
def delete(name: str, yes: bool) -> None:
    """Delete a tuned model."""
    confirm(f"Delete the model {name}?", yes=yes)
    connect().models.delete(model=name)
    output.note(f"Deleted: {name}")
