"""Output rows: the rows of the source joined with the answers in the journal, in the order of the source.

An answer is read from the reply that the journal keeps, so another schema needs no call.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .errors import BulkError, JournalError
from .journal import Journal, StoredAnswer
from .reading import RowFailure, Schema, Usage, read
from .requests import Kind
from .tables import BadRow, Source, check_sink, open_sink, open_source
from .tables.output import output_names, output_schema

_BATCH_ROWS = 500
_PENDING = RowFailure("PENDING", "The row has not been asked yet.")


class Shape:
    """The columns of output rows, and how a row of the source and its answer become one.

    Args:
        columns: the `pyarrow.Schema` of the source.
        kind: what the calls make.
        schema: the expected form of answers; None for texts.
        response: whether each row has the reply of the service as JSON.
        is_read_again: whether the schema is another than that of the run, so that failures are found again.
    """

    def __init__(
        self, columns: Any, kind: Kind, schema: Schema | None, *, response: bool = False, is_read_again: bool = False
    ) -> None:
        self.columns = columns
        self._kind: Kind = kind
        self._schema = schema
        self._response = response
        self._is_read_again = is_read_again
        self._names = output_names(columns.names)

    @property
    def schema(self) -> Any:
        """The `pyarrow.Schema` of the output rows."""
        return output_schema(
            self.columns,
            kinds={"embedding" if self._kind == "embed" else "text"},
            parsed=self._schema.json_schema if self._schema is not None else None,
            response=self._response,
        )

    def row(self, row: Mapping[str, Any], answer: StoredAnswer | None) -> dict[str, Any]:
        """Return the output row for a row of the source and its answer."""
        names = self._names
        out: dict[str, Any] = {name: row.get(name) for name in self.columns.names}
        failure = answer.failure if answer is not None else _PENDING
        usage: Usage | None = None
        text = parsed = finish_reason = embedding = None
        if answer is not None and answer.reply is not None:
            usage = answer.usage
            if answer.vector is not None:
                embedding = array("f", answer.vector).tolist()
            elif self._kind != "embed":
                reading = read(json.loads(answer.reply), self._schema)
                text, finish_reason = reading.text, reading.finish_reason
                if self._is_read_again:
                    failure = reading.failure and replace(reading.failure, attempts=answer.attempts)
                parsed = reading.parsed if failure is None else None
        if self._kind == "embed":
            out[names["embedding"]] = embedding
        else:
            out[names["text"]] = text
            if self._schema is not None:
                out[names["parsed"]] = parsed
            out[names["finish_reason"]] = finish_reason
        out[names["error"]] = None if failure is None else {**vars(failure)}
        out[names["usage"]] = None if usage is None else {**vars(usage)}
        if self._response:
            out[names["response"]] = answer.reply if answer is not None else None
        return out


class Output:
    """The output rows of a run.

    Args:
        journal: path of the journal, or the open journal.
        source: the source; None for the one that the journal names.
        schema: the schema with which the answers are read: a type, a JSON Schema, or None for the one of the run.
        response: whether each row has the reply of the service as JSON.
        own_schema: the schema of the run, if it is at hand; the journal keeps only its JSON Schema.

    Attributes:
        shape: the columns of the rows.

    Raises:
        BulkError: when the source cannot be read, or differs from that of the run.
    """

    def __init__(
        self, journal: str | os.PathLike[str] | Journal, source: Source | None = None, *,
        schema: Any = None, response: bool = False, own_schema: Schema | None = None,
    ) -> None:  # fmt: skip
        self._owns_journal = not isinstance(journal, Journal)
        self.journal = journal if isinstance(journal, Journal) else Journal(journal, writes=False)
        try:
            fingerprint = self.journal.fingerprint
            if fingerprint is None or not self.journal.is_surveyed:
                raise JournalError(f"{self.journal.path}: the run has not read its source yet. Start it again.")
            self._source = source if source is not None else self._own_source(fingerprint)
            self._is_kept = self.journal.about("kept") == "yes"
            kept_schema = self.journal.about("schema")
            if schema is not None:
                own_schema = Schema(schema)
            elif own_schema is None and kept_schema is not None:
                own_schema = Schema(json.loads(kept_schema))
            self.shape = Shape(
                columns_of(self.journal),
                "embed" if self.journal.about("kind") == "embed" else "generate",
                own_schema,
                response=response,
                is_read_again=schema is not None,
            )
        except BaseException:
            self.close()
            raise

    def _own_source(self, fingerprint: dict[str, Any]) -> Source | None:
        text = self.journal.about("source")
        if text is None:
            return None
        source = open_source(json.loads(text))
        if source.identity() != fingerprint["source"]:
            raise JournalError(
                f"{source.name}: the source has changed since the run began, so answers cannot be matched with its rows."
            )
        return source

    def close(self) -> None:
        """Close the journal, unless it was given open."""
        if self._owns_journal:
            self.journal.close()

    def __enter__(self) -> Output:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rows(self, *, only_answered: bool = False, exact: bool = False) -> Iterator[dict[str, Any]]:
        """Yield the output rows in the order of the source.

        Args:
            only_answered: whether rows without an answer are left out.
            exact: whether values that Python cannot hold are Arrow scalars instead of texts.
        """
        answers = self.journal.answered(only_answered=only_answered)
        numbers = (ordinal for ordinal, _ in self.journal.answered(only_answered=True)) if only_answered else None
        for (ordinal, answer), (number, row) in zip(answers, self._source_rows(numbers, exact=exact), strict=True):
            assert ordinal == number
            yield self.shape.row({} if isinstance(row, BadRow) else row, answer)

    def _source_rows(
        self, numbers: Iterator[int] | None, *, exact: bool
    ) -> Iterator[tuple[int, dict[str, Any] | BadRow]]:
        if self._is_kept:
            return self.journal.kept_rows(numbers)
        if self._source is None:
            raise BulkError(
                f"{self.journal.path}: the source of this run was not a file, so it has to be given again: source=..."
            )
        return self._source.rows(numbers, exact=exact)


def export(
    journal: str | os.PathLike[str] | Journal,
    sink: str | os.PathLike[str],
    *,
    source: Any = None,
    schema: Any = None,
    response: bool = False,
    only_answered: bool = False,
    overwrite: bool = False,
) -> Any:
    """Write the rows of a run with their answers to a file, without a call, also while the run works.

    Args:
        journal: path of the journal.
        sink: path of a `.parquet`, `.jsonl` or `.csv` file, or `"arrow"`.
        source: the source, if it was not a file.
        schema: another schema with which the answers are read; None for that of the run.
        response: whether each row has the reply of the service as JSON.
        only_answered: whether rows without an answer are left out. By default they have the error status `PENDING`.
        overwrite: whether an existing file is replaced.

    Returns:
        The number of rows; with `"arrow"`, the `pyarrow.Table`.

    Raises:
        BulkError: when the journal, the source or the sink cannot be used.
    """
    opened = source if source is None or isinstance(source, Source) else open_source(source)
    with Output(journal, opened, schema=schema, response=response) as output:
        named = output.journal.about("source")
        check_sink(sink, json.loads(named) if named else None, is_own=overwrite)
        return write_rows(output, sink, output.rows(only_answered=only_answered, exact=True))


def write_rows(output: Output, sink: str | os.PathLike[str], rows: Iterator[dict[str, Any]]) -> Any:
    """Write output rows to a sink. Return their number, or the table of an Arrow sink."""
    writer = open_sink(sink, output.shape.schema)
    count = 0
    try:
        for batch in _batches(rows):
            writer.write(batch)
            count += len(batch)
        writer.close()
    except BaseException:
        writer.abort()
        raise
    return getattr(writer, "table", count)


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= _BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def columns_of(journal: Journal) -> Any:
    """Return the `pyarrow.Schema` of the source that the journal keeps."""
    import base64

    from .tables.arrow import pa

    text = journal.about("columns")
    assert text is not None
    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(text)))


def columns_text(columns: Any) -> str:
    """Return a `pyarrow.Schema` as text for the journal."""
    import base64

    return base64.b64encode(columns.serialize().to_pybytes()).decode()


def sink_path(sink: str | os.PathLike[str] | None) -> Path | None:
    """Return the path of a sink; None for one in memory."""
    return None if sink is None or sink == "arrow" else Path(sink).expanduser()
