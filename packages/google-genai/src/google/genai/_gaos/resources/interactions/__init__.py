"""Modules with short names for types of interactions, such as `interactions.tool.GoogleSearch`, for programs that use them.

Each module is made when it is first used. The types are those of `google.genai.interactions`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

_CONTENTS = {
    "annotation": "SpeechMetadata=SpeechAnnotation",
    "auth_tokens": """
        InteractionAuthTokenCreateParams=InteractionAuthTokenCreateParamsParam
        InteractionAuthTokenDeleteParams=DeleteInteractionAuthTokenRequestParam
    """,
    "codeexecutioncallstep": "Arguments=CodeExecutionCallArguments",
    "codemenderagentconfig": "FindRequest FixRequest SessionConfig",
    "codemenderagentconfig.findrequest": "SourceFile=FileContent",
    "codemenderagentconfig.fixrequest": "SourceFile=FileContent",
    "environment": "EnvVar EnvironmentNetworkEgressAllowlist Source",
    "environment.environmentnetworkegressallowlist": "AllowlistEntry",
    "errorevent": "Error",
    "googlemapscallstep": "Arguments=GoogleMapsCallArguments",
    "googlemapsresult": "Place=GoogleMapsResultPlaces",
    "googlemapsresult.place": "ReviewSnippet",
    "googlemapsresultstep": "Result=GoogleMapsResult",
    "googlemapsresultstep.result": "Place=GoogleMapsResultPlaces",
    "googlemapsresultstep.result.place": "ReviewSnippet",
    "googlesearchcallstep": "Arguments=GoogleSearchCallArguments",
    "googlesearchresultstep": "Result=GoogleSearchResult",
    "liveinteractioncompletedevent": "Status",
    "placecitation": "ReviewSnippet",
    "retrievalcalldelta": "Arguments=RetrievalCallArguments",
    "retrievalcallstep": "Arguments=RetrievalCallArguments",
    "stepdelta": """
        ArgumentsDelta Audio=AudioDelta CodeExecutionCall=CodeExecutionCallDelta
        CodeExecutionResult=CodeExecutionResultDelta Document=DocumentDelta FileSearchCall=FileSearchCallDelta
        FileSearchResult=FileSearchResultDelta FunctionResult=FunctionResultDelta
        GoogleMapsCall=GoogleMapsCallDelta GoogleMapsResult=GoogleMapsResultDelta
        GoogleSearchCall=GoogleSearchCallDelta GoogleSearchResult=GoogleSearchResultDelta Image=ImageDelta
        MCPServerToolCall=MCPServerToolCallDelta MCPServerToolResult=MCPServerToolResultDelta
        Metadata=StepDeltaMetadata ProcessingCall=ProcessingCallDelta ProcessingResult=ProcessingResultDelta
        Text=TextDelta TextAnnotationDelta ThoughtSignature=ThoughtSignatureDelta
        ThoughtSummary=ThoughtSummaryDelta ToolSearchCall=ToolSearchCallDelta
        ToolSearchResult=ToolSearchResultDelta URLContextCall=URLContextCallDelta
        URLContextResult=URLContextResultDelta Video=VideoDelta
    """,
    "tool": """
        CodeExecution ComputerUse FileSearch GoogleMaps GoogleSearch MCPServer Retrieval ToolSearch URLContext
    """,
    "tool.retrieval": "VertexAISearchConfig",
    "transcriptionmode": "Smart=SmartTranscriptionMode Verbatim=VerbatimTranscriptionMode",
    "urlcontextcallstep": "Arguments=URLContextCallArguments",
    "urlcontextresultstep": "Result=URLContextResult",
    "usage": """
        CachedTokensByModality=ModalityTokens GroundingToolCount InputTokensByModality=ModalityTokens
        OutputTokensByModality=ModalityTokens ToolUseTokensByModality=ModalityTokens
    """,
    "videocontent": "Static=StaticMediaProcessing",
}
"""The names in each module; after `=` the name of the type in `google.genai.interactions`, if it differs."""
SUBMODULES = frozenset(name for name in _CONTENTS if "." not in name)
"""The modules of the first level."""


class _Group(ModuleType):
    """A module whose types are loaded when they are first used."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{__name__}.{path}", f"Types of interactions that belong to `{path}`.")
        self._path = path
        pairs = (each.partition("=") for each in _CONTENTS[path].split())
        self._types = {name: target or name for name, _, target in pairs}
        self.__all__ = [*self._types, *_below(path)]

    def __getattr__(self, name: str) -> Any:
        if name in self._types:
            from ...._interactions import types

            value = getattr(types, self._types[name])
        elif name in _below(self._path):
            value = _group(f"{self._path}.{name}")
        else:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted(self.__all__)


def _below(path: str) -> list[str]:
    """Return the names of the modules in a module."""
    depth = path.count(".") + 1
    return [each.split(".")[depth] for each in _CONTENTS if each.startswith(f"{path}.") and each.count(".") == depth]


def _group(path: str) -> ModuleType:
    name = f"{__name__}.{path}"
    return sys.modules.setdefault(name, _Group(path))


def __getattr__(name: str) -> ModuleType:
    if name not in SUBMODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = group = _group(name)
    return group


def __dir__() -> list[str]:
    return sorted({*globals(), *SUBMODULES})
