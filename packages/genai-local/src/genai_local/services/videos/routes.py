"""Paths of `:predictLongRunning`."""

from __future__ import annotations

import secrets

from ...framework.routing import RequestContext, Route
from ...protocol.errors import JsonObject
from ..files.resources import files_url
from ..models.names import model_in_path
from ..webhooks.delivery import Deliveries, Event
from ..webhooks.signatures import check_caller, check_uri
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
    name = f"{resource}/operations/{secrets.token_hex(8)}"
    if "webhookConfig" in request:
        check_caller(context.request, "webhookConfig")
    place, config = context.place(), _webhook_config(request)
    ready_time = api.clock.now() + api.operations.duration_s

    def announce(_: JsonObject) -> None:
        delay_s = max(0.0, ready_time - api.clock.now())
        api.part(Deliveries).announce(place, Event("video.generated", {"id": name}), config, delay_s)

    return api.operations.start(name, work, then=announce)


def _webhook_config(request: JsonObject) -> JsonObject:
    given: JsonObject = request.get("webhookConfig", {})
    for index, uri in enumerate(given.get("uris", [])):
        check_uri(uri, f"webhookConfig.uris[{index}]")
    names = {"uris": "uris", "user_metadata": "userMetadata"}
    return {target: given[source] for target, source in names.items() if source in given}


ROUTES = [
    Route("gemini", "POST", "models/{model}:predictLongRunning", predict_long_running),
    Route("vertex", "POST", "publishers/{publisher}/models/{model}:predictLongRunning", predict_long_running),
]
