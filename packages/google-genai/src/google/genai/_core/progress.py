"""Progress reporting: to a function of the program, or as a progress bar of rich or tqdm."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Callable, Generator
from typing import Any, Union

Progress = Union[bool, Callable[..., object]]
"""True for a progress bar; a function that is called with each progress; False or None for no reporting."""


@contextlib.contextmanager
def progress_report(progress: Progress | None, title: str, total: int | None) -> Generator[Callable[[Any], None]]:
    """Provide a function to call with each progress: a number of bytes if there is a total, otherwise a state.

    Raises `ValueError` if a bar is requested and neither rich nor tqdm is installed.
    """
    if not progress:
        yield _ignore
    elif callable(progress):
        yield _caller_of(progress, total)
    elif importlib.util.find_spec("rich") is not None:
        with _rich_bar(title, total) as report:
            yield report
    elif importlib.util.find_spec("tqdm") is not None:
        with _tqdm_bar(title, total) as report:
            yield report
    else:
        raise ValueError(
            "progress=True: a progress bar requires rich or tqdm; install one of them, or pass a function."
        )


def _ignore(reached: Any) -> None:
    pass


def _caller_of(function: Callable[..., object], total: int | None) -> Callable[[Any], None]:
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
                bar.update(task, description=f"{title} {_state_name(reached)}".strip())

        yield report


@contextlib.contextmanager
def _tqdm_bar(title: str, total: int | None) -> Generator[Callable[[Any], None]]:
    import tqdm  # pyright: ignore[reportMissingModuleSource]

    with tqdm.tqdm(desc=title, total=total, unit="B" if total is not None else "poll", unit_scale=True) as bar:

        def report(reached: Any) -> None:
            if isinstance(reached, int):
                bar.update(reached - bar.n)
            else:
                bar.set_postfix_str(_state_name(reached), refresh=False)
                bar.update()

        yield report


def _state_name(reached: Any) -> str:
    state = getattr(reached, "state", None)
    return "" if state is None else str(getattr(state, "value", state))
