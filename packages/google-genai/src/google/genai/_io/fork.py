"""A count of forks: a child process must not use the connections that it shares with its parent."""

from __future__ import annotations

import os


class _Forks:
    count = 0


forks = _Forks()


def _in_child() -> None:
    forks.count += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
