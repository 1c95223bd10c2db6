"""Unions of everything that users may write in place of parts and contents, for the fields of types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from .._optional import PilImage
from ._content import Content, Part
from ._files import File

if TYPE_CHECKING:
    from .._iterables import Iterables

PartUnion = Union[str, File, Part, PilImage]
"""Values that describe one part: text, an uploaded file, a part, a PIL image."""

ContentUnion = Union[Content, str, File, Part, PilImage, list[PartUnion]]
"""A `Content`, or values that describe its parts."""

if TYPE_CHECKING:
    ContentListUnion = Union[ContentUnion, Iterables[ContentUnion]]
else:
    ContentListUnion = Union[ContentUnion, list[ContentUnion]]
"""Values that describe a list of contents."""
