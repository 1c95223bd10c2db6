"""Cached contents, and the options and results of `client.caches`. Not part of this module: using a cache in a
generation.
"""

import datetime
from typing import Annotated

from pydantic import BeforeValidator

from .._times import duration_text
from .._wire.marks import LOCAL, QUERY, Via, Wire
from ._base import Model
from ._functions import ToolConfig
from ._http import HttpOptions, HttpResponse
from ._tools import Tool
from ._unions import ContentListUnion, ContentUnion


class CachedContentUsageMetadata(Model):
    """Size of a cache. API: `CachedContent.UsageMetadata`."""

    audio_duration_seconds: int | None = None
    """Total length of audio, in seconds. Documented for Vertex AI."""

    image_count: int | None = None
    """Number of pictures. Documented for Vertex AI."""

    text_count: int | None = None
    """Total length of text, in characters. Documented for Vertex AI."""

    total_token_count: int | None = None
    """Number of tokens in the cache; storage is billed by them."""

    video_duration_seconds: int | None = None
    """Total length of video, in seconds. Documented for Vertex AI."""


class CachedContent(Model):
    """Metadata of a cache: a prompt prefix that later calls share. API: `CachedContent`.

    The cached contents themselves are never returned. To use the cache, set `GenerateContentConfig.cached_content` in a
    call of the same model.
    """

    name: str | None = None
    """Resource name: "cachedContents/..." on the Gemini Developer API, "projects/.../locations/.../cachedContents/..."
    on Vertex AI.
    """

    display_name: str | None = None
    """Human-readable name; not unique."""

    model: str | None = None
    """Resource name of the model of the cache; other models cannot use it."""

    create_time: datetime.datetime | None = None
    """When the cache was created."""

    update_time: datetime.datetime | None = None
    """When the cache last changed; only its expiry can change."""

    expire_time: datetime.datetime | None = None
    """When the service will delete the cache."""

    usage_metadata: CachedContentUsageMetadata | None = None
    """Size of the cached contents."""


class CreateCachedContentConfig(Model):
    """Options of `caches.create`: what to cache and for how long.

    A call that uses the cache must not set system instruction, tools or tool config itself; the service refuses it
    (400). It also refuses a cache with fewer tokens than the model's minimum. To cache a document for two hours:

        CreateCachedContentConfig(contents=[document], system_instruction="Answer from the manual.", ttl="7200s")
    """

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    ttl: Annotated[str | None, BeforeValidator(duration_text)] = None
    """Lifetime from creation, in seconds followed by "s", such as "3600s", or a `timedelta`. Cannot be combined with
    `expire_time`; without either, the cache expires after one hour.
    """

    expire_time: datetime.datetime | None = None
    """Time at which the cache expires. A time without a zone is local time. Cannot be combined with `ttl`."""

    display_name: str | None = None
    """Human-readable name; need not be unique."""

    contents: Annotated[ContentListUnion | None, Via("contents")] = None
    """Beginning of the conversation, in any form that `generate_content` accepts; the contents of later calls follow
    it.
    """

    system_instruction: Annotated[ContentUnion | None, Via("content")] = None
    """System instruction of every call that uses the cache."""

    tools: list[Tool] | None = None
    """Tools of every call that uses the cache."""

    tool_config: ToolConfig | None = None
    """Rules for the use of those tools."""

    kms_key_name: Annotated[str | None, Wire(vertex="encryptionSpec.kmsKeyName")] = None
    """Customer-managed key that encrypts the cache: "projects/.../locations/.../keyRings/.../cryptoKeys/...", in the
    region of the call. Google's keys when unset. Vertex AI only.
    """


class GetCachedContentConfig(Model):
    """Options of `caches.get`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class DeleteCachedContentConfig(Model):
    """Options of `caches.delete`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""


class DeleteCachedContentResponse(Model):
    """Result of `caches.delete`; contains only the HTTP response."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""


class UpdateCachedContentConfig(Model):
    """Options of `caches.update`: the new expiry, which is all that can change. Set one of `ttl` and `expire_time`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    ttl: Annotated[str | None, BeforeValidator(duration_text)] = None
    """Lifetime from the update, such as "3600s", or a `timedelta`. Cannot be combined with `expire_time`."""

    expire_time: datetime.datetime | None = None
    """Time at which the cache expires. A time without a zone is local time. Cannot be combined with `ttl`."""


class ListCachedContentsConfig(Model):
    """Options of `caches.list`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    page_size: Annotated[int | None, QUERY] = None
    """Maximum number of caches on one page; the service chooses when unset and may return fewer."""

    page_token: Annotated[str | None, QUERY] = None
    """`next_page_token` of the previous page; the first page when unset. Pagers set it automatically."""


class ListCachedContentsResponse(Model):
    """One page of caches. API: `ListCachedContentsResponse`."""

    sdk_http_response: HttpResponse | None = None
    """HTTP response that this object was read from: headers, attempts, raw bytes."""

    next_page_token: str | None = None
    """Token of the next page; None on the last page."""

    cached_contents: list[CachedContent] | None = None
    """Metadata of the caches on this page; None for an empty page."""
