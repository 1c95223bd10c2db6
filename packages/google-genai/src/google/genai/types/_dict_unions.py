"""The unions of `_unions` and of other modules with dicts added, for the signatures of methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Union

from .._optional import McpSession, McpTool, PilImage
from ._content import Content, Part
from ._dicts._content import ContentDict, PartDict
from ._dicts._files import FileDict
from ._dicts._parts import PartMediaResolutionOrDict
from ._dicts._schema import SchemaDict
from ._dicts._speech import SpeechConfigDict
from ._dicts._tools import ToolDict
from ._files import File
from ._parts import PartMediaResolutionLevel
from ._schema import SchemaUnion
from ._speech import SpeechConfig

if TYPE_CHECKING:
    from .._iterables import Iterables

PartUnionDict = Union[str, PilImage, File, FileDict, Part, PartDict]
"""Values that describe one part, including dicts."""

ContentUnionDict = Union[Content, ContentDict, PartUnionDict, list[PartUnionDict]]
"""Values that describe one content, including dicts."""

if TYPE_CHECKING:
    ContentListUnionDict = Union[ContentUnionDict, Iterables[ContentUnionDict]]
else:
    ContentListUnionDict = Union[ContentUnionDict, list[ContentUnionDict]]
"""Values that describe a list of contents, including dicts."""

SpeechConfigUnionDict = Union[str, SpeechConfig, SpeechConfigDict]
"""A `SpeechConfig`, as an object or a dict, or the name of a prebuilt voice."""

SchemaUnionDict = Union[SchemaUnion, SchemaDict]
"""Values that describe the schema of an answer, including `SchemaDict`."""

ToolUnionDict = Union[ToolDict, Callable[..., Any], McpTool, McpSession]
"""A tool as a dict, a Python function, an MCP tool or an MCP session."""

ToolListUnionDict = list[ToolUnionDict]
"""A list whose items may be any of `ToolUnionDict`."""

PartMediaResolutionForm = Union[PartMediaResolutionOrDict, PartMediaResolutionLevel, str]
"""A media resolution as an object, a dict, a level or the name of a level."""
