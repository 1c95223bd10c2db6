"""`genai stores`: file search stores and their documents. Gemini Developer API only."""

from __future__ import annotations

import os
from typing import Any

import click

from .. import output
from ..connection import connect
from ..flags import connection_options
from ..resources import JSON, LIMIT, WAIT_LIMIT, YES, Bar, confirm, waiting, write_list, write_object
from .files import check_file


@click.group()
def stores() -> None:
    """Search in documents: file search stores."""


@stores.command()
@click.option("--name", "display_name", metavar="TEXT", help="Name for people.")
@JSON
@connection_options
def create(display_name: str | None, as_json: bool) -> None:
    """Create a store, and print its name."""
    config: Any = {"display_name": display_name} if display_name else {}
    store = connect().file_search_stores.create(config=config)
    if as_json:
        output.write_json(store.to_json_dict())
    else:
        output.write_line(str(store.name))


@stores.command("list")
@LIMIT
@JSON
@connection_options
def list_stores(limit: int, as_json: bool) -> None:
    """List the stores."""
    columns = ("name", "display_name", "active_documents_count", "size_bytes", "create_time")
    write_list(connect().file_search_stores.list(), columns, limit=limit, as_json=as_json)


@stores.command()
@click.argument("name")
@JSON
@connection_options
def get(name: str, as_json: bool) -> None:
    """Show a store."""
    write_object(connect().file_search_stores.get(name=name), as_json=as_json)


@stores.command()
@click.argument("store")
@click.argument("paths", nargs=-1, required=True)
@WAIT_LIMIT
@connection_options
def upload(store: str, paths: tuple[str, ...], wait_limit_s: float) -> None:
    """Upload local files into a store, and wait until they can be searched."""
    for path in paths:
        check_file(path)
    client = connect()
    for path in paths:
        config: Any = {"display_name": os.path.basename(path)}
        with Bar(f"Uploading {path}") as bar:
            operation = client.file_search_stores.upload_to_file_search_store(
                store=store, file=path, config=config, progress=bar
            )
        with Bar(f"Processing {path}") as bar:
            done = client.operations.wait(operation, progress=bar, **waiting(wait_limit_s))
        response = done.response
        output.write_line(str((response.document_name if response is not None else None) or path))


@stores.command("import")
@click.argument("store")
@click.argument("file")
@WAIT_LIMIT
@connection_options
def import_file(store: str, file: str, wait_limit_s: float) -> None:
    """Import an uploaded FILE, files/..., into a store."""
    client = connect()
    operation = client.file_search_stores.import_file(store=store, source=file)
    with Bar(f"Processing {file}") as bar:
        done = client.operations.wait(operation, progress=bar, **waiting(wait_limit_s))
    response = done.response
    output.write_line(str((response.document_name if response is not None else None) or file))


@stores.command()
@click.argument("store")
@LIMIT
@JSON
@connection_options
def documents(store: str, limit: int, as_json: bool) -> None:
    """List the documents of a store."""
    columns = ("name", "display_name", "state", "mime_type", "size_bytes")
    write_list(connect().file_search_stores.documents.list(parent=store), columns, limit=limit, as_json=as_json)


@stores.command("search")
@click.argument("store")
@click.argument("question", nargs=-1, required=True)
@click.option("-m", "--model", metavar="NAME", help="Model that answers.")
@JSON
@connection_options
def search(store: str, question: tuple[str, ...], model: str | None, as_json: bool) -> None:
    """Answer a question from the documents of a store; the sources are on stderr."""
    from ..connection import settings

    found = settings(model=model)
    config: Any = {"tools": [{"file_search": {"file_search_store_names": [store]}}]}
    response = connect(found).models.generate_content(model=found["model"], contents=" ".join(question), config=config)
    if as_json:
        output.write_json(response.to_json_dict())
        return
    output.write_line(response.text or "")
    candidate = response.candidates[0] if response.candidates else None
    grounding = candidate.grounding_metadata if candidate is not None else None
    for chunk in (grounding.grounding_chunks if grounding is not None else None) or ():
        if chunk.retrieved_context is not None:
            output.note(f"Source: {chunk.retrieved_context.title or chunk.retrieved_context.uri}")


@stores.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Delete its documents too.")
@YES
@connection_options
def delete(name: str, force: bool, yes: bool) -> None:
    """Delete a store, or a document: fileSearchStores/.../documents/..."""
    confirm(f"Delete {name}?", yes=yes)
    client = connect()
    if "/documents/" in name:
        client.file_search_stores.documents.delete(name=name, config={"force": force})
    else:
        client.file_search_stores.delete(name=name, config={"force": force})
    output.note(f"Deleted: {name}")
