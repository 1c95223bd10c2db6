"""Own the description of uploaded and generated files as the file service reports them. Must not know how bytes are
uploaded or downloaded, nor how a file is placed into a prompt.
"""

import datetime
from typing import Any

from ._base import CaseInSensitiveEnum, Model


class FileState(CaseInSensitiveEnum):
    """Stage of a file's processing. API: `File.State`."""

    STATE_UNSPECIFIED = "STATE_UNSPECIFIED"
    """No stage reported."""
    PROCESSING = "PROCESSING"
    """Still being prepared, as videos are for a while; not usable in a prompt yet. Poll `files.get`."""
    ACTIVE = "ACTIVE"
    """Ready for use in a prompt."""
    FAILED = "FAILED"
    """Could not be processed; `File.error` tells why."""


class FileSource(CaseInSensitiveEnum):
    """How a file came into being. API: `File.Source`."""

    SOURCE_UNSPECIFIED = "SOURCE_UNSPECIFIED"
    """Origin not reported."""
    UPLOADED = "UPLOADED"
    """Sent by the caller; its bytes cannot be downloaded again."""
    GENERATED = "GENERATED"
    """Made by a model; its bytes can be downloaded."""
    REGISTERED = "REGISTERED"
    """Lies in Cloud Storage, and was registered; its bytes are read there."""


class FileStatus(Model):
    """Why the processing of a file failed. API: `google.rpc.Status`."""

    details: list[dict[str, Any]] | None = None
    """Further facts about the failure, each an object with its type under "@type"."""

    message: str | None = None
    """Explanation for developers, in English."""

    code: int | None = None
    """Canonical gRPC code, such as 3 for an invalid argument."""


class File(Model):
    """One file kept by the file service for use in prompts. API: `File`. Gemini Developer API only.

    A file may be passed directly as content of a call once its state is `ACTIVE`. The service deletes uploads after
    48 hours.
    """

    name: str | None = None
    """Resource name "files/...", under which the file is looked up and deleted."""

    display_name: str | None = None
    """Name for people; not unique."""

    mime_type: str | None = None
    """Media type, such as "application/pdf"."""

    size_bytes: int | None = None
    """Size of the content in bytes."""

    create_time: datetime.datetime | None = None
    """When the file came into being."""

    expiration_time: datetime.datetime | None = None
    """When the service will delete the file; None when it does not expire."""

    update_time: datetime.datetime | None = None
    """When the description of the file last changed."""

    sha256_hash: str | None = None
    """SHA-256 digest of the content, base64-encoded as the service sends it."""

    uri: str | None = None
    """Address by which a prompt refers to the file, see `FileData.file_uri`; not a download link."""

    download_uri: str | None = None
    """Address of the bytes; set only when the file can be downloaded."""

    state: FileState | None = None
    """Whether the file is ready for use."""

    source: FileSource | None = None
    """Whether the file was uploaded or generated."""

    video_metadata: dict[str, Any] | None = None
    """What the service found out about a video, such as {"videoDuration": "12s"}; None for other files."""

    error: FileStatus | None = None
    """Why processing failed; set only in state `FAILED`."""
