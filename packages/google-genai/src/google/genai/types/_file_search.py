"""File search stores and their documents, and the options and results of their methods. Gemini Developer API only. Not
part of this module: the search tool of a generation (`FileSearch` in `_tools`), the upload of bytes.
"""

import datetime
from typing import Annotated

from .._wire.marks import LOCAL, QUERY, Wire
from ._base import CaseInSensitiveEnum, Model
from ._http import HttpOptions, HttpResponse
from ._operations import Operation


class State(CaseInSensitiveEnum):
    """Older name from earlier releases, kept so that programs written for them run. No field uses it; see
    `DocumentState`.
    """

    ACTIVE = "ACTIVE"
    """Ready for use."""
    ERROR = "ERROR"
    """Failed and not usable."""
    STATE_UNSPECIFIED = "STATE_UNSPECIFIED"
    """Unspecified."""


class DocumentState(CaseInSensitiveEnum):
    """Stage of a document's indexing. API: `Document.State`. Gemini Developer API only."""

    STATE_UNSPECIFIED = "STATE_UNSPECIFIED"
    """Unspecified."""
    STATE_PENDING = "STATE_PENDING"
    """Still being split into chunks and embedded; searches do not find all of it yet."""
    STATE_ACTIVE = "STATE_ACTIVE"
    """Indexed; searches can find it."""
    STATE_FAILED = "STATE_FAILED"
    """Could not be indexed."""


class StringList(Model):
    """Several texts as one value of custom metadata. API: `StringList`. Gemini Developer API only."""

    values: list[str] | None = None
    """The texts, in order."""


class CustomMetadata(Model):
    """Metadata entry of a document, for filtering searches. API: `CustomMetadata`. Gemini Developer API only.

    Set exactly one of the values:

        CustomMetadata(key="author", string_value="Ada")
    """

    key: str | None = None
    """Name of the entry, for use in `FileSearch.metadata_filter`."""

    numeric_value: float | None = None
    """Value, if it is a number."""

    string_list_value: StringList | None = None
    """Value, if it consists of several texts."""

    string_value: str | None = None
    """Value, if it is one text."""


class Document(Model):
    """One document of a file search store, made from a file. API: `Document`. Gemini Developer API only."""

    name: str | None = None
    """Resource name "fileSearchStores/.../documents/..."."""

    display_name: str | None = None
    """Human-readable name; not unique."""

    state: DocumentState | None = None
    """Whether searches can find the document."""

    size_bytes: int | None = None
    """Size of the document's file, in bytes."""

    mime_type: str | None = None
    """Media type, such as "application/pdf"."""

    create_time: datetime.datetime | None = None
    """When the document was created."""

    custom_metadata: list[CustomMetadata] | None = None
    """Your own metadata of the document; at most 20."""

    update_time: datetime.datetime | None = None
    """When the document last changed."""


class GetDocumentConfig(Model):
    """Options of `file_search_stores.documents.get`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class DeleteDocumentConfig(Model):
    """Options of `file_search_stores.documents.delete`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    force: Annotated[bool | None, QUERY] = None
    """Whether to delete the chunks of the document as well. Unset means no; the service then refuses to delete a
    document with chunks (400).
    """


class ListDocumentsConfig(Model):
    """Options of `file_search_stores.documents.list`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    page_size: Annotated[int | None, QUERY] = None
    """Maximum number of documents on one page, up to 20; 10 when unset."""

    page_token: Annotated[str | None, QUERY] = None
    """`next_page_token` of the previous page; the first page when unset. Pagers set it automatically."""


class ListDocumentsResponse(Model):
    """One page of documents. API: `ListDocumentsResponse`. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    next_page_token: str | None = None
    """Token of the next page; None on the last page."""

    documents: list[Document] | None = None
    """Documents on this page; None for an empty page."""


class FileSearchStore(Model):
    """Store of documents that are indexed for the file search tool. API: `FileSearchStore`. Gemini Developer API only.

    Unlike uploaded files, documents stay until they are deleted. To search a store, add its `name` to
    `FileSearch.file_search_store_names`.
    """

    name: str | None = None
    """Resource name "fileSearchStores/..."."""

    display_name: str | None = None
    """Human-readable name; not unique."""

    create_time: datetime.datetime | None = None
    """When the store was created."""

    update_time: datetime.datetime | None = None
    """When the store last changed."""

    active_documents_count: int | None = None
    """Number of documents that are indexed, so that searches can find them."""

    pending_documents_count: int | None = None
    """Number of documents that are still being indexed."""

    failed_documents_count: int | None = None
    """Number of documents that could not be indexed."""

    size_bytes: int | None = None
    """Total size of the files in the store, in bytes, before indexing."""

    embedding_model: str | None = None
    """Model that embeds the documents, "models/..."."""


