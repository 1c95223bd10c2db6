"""`genai video`: videos from a prompt and perhaps a picture; waits until they are done."""

from __future__ import annotations

from typing import Any

import click

from .. import media, output
from ..connection import connect, settings
from ..exits import Exit, Failure
from ..flags import connection_options
from ..prompts import attachment_options, check_fields, parse_options, read_message
from ..resources import WAIT_LIMIT, Bar, waiting


@click.command()
@click.argument("prompt", nargs=-1)
@click.option("-m", "--model", metavar="NAME", help="Model.  [default: veo-3.0-generate-001]")
@click.option("-n", "--count", type=click.IntRange(1, 4), default=1, show_default=True, help="Videos.")
@click.option("--to", "path", metavar="FILE", help="File to write.  [default: video-1.mp4 and so on]")
@click.option("--force", is_flag=True, help="Replace existing files.")
@click.option("--no-wait", is_flag=True, help="Print the name of the operation, and do not wait.")
@click.option(
    "-o", "--option", "options", multiple=True, metavar="KEY=VALUE", help="A field of GenerateVideosConfig; repeatable."
)
@attachment_options
@WAIT_LIMIT
@connection_options
def video(
    prompt: tuple[str, ...],
    model: str | None,
    count: int,
    path: str | None,
    force: bool,
    no_wait: bool,
    options: tuple[str, ...],
    attachments: tuple[str, ...],
    typed_attachments: tuple[tuple[str, str], ...],
    wait_limit_s: float,
) -> None:
    """Generate videos, and print the paths of their files. An attached picture is the first frame."""
    from google.genai import types

    message = read_message(prompt, attachments, typed_attachments)
    pictures = [each for each in message.attachments if each.mime_type.startswith("image/") and each.content]
    if len(pictures) != len(message.attachments) or len(pictures) > 1:
        raise Failure("-a: expected at most one attachment, a picture.")
    config = check_fields(types.GenerateVideosConfig, {"number_of_videos": count, **parse_options(options)}, "-o ")
    if path is not None:
        media.paths_for(path, count, stem="video", ending=".mp4", force=force)
    found = settings(video_model=model)
    client = connect(found)
    first = types.Image(image_bytes=pictures[0].content, mime_type=pictures[0].mime_type) if pictures else None
    operation = client.models.generate_videos(
        model=found["video_model"], prompt=message.prompt or None, image=first, config=config
    )
    if no_wait:
        output.write_line(str(operation.name))
        return
    with Bar("Video") as bar:
        operation = client.operations.wait(operation, progress=bar, **waiting(wait_limit_s))
    reply = operation.response
    videos = [each.video for each in (reply.generated_videos if reply is not None else None) or () if each.video]
    if not videos:
        reasons = (reply.rai_media_filtered_reasons if reply is not None else None) or []
        raise Failure(f"The service returned no video{': ' + '; '.join(reasons) if reasons else '.'}", Exit.EMPTY)
    ending = media.ending_of(videos[0].mime_type, ".mp4")
    paths = media.paths_for(path, len(videos), stem="video", ending=ending, force=force)
    for place, made in zip(paths, videos, strict=True):
        _save(client, made, place)


def _save(client: Any, made: Any, path: Any) -> None:
    if made.video_bytes:
        media.save(path, made.video_bytes)
        return
    if made.uri and made.uri.startswith("gs://"):
        output.write_line(made.uri)
        return
    with Bar(f"Downloading {path}") as bar:
        client.files.download(file=made, path=path, progress=bar)
    output.write_line(str(path))
