"""A count of forks: a child process must not use the connections it shares with its parent."""

from __future__ import annotations

import os


class _Generation:
    number = 0


generation = _Generation()


def _in_child() -> None:
    generation.number += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
