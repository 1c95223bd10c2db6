"""Paths of `:predictLongRunning`."""

from __future__ import annotations

import secrets

from ...framework.routing import RequestContext, Route
from ...protocol.errors import JsonObject
from ..files.resources import files_url
from ..models.names import model_in_path
from .checks import read_job
from .service import video_response


async def predict_long_running(context: RequestContext) -> JsonObject:
    """Answer `:predictLongRunning` with the name of an operation that makes videos."""
    api, surface = context.api, context.surface
    model = model_in_path(context, "predictLongRunning")
    request = context.message("PredictRequest")
    job = await api.reading.run(read_job, model.id, request, surface, api.storage)
    rule = api.script.rule_for(job.request, "media")
    url = files_url(context)

    async def work() -> JsonObject:
        if rule is not None:
            rule.check()
        return await api.drawing.run(video_response, job, surface, api.storage, rule, url)

    resource = (
        f"models/{model.id}" if surface == "gemini" else f"{context.location()}/publishers/google/models/{model.id}"
    )
    return api.operations.start(f"{resource}/operations/{secrets.token_hex(8)}", work)


ROUTES = [
    Route("gemini", "POST", "models/{model}:predictLongRunning", predict_long_running),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:predictLongRunning", predict_long_running),
]
