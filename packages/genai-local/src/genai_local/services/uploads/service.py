"""Uploads in all protocols: a receiver checks the message of an upload and gets its complete bytes."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlencode

from starlette.requests import ClientDisconnect
from starlette.responses import Response

from ...framework.routing import JsonReply, RequestContext
from ...protocol.errors import ApiError, JsonObject, expected_error, invalid
from ...protocol.payload import read_json, read_message
from ...protocol.uploads import UploadRequest, read_request, refusal, reply_headers
from .multipart import RelatedBody
from .sessions import GRANULARITY_BYTES, Arrival, Session, Sessions

_RESUME_INCOMPLETE = 308
"""The status of an unfinished upload in the older form of the resumable protocol."""


@dataclass(frozen=True)
class Received:
    """A complete upload."""

    request: JsonObject
    """The message of the start request."""
    mime_type: str | None
    file_name: str | None
    """Name of the file on the client, if given."""
    path: Path
    """A file with the bytes, which is deleted unless the receiver moves it."""
    size_bytes: int
    sha256: str
    """Hexadecimal."""
    unpacked: Path | None = None
    """The folder that `Receiver.unpack` made, which is deleted afterwards."""


@dataclass(frozen=True)
class Receiver:
    """The receiver of one kind of uploads."""

    message: str
    """Name of the message of the start request."""
    check: Callable[[RequestContext, JsonObject], None]
    """Checks the message before any bytes arrive; raises an `ApiError` to refuse the upload."""
    complete: Callable[[RequestContext, Received], JsonObject]
    """Takes the bytes and returns the reply. It runs on the event loop, in a transaction of the state, so it must be
    quick. An `ApiError` leaves the upload unchanged; the client can finalize it again or cancel it."""
    unpack: Callable[[RequestContext, Received], Awaitable[Path | None]] | None = None
    """Does the long work with the bytes before `complete`: returns a folder with what an archive contains, or None."""

    async def finish(
        self, context: RequestContext, received: Received, end: Callable[[JsonObject], object]
    ) -> JsonObject:
        """Take a complete upload, and return the reply.

        Args:
            context: the request that brought the last bytes.
            received: the upload.
            end: notes the reply, in the transaction in which `complete` runs.

        Raises:
            ApiError: for a refused upload.
        """
        folder = await self.unpack(context, received) if self.unpack is not None else None
        try:
            with context.api.state.transaction():
                result = self.complete(context, replace(received, unpacked=folder))
                end(result)
        finally:
            if folder is not None:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return result


async def take(context: RequestContext, receiver: Receiver) -> Response:
    """Answer a request to an upload path.

    Raises:
        ApiError: for a refused request; with headers that describe the state of the upload, if it exists.
    """
    try:
        request = read_request(context.request.headers, context.request.query_params)
        if request.upload_id is not None:
            return await _continue(context, receiver, request, request.upload_id)
        if request.protocol != "resumable":
            return await _take_at_once(context, receiver, request)
        return await _start(context, receiver, request)
    except ClientDisconnect:
        return Response(status_code=499)


async def _start(context: RequestContext, receiver: Receiver, request: UploadRequest) -> Response:
    message = read_message(read_json(await context.request.body()), receiver.message, context.surface)
    receiver.check(context, message)
    where = context.request.url
    session = context.api.part(Sessions).start(
        where.path, message, request.mime_type, request.file_name, request.declared_bytes
    )
    form = "uploadType" if request.has_range else "upload_protocol"
    query = urlencode({"upload_id": session.id, form: "resumable"})
    url = f"{where.scheme}://{where.netloc}{quote(where.path, safe='/:')}?{query}"
    headers = reply_headers("active", granularity_bytes=session.granularity_bytes, url=url)
    if request.has_range:
        headers["location"] = url
    return Response(b"", 200, {**headers, "x-guploader-uploadid": session.id})


async def _continue(context: RequestContext, receiver: Receiver, request: UploadRequest, upload_id: str) -> Response:
    sessions = context.api.part(Sessions)
    session = await sessions.interrupt(upload_id, context.request.url.path)
    if session.status == "final" and "cancel" not in request.commands:
        return _final(session)  # repeated request, for example after a lost reply
    if "query" in request.commands:
        return _unfinished(session, request)
    if session.status != "active":
        raise refusal(ApiError(400, f"The upload is already {session.status}."), _headers(session))
    if "cancel" in request.commands:
        sessions.end(session, "cancelled")
        return Response(b"", 200, reply_headers("cancelled"))
    return await _take_chunk(context, receiver, request, session)


async def _take_chunk(
    context: RequestContext, receiver: Receiver, request: UploadRequest, session: Session
) -> Response:
    sessions = context.api.part(Sessions)
    is_last = "finalize" in request.commands
    try:
        if request.offset not in (None, session.received_bytes):
            raise invalid(
                request.offset_header,
                f"expected {session.received_bytes}, the number of received bytes, not {request.offset}.",
            )
        if not is_last and (request.content_bytes or 0) % session.granularity_bytes:
            raise ApiError(
                400,
                f"Expected a chunk with a multiple of {session.granularity_bytes} bytes, unless it is the last one, "
                f"not {request.content_bytes} bytes.",
            )
        session, digest = await sessions.receive(session, context.request.stream(), is_last=is_last)
        if not is_last:
            return _unfinished(session, request)
        received = Received(
            session.request, session.mime_type, session.file_name, session.path, session.received_bytes, digest
        )
        ended = session
        await receiver.finish(context, received, lambda result: sessions.end(ended, "final", result))
    except Exception as error:
        expected = expected_error(error)
        if expected is None:
            raise
        raise refusal(expected, _headers(sessions.get(session.id))) from error
    return _final(sessions.get(session.id))


async def _take_at_once(context: RequestContext, receiver: Receiver, request: UploadRequest) -> Response:
    """Receive an upload in one request: bytes only, or JSON and bytes."""
    body = None if request.protocol == "raw" else RelatedBody(context.request.headers.get("content-type", ""))
    path = context.api.state.folder("uploads") / secrets.token_hex(16)
    arrival = Arrival(path, GRANULARITY_BYTES)
    try:
        message: JsonObject = {}
        async for piece in context.request.stream():
            arrival.write(piece if body is None else body.feed(piece))
        if body is not None:
            body.close()
            message = read_message(read_json(body.message), receiver.message, context.surface)
        receiver.check(context, message)
        size, digest = arrival.close()
        kind = request.mime_type or (body.mime_type if body else None)
        received = Received(message, kind, request.file_name, path, size, digest.hexdigest())
        result = await receiver.finish(context, received, lambda _: None)
        return JsonReply(result, headers=reply_headers("final"))
    finally:
        arrival.close()
        path.unlink(missing_ok=True)


def _headers(session: Session) -> dict[str, str]:
    return reply_headers(
        session.status, received_bytes=session.received_bytes, granularity_bytes=session.granularity_bytes
    )


def _unfinished(session: Session, request: UploadRequest) -> Response:
    if not request.has_range:
        return Response(b"", 200, _headers(session))
    received = {"range": f"bytes=0-{session.received_bytes - 1}"} if session.received_bytes else {}
    return Response(b"", _RESUME_INCOMPLETE, {**_headers(session), **received})


def _final(session: Session) -> Response:
    headers = reply_headers("final", received_bytes=session.received_bytes)
    return JsonReply(session.result or {}, headers=headers)
