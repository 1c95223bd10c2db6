"""Own the models that tie an answer to its sources: the sources themselves, the stretches of the answer they
back, and the search suggestions that must be shown with it. They only describe what a response carries; how a
search is switched on belongs to the tool models, and where documents are looked up to the retrieval models.
"""

from ._base import Model


class GroundingChunkMapsPlaceAnswerSourcesAuthorAttribution(Model):
    """Name the person who wrote a Google Maps review, as needed to credit them. Documented for Vertex AI."""

    display_name: str | None = None
    """Author's public name in Google Maps."""

    photo_uri: str | None = None
    """Address of the author's profile picture."""

    uri: str | None = None
    """Address of the author's Google Maps profile."""


class GroundingChunkMapsPlaceAnswerSourcesReviewSnippet(Model):
    """Hold one user review that the answer about a place draws on."""

    author_attribution: GroundingChunkMapsPlaceAnswerSourcesAuthorAttribution | None = None
    """Who wrote the review; show it wherever the review text is shown. Documented for Vertex AI."""

    flag_content_uri: str | None = None
    """Page on which a reader can report this review. Documented for Vertex AI."""

    google_maps_uri: str | None = None
    """Where to read the whole review in Google Maps."""

    relative_publish_time_description: str | None = None
    """Age of the review in words, such as "a month ago"; not meant for parsing. Documented for Vertex AI."""

    review: str | None = None
    """Reference under which Google Maps Platform services know the review. Documented for Vertex AI."""

    review_id: str | None = None
    """Id of the review; `GroundingMetadataSourceFlaggingUri.source_id` may refer to it."""

    title: str | None = None
    """Headline shown above the review."""


class GroundingChunkMapsPlaceAnswerSources(Model):
    """List what the text about a place was made from."""

    flag_content_uri: str | None = None
    """Page on which a reader can report the text about the place as a whole. Documented for Vertex AI."""

    review_snippets: list[GroundingChunkMapsPlaceAnswerSourcesReviewSnippet] | None = None
    """Reviews the text was written from."""


class GroundingChunkMaps(Model):
    """Describe a place in Google Maps used as a source.

    API: `GroundingChunk.maps`.
    """

    place_answer_sources: GroundingChunkMapsPlaceAnswerSources | None = None
    """Reviews behind `text`, with the links for crediting and reporting them."""

    place_id: str | None = None
    """`places/{place_id}`, a name that the Places API takes as it stands."""

    text: str | None = None
    """What Google Maps had to say about the place, in plain text."""

    title: str | None = None
    """Name of the place, fit as link text for `uri`."""

    uri: str | None = None
    """Address of the place in Google Maps."""


class RagChunkPageSpan(Model):
    """Give the pages of a document over which a passage runs. Documented for Vertex AI."""

    first_page: int | None = None
    """Page on which the passage begins, counted from 1."""

    last_page: int | None = None
    """Page on which the passage ends, counted from 1; that page is included."""


class RagChunk(Model):
    """Hold one passage as stored in a corpus of Vertex AI RAG Engine. Documented for Vertex AI."""

    page_span: RagChunkPageSpan | None = None
    """Pages the passage comes from; set only for documents that have pages."""

    text: str | None = None
    """Words of the passage."""


class GroundingChunkRetrievedContext(Model):
    """Describe a passage that a retrieval tool found in your own documents.

    API: `GroundingChunk.retrievedContext`.
    """

    document_name: str | None = None
    """Full resource name of the document in Vertex AI Search; unset for other retrieval back ends.
    Documented for Vertex AI."""

    rag_chunk: RagChunk | None = None
    """More about the passage, such as its pages, when it came out of RAG Engine. Documented for Vertex AI."""

    text: str | None = None
    """Words of the passage that the model was given."""

    title: str | None = None
    """Title of the document the passage belongs to."""

    uri: str | None = None
    """Where the document lies, for instance a `gs://` address."""


class GroundingChunkWeb(Model):
    """Describe a web page used as a source.

    API: `GroundingChunk.web`.
    """

    domain: str | None = None
    """Host name of the page. Documented for Vertex AI."""

    title: str | None = None
    """Title to show for the page; it may be no more than its host name."""

    uri: str | None = None
    """Link to the page. It is usually a redirect through Google, so do not read the host name off it."""


