"""Own the description of cached content and the options and answers of the calls of `client.caches`. Must not know how
a generation makes use of a cache, nor how contents are laid out on the wire.
"""

import datetime
from typing import Annotated

from .._wire.marks import LOCAL, QUERY, Via, Wire
from ._base import Model
from ._functions import ToolConfig
from ._http import HttpOptions, HttpResponse
from ._tools import Tool
from ._unions import ContentListUnion, ContentUnion


class CachedContentUsageMetadata(Model):
    """How much a cache holds. API: `CachedContent.UsageMetadata`."""

    audio_duration_seconds: int | None = None
    """Length of all audio, in seconds. Documented for Vertex AI."""

    image_count: int | None = None
    """How many pictures there are. Documented for Vertex AI."""

    text_count: int | None = None
    """Length of all text, in characters. Documented for Vertex AI."""

    total_token_count: int | None = None
    """Tokens that the whole cache takes up; storage is billed by them."""

    video_duration_seconds: int | None = None
    """Length of all video, in seconds. Documented for Vertex AI."""


class CachedContent(Model):
    """Description of a stored beginning of prompts, which later calls share. API: `CachedContent`.

    The cached content itself is never returned. A call uses the cache by `GenerateContentConfig.cached_content`, with
    the model that the cache was made for.
    """

    name: str | None = None
    """Resource name: "cachedContents/..." on the Gemini Developer API, "projects/.../locations/.../cachedContents/..."
    on Vertex AI.
    """

    display_name: str | None = None
    """Name for people; not unique."""

    model: str | None = None
    """Resource name of the model that the cache was made for; no other can use it."""

    create_time: datetime.datetime | None = None
    """When the cache was made."""

    update_time: datetime.datetime | None = None
    """When the cache last changed, which only its expiry can."""

    expire_time: datetime.datetime | None = None
    """When the service will delete the cache."""

    usage_metadata: CachedContentUsageMetadata | None = None
    """Amount of what is cached."""


class CreateCachedContentConfig(Model):
    """Options of `caches.create`: what to cache and for how long.

    A call that uses the cache must not set system instruction, tools or tool config itself; the service refuses it
    (400). It also refuses a cache with fewer tokens than the model's minimum. To cache a document for two hours:

        CreateCachedContentConfig(contents=[document], system_instruction="Answer from the manual.", ttl="7200s")
    """

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    ttl: str | None = None
    """Lifetime counted from creation, in seconds with an "s" behind, such as "3600s". Excludes `expire_time`; with
    neither, the cache lives one hour.
    """

    expire_time: datetime.datetime | None = None
    """Moment at which the cache ends, with a time zone. Excludes `ttl`."""

    display_name: str | None = None
    """Name for people; need not be unique."""

    contents: Annotated[ContentListUnion | None, Via("contents")] = None
    """Beginning of the conversation, in any form that `generate_content` takes; the contents of later calls follow it.
    """

    system_instruction: Annotated[ContentUnion | None, Via("content")] = None
    """System instruction of every call that uses the cache."""

    tools: list[Tool] | None = None
    """Tools of every call that uses the cache."""

    tool_config: ToolConfig | None = None
    """How those tools may be used."""

    kms_key_name: Annotated[str | None, Wire(vertex="encryptionSpec.kmsKeyName")] = None
    """Customer-managed key that encrypts the cache: "projects/.../locations/.../keyRings/.../cryptoKeys/...", in the
    region of the call. Google's own keys when unset. Vertex AI only.
    """


class GetCachedContentConfig(Model):
    """Options of `caches.get`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class DeleteCachedContentConfig(Model):
    """Options of `caches.delete`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class DeleteCachedContentResponse(Model):
    """Answer of `caches.delete`; says nothing beyond the HTTP reply."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""


class UpdateCachedContentConfig(Model):
    """Options of `caches.update`: the new expiry, the one thing that can change. Set one of the two."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    ttl: str | None = None
    """Lifetime counted from the update, such as "3600s". Excludes `expire_time`."""

    expire_time: datetime.datetime | None = None
    """Moment at which the cache ends, with a time zone. Excludes `ttl`."""


class ListCachedContentsConfig(Model):
    """Options of `caches.list`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    page_size: Annotated[int | None, QUERY] = None
    """Most caches on one page; the service chooses when unset and may return fewer."""

    page_token: Annotated[str | None, QUERY] = None
    """`next_page_token` of the page before; the first page when unset. Pagers set it themselves."""


class ListCachedContentsResponse(Model):
    """One page of caches. API: `ListCachedContentsResponse`."""

    sdk_http_response: HttpResponse | None = None
    """HTTP reply behind this object: headers, attempts, raw bytes."""

    next_page_token: str | None = None
    """Token of the next page; None on the last one."""

    cached_contents: list[CachedContent] | None = None
    """Descriptions of the caches on this page; None when there are none."""
