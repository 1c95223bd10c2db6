"""Own the description of file search stores and their documents, and the options and answers of the calls that keep
them. All of it is of the Gemini Developer API only. Must not know how a generation searches a store (see `_retrieval`),
nor how bytes are uploaded.
"""

import datetime
from typing import Annotated

from .._wire.marks import LOCAL, QUERY
from ._base import CaseInSensitiveEnum, Model
from ._http import HttpOptions, HttpResponse
from ._operations import Operation


class State(CaseInSensitiveEnum):
    """Older name from earlier releases, kept so that programs written for them run; no field uses it. See
    `DocumentState`.
    """

    ACTIVE = "ACTIVE"
    """Ready for use."""
    ERROR = "ERROR"
    """Failed and not usable."""
    STATE_UNSPECIFIED = "STATE_UNSPECIFIED"
    """No stage reported."""


class DocumentState(CaseInSensitiveEnum):
    """Stage of a document's indexing. API: `Document.State`. Gemini Developer API only."""

    STATE_UNSPECIFIED = "STATE_UNSPECIFIED"
    """No stage reported."""
    STATE_PENDING = "STATE_PENDING"
    """Still being cut into chunks and embedded; searches do not find all of it yet."""
    STATE_ACTIVE = "STATE_ACTIVE"
    """Indexed; searches find it."""
    STATE_FAILED = "STATE_FAILED"
    """Could not be indexed."""


class StringList(Model):
    """Several texts as one value of custom metadata. API: `StringList`. Gemini Developer API only."""

    values: list[str] | None = None
    """The texts, in order."""


class CustomMetadata(Model):
    """Fact of your own about a document, by which searches can be narrowed. API: `CustomMetadata`. Gemini Developer API
    only.

    Set exactly one of the values:

        CustomMetadata(key="author", string_value="Ada")
    """

    key: str | None = None
    """Name of the fact, to be used in `FileSearch.metadata_filter`."""

    numeric_value: float | None = None
    """Value that is a number."""

    string_list_value: StringList | None = None
    """Value that consists of several texts."""

    string_value: str | None = None
    """Value that is one text."""


class Document(Model):
    """One document of a file search store, made from a file. API: `Document`. Gemini Developer API only."""

    name: str | None = None
    """Resource name "fileSearchStores/.../documents/..."."""

    display_name: str | None = None
    """Name for people; not unique."""

    state: DocumentState | None = None
    """Whether searches find the document."""

    size_bytes: int | None = None
    """Bytes of the file from which the document was made."""

    mime_type: str | None = None
    """Media type, such as "application/pdf"."""

    create_time: datetime.datetime | None = None
    """When the document came into the store."""

    custom_metadata: list[CustomMetadata] | None = None
    """Facts of your own about the document; at most 20."""

    update_time: datetime.datetime | None = None
    """When the document last changed."""


class GetDocumentConfig(Model):
    """Options of `file_search_stores.documents.get`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class DeleteDocumentConfig(Model):
    """Options of `file_search_stores.documents.delete`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    force: Annotated[bool | None, QUERY] = None
    """Whether to delete the chunks of the document with it. Unset means no, and the service then refuses (400) a
    document that has chunks.
    """


class ListDocumentsConfig(Model):
    """Options of `file_search_stores.documents.list`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    page_size: Annotated[int | None, QUERY] = None
    """Most documents on one page, up to 20; 10 when unset."""

    page_token: Annotated[str | None, QUERY] = None
    """`next_page_token` of the page before; the first page when unset. Pagers set it themselves."""


class ListDocumentsResponse(Model):
    """One page of documents. API: `ListDocumentsResponse`. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    next_page_token: str | None = None
    """Token of the next page; None on the last one."""

    documents: list[Document] | None = None
    """Documents on this page; None when there are none."""


class FileSearchStore(Model):
    """Place where documents are kept and indexed for the file search tool. API: `FileSearchStore`. Gemini Developer API
    only.

    Unlike uploaded files, documents stay until they are deleted. `FileSearch.file_search_store_names` takes the store's
    `name`.
    """

    name: str | None = None
    """Resource name "fileSearchStores/..."."""

    display_name: str | None = None
    """Name for people; not unique."""

    create_time: datetime.datetime | None = None
    """When the store was made."""

    update_time: datetime.datetime | None = None
    """When the store last changed."""

    active_documents_count: int | None = None
    """Documents that are indexed and found by searches."""

    pending_documents_count: int | None = None
    """Documents that are still being indexed."""

    failed_documents_count: int | None = None
    """Documents that could not be indexed."""

    size_bytes: int | None = None
    """Size of all files put into the store, in bytes, as they were before indexing."""