class GroundingChunk(Model):
    """Hold one source of a grounded answer; which of its fields is set tells the kind of source.

    API: `GroundingMetadata.groundingChunks`.
    """

    maps: GroundingChunkMaps | None = None
    """Place found by the Google Maps tool."""

    retrieved_context: GroundingChunkRetrievedContext | None = None
    """Passage found by a retrieval tool in your own documents."""

    web: GroundingChunkWeb | None = None
    """Page found by Google Search."""


class Segment(Model):
    """Mark a stretch of the answer by part and byte offsets.

    The offsets count bytes of the UTF-8 text, not characters, so slice the encoded text. The service leaves
    zeros out of its JSON: an unset offset or index means 0.

        part = content.parts[segment.part_index or 0]
        quoted = part.text.encode()[segment.start_index or 0 : segment.end_index].decode()
    """

    end_index: int | None = None
    """Byte offset in the part just after the stretch."""

    part_index: int | None = None
    """Index into `Content.parts` of the candidate."""

    start_index: int | None = None
    """Byte offset in the part at which the stretch begins."""

    text: str | None = None
    """Words of the stretch, as they stand in the answer."""


class GroundingSupport(Model):
    """Link a stretch of the answer to the sources that back it.

    API: `GroundingMetadata.groundingSupports`. This is what inline citations are built from.
    """

    confidence_scores: list[float] | None = None
    """How well each source backs the stretch, from 0 to 1, in the order of `grounding_chunk_indices`.
    Models from Gemini 2.5 on leave it empty."""

    grounding_chunk_indices: list[int] | None = None
    """Indices, counted from 0, into `GroundingMetadata.grounding_chunks`."""

    segment: Segment | None = None
    """Stretch of the answer that the sources back."""


class RetrievalMetadata(Model):
    """Report how the decision whether to search came about.

    API: `GroundingMetadata.retrievalMetadata`.
    """

    google_search_dynamic_retrieval_score: float | None = None
    """How much a web search would help with the prompt, from 0 to 1. A search runs when the score passes the
    threshold of the request; set only if dynamic retrieval was asked for."""


class SearchEntryPoint(Model):
    """Hold the Google Search suggestions that belong to a grounded answer.

    API: `GroundingMetadata.searchEntryPoint`. The terms of grounding with Google Search oblige you to show
    `rendered_content` next to the answer.
    """

    rendered_content: str | None = None
    """Ready-made HTML with its CSS, to embed in a page or a web view unchanged."""

    sdk_blob: bytes | None = None
    """The suggestions as data: JSON that pairs each search term with the address of its results page.
    Base64 on the wire."""


class GroundingMetadataSourceFlaggingUri(Model):
    """Pair a Google Maps source with the page for reporting it. Documented for Vertex AI."""

    flag_content_uri: str | None = None
    """Page on which a reader can report the source."""

    source_id: str | None = None
    """What gets reported there: a place or a single review, by its id."""


class GroundingMetadata(Model):
    """Collect what an answer was grounded on: searches made, sources found, and which words they back.

    API: `Candidate.groundingMetadata`. Set only when a search, maps or retrieval tool took part in the answer.
    """

    google_maps_widget_context_token: str | None = None
    """Token with which the Maps JavaScript API draws a widget of the places in the answer.
    Sent only if the request set `GoogleMaps.enable_widget`."""

    grounding_chunks: list[GroundingChunk] | None = None
    """Sources; `GroundingSupport.grounding_chunk_indices` points into this list."""

    grounding_supports: list[GroundingSupport] | None = None
    """Which stretch of the answer rests on which sources."""

    retrieval_metadata: RetrievalMetadata | None = None
    """How the decision whether to search came about."""

    retrieval_queries: list[str] | None = None
    """Queries the retrieval tools ran against your own documents. Documented for Vertex AI."""

    search_entry_point: SearchEntryPoint | None = None
    """Google Search suggestions to show with the answer."""

    source_flagging_uris: list[GroundingMetadataSourceFlaggingUri] | None = None
    """Pages for reporting the Google Maps sources. Documented for Vertex AI."""

    web_search_queries: list[str] | None = None
    """Queries the model sent to Google Search."""
