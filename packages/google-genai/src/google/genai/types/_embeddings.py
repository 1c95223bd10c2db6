"""Types of `embed_content`: options, vectors, statistics. They are the same for both backends; marks state where each
backend has a field. Not part of this module: splitting contents into inputs, and the choice of the method
(`batchEmbedContents`, `predict` or `embedContent`).
"""

from typing import Annotated

from .._wire.marks import LOCAL, RepliedBy, Reply, ReplyVia, Wire
from ._base import Model
from ._http import HttpOptions, HttpResponse
from ._later import ModalityTokenCount, UsageMetadata


class EmbedContentConfig(Model):
    """Options of `embed_content`; they apply to all contents of the call.

    To embed a document for later search:

        EmbedContentConfig(task_type="RETRIEVAL_DOCUMENT", title="Owner's manual", output_dimensionality=768)
    """

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    task_type: Annotated[str | None, Wire(gemini="/requests[].taskType", vertex="/instances[].task_type")] = None
    """Intended use of the vectors, for which the model optimizes them: `RETRIEVAL_QUERY`, `RETRIEVAL_DOCUMENT`,
    `SEMANTIC_SIMILARITY`, `CLASSIFICATION`, `CLUSTERING`, `QUESTION_ANSWERING`, `FACT_VERIFICATION` or
    `CODE_RETRIEVAL_QUERY`. Which of them are supported depends on the model.
    """

    title: Annotated[str | None, Wire(gemini="/requests[].title", vertex="/instances[].title")] = None
    """Title of the document, which improves its vector; only with the task type `RETRIEVAL_DOCUMENT`."""

    output_dimensionality: Annotated[
        int | None, Wire(gemini="/requests[].outputDimensionality", vertex="/parameters.outputDimensionality")
    ] = None
    """Length of the vectors; the model's full length when unset. A shorter vector is a truncated full vector, and may
    need to be normalized before use.
    """

    mime_type: Annotated[str | None, Wire(vertex="/instances[].mimeType")] = None
    """Media type of the content. Only on Vertex AI, and only for models that embed text (`predict`)."""

    auto_truncate: Annotated[bool | None, Wire(vertex="/parameters.autoTruncate")] = None
    """Whether an input that is too long for the model is truncated (the default) or refused. Vertex AI only."""

    document_ocr: Annotated[bool | None, Wire(vertex="/parameters.documentOcr")] = None
    """Whether the text in pictures of a document is read and embedded. Unset means no. Only for models that embed
    media. Vertex AI only.
    """

    audio_track_extraction: Annotated[bool | None, Wire(vertex="/parameters.audioTrackExtraction")] = None
    """Whether the sound track of a video is embedded as well. Unset means no. Only for models that embed media. Vertex
    AI only.
    """


class ContentEmbeddingStatistics(Model):
    """Statistics of one input. Vertex AI only."""

    truncated: bool | None = None
    """Whether the input was too long, so that the vector covers only its beginning. Vertex AI only."""

    token_count: float | None = None
    """Number of tokens in the input. Vertex AI only."""

    tokens_details: list[ModalityTokenCount] | None = None
    """`token_count` by kind of media. Vertex AI only."""


class ContentEmbedding(Model):
    """The vector of one input.

    API: `ContentEmbedding`; on Vertex AI the `embeddings` of one prediction.
    """

    values: list[float] | None = None
    """The vector, one number for each dimension."""

    statistics: ContentEmbeddingStatistics | None = None
    """Statistics of the input. Vertex AI only."""


class EmbedContentMetadata(Model):
    """Cost of a whole embedding call. Vertex AI only."""

    billable_character_count: int | None = None
    """Billable characters of all inputs. Vertex AI only."""


class EmbedContentResponse(Model):
    """Result of `embed_content`."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    embeddings: Annotated[
        list[ContentEmbedding] | None,
        Reply(vertex="predictions[].embeddings"),
        ReplyVia("embedding_as_list", "embedding"),
    ] = None
    """One vector for each input, in the order of the inputs."""

    metadata: EmbedContentMetadata | None = None
    """Cost of the call. Vertex AI only."""

    truncated: Annotated[bool | None, RepliedBy("vertex")] = None
    """Whether an input was too long, so that its vector covers only the beginning. Vertex AI only."""

    usage_metadata: UsageMetadata | None = None
    """Tokens used by the call, if the service reports them."""
