"""Own the models of the embedding call: its options, the vectors that come back and what is reported with them.
They describe the call the same way for both backends and must not know how either lays it out on the wire.
"""

from typing import Annotated

from .._wire.marks import LOCAL, Reply, Wire
from ._base import Model
from ._http import HttpOptions, HttpResponse


class EmbedContentConfig(Model):
    """Hold the options of `embed_content`; they apply to every content of the call.

    To store a document for later search:

        EmbedContentConfig(task_type="RETRIEVAL_DOCUMENT", title="Owner's manual", output_dimensionality=768)
    """

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Overrides for this one call: timeout, headers, base URL and the like."""

    task_type: Annotated[str | None, Wire(gemini="/requests[].taskType", vertex="/instances[].task_type")] = None
    """What the vectors are for, so that the model can favour it: `RETRIEVAL_QUERY`, `RETRIEVAL_DOCUMENT`,
    `SEMANTIC_SIMILARITY`, `CLASSIFICATION`, `CLUSTERING`, `QUESTION_ANSWERING`, `FACT_VERIFICATION` or
    `CODE_RETRIEVAL_QUERY`. Which of them are known depends on the model."""

    title: Annotated[str | None, Wire(gemini="/requests[].title", vertex="/instances[].title")] = None
    """Title of the document, which improves its vector; only for the task type `RETRIEVAL_DOCUMENT`."""

    output_dimensionality: Annotated[
        int | None, Wire(gemini="/requests[].outputDimensionality", vertex="/parameters.outputDimensionality")
    ] = None
    """Length of the vectors. A shorter vector is the full one cut off at the end and may need normalising before use;
    the model's full length when unset."""

    mime_type: Annotated[str | None, Wire(vertex="/instances[].mimeType")] = None
    """Media type of the content. Vertex AI only."""

    auto_truncate: Annotated[bool | None, Wire(vertex="/parameters.autoTruncate")] = None
    """Whether an input too long for the model is cut (the default of the service) or refused. Vertex AI only."""


class ContentEmbeddingStatistics(Model):
    """Report how one input was counted. Vertex AI only."""

    truncated: bool | None = None
    """Whether the input was too long and the vector covers only its beginning. Vertex AI only."""

    token_count: float | None = None
    """Tokens of the input. Vertex AI only."""


class ContentEmbedding(Model):
    """Hold the vector of one input.

    API: `ContentEmbedding`; on Vertex AI the `embeddings` of one prediction.
    """

    values: list[float] | None = None
    """The vector, one number for each dimension."""

    statistics: ContentEmbeddingStatistics | None = None
    """How the input was counted. Vertex AI only."""


class EmbedContentMetadata(Model):
    """Report what was charged for an embedding call as a whole. Vertex AI only."""

    billable_character_count: int | None = None
    """Characters charged for, summed over all inputs. Vertex AI only."""


class EmbedContentResponse(Model):
    """Hold the result of `embed_content`."""

    sdk_http_response: HttpResponse | None = None
    """What came with the answer at the HTTP level, notably the response headers."""

    embeddings: Annotated[list[ContentEmbedding] | None, Reply(vertex="predictions[].embeddings")] = None
    """One vector for each input, in the order of the inputs."""

    metadata: EmbedContentMetadata | None = None
    """Charges for the call. Vertex AI only."""
