"""Clients of services that the API no longer has."""

from __future__ import annotations

from typing import Any, ClassVar


class RemovedClient:
    """The base of the clients of such services: they can be imported, not created."""

    _service: ClassVar[str]
    _replacement: ClassVar[str]

    def __init__(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError(
            f"{self._service} served the PaLM models, which Google has shut down. Use {self._replacement}:"
            " its generate_content() replaces generate_text() and generate_message(), its embed_content() embed_text(),"
            " and its count_tokens() the methods that count tokens"
        )
