"""Arrow tables of blocks: their rows for a request, and the same tables with the columns of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import BulkError
from ..journal import StoredAnswer
from ..output import Shape
from ..reading import Schema
from ..requests import Request, check_columns

Row = dict[str, Any]


def rows_of(table: Any, request: Request) -> list[Row]:
    """Return the rows of a `pyarrow.Table`, with the columns that the request needs.

    Raises:
        BulkError: when the table does not have a column that the request names.
    """
    from ..tables.values import python_values

    check_columns(request, table.column_names)
    names: list[str] = request.columns or table.column_names
    columns = [python_values(table.column(name), exact=False) for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def with_answers(
    table: Any, answers: Sequence[StoredAnswer], request: Request, schema: Schema | None, *, response: bool
) -> Any:
    """Return a `pyarrow.Table` with the columns of the answers behind its own.

    Args:
        table: the table.
        answers: the answer to each row.
        request: the request that was answered.
        schema: the expected form of answers; None for texts.
        response: whether each row has the reply of the service as JSON.
    """
    from ..tables.arrow import pa
    from ..tables.values import arrow_array

    if len(answers) != len(table):
        raise BulkError(f"answers: expected one for each of the {len(table)} rows, got {len(answers)}.")
    shape = Shape(
        pa.schema([(name, pa.null()) for name in table.column_names]), request.kind, schema, response=response
    )
    rows = [shape.row({}, answer) for answer in answers]
    for field in list(shape.schema)[len(table.column_names) :]:
        table = table.append_column(field, arrow_array([row[field.name] for row in rows], field))
    return table


def check_keys(table: Any, key: str) -> None:
    """Check that each row of a `pyarrow.Table` has a key.

    Raises:
        BulkError: when keys are null.
    """
    nulls = table.column(key).null_count
    if nulls:
        raise BulkError(
            f"key={key!r}: the column is null in {nulls} of the {len(table)} rows of a block. "
            "Each row needs a key, because the checkpoint finds it by its key."
        )
