"""`genai embed`: embeddings of texts, as lines of JSON, JSON Lines files or Parquet files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple, cast

import click

from .. import output
from ..attachments import read_stdin
from ..connection import connect, settings
from ..exits import Failure
from ..flags import connection_options
from ..inputs import read_rows

_PIECE = 100
"""Texts in one request."""


class _Row(NamedTuple):
    id: Any
    text: str


@click.command()
@click.argument("texts", nargs=-1)
@click.option(
    "-i", "--input", "source", metavar="FILE", help="Texts: a .jsonl, .parquet or text file with a text per line."
)
@click.option(
    "--column", default="text", show_default=True, metavar="NAME", help="Field with the text, in JSONL and Parquet."
)
@click.option("--id", "id_column", default="id", show_default=True, metavar="NAME", help="Field with the id.")
@click.option("--to", "path", metavar="FILE", help="Write a .jsonl or .parquet file.")
@click.option("-m", "--model", metavar="NAME", help="Model.  [default: gemini-embedding-001]")
@click.option("--task", metavar="TYPE", help="Task type, such as RETRIEVAL_DOCUMENT.")
@click.option("--dimensions", type=click.IntRange(1), metavar="N", help="Length of the vectors.")
@connection_options
def embed(
    texts: tuple[str, ...],
    source: str | None,
    column: str,
    id_column: str,
    path: str | None,
    model: str | None,
    task: str | None,
    dimensions: int | None,
) -> None:
    """Print the embeddings of texts, one JSON object per line: id, text, embedding.

    Each argument is a text. Without arguments and --input, stdin is one text.
    """
    rows = _rows(texts, source, column, id_column)
    if path is not None and not path.endswith((".jsonl", ".parquet")):
        raise Failure(f"--to {path}: expected a name that ends in .jsonl or .parquet.")
    if path is not None and path.endswith(".parquet"):
        _parquet(f"--to {path}")
    found = settings(embedding_model=model)
    client = connect(found)
    config: Any = {}
    if task:
        config["task_type"] = task
    if dimensions:
        config["output_dimensionality"] = dimensions
    lines: list[dict[str, Any]] = []
    for begin in range(0, len(rows), _PIECE):
        piece = rows[begin : begin + _PIECE]
        contents: Any = [row.text for row in piece]
        reply = client.models.embed_content(model=found["embedding_model"], contents=contents, config=config)
        for row, embedding in zip(piece, reply.embeddings or (), strict=True):
            line = {"id": row.id, "text": row.text, "embedding": embedding.values}
            if path is None:
                output.write_line(json.dumps(line, ensure_ascii=False))
            else:
                lines.append(line)
    if path is not None:
        _write(path, lines)
        output.note(f"Saved: {path} ({len(lines)} embeddings)")


def _rows(texts: tuple[str, ...], source: str | None, column: str, id_column: str) -> list[_Row]:
    if texts and source:
        raise Failure("Give either texts or --input, not both.")
    if texts:
        return [_Row(at, text) for at, text in enumerate(texts)]
    if source is None:
        text, _ = read_stdin()
        if not text.strip():
            raise Failure("No text to embed was given.", hint="Pass texts as arguments, on stdin or with --input FILE.")
        return [_Row(0, text.strip())]
    rows: list[Any] = _read_parquet(source) if source.endswith(".parquet") else read_rows(source)
    found: list[_Row] = []
    for at, row in enumerate(rows):
        if isinstance(row, str):
            found.append(_Row(at, row))
            continue
        fields = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
        text = fields.get(column)
        if not isinstance(text, str) or not text.strip():
            raise Failure(f"{source}, row {at + 1}: expected a text in the field {column!r}, got {text!r:.60}.")
        found.append(_Row(fields.get(id_column, at), text))
    return found


def _read_parquet(source: str) -> list[Any]:
    parquet = _parquet(f"--input {source}")
    try:
        return parquet.read_table(source).to_pylist()
    except OSError as error:
        raise Failure(f"{source}: {error}") from error


def _write(path: str, lines: list[dict[str, Any]]) -> None:
    partial = Path(f"{path}.part")
    try:
        if path.endswith(".parquet"):
            parquet = _parquet(f"--to {path}")
            import pyarrow  # pyright: ignore[reportMissingImports]

            parquet.write_table(pyarrow.Table.from_pylist(lines), str(partial))  # pyright: ignore[reportUnknownMemberType]
        else:
            partial.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _parquet(flag: str) -> Any:
    try:
        import pyarrow.parquet  # pyright: ignore[reportMissingImports]
    except ModuleNotFoundError:
        raise Failure(f"{flag}: Parquet files need the package pyarrow: pip install pyarrow") from None
    return pyarrow.parquet  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
