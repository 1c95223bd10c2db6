"""Files, pictures and texts that cost much: refused beyond a limit, worked on apart, and given up with their client."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import httpx2
import pytest
from PIL import Image

from genai_local.engines.scripted import ScriptedEngine
from genai_local.framework.heavy import HeavyWork
from genai_local.media import effort, mp4, pictures
from genai_local.protocol import limits
from genai_local.protocol.errors import ApiError

from .waiting import until

GENERATE = "/v1beta/models/gemini-2.5-flash:generateContent"
VERTEX = "/v1beta1/projects/p/locations/l/publishers/google/models"
IMAGEN = f"{VERTEX}/imagen-3.0-capability-001:predict"
VEO = "/v1beta/models/veo-3.0-generate-001:predictLongRunning"
VEO_VERTEX = f"{VERTEX}/veo-3.0-generate-001:predictLongRunning"
SOON_S = 5.0


def png(width: int, height: int, mode: str = "1") -> str:
    target = io.BytesIO()
    Image.new(mode, (width, height)).save(target, "PNG")
    return base64.b64encode(target.getvalue()).decode()


def pdf(pages: int, content: bytes = b"BT /F1 12 Tf 72 700 Td (Hello) Tj ET") -> bytes:
    """Return a PDF that shows the same page so many times."""
    kids = b"3 0 R " * pages
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count " + str(pages).encode() + b" >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(content)).encode() + b" >>\nstream\n" + content + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, offsets = b"%PDF-1.7\n", list[int]()
    for number, item in enumerate(objects, start=1):
        offsets.append(len(body))
        body += str(number).encode() + b" 0 obj\n" + item + b"\nendobj\n"
    table = b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    start = str(len(body)).encode()
    return (
        body
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n"
        + start
        + b"\n%%EOF\n"
    )


ENDLESS_PDF = pdf(1000, b"BT /F1 12 Tf " + b"1 0 0 1 72 700 Tm (Hello) Tj " * 60_000 + b"ET")
"""A small number of bytes on many pages, for which a parser needs hours."""


def prompt_with(data: bytes, kind: str = "application/pdf") -> dict:
    return {"contents": [{"parts": [{"inlineData": {"mimeType": kind, "data": base64.b64encode(data).decode()}}]}]}


def edit(*images: str, **parameters: object) -> dict:
    references = [
        {"referenceType": "REFERENCE_TYPE_RAW", "referenceId": index, "referenceImage": {"bytesBase64Encoded": image}}
        for index, image in enumerate(images)
    ]
    return {
        "instances": [{"prompt": "x", "referenceImages": references}],
        "parameters": {"sampleCount": 1, **parameters},
    }


@pytest.fixture(scope="module")
def plain(plain_server, no_tls) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=plain_server.url, timeout=60, verify=no_tls) as client:
        yield client


REFUSED = [
    ("a page 5,000 times", GENERATE, lambda: prompt_with(pdf(5000)), "contents[0].parts[0].inlineData", "5000 pages"),
    (
        "a text that is too long",
        GENERATE,
        lambda: prompt_with(b"x" * (limits.MAX_FILE_TEXT + 1), "text/plain"),
        "contents[0].parts[0].inlineData",
        f"more than {limits.MAX_FILE_TEXT} characters",
    ),
    (
        "300 files",
        GENERATE,
        lambda: {"contents": [{"parts": prompt_with(b"x", "text/plain")["contents"][0]["parts"] * 300}]},
        f"contents[0].parts[{limits.MAX_FILES}].inlineData",
        f"more than {limits.MAX_FILES} files",
    ),
    (
        "files that are too long together",
        GENERATE,
        lambda: {"contents": [{"parts": prompt_with(b"x" * 8_000_000, "text/plain")["contents"][0]["parts"] * 3}]},
        "contents[0].parts[2].inlineData",
        f"more than {limits.MAX_FILE_TEXT} characters together",
    ),
    (
        "a picture of 1x40M pixels",
        IMAGEN,
        lambda: edit(png(1, 20_000)),
        "instances[0].referenceImages[0].referenceImage.bytesBase64Encoded",
        f"at most {limits.MAX_PICTURE_SIDE} pixels on a side",
    ),
    (
        "a picture with too many pixels",
        IMAGEN,
        lambda: edit(png(8000, 8000)),
        "instances[0].referenceImages[0].referenceImage.bytesBase64Encoded",
        f"more than {limits.MAX_PICTURE_PIXELS} pixels",
    ),
    (
        "20 references",
        IMAGEN,
        lambda: edit(*[png(10, 10)] * 20),
        "instances[0].referenceImages",
        f"at most {limits.MAX_REFERENCES} pictures, not 20",
    ),
    (
        "references that are too large together",
        IMAGEN,
        lambda: edit(*[png(5000, 5000)] * 3),
        "instances[0].referenceImages[2].referenceImage.bytesBase64Encoded",
        f"all pictures together may have {limits.MAX_PICTURES_PIXELS}",
    ),
    (
        "a prompt of a million letters for a picture",
        f"{VERTEX}/imagen-4.0-generate-001:predict",
        lambda: {"instances": [{"prompt": "x" * 1_000_000}]},
        "instances[0].prompt",
        f"at most {limits.MAX_PICTURE_TEXT} characters, not 1000000",
    ),
    (
        "a negative prompt of a million letters for a picture",
        f"{VERTEX}/imagen-4.0-generate-001:predict",
        lambda: {"instances": [{"prompt": "x"}], "parameters": {"negativePrompt": "x" * 1_000_000}},
        "parameters.negativePrompt",
        "not 1000000",
    ),
    (
        "a prompt of a million letters for a video",
        VEO,
        lambda: {"instances": [{"prompt": "x " * 500_000}]},
        "instances[0].prompt",
        "not 1000000",
    ),
    (
        "a thousand classes",
        f"{VERTEX}/image-segmentation-001:predict",
        lambda: {
            "instances": [{"prompt": "red," * 1000, "image": {"bytesBase64Encoded": png(10, 10)}}],
            "parameters": {"mode": "SEMANTIC"},
        },
        "instances[0].prompt",
        f"at most {limits.MAX_LABELS} classes, not 1000",
    ),
    (
        "a first picture of a video with too many pixels",
        VEO,
        lambda: {
            "instances": [{"prompt": "x", "image": {"bytesBase64Encoded": png(8000, 8000), "mimeType": "image/png"}}]
        },
        "instances[0].image.bytesBase64Encoded",
        "pixels",
    ),
    (
        "a video whose frames overlap",
        VEO_VERTEX,
        lambda: {
            "instances": [
                {"prompt": "x", "video": {"bytesBase64Encoded": overlapping_video(), "mimeType": "video/mp4"}}
            ]
        },
        "instances[0].video",
        "overlap",
    ),
]


def overlapping_video() -> str:
    """Return a video whose thousand frames are almost the same large part of the file."""
    frame = b"\xff\xd8" + bytes(100_000)
    data = mp4.write_mp4(mp4.Clip(16, 16, 24, [frame + bytes([index]) for index in range(20)]))
    place = data.index(b"stco") + 12
    start = struct.unpack_from(">I", data, place)[0]
    one = struct.pack(">20I", *(start for _ in range(20)))
    sizes = data.index(b"stsz") + 16
    many = struct.pack(">20I", *(1_900_000 - index for index in range(20)))
    data = data[:place] + one + data[place + 80 :]
    return base64.b64encode(data[:sizes] + many + data[sizes + 80 :]).decode()


@pytest.mark.parametrize(
    ("path", "body", "field", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_costs_too_much_is_refused(plain, path, body, field, words):
    reply = plain.post(path, json=body())
    assert reply.status_code == 400, reply.text[:500]
    error = reply.json()["error"]
    assert words in error["message"]
    [violation] = error["details"][0]["fieldViolations"]
    assert violation["field"] == field


def test_many_frames_are_refused():
    data = mp4.write_mp4(mp4.Clip(16, 16, 60, [b"\xff\xd8"] * (limits.MAX_VIDEO_FRAMES + 1)))
    with pytest.raises(ValueError, match="10001 frames, more than the maximum of 10000"):
        mp4.read_mp4(data)


@pytest.mark.parametrize(
    "frame", [b"\xff\xd8 is not a picture", pictures.encode(Image.new("RGB", (20, 20)), "image/jpeg")]
)
def test_a_frame_that_cannot_be_read_is_the_error_of_the_operation(plain, frame):
    """The frames of a given video are read when the new one is made: they have at most the pixels that the file states."""
    data = mp4.write_mp4(mp4.Clip(16, 16, 24, [frame] * 24))
    video = {"bytesBase64Encoded": base64.b64encode(data).decode(), "mimeType": "video/mp4"}
    started = plain.post(VEO_VERTEX, json={"instances": [{"prompt": "x", "video": video}]}).json()
    found: dict = {}

    def is_done() -> bool:
        path = f"/v1beta1/{started['name'].partition('/operations/')[0]}:fetchPredictOperation"
        found.update(plain.post(path, json={"operationName": started["name"]}).json())
        return found.get("done", False)

    until(is_done)
    assert found["error"]["code"] == 3
    assert found["error"]["message"].startswith("instances[0].video: has a frame that cannot be read")


def test_a_long_word_is_written_on_a_picture_at_once():
    start = time.monotonic()
    for size in ((200, 200), (1, 8000), (8000, 1)):
        pictures.caption(Image.new("RGB", size), "x" * 1_000_000, ["y" * 1_000_000, "a " * 500_000])
    assert time.monotonic() - start < 20


def test_a_pdf_does_not_stop_other_requests(plain_server, plain, monkeypatch):
    """A parser that is busy in a process of its own leaves the event loop free, and ends with its client."""
    processes: list[asyncio.subprocess.Process] = []
    start_process = asyncio.create_subprocess_exec

    async def start(*arguments, **settings):
        processes.append(await start_process(*arguments, **settings))
        return processes[-1]

    def running() -> int:
        return sum(process.returncode is None for process in processes)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    body = json.dumps(prompt_with(ENDLESS_PDF)).encode()
    request = f"POST {GENERATE} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    with contextlib.ExitStack() as clients:
        for _ in range(4):
            client = clients.enter_context(socket.create_connection(("127.0.0.1", plain_server.port), timeout=20))
            client.sendall(request + body)
        until(lambda: running() == 2)
        begin = time.monotonic()
        assert plain.post(GENERATE, json={"contents": [{"parts": [{"text": "Hi"}]}]}).status_code == 200
        assert time.monotonic() - begin < SOON_S
        assert (running(), len(processes)) == (2, 2)
    until(lambda: not running())
    assert "Hello" in plain.post(GENERATE, json=prompt_with(pdf(2))).text


def test_a_pdf_has_a_time_limit(plain, monkeypatch):
    monkeypatch.setattr("genai_local.state.pdf.MAX_PDF_S", 1.0)
    reply = plain.post(GENERATE, json=prompt_with(ENDLESS_PDF))
    assert reply.status_code == 400
    assert "within 1 seconds" in reply.json()["error"]["message"]


# The queue for heavy work


def _work(begun: threading.Event, ended: threading.Event) -> None:
    begun.set()
    try:
        while True:
            effort.check()
            time.sleep(0.01)
    finally:
        ended.set()


async def test_heavy_work_is_given_up_and_its_place_is_free_when_it_has_ended():
    heavy = HeavyWork(waiting=1)
    begun = [threading.Event() for _ in range(3)]
    ended = [threading.Event() for _ in range(3)]
    tasks = [asyncio.create_task(heavy.run(_work, *events)) for events in zip(begun, ended, strict=True)]
    await asyncio.sleep(0.2)
    assert [event.is_set() for event in begun] == [True, True, False]
    with pytest.raises(ApiError, match="exhausted"):
        await heavy.run(int)
    tasks[0].cancel()
    assert await asyncio.to_thread(ended[0].wait, SOON_S)
    assert await asyncio.to_thread(begun[2].wait, SOON_S)
    heavy.end()
    assert await asyncio.to_thread(ended[1].wait, SOON_S)
    assert await asyncio.to_thread(ended[2].wait, SOON_S)
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_heavy_work_has_a_time_limit():
    heavy = HeavyWork(waiting=0, limit_s=0.1)
    with pytest.raises(ApiError, match=r"more than 0\.1 seconds") as caught:
        await heavy.run(_work, threading.Event(), threading.Event())
    assert caught.value.code == 504
    assert await heavy.run(int, "7") == 7
    heavy.end()


def test_a_drawing_is_given_up_with_its_client(serve_engine, monkeypatch):
    begun, ended = threading.Event(), threading.Event()
    monkeypatch.setattr("genai_local.services.images.predictions.make_pictures", lambda *_: _work(begun, ended))
    server = serve_engine(ScriptedEngine())
    body = json.dumps({"instances": [{"prompt": "x"}]}).encode()
    path = f"{VERTEX}/imagen-4.0-generate-001:predict"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(
            f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
        )
        assert begun.wait(20)
    assert ended.wait(SOON_S)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_the_server_ends_while_it_is_busy(no_tls):
    arguments = ["serve", "--engine", "scripted", "--port", "0", "--grace-s", "0.2"]
    program = subprocess.Popen(
        [sys.executable, "-m", "genai_local.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"},
        text=True,
    )
    assert program.stdout
    shown = ""
    while (address := re.search(r"http://[\w.]+:\d+", shown)) is None:
        shown = program.stdout.readline()
        assert shown
    with httpx2.Client(base_url=address[0], timeout=30, verify=no_tls) as client:
        video = {"instances": [{"prompt": "x"}], "parameters": {"resolution": "4k", "sampleCount": 4}}
        for _ in range(6):
            assert client.post(VEO_VERTEX, json=video).status_code == 200
        time.sleep(0.5)
        begin = time.monotonic()
        program.send_signal(signal.SIGTERM)
        _, errors = program.communicate(timeout=30)
    assert (program.returncode, errors) == (0, "Stopping.\n")
    assert time.monotonic() - begin < 15
