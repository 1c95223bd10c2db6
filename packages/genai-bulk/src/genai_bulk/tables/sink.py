"""What every sink offers: rows are appended in batches, and the file appears when all of them are written."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Any


class Sink:
    """A table that is written in batches of rows. In a `with` block, an exception removes what was written."""

    count: int = 0
    """Rows written so far."""

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows; a missing column is null. If the disk is full, the `.part` file is removed and `OSError` passes."""
        raise NotImplementedError

    def close(self) -> None:
        """Write what is buffered to the disk, and give the file its name."""
        raise NotImplementedError

    def abort(self) -> None:
        """Remove what was written. Calling it after `close` does nothing."""
        raise NotImplementedError

    def __enter__(self) -> Sink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.abort()