class CreateFileSearchStoreConfig(Model):
    """Options of `file_search_stores.create`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    display_name: str | None = None
    """Human-readable name; need not be unique."""

    embedding_model: Annotated[str | None, Wire(gemini="embeddingModel", via="model_name")] = None
    """Model that embeds the documents; the service's default when unset. It cannot be changed later."""


class GetFileSearchStoreConfig(Model):
    """Options of `file_search_stores.get`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class DeleteFileSearchStoreConfig(Model):
    """Options of `file_search_stores.delete`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    force: Annotated[bool | None, QUERY] = None
    """Whether to delete the documents of the store as well. Unset means no; the service then refuses to delete a store
    with documents (400).
    """


class ListFileSearchStoresConfig(Model):
    """Options of `file_search_stores.list`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    page_size: Annotated[int | None, QUERY] = None
    """Maximum number of stores on one page, up to 20; 10 when unset."""

    page_token: Annotated[str | None, QUERY] = None
    """`next_page_token` of the previous page; the first page when unset. Pagers set it automatically."""


class ListFileSearchStoresResponse(Model):
    """One page of stores. API: `ListFileSearchStoresResponse`. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    next_page_token: str | None = None
    """Token of the next page; None on the last page."""

    file_search_stores: list[FileSearchStore] | None = None
    """Stores on this page; None for an empty page."""


class DownloadMediaConfig(Model):
    """Options of `file_search_stores.download_media`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class WhiteSpaceConfig(Model):
    """Settings for splitting a document into chunks at white space. API: `WhiteSpaceConfig`. Gemini Developer API only.

    Here, a token is a word delimited by white space, not a token of a model.
    """

    max_tokens_per_chunk: int | None = None
    """Maximum number of words in one chunk."""

    max_overlap_tokens: int | None = None
    """Maximum number of words that a chunk repeats from the end of the previous chunk."""


class ChunkingConfig(Model):
    """Settings for splitting a document into the chunks that searches find. API: `ChunkingConfig`. Gemini Developer API
    only.

    To split into chunks of 200 words:

        ChunkingConfig(white_space_config=WhiteSpaceConfig(max_tokens_per_chunk=200, max_overlap_tokens=20))
    """

    white_space_config: WhiteSpaceConfig | None = None
    """Splitting at white space, with these sizes."""


class UploadToFileSearchStoreConfig(Model):
    """Options of `file_search_stores.upload_to_file_search_store`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    should_return_http_response: Annotated[bool | None, LOCAL] = None
    """Whether `sdk_http_response.body` of the result contains the undecoded text. Unset means no."""

    mime_type: str | None = None
    """Media type, such as "text/markdown". Guessed from the name or the first bytes when unset."""

    display_name: str | None = None
    """Human-readable name of the document."""

    custom_metadata: list[CustomMetadata] | None = None
    """Your own metadata of the document."""

    chunking_config: ChunkingConfig | None = None
    """How to split the document into chunks; the service's default when unset."""


class UploadToFileSearchStoreResumableResponse(Model):
    """Response to the request that starts an upload into a store. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""


class UploadToFileSearchStoreResponse(Model):
    """Result of a finished upload into a store. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    parent: str | None = None
    """Store that contains the document: "fileSearchStores/..."."""

    document_name: str | None = None
    """Name of the new document, see `Document.name`."""


class UploadToFileSearchStoreOperation(Operation):
    """Operation that indexes a file uploaded into a store. `operations.get` fetches its current state. Gemini Developer
    API only.
    """

    response: UploadToFileSearchStoreResponse | None = None
    """The new document; None until the operation has succeeded."""


class ImportFileConfig(Model):
    """Options of `file_search_stores.import_file`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    custom_metadata: list[CustomMetadata] | None = None
    """Your own metadata of the document."""

    chunking_config: ChunkingConfig | None = None
    """How to split the document into chunks; the service's default when unset."""


class ImportFileResponse(Model):
    """Result of a finished import into a store. API: `ImportFileResponse`. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    parent: str | None = None
    """Store that contains the document: "fileSearchStores/..."."""

    document_name: str | None = None
    """Name of the new document, see `Document.name`."""


class ImportFileOperation(Operation):
    """Operation that imports a file from `files.upload` into a store. `operations.get` fetches its current state.
    Gemini Developer API only.
    """

    response: ImportFileResponse | None = None
    """The new document; None until the operation has succeeded."""