class CreateFileSearchStoreConfig(Model):
    """Options of `file_search_stores.create`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    display_name: str | None = None
    """Name for people; need not be unique."""


class GetFileSearchStoreConfig(Model):
    """Options of `file_search_stores.get`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class DeleteFileSearchStoreConfig(Model):
    """Options of `file_search_stores.delete`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    force: Annotated[bool | None, QUERY] = None
    """Whether to delete the documents of the store with it. Unset means no, and the service then refuses (400) a store
    that has documents.
    """


class ListFileSearchStoresConfig(Model):
    """Options of `file_search_stores.list`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    page_size: Annotated[int | None, QUERY] = None
    """Most stores on one page, up to 20; 10 when unset."""

    page_token: Annotated[str | None, QUERY] = None
    """`next_page_token` of the page before; the first page when unset. Pagers set it themselves."""


class ListFileSearchStoresResponse(Model):
    """One page of stores. API: `ListFileSearchStoresResponse`. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    next_page_token: str | None = None
    """Token of the next page; None on the last one."""

    file_search_stores: list[FileSearchStore] | None = None
    """Stores on this page; None when there are none."""


class WhiteSpaceConfig(Model):
    """Cut a document at white space into chunks. API: `WhiteSpaceConfig`. Gemini Developer API only.

    A token is here a word between white space, not a token of a model.
    """

    max_tokens_per_chunk: int | None = None
    """Most words in one chunk."""

    max_overlap_tokens: int | None = None
    """Most words that a chunk repeats from the end of the one before."""


class ChunkingConfig(Model):
    """How a document is cut into the chunks that searches find. API: `ChunkingConfig`. Gemini Developer API only.

    To cut into chunks of 200 words:

        ChunkingConfig(white_space_config=WhiteSpaceConfig(max_tokens_per_chunk=200, max_overlap_tokens=20))
    """

    white_space_config: WhiteSpaceConfig | None = None
    """Cut at white space, with these sizes."""


class UploadToFileSearchStoreConfig(Model):
    """Options of `file_search_stores.upload_to_file_search_store`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    should_return_http_response: Annotated[bool | None, LOCAL] = None
    """Whether `sdk_http_response.body` of the answer keeps the undecoded text. Unset means no."""

    mime_type: str | None = None
    """Media type, such as "text/markdown". Guessed from the path when unset; needed when a file object is uploaded."""

    display_name: str | None = None
    """Name for people that the document gets."""

    custom_metadata: list[CustomMetadata] | None = None
    """Facts of your own about the document."""

    chunking_config: ChunkingConfig | None = None
    """How to cut the document; the service has a way of its own when unset."""


class UploadToFileSearchStoreResumableResponse(Model):
    """Answer to the request that opens an upload into a store. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""


class UploadToFileSearchStoreResponse(Model):
    """Result of a finished upload into a store. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    parent: str | None = None
    """Store that holds the document: "fileSearchStores/..."."""

    document_name: str | None = None
    """The new document, see `Document.name`."""


class UploadToFileSearchStoreOperation(Operation):
    """Indexing of a file that was uploaded into a store. `operations.get` looks up how far it has come. Gemini
    Developer API only.
    """

    response: UploadToFileSearchStoreResponse | None = None
    """Where the document is; None until the operation has succeeded."""


class ImportFileConfig(Model):
    """Options of `file_search_stores.import_file`. Gemini Developer API only."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    custom_metadata: list[CustomMetadata] | None = None
    """Facts of your own about the document."""

    chunking_config: ChunkingConfig | None = None
    """How to cut the document; the service has a way of its own when unset."""


class ImportFileResponse(Model):
    """Result of a finished import into a store. API: `ImportFileResponse`. Gemini Developer API only."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    parent: str | None = None
    """Store that holds the document: "fileSearchStores/..."."""

    document_name: str | None = None
    """The new document, see `Document.name`."""


class ImportFileOperation(Operation):
    """Import into a store of a file that was uploaded with `files.upload` before. `operations.get` looks up how far it
    has come. Gemini Developer API only.
    """

    response: ImportFileResponse | None = None
    """Where the document is; None until the operation has succeeded."""
