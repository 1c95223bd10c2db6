"""`genai files`: upload files to the service, list, download and delete them. Gemini Developer API only."""

from __future__ import annotations

import os
from typing import Any

import click

from .. import output
from ..connection import connect
from ..exits import Failure
from ..flags import connection_options
from ..resources import JSON, LIMIT, WAIT_LIMIT, YES, Bar, confirm, waiting, write_list, write_object


@click.group()
def files() -> None:
    """Upload, list, download and delete files.

    The service keeps an uploaded file for two days; -a files/ID attaches it to a prompt.
    """


@files.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--type", "mime_type", metavar="TYPE", help="Media type, if the name does not show it.")
@click.option("--name", "display_name", metavar="TEXT", help="Name for people.  [default: name of the file]")
@click.option("--no-wait", is_flag=True, help="Do not wait until the service has processed the file.")
@WAIT_LIMIT
@JSON
@connection_options
def upload(
    paths: tuple[str, ...],
    mime_type: str | None,
    display_name: str | None,
    no_wait: bool,
    wait_limit_s: float,
    as_json: bool,
) -> None:
    """Upload files, and print their addresses."""
    for path in paths:
        check_file(path)
    client = connect()
    found: list[Any] = []
    for path in paths:
        config: Any = {"display_name": display_name or os.path.basename(path)}
        if mime_type:
            config["mime_type"] = mime_type
        with Bar(f"Uploading {path}") as bar:
            file = client.files.upload(file=path, config=config, progress=bar)
        if not no_wait:
            with Bar(f"Processing {path}") as bar:
                file = client.files.wait(file=file, progress=bar, **waiting(wait_limit_s))
        found.append(file)
    if as_json:
        output.write_json([file.to_json_dict() for file in found])
        return
    for file in found:
        output.write_line(str(file.uri))


@files.command("list")
@LIMIT
@JSON
@connection_options
def list_files(limit: int, as_json: bool) -> None:
    """List the files."""
    columns = ("name", "display_name", "mime_type", "size_bytes", "state", "expiration_time")
    write_list(connect().files.list(), columns, limit=limit, as_json=as_json)


@files.command()
@click.argument("name")
@JSON
@connection_options
def get(name: str, as_json: bool) -> None:
    """Show a file's metadata."""
    write_object(connect().files.get(name=name), as_json=as_json)


@files.command()
@click.argument("name")
@WAIT_LIMIT
@JSON
@connection_options
def wait(name: str, wait_limit_s: float, as_json: bool) -> None:
    """Wait until the service has processed a file."""
    client = connect()
    with Bar(f"Processing {name}") as bar:
        found = client.files.wait(file=name, progress=bar, **waiting(wait_limit_s))
    write_object(found, as_json=as_json)


@files.command()
@click.argument("name")
@click.option("--to", "path", metavar="FILE", required=True, help="File to write.")
@connection_options
def download(name: str, path: str) -> None:
    """Download a file that the service has generated, such as a video."""
    client = connect()
    with Bar(f"Downloading {name}") as bar:
        written = client.files.download(file=name, path=path, progress=bar)
    output.write_line(str(written))


@files.command()
@click.argument("names", nargs=-1, required=True)
@YES
@connection_options
def delete(names: tuple[str, ...], yes: bool) -> None:
    """Delete files."""
    confirm(f"Delete {', '.join(names)}?", yes=yes)
    client = connect()
    for name in names:
        client.files.delete(name=name)
        output.note(f"Deleted: {name}")


def check_file(path: str) -> None:
    """Raise `Failure` unless a path is a file that is not empty and not too large."""
    from ..attachments import MOST_UPLOADED_BYTES

    if os.path.isdir(path):
        raise Failure(f"{path}: expected a file, but it is a folder.")
    try:
        size = os.path.getsize(path)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}.") from error
    if size == 0 and os.path.isfile(path):
        raise Failure(f"{path}: the file is empty.")
    if size > MOST_UPLOADED_BYTES:
        raise Failure(
            f"{path}: the file has {output.size(size)}; the service stores at most {output.size(MOST_UPLOADED_BYTES)} per file."
        )
