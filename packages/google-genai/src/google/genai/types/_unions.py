"""Unions of everything that users may write in place of parts and contents, for the fields of types."""

from __future__ import annotations

from typing import Union

from .._optional import PilImage
from ._content import Content, Part
from ._files import File

PartUnion = Union[str, File, Part, PilImage]
"""Values that describe one part: text, an uploaded file, a part, a PIL image."""

ContentUnion = Union[Content, str, File, Part, PilImage, list[PartUnion]]
"""A `Content`, or values that describe its parts."""

ContentListUnion = Union[ContentUnion, list[ContentUnion]]
"""Values that describe a list of contents."""
