"""Types of the arguments that contain several values, for signatures and checkers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set as AbstractSet, ValuesView
from typing import Protocol, TypeVar, Union

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Iterables = Union[Sequence[T], Iterator[T], AbstractSet[T], ValuesView[T]]
"""Everything that can be iterated, except a dict: `Iterable[str]` would accept any dict with a misspelled key."""


class SequenceNotStr(Protocol[T_co]):
    """A list, a tuple or any other sequence except a `str`, whose `__contains__` accepts nothing but a string."""

    def __contains__(self, value: object, /) -> bool: ...
    def __iter__(self) -> Iterator[T_co]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> T_co: ...
