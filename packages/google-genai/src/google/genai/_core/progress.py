"""Telling how far something is: a function of the program's, or a bar of rich or tqdm."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Callable, Generator
from typing import Any, Union

Progress = Union[bool, Callable[..., object]]
"""True for a bar; a function that is called with what has been reached; False or None for nothing."""


@contextlib.contextmanager
def showing(progress: Progress | None, title: str, total: int | None) -> Generator[Callable[[Any], None]]:
    """Give the function that is told what has been reached: bytes where there is a total, states otherwise.

    Raises `ValueError` when a bar is wanted and neither rich nor tqdm is installed.
    """
    if not progress:
        yield _say_nothing
    elif callable(progress):
        yield _calling(progress, total)
    elif importlib.util.find_spec("rich") is not None:
        with _rich_bar(title, total) as report:
            yield report
    elif importlib.util.find_spec("tqdm") is not None:
        with _tqdm_bar(title, total) as report:
            yield report
    else:
        raise ValueError("progress=True: a bar needs rich or tqdm; install one of them, or pass a function.")


def _say_nothing(reached: Any) -> None:
    pass


def _calling(function: Callable[..., object], total: int | None) -> Callable[[Any], None]:
    def report(reached: Any) -> None:
        if isinstance(reached, int):
            function(reached, total)
        else:
            function(reached)

    return report


@contextlib.contextmanager
def _rich_bar(title: str, total: int | None) -> Generator[Callable[[Any], None]]:
    from rich import progress as rich

    columns: list[Any] = [rich.TextColumn("{task.description}"), rich.BarColumn()]
    if total is not None:
        columns += [rich.DownloadColumn(), rich.TransferSpeedColumn(), rich.TimeRemainingColumn()]
    else:
        columns.append(rich.TimeElapsedColumn())
    with rich.Progress(*columns) as bar:
        task = bar.add_task(title, total=total)

        def report(reached: Any) -> None:
            if isinstance(reached, int):
                bar.update(task, completed=reached)
            else:
                bar.update(task, description=f"{title} {_state_of(reached)}".strip())

        yield report


@contextlib.contextmanager
def _tqdm_bar(title: str, total: int | None) -> Generator[Callable[[Any], None]]:
    import tqdm  # pyright: ignore[reportMissingModuleSource]

    with tqdm.tqdm(desc=title, total=total, unit="B" if total is not None else "poll", unit_scale=True) as bar:

        def report(reached: Any) -> None:
            if isinstance(reached, int):
                bar.update(reached - bar.n)
            else:
                bar.set_postfix_str(_state_of(reached), refresh=False)
                bar.update()

        yield report


def _state_of(reached: Any) -> str:
    state = getattr(reached, "state", None)
    return "" if state is None else str(getattr(state, "value", state))
