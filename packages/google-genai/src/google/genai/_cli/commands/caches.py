"""`genai caches`: prompts that the service keeps, so that later calls are cheaper."""

from __future__ import annotations

from typing import Any

import click

from .. import output
from ..connection import connect, settings
from ..flags import connection_options
from ..prompts import attachment_options, parts_of, read_message
from ..resources import JSON, LIMIT, YES, confirm, write_list, write_object


@click.group()
def caches() -> None:
    """Cache long prompts.

    genai generate -o cached_content=NAME "..." uses a cache.
    """


@caches.command()
@click.argument("prompt", nargs=-1)
@click.option("-m", "--model", metavar="NAME", help="Model that the cache is for.")
@click.option("-s", "--system", metavar="TEXT", help="System instruction.")
@attachment_options
@click.option("--ttl", metavar="S", type=click.FloatRange(0, min_open=True), help="Seconds that the cache lives.")
@click.option("--name", "display_name", metavar="TEXT", help="Name for people.")
@JSON
@connection_options
def create(
    prompt: tuple[str, ...],
    model: str | None,
    system: str | None,
    attachments: tuple[str, ...],
    typed_attachments: tuple[tuple[str, str], ...],
    ttl: float | None,
    display_name: str | None,
    as_json: bool,
) -> None:
    """Cache a prompt, and print the name of the cache."""
    message = read_message(prompt, attachments, typed_attachments)
    found = settings(model=model)
    client = connect(found)
    config: Any = {"contents": parts_of(message, client)}
    if system:
        config["system_instruction"] = system
    if ttl:
        config["ttl"] = f"{ttl:g}s"
    if display_name:
        config["display_name"] = display_name
    cache = client.caches.create(model=found["model"], config=config)
    if as_json:
        output.write_json(cache.to_json_dict())
    else:
        output.write_line(str(cache.name))


@caches.command("list")
@LIMIT
@JSON
@connection_options
def list_caches(limit: int, as_json: bool) -> None:
    """List the caches."""
    columns = ("name", "display_name", "model", "usage_metadata.total_token_count", "expire_time")
    write_list(connect().caches.list(), columns, limit=limit, as_json=as_json)


@caches.command()
@click.argument("name")
@JSON
@connection_options
def get(name: str, as_json: bool) -> None:
    """Show a cache."""
    write_object(connect().caches.get(name=name), as_json=as_json)


@caches.command()
@click.argument("name")
@click.option(
    "--ttl", metavar="S", type=click.FloatRange(0, min_open=True), required=True, help="Seconds to live from now."
)
@JSON
@connection_options
def update(name: str, ttl: float, as_json: bool) -> None:
    """Change how long a cache lives."""
    write_object(connect().caches.update(name=name, config={"ttl": f"{ttl:g}s"}), as_json=as_json)


@caches.command()
@click.argument("names", nargs=-1, required=True)
@YES
@connection_options
def delete(names: tuple[str, ...], yes: bool) -> None:
    """Delete caches."""
    confirm(f"Delete {', '.join(names)}?", yes=yes)
    client = connect()
    for name in names:
        client.caches.delete(name=name)
        output.note(f"Deleted: {name}")
