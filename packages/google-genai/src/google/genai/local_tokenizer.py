"""`LocalTokenizer`, a name that other packages import. It is not built yet: its use raises an error that says so."""

from __future__ import annotations

__all__ = ["LocalTokenizer"]


class LocalTokenizer:
    """A counter of tokens that needs no network. Not built yet."""

    def __init__(self, model_name: str) -> None:
        raise NotImplementedError(
            "LocalTokenizer: this release cannot count tokens without a request yet; call `client.models.count_tokens`."
        )
