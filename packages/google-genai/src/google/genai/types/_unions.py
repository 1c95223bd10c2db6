"""The unions that stand for one content, as the fields of types use them."""

from __future__ import annotations

from typing import Union

from .._optional import PilImage
from ._content import Content, Part
from ._files import File

PartUnion = Union[str, File, Part, PilImage]
"""What makes one part: text, an uploaded file, a part, a PIL image."""

ContentUnion = Union[Content, str, File, Part, PilImage, list[PartUnion]]
"""A `Content`, or what makes the parts of one."""

ContentListUnion = Union[ContentUnion, list[ContentUnion]]
"""What makes a list of contents."""
