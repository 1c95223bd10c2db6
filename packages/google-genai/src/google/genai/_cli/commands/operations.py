"""`genai operations`: the state of long-running work of the service, by the name of its operation."""

from __future__ import annotations

import click

from ..connection import connect
from ..flags import connection_options
from ..resources import JSON, WAIT_LIMIT, Bar, waiting, write_object


@click.group()
def operations() -> None:
    """Look at long-running operations, and wait for them."""


@operations.command()
@click.argument("name")
@JSON
@connection_options
def get(name: str, as_json: bool) -> None:
    """Show the state of an operation."""
    write_object(connect().operations.get(name), as_json=as_json)


@operations.command()
@click.argument("name")
@WAIT_LIMIT
@JSON
@connection_options
def wait(name: str, wait_limit_s: float, as_json: bool) -> None:
    """Wait until an operation is done."""
    client = connect()
    with Bar("Operation") as bar:
        found = client.operations.wait(name, progress=bar, **waiting(wait_limit_s))
    write_object(found, as_json=as_json)
