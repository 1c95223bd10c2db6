"""Checks of the key column of a Ray dataset before any call is paid: it exists, has no nulls and no duplicates.

The column is read as hashes of 8 bytes. At most `_HASHES` of them are in memory: for more rows, the column is read several times,
each time with another part of all hashes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import partial
from typing import Any

from ..errors import BulkError, did_you_mean

_HASHES = 50_000_000
_SUSPECTS = 1_000
_SHOWN = 3


def check_key(dataset: Any, key: str, columns: list[str], *, reads: bool = True) -> None:
    """Check the key of each row.

    Args:
        dataset: a Ray dataset.
        key: name of the column.
        columns: the columns of the dataset.
        reads: whether the keys are read; if not, only the existence of the column is checked.

    Raises:
        BulkError: when the column is missing, or when keys are null or repeated.
    """
    if key not in columns:
        listed = ", ".join(repr(name) for name in columns[:20]) or "none"
        hint = did_you_mean(key, columns)
        raise BulkError(f"key={key!r}: the dataset does not have this column.{hint} Columns: {listed}.")
    if not reads:
        return
    keys = dataset.select_columns([key])
    part, parts = 0, 1
    while part < parts:
        hashes, parts = _part_of(keys, key, part, parts)
        hashes.sort()
        repeated = hashes[1:][hashes[1:] == hashes[:-1]]
        if len(repeated):
            _check_suspects(keys, key, repeated[:_SUSPECTS])
        part += 1


def _part_of(keys: Any, key: str, part: int, parts: int) -> tuple[Any, int]:
    """Return the hashes of one part of the keys, and the number of parts, which the first pass finds out."""
    import numpy

    np: Any = numpy
    found: list[Any] = []
    count = nulls = 0
    blocks = keys.map_batches(partial(hashes_of, key=key), batch_size=None, batch_format="pyarrow")
    for block in blocks.iter_batches(batch_size=None, batch_format="pyarrow"):
        nulls += block.column("hash").null_count
        hashes = block.column("hash").drop_null().to_numpy()
        found.append(hashes[hashes % np.uint64(parts) == part])
        count += len(found[-1])
        while part == 0 and count > _HASHES:
            parts *= 2
            found = [each[each % np.uint64(parts) == 0] for each in found]
            count = sum(len(each) for each in found)
    if nulls:
        raise BulkError(
            f"key={key!r}: the column is null in {nulls:,} {'row' if nulls == 1 else 'rows'}. Each row needs a key, because "
            "the checkpoint finds it by its key: fill the column, or remove these rows."
        )
    return np.concatenate(found) if found else np.array([], "uint64"), parts


def _check_suspects(keys: Any, key: str, hashes: Any) -> None:
    """Check that equal hashes come from different keys."""
    rows = keys.map_batches(partial(rows_of, key=key, hashes=hashes), batch_size=None, batch_format="pyarrow")
    counts: Counter[str] = Counter(repr(row[key]) for row in rows.iter_rows())
    repeated = sorted(value for value, count in counts.items() if count > 1)
    if repeated:
        shown = ", ".join(f"{value} ({counts[value]} rows)" for value in repeated[:_SHOWN])
        more = " and more" if len(repeated) > _SHOWN else ""
        raise BulkError(f"key={key!r}: the column has duplicates: {shown}{more}. Choose a column with unique values.")


def hashes_of(table: Any, *, key: str) -> Any:
    """Return the 64-bit hashes of the keys of a block, the same in every process; null for a null.

    Args:
        table: a `pyarrow.Table`.
        key: name of the column.
    """
    from ..tables.arrow import pa

    return pa.table({"hash": _hashes(table.column(key))})


def rows_of(table: Any, *, key: str, hashes: Any) -> Any:
    """Return the rows of a block whose keys have one of some hashes.

    Args:
        table: a `pyarrow.Table`.
        key: name of the column.
        hashes: the hashes.
    """
    wanted = set(hashes.tolist())
    return table.filter([found in wanted for found in _hashes(table.column(key)).to_pylist()])


def _hashes(column: Any) -> Any:
    from ..tables.arrow import pa

    digests = [None if value is None else _digest(value) for value in column.to_pylist()]
    return pa.array(digests, pa.uint64())


def _digest(value: Any) -> int:
    text = repr(value).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")
