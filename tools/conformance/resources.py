"""Table entries for stored resources: files, caches, file search stores and their documents, tokens."""

from __future__ import annotations

from typing import Any

from tools.conformance import kept, replies
from tools.conformance.method import (
    BRIEF,
    CONFIGS,
    CONTENTS,
    MODEL_NAMES,
    ODD_CONFIGS,
    Arguments,
    Method,
    listing,
    names,
    options,
)

_FILE_NAMES = names(
    "name",
    "files/abc",
    "https://h/v1beta/files/abc",
    "https://h/v1beta/files/abc:download?alt=media",
    "gs://b/files/abc",
)
_URI = "https://h/v1beta/files/abc"
_BYTES_OF_FILE: list[Any] = [{"raw": {"$bytes": "+/8AYQ=="}, "type": "video/mp4"}]


def _file(kind: str, name: str = "a.txt", holds: str | None = "aGVsbG8=") -> Arguments:
    return {"file": {"$file": kind, "name": name, **({} if holds is None else {"holds": holds})}}


_PLAIN = {"config": {"mime_type": "text/plain"}}
_UPLOADS: dict[str, Arguments] = {
    "path": _file("path"),
    "path object": _file("Path"),
    "path typed": {**_file("path"), "config": {"mime_type": "text/x"}},
    "path of many letters": _file("path", "ä b (1)+&.pdf"),
    "path without ending": _file("path", "noext"),
    "path without ending typed": {**_file("path", "noext"), **_PLAIN},
    **{
        f"path {ending}": _file("path", f"a.{ending}")
        for ending in ("pdf", "png", "mp3", "md", "py", "csv", "JPG", "qqq")
    },
    "path missing": _file("path", "missing.txt", None),
    "path missing object": _file("Path", "missing.txt", None),
    "path empty": _file("path", "empty.txt", ""),
    "path of a folder": {**_file("path", ".", None), **_PLAIN},
    "opened": {**_file("opened"), **_PLAIN},
    "opened untyped": _file("opened"),
    "bytes": {**_file("bytes"), **_PLAIN},
    "bytes untyped": _file("bytes"),
    "bytes empty": {**_file("bytes", holds=""), **_PLAIN},
    "bytes named": {**_file("bytes"), "config": {"mime_type": "text/plain", "display_name": "ü"}},
    "text in memory": {**_file("text"), **_PLAIN},
    "not a file": {"file": 5, **_PLAIN},
    "bytes themselves": {"file": {"$bytes": "+/8="}, **_PLAIN},
    "no file": {"file": None, **_PLAIN},
}
_SESSION: dict[str, Any] = {
    "json": {},
    "headers": {"x-goog-upload-url": {"$server": "/session/1?upload_id=x"}, "x-goog-upload-status": "active"},
}
_FINAL = {"x-goog-upload-status": "final"}
_REFUSED: dict[str, Any] = {
    "json": {"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}},
    "status": 403,
}
_NOT_UPLOADED: dict[str, list[Any]] = {
    "start refused": [_REFUSED],
    "chunk refused": [_SESSION, {**_REFUSED, "headers": _FINAL}],
    "no session": [{"json": {}}],
}

_CACHE_CONTENTS = {
    f"{key} {name}": {"config": {key: value}}
    for key in ("contents", "system_instruction")
    for name, value in CONTENTS.items()
}
_CACHE_NAMES = names("name", "cachedContents/abc", "projects/p/locations/l/cachedContents/abc")
_CACHES = {"gemini": kept.CACHE, "vertex": kept.CACHE_ON_VERTEX}

_STORE = "fileSearchStores/s"
_STORE_NAMES = names("name", _STORE)
_IMPORT: Arguments = {"file_search_store_name": _STORE, "file_name": "files/abc"}
_ABOUT: dict[str, Any] = {
    "custom_metadata": [
        {"key": "some_key", "string_value": "v"},
        {"key": "n", "numeric_value": 1},
        {"key": "l", "string_list_value": {"values": ["a", "b"]}},
    ],
    "chunking_config": {"white_space_config": {"max_tokens_per_chunk": 5, "max_overlap_tokens": 1}},
}
_DOCUMENT = "fileSearchStores/s/documents/d"
_DOCUMENT_NAMES = names("name", _DOCUMENT)
_STORE_OPERATIONS = {"importing": kept.IMPORTING, "failed": kept.NOT_IMPORTED, "uploaded": kept.UPLOADED_TO_STORE}

_CONSTRAINTS: dict[str, Any] = {
    "model": "m",
    "config": {
        "temperature": 0.5,
        "max_output_tokens": 3,
        "response_modalities": ["AUDIO"],
        "system_instruction": "s",
        "session_resumption": {"handle": "h"},
        "tools": [{"google_search": {}}],
    },
}
_TOKENS: dict[str, Arguments] = {
    **{
        f"constraints, lock {fields!r}": {
            "config": {"live_connect_constraints": _CONSTRAINTS, "lock_additional_fields": fields}
        }
        for fields in (
            None,
            [],
            ["top_p"],
            ["topP"],
            ["temperature"],
            ["tools"],
            ["top_p", "tools", "no_such_field"],
            ["response_mime_type", "max_output_tokens"],
        )
    },
    "constraints": {"config": {"live_connect_constraints": _CONSTRAINTS}},
    "constraints camel": {
        "config": {"liveConnectConstraints": {"model": "models/m", "config": {"maxOutputTokens": 3}}, "uses": 0}
    },
    "constraints of model": {"config": {"live_connect_constraints": {"model": "m"}, "lock_additional_fields": []}},
    "lock alone": {"config": {"lock_additional_fields": ["top_p"]}},
    "lock nothing alone": {"config": {"lock_additional_fields": []}},
    "no config": {},
}

METHODS: list[Method] = [
    Method(
        "files.get",
        {"name": "files/abc"},
        walks={"config": "GetFileConfig"},
        calls={**CONFIGS, **_FILE_NAMES},
        returns="File",
        replies={"file": kept.FILE},
        odd_replies=replies.ODD,
        meets_errors=True,
    ),
    Method(
        "files.delete",
        {"name": "files/abc"},
        walks={"config": "DeleteFileConfig"},
        calls={**CONFIGS, **_FILE_NAMES},
        returns="DeleteFileResponse",
        odd_replies=replies.ODD,
    ),
    listing("files.list", "ListFilesConfig", "ListFilesResponse", {"files": kept.FILE}),
    Method(
        "files.upload",
        _file("path"),
        walks={"config": "UploadFileConfig"},
        calls={
            **CONFIGS,
            **_UPLOADS,
            **{
                f"config.name {name!r}": {"config": {"name": name}}
                for name in ("my", "files/my", "files/", "my file", "files/a/b", "ü", "tunedModels/x", "My_1")
            },
        },
        answers=[_SESSION, {"json": {"file": {"name": "files/abc"}}, "headers": _FINAL}],
        within={"file": "File"},
        replies={"file": {"file": kept.FILE}},
        before=[_SESSION],
        headers=_FINAL,
        courses=_NOT_UPLOADED,
    ),
    Method(
        "files.download",
        {"file": "files/abc"},
        walks={"config": "DownloadFileConfig"},
        calls={
            **CONFIGS,
            **{call.replace("name", "file", 1): {"file": given["name"]} for call, given in _FILE_NAMES.items()},
            "file to download": {"file": {"$type": "File", "name": "files/abc", "download_uri": _URI}},
            "file uploaded": {
                "file": {"$type": "File", "name": "files/abc", "source": {"$member": "FileSource.UPLOADED"}}
            },
            "file generated": {
                "file": {"$type": "File", "name": "files/abc", "source": {"$member": "FileSource.GENERATED"}}
            },
            "file by uri": {"file": {"$type": "File", "uri": _URI}},
            "file of nothing": {"file": {"$type": "File"}},
            "video": {"file": {"$type": "Video", "uri": f"{_URI}:download?alt=media"}},
            "video of bytes": {"file": {"$type": "Video", "video_bytes": {"$bytes": "+/8="}}},
            "video of nothing": {"file": {"$type": "Video"}},
            "video on storage": {"file": {"$type": "Video", "uri": "gs://b/a.mp4"}},
            "generated video": {"file": {"$type": "GeneratedVideo", "video": {"$type": "Video", "uri": _URI}}},
            "generated video of nothing": {"file": {"$type": "GeneratedVideo"}},
            "dict": {"file": {"name": "files/abc"}},
        },
        answers=_BYTES_OF_FILE,
        odd_replies={"empty": {"raw": "", "type": "video/mp4"}, "json": {"json": {"a": 1}}},
        meets_errors=True,
    ),
    Method(
        "files.register_files",
        {"auth": {"$python": "credentials"}, "uris": ["gs://b/a.pdf"]},
        walks={"config": "RegisterFilesConfig"},
        calls={
            **CONFIGS,
            "uris": {"uris": ["gs://b/a.pdf", "gs://b/b/c d.mp4"]},
            "uris empty": {"uris": []},
            "uris text": {"uris": "gs://b/a.pdf"},
            "uris of numbers": {"uris": [1]},
            "auth nothing": {"auth": None},
        },
        returns="RegisterFilesResponse",
        within={"files[]": "File"},
        replies={"files": {"files": [kept.FILE]}},
        odd_replies=replies.ODD,
        meets_errors=True,
    ),
    Method(
        "caches.create",
        {"model": "m"},
        walks={"config": "CreateCachedContentConfig"},
        calls={**MODEL_NAMES, **options({}), **ODD_CONFIGS, **_CACHE_CONTENTS},
        returns="CachedContent",
        replies=_CACHES,
        odd_replies=replies.ODD,
        meets_errors=True,
        is_thin=True,
    ),
    Method(
        "caches.get",
        {"name": "cachedContents/abc"},
        walks={"config": "GetCachedContentConfig"},
        calls={**CONFIGS, **_CACHE_NAMES},
        returns="CachedContent",
        replies=_CACHES,
        odd_replies=replies.ODD,
        meets_errors=True,
    ),
    Method(
        "caches.update",
        {"name": "cachedContents/abc", "config": {"ttl": "5s"}},
        walks={"config": "UpdateCachedContentConfig"},
        calls={**options({"ttl": "5s"}, BRIEF), **ODD_CONFIGS, **_CACHE_NAMES},
        returns="CachedContent",
        replies=_CACHES,
        odd_replies=replies.ODD,
    ),
    Method(
        "caches.delete",
        {"name": "cachedContents/abc"},
        walks={"config": "DeleteCachedContentConfig"},
        calls={**CONFIGS, **_CACHE_NAMES},
        returns="DeleteCachedContentResponse",
        odd_replies=replies.ODD,
    ),
    listing(
        "caches.list",
        "ListCachedContentsConfig",
        "ListCachedContentsResponse",
        {"cachedContents": kept.CACHE_ON_VERTEX},
    ),
    Method(
        "file_search_stores.create",
        {},
        walks={"config": "CreateFileSearchStoreConfig"},
        calls=CONFIGS,
        returns="FileSearchStore",
        replies={"store": kept.STORE},
        odd_replies=replies.ODD,
    ),
    Method(
        "file_search_stores.get",
        {"name": _STORE},
        walks={"config": "GetFileSearchStoreConfig"},
        calls={**CONFIGS, **_STORE_NAMES},
        returns="FileSearchStore",
        replies={"store": kept.STORE},
        odd_replies=replies.ODD,
        meets_errors=True,
    ),
    Method(
        "file_search_stores.delete",
        {"name": _STORE},
        walks={"config": "DeleteFileSearchStoreConfig"},
        calls={**CONFIGS, **_STORE_NAMES},
        odd_replies=replies.ODD,
    ),
    listing(
        "file_search_stores.list",
        "ListFileSearchStoresConfig",
        "ListFileSearchStoresResponse",
        {"fileSearchStores": kept.STORE},
    ),
    Method(
        "file_search_stores.import_file",
        _IMPORT,
        walks={"config": "ImportFileConfig"},
        calls={
            **CONFIGS,
            **names("file_search_store_name", _STORE),
            **names("file_name", "files/abc", _URI),
            "all": {"config": _ABOUT},
        },
        returns="ImportFileOperation",
        replies=_STORE_OPERATIONS,
        odd_replies=replies.ODD,
    ),
    Method(
        "file_search_stores.download_media",
        {"media_id": f"{_STORE}/media/b"},
        walks={"config": "DownloadMediaConfig"},
        calls={**CONFIGS, **names("media_id", f"{_STORE}/media/b", _URI)},
        answers=_BYTES_OF_FILE,
        odd_replies={"empty": {"raw": "", "type": "image/png"}, "json": {"json": {"a": 1}}},
        meets_errors=True,
    ),
    Method(
        "file_search_stores.upload_to_file_search_store",
        {"file_search_store_name": _STORE, **_file("path")},
        walks={"config": "UploadToFileSearchStoreConfig"},
        calls={
            **CONFIGS,
            **names("file_search_store_name", _STORE),
            **_UPLOADS,
            "all": {"config": {**_ABOUT, "display_name": "ü"}},
        },
        answers=[_SESSION, {"json": kept.UPLOADED_TO_STORE, "headers": _FINAL}],
        returns="UploadToFileSearchStoreOperation",
        replies=_STORE_OPERATIONS,
        before=[_SESSION],
        headers=_FINAL,
        courses=_NOT_UPLOADED,
    ),
    Method(
        "file_search_stores.documents.get",
        {"name": _DOCUMENT},
        walks={"config": "GetDocumentConfig"},
        calls={**CONFIGS, **_DOCUMENT_NAMES},
        returns="Document",
        replies={"document": kept.DOCUMENT},
        odd_replies=replies.ODD,
        meets_errors=True,
    ),
    Method(
        "file_search_stores.documents.delete",
        {"name": _DOCUMENT},
        walks={"config": "DeleteDocumentConfig"},
        calls={**CONFIGS, **_DOCUMENT_NAMES},
        odd_replies=replies.ODD,
    ),
    listing(
        "file_search_stores.documents.list",
        "ListDocumentsConfig",
        "ListDocumentsResponse",
        {"documents": kept.DOCUMENT},
        arguments={"parent": _STORE},
        calls=names("parent", _STORE),
    ),
    Method(
        "auth_tokens.create",
        {},
        walks={"config": "CreateAuthTokenConfig"},
        calls={**CONFIGS, **_TOKENS},
        answers=[{"json": {"name": "auth_tokens/abc"}}],
        returns="AuthToken",
        replies={"token": {"name": "auth_tokens/abc"}},
        odd_replies=replies.ODD,
        meets_errors=True,
        is_thin=True,
    ),
]
