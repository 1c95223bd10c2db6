"""Grounding metadata of an answer: its sources, the passages of the answer that they support, and the search
suggestions to display. Not part of this module: the tools that search (see `_tools`) and the document stores (see
`_retrieval`).
"""

from typing import Annotated

from ._base import Model
from ._bytes import BASE64
from ._later import (
    GroundingChunkCustomMetadata,
    GroundingChunkImage,
    GroundingChunkMapsRoute,
)


class GroundingChunkMapsPlaceAnswerSourcesAuthorAttribution(Model):
    """Author of a Google Maps review, for attribution. Documented for Vertex AI."""

    display_name: str | None = None
    """Author's public name in Google Maps."""

    photo_uri: str | None = None
    """URI of the author's profile picture."""

    uri: str | None = None
    """URI of the author's Google Maps profile."""


class GroundingChunkMapsPlaceAnswerSourcesReviewSnippet(Model):
    """A user review that an answer about a place is based on."""

    author_attribution: GroundingChunkMapsPlaceAnswerSourcesAuthorAttribution | None = None
    """Author of the review; display it wherever the review text is displayed. Documented for Vertex AI."""

    flag_content_uri: str | None = None
    """URI of the page for reporting this review. Documented for Vertex AI."""

    google_maps_uri: str | None = None
    """URI of the whole review in Google Maps."""

    relative_publish_time_description: str | None = None
    """Age of the review as text, such as "a month ago"; not meant for parsing. Documented for Vertex AI."""

    review: str | None = None
    """Reference of the review for Google Maps Platform services. Documented for Vertex AI."""

    review_id: str | None = None
    """Id of the review; `GroundingMetadataSourceFlaggingUri.source_id` may refer to it."""

    title: str | None = None
    """Title of the review."""


class GroundingChunkMapsPlaceAnswerSources(Model):
    """Sources of the text about a place."""

    flag_content_uri: str | None = None
    """URI of the page for reporting the text about the place as a whole. Documented for Vertex AI."""

    review_snippets: list[GroundingChunkMapsPlaceAnswerSourcesReviewSnippet] | None = None
    """Reviews that the text is based on."""

    review_snippet: list[GroundingChunkMapsPlaceAnswerSourcesReviewSnippet] | None = None
    """The same as `review_snippets`, under the name that some models use."""


class GroundingChunkMaps(Model):
    """A place in Google Maps, used as a source.

    API: `GroundingChunk.maps`.
    """

    place_answer_sources: GroundingChunkMapsPlaceAnswerSources | None = None
    """Reviews that `text` is based on, with links for attribution and reporting."""

    place_id: str | None = None
    """Resource name `places/{place_id}`, usable with the Places API."""

    text: str | None = None
    """Plain text about the place from Google Maps."""

    title: str | None = None
    """Name of the place, usable as the link text of `uri`."""

    uri: str | None = None
    """URI of the place in Google Maps."""

    route: GroundingChunkMapsRoute | None = None
    """Route that was planned, if the source is a route and not a place. Documented for Vertex AI."""


class RagChunkPageSpan(Model):
    """Range of pages of a passage in a document. Documented for Vertex AI."""

    first_page: int | None = None
    """First page of the passage, counted from 1."""

    last_page: int | None = None
    """Last page of the passage, counted from 1, inclusive."""


class RagChunk(Model):
    """A passage stored in a corpus of Vertex AI RAG Engine. Documented for Vertex AI."""

    page_span: RagChunkPageSpan | None = None
    """Pages of the passage; only set for documents with pages."""

    text: str | None = None
    """Text of the passage."""

    chunk_id: str | None = None
    """Id of the passage in its corpus."""

    file_id: str | None = None
    """Id of the file that contains the passage."""


class GroundingChunkRetrievedContext(Model):
    """A passage that a retrieval tool found in your own documents.

    API: `GroundingChunk.retrievedContext`.
    """

    document_name: str | None = None
    """Full resource name of the document in Vertex AI Search; unset for other document stores. Documented for Vertex
    AI.
    """

    rag_chunk: RagChunk | None = None
    """Details of the passage, such as its pages, if it comes from RAG Engine. Documented for Vertex AI."""

    text: str | None = None
    """Text of the passage that the model received."""

    title: str | None = None
    """Title of the passage's document."""

    uri: str | None = None
    """URI of the document, for example a `gs://` address."""

    custom_metadata: list[GroundingChunkCustomMetadata] | None = None
    """Your own metadata of the document. Documented for the Gemini Developer API."""

    file_search_store: str | None = None
    """Store that contains the document, "fileSearchStores/...". Documented for the Gemini Developer API."""

    page_number: int | None = None
    """Page of the passage, counted from 1; only set for documents with pages. Documented for the Gemini Developer API.
    """

    media_id: str | None = None
    """Name of a picture or another medium of the passage, for `file_search_stores.download_media`. Documented for the
    Gemini Developer API.
    """


