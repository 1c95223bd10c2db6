"""The unions of `_unions` and its neighbours with dicts admitted, as the signatures of calls state them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Union

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

PartUnionDict = Union[str, PilImage, File, FileDict, Part, PartDict]
"""What makes one part, dicts included."""

ContentUnionDict = Union[Content, ContentDict, PartUnionDict, list[PartUnionDict]]
"""What makes one content, dicts included."""

ContentListUnionDict = Union[ContentUnionDict, list[ContentUnionDict]]
"""What makes a list of contents, dicts included."""

SpeechConfigUnionDict = Union[str, SpeechConfig, SpeechConfigDict]
"""A `SpeechConfig`, as an object or a dict, or the name of a prebuilt voice."""

SchemaUnionDict = Union[SchemaUnion, SchemaDict]
"""What may describe the shape of an answer, `SchemaDict` included."""

ToolUnionDict = Union[ToolDict, Callable[..., Any], McpTool, McpSession]
"""A tool as a dict, a Python function, an MCP tool or an MCP session."""

ToolListUnionDict = list[ToolUnionDict]
"""A list whose items may be any of `ToolUnionDict`."""

PartMediaResolutionForm = Union[PartMediaResolutionOrDict, PartMediaResolutionLevel, str]
"""A media resolution as an object, a dict, a level or the name of one."""
