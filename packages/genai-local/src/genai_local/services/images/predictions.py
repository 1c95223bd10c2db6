"""`:predict` of image models: from the request to pictures, drawn or given by a rule."""

from __future__ import annotations

import base64

from ...framework.api import Api
from ...framework.catalogue import Model
from ...framework.routing import RequestContext
from ...protocol.errors import JsonObject
from ...scripting.script import Rule
from ...state.storage import StoredFile
from .checks import Job, read_job
from .fields import Pictures, mime_type_of
from .service import make_pictures, positive_prompt_attributes


async def predict(context: RequestContext, model: Model, request: JsonObject) -> JsonObject:
    """Return the PredictResponse of an image model."""
    job = read_job(model.id, request, context.surface)
    rule = context.api.script.rule_for(job.request, "media")
    if rule is not None:
        rule.check()
        if rule.media_reply is not None:
            return rule.media_reply
    predictions = await context.api.drawing.run(_predictions, context.api, job, rule)
    return {"predictions": predictions} if predictions else {}


def _predictions(api: Api, job: Job, rule: Rule | None) -> list[JsonObject]:
    from ...media.pictures import encode

    mime_type = "image/png" if job.task == "segmentation" else job.mime_type
    made = [
        (encode(picture, mime_type, job.quality), fields)
        for picture, fields in make_pictures(job, Pictures(api.storage))
    ]
    if rule is not None and rule.files:
        made = [(rule.files[index % len(rule.files)], fields) for index, (_, fields) in enumerate(made)]
    filtered: list[JsonObject] = []
    if rule is not None and rule.filter_reason is not None:
        count = len(made) if rule.filter_count is None else rule.filter_count
        filtered, made = [{"raiFilteredReason": rule.filter_reason} for _ in made[:count]], made[count:]
    files = [StoredFile(data, mime_type_of(data, mime_type)) for data, _ in made]
    if job.storage_uri:
        places: list[JsonObject] = [{"gcsUri": uri} for uri in api.storage.put_samples(job.storage_uri, files)]
    else:
        places = [{"bytesBase64Encoded": base64.b64encode(file.data).decode()} for file in files]
    return [
        *(filtered if job.parameters.get("includeRaiReason") else []),
        *(
            {"mimeType": file.mime_type, **place, **fields}
            for file, place, (_, fields) in zip(files, places, made, strict=True)
        ),
        *positive_prompt_attributes(job),
    ]