class GroundingChunkWeb(Model):
    """A web page, used as a source.

    API: `GroundingChunk.web`.
    """

    domain: str | None = None
    """Host name of the page. Documented for Vertex AI."""

    title: str | None = None
    """Display title of the page; it may be only the host name."""

    uri: str | None = None
    """Link to the page, usually a redirect through Google; its host name is therefore not that of the page."""


class GroundingChunk(Model):
    """A source of a grounded answer; the field that is set determines the kind of source.

    API: `GroundingMetadata.groundingChunks`.
    """

    maps: GroundingChunkMaps | None = None
    """Place found by the Google Maps tool."""

    retrieved_context: GroundingChunkRetrievedContext | None = None
    """Passage found by a retrieval tool in your own documents."""

    web: GroundingChunkWeb | None = None
    """Page found by Google Search."""

    image: GroundingChunkImage | None = None
    """Picture found by Google Search, if the request set `SearchTypes.image_search`."""


class Segment(Model):
    """A passage of the answer, given by part and byte offsets.

    The offsets count bytes of the UTF-8 text, not characters, so slice the encoded text. The service omits zeros from
    its JSON: an unset offset or index means 0.

        part = content.parts[segment.part_index or 0]
        quoted = part.text.encode()[segment.start_index or 0 : segment.end_index].decode()
    """

    end_index: int | None = None
    """Byte offset of the end of the passage in the part, exclusive."""

    part_index: int | None = None
    """Index into `Content.parts` of the candidate."""

    start_index: int | None = None
    """Byte offset of the start of the passage in the part."""

    text: str | None = None
    """Text of the passage, as in the answer."""


class GroundingSupport(Model):
    """A passage of the answer, with the sources that support it.

    API: `GroundingMetadata.groundingSupports`. Use it to build inline citations.
    """

    confidence_scores: list[float] | None = None
    """How well each source supports the passage, from 0 to 1, in the order of `grounding_chunk_indices`. Empty for
    Gemini 2.5 and later models.
    """

    grounding_chunk_indices: list[int] | None = None
    """Indices into `GroundingMetadata.grounding_chunks`, from 0."""

    segment: Segment | None = None
    """Passage of the answer that the sources support."""

    rendered_parts: list[int] | None = None
    """Indices into `Content.parts` of the parts that show what the sources contain, such as pictures, from 0."""


class RetrievalMetadata(Model):
    """Details of the decision whether to search. API: `GroundingMetadata.retrievalMetadata`."""

    google_search_dynamic_retrieval_score: float | None = None
    """How useful a web search would be for the prompt, from 0 to 1. A search runs if the score exceeds the threshold of
    the request. Only set if the request enabled dynamic retrieval.
    """


class SearchEntryPoint(Model):
    """Google Search suggestions for a grounded answer.

    API: `GroundingMetadata.searchEntryPoint`. The terms of grounding with Google Search require you to display
    `rendered_content` next to the answer.
    """

    rendered_content: str | None = None
    """HTML with CSS, to embed unchanged in a page or a web view."""

    sdk_blob: Annotated[bytes | None, BASE64] = None
    """The suggestions as JSON: each search term with the URI of its results page. Base64 on the wire."""


class GroundingMetadataSourceFlaggingUri(Model):
    """A Google Maps source, with the page for reporting it. Documented for Vertex AI."""

    flag_content_uri: str | None = None
    """URI of the page for reporting the source."""

    source_id: str | None = None
    """Id of the source: a place or a single review."""


class GroundingMetadata(Model):
    """Searches and sources of an answer, and the passages that they support.

    API: `Candidate.groundingMetadata`. Only set if a search, maps or retrieval tool was used for the answer.
    """

    google_maps_widget_context_token: str | None = None
    """Token with which the Maps JavaScript API renders a widget of the places in the answer. Only set if the request
    set `GoogleMaps.enable_widget`.
    """

    grounding_chunks: list[GroundingChunk] | None = None
    """Sources; `GroundingSupport.grounding_chunk_indices` refers to this list."""

    grounding_supports: list[GroundingSupport] | None = None
    """Passages of the answer, with the sources that support them."""

    retrieval_metadata: RetrievalMetadata | None = None
    """Details of the decision whether to search."""

    retrieval_queries: list[str] | None = None
    """Queries that the retrieval tools ran on your own documents. Documented for Vertex AI."""

    search_entry_point: SearchEntryPoint | None = None
    """Google Search suggestions to display with the answer."""

    source_flagging_uris: list[GroundingMetadataSourceFlaggingUri] | None = None
    """Pages for reporting the Google Maps sources. Documented for Vertex AI."""

    web_search_queries: list[str] | None = None
    """Queries that the model sent to Google Search."""

    image_search_queries: list[str] | None = None
    """Queries for pictures that the model sent to Google Search."""
