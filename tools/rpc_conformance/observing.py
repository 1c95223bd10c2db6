"""What one environment does, as a program: `python -m tools.rpc_conformance.observing PART FILE [ARGUMENT]` writes JSON to a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _surface(_: str) -> Any:
    from . import surface

    return surface.table()


def _messages(_: str) -> Any:
    from . import messages

    return messages.table()


def _emit(seed_and_rounds: str) -> Any:
    from . import messages

    seed, rounds = seed_and_rounds.split()
    return messages.emit(int(seed), int(rounds))


def _reread(path: str) -> Any:
    from . import messages

    return messages.reread(json.loads(Path(path).read_text()))


def _calls(_: str) -> Any:
    from . import calls

    side = calls.Side()
    try:
        return calls.table(side)
    finally:
        side.close()


def _programs(_: str) -> Any:
    from . import calls, programs

    side = calls.Side()
    try:
        return programs.table(side)
    finally:
        side.close()


def _construction(folder: str) -> Any:
    from . import construction

    return construction.table(Path(folder))


PARTS: dict[str, Callable[[str], Any]] = {
    "surface": _surface,
    "messages": _messages,
    "emit": _emit,
    "reread": _reread,
    "calls": _calls,
    "programs": _programs,
    "construction": _construction,
}


def main() -> int:
    part, file, *arguments = sys.argv[1:]
    Path(file).write_text(json.dumps(PARTS[part](*arguments or [""])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
