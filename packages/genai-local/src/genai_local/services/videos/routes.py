"""Paths of the making and the download of videos."""

from __future__ import annotations

import asyncio
import secrets

from starlette.responses import Response

from ...errors import ApiError, JsonObject, not_found
from ...routing import Call, Route
from ..models.names import addressed_model
from .checks import read_job
from .service import video_response


async def predict_long_running(call: Call) -> JsonObject:
    """Answer `:predictLongRunning`: the name of an operation that makes videos."""
    api, surface = call.api, call.surface
    model = addressed_model(call, "predictLongRunning")
    request = call.message("PredictRequest")
    job = await asyncio.to_thread(read_job, model.id, request, surface, api.storage)
    rule = api.script.rule_for(job.request, "media")
    files_url = f"{call.request.url.scheme}://{call.request.url.netloc}/{call.version}/"

    async def work() -> JsonObject:
        if rule is not None:
            rule.check()
        async with api.admission.place():
            return await asyncio.to_thread(video_response, job, surface, api.storage, rule, files_url)

    resource = f"models/{model.id}" if surface == "gemini" else f"{call.location()}/publishers/google/models/{model.id}"
    return api.operations.start(f"{resource}/operations/{secrets.token_hex(8)}", work)


async def download(call: Call) -> Response:
    """Answer GET `files/{id}:download` with the bytes of a file that the server made."""
    name = f"files/{call.parameter('file').rpartition('/')[2]}"
    alt = call.request.query_params.get("alt", "")
    if not alt.startswith("media"):
        raise ApiError(400, f"alt: a file is downloaded with alt=media, not {alt!r}.")
    file = call.api.storage.find(name)
    if file is None:
        raise not_found(f"{name} does not exist, or is no longer kept.")
    return Response(file.data, media_type=file.mime_type)


ROUTES = [
    Route("gemini", "POST", "models/{model}:predictLongRunning", predict_long_running),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:predictLongRunning", predict_long_running),
    Route("gemini", "GET", "files/{file}:download", download, is_download=True),
]
