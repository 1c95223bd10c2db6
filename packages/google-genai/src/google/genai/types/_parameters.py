"""Arguments of methods as types, under the names that other packages import. The SDK itself does not use them."""

from __future__ import annotations

from typing_extensions import TypedDict

from ._base import CaseInSensitiveEnum, Model
from ._dict_unions import ContentListUnionDict
from ._dicts._generation_config import GenerateContentConfigOrDict
from ._embeddings import EmbedContentConfig
from ._unions import ContentListUnion


class _GenerateContentParametersDict(TypedDict, total=False):  # pyright: ignore[reportUnusedClass]
    """The arguments of `generate_content`."""

    model: str | None
    """Id or resource name of a model."""

    contents: ContentListUnionDict | None
    """Input for the model."""

    config: GenerateContentConfigOrDict | None
    """All other options."""


class EmbeddingApiType(CaseInSensitiveEnum):
    """Method of the service that embeds contents; it depends on the model. API: the verbs `predict`, `embedContent` and
    `batchEmbedContents`.
    """

    PREDICT = "PREDICT"
    """Texts in one request, for the older models of Vertex AI."""
    EMBED_CONTENT = "EMBED_CONTENT"
    """One content of any kind per request."""
    BATCH_EMBED_CONTENTS = "BATCH_EMBED_CONTENTS"
    """Several contents in one request."""


class EmbedContentParameters(Model):
    """Arguments of `embed_content`."""

    model: str | None = None
    """Id or resource name of a model."""

    contents: ContentListUnion | None = None
    """Contents to embed; each gets its own vector."""

    config: EmbedContentConfig | None = None
    """Options of the call."""
