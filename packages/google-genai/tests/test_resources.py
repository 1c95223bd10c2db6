"""Files, caches, and waiting for them, against the local server; each test runs blocking and async."""

from __future__ import annotations

import datetime
import hashlib
import io
import os
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from google import genai
from google.genai import errors, types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

Call = Callable[..., Any]
NewClient = Callable[..., genai.Client]

MODEL = "gemini-2.5-flash"
GRANULE = 256 << 10


async def items(pager: Any) -> list[Any]:
    """Return all items of all pages."""
    if hasattr(pager, "__anext__"):
        return [item async for item in pager]
    return list(pager)


# Files


@pytest.fixture
def gemini_client(new_client: NewClient) -> genai.Client:
    retry = types.HttpRetryOptions(attempts=4, initial_delay=0.001, jitter=0.0, max_delay=0.01)
    return new_client("gemini", retry_options=retry)


async def test_a_file_is_uploaded_used_listed_and_deleted(
    call: Call, gemini_client: genai.Client, tmp_path: Path
) -> None:
    path = tmp_path / "note.txt"
    path.write_text("The code word is kite.")
    file = await call(gemini_client, "files.upload", file=path, config={"display_name": "Notiz ü"})
    assert isinstance(file, types.File)
    assert (file.mime_type, file.size_bytes, file.display_name) == ("text/plain", 22, "Notiz ü")
    assert file.state is types.FileState.ACTIVE
    response = await call(gemini_client, "models.generate_content", model=MODEL, contents=[file, "What is it?"])
    assert "The code word is kite." in response.text
    assert await call(gemini_client, "files.get", name=file.name) == file
    assert (await call(gemini_client, "files.get", name=file.uri)).name == file.name
    assert file.name in [one.name for one in await items(await call(gemini_client, "files.list"))]
    await call(gemini_client, "files.delete", name=file.name)
    with pytest.raises(errors.ClientError):
        await call(gemini_client, "files.get", name=file.name)


async def test_listing_goes_through_all_pages(call: Call, gemini_client: genai.Client) -> None:
    names = set()
    for number in range(5):
        file = io.BytesIO(b"%d" % number)
        names.add((await call(gemini_client, "files.upload", file=file, config={"mime_type": "text/plain"})).name)
    pager = await call(gemini_client, "files.list", config={"page_size": 2})
    assert (len(pager), pager.page_size, pager.name) == (2, 2, "files")
    assert {file.name for file in await items(pager)} == names


@pytest.mark.parametrize("kind", ["mid_request", "before_reply", "lost_reply"])
@pytest.mark.parametrize("chunk", range(3))
async def test_an_upload_that_breaks_at_any_chunk_arrives_whole(
    call: Call,
    gemini_client: genai.Client,
    gemini: ScriptedGemini,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    chunk: int,
) -> None:
    monkeypatch.setattr("google.genai._core.upload.CHUNK_BYTES", GRANULE)
    content = os.urandom(2 * GRANULE + 1000)
    gemini.fail(disconnect=kind, path="/upload/", upload_command="upload", skip=chunk)
    file = await call(
        gemini_client, "files.upload", file=io.BytesIO(content), config={"mime_type": "application/octet-stream"}
    )
    digest = hashlib.sha256(content).hexdigest()
    assert file.size_bytes == len(content)
    assert digest in (file.sha256_hash, _decoded(file.sha256_hash))


def _decoded(text: str | None) -> str:
    import base64

    return base64.b64decode(text or "").decode("ascii", "replace")


async def test_a_file_is_waited_for(call: Call, gemini_client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.file_polls = 2
    states: list[Any] = []
    file = await call(gemini_client, "files.upload", file=io.BytesIO(b"x"), config={"mime_type": "video/mp4"})
    assert file.state is types.FileState.PROCESSING
    ready = await call(gemini_client, "files.wait", file=file, poll_s=0.001, progress=states.append)
    assert ready.state is types.FileState.ACTIVE
    assert states[-1] == ready
    assert await call(gemini_client, "files.wait", file=ready.name, poll_s=0.001) == ready


async def test_a_wait_has_an_end(call: Call, gemini_client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.file_polls = 10_000
    file = await call(gemini_client, "files.upload", file=io.BytesIO(b"x"), config={"mime_type": "video/mp4"})
    with pytest.raises(errors.NotDoneError, match=r"not done after 0\.02 seconds; the work continues") as raised:
        await call(gemini_client, "files.wait", file=file, poll_s=0.001, timeout_s=0.02)
    assert raised.value.last.name == file.name
    assert isinstance(raised.value, TimeoutError)
    assert pickle.loads(pickle.dumps(raised.value)).last == raised.value.last


async def test_a_file_that_cannot_be_prepared(call: Call, gemini_client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.file_polls = 1
    gemini.fail_files("no video at all", status=400)
    file = await call(gemini_client, "files.upload", file=io.BytesIO(b"x"), config={"mime_type": "video/mp4"})
    with pytest.raises(errors.OperationFailedError, match="no video at all") as raised:
        await call(gemini_client, "files.wait", file=file, poll_s=0.001)
    assert raised.value.last.state is types.FileState.FAILED
    assert raised.value.code == 400


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("files/../cachedContents/x", "invalid name 'files/../cachedContents/x'"),
        ("files/a?q=1", "invalid name 'files/a?q=1': contains '?'"),
        ("files/a/b", "expected the name of a file, 'files/…'"),
        ("https://example.com/nothing", "expected an address that contains 'files/…'"),
        ("", "expected a name, got an empty string"),
    ],
)
@pytest.mark.parametrize("verb", ["get", "delete"])
async def test_a_name_reaches_nothing_else(
    call: Call, gemini_client: genai.Client, gemini: ScriptedGemini, name: str, message: str, verb: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        await call(gemini_client, f"files.{verb}", name=name)
    assert not gemini.requests


# Downloads


async def a_video(call: Call, client: genai.Client) -> types.GeneratedVideo:
    operation = await call(client, "models.generate_videos", model="veo-3.0-generate-001", prompt="A kite")
    done = await call(client, "operations.wait", operation, poll_s=0.001)
    return done.response.generated_videos[0]


async def test_a_generated_video_is_downloaded(call: Call, gemini_client: genai.Client, tmp_path: Path) -> None:
    generated = await a_video(call, gemini_client)
    content = await call(gemini_client, "files.download", file=generated)
    assert content[4:8] == b"ftyp"
    assert generated.video is not None
    assert generated.video.video_bytes == content
    generated.video.save(tmp_path / "saved.mp4")
    seen: list[Any] = []
    path = await call(
        gemini_client,
        "files.download",
        name=generated.video.uri,
        path=tmp_path / "kite.mp4",
        progress=lambda received, total: seen.append(received),
    )
    assert path.read_bytes() == content == (tmp_path / "saved.mp4").read_bytes()
    assert seen[-1] == len(content)
    assert sorted(os.listdir(tmp_path)) == ["kite.mp4", "saved.mp4"]


@pytest.mark.parametrize("to_a_path", [False, True])
async def test_a_download_that_breaks_is_taken_up(
    call: Call, gemini_client: genai.Client, gemini: ScriptedGemini, tmp_path: Path, to_a_path: bool
) -> None:
    generated = await a_video(call, gemini_client)
    whole = await call(gemini_client, "files.download", file=generated)
    gemini.fail(disconnect="mid_body", path=":download", times=2)
    where = {"path": tmp_path / "a.mp4"} if to_a_path else {}
    again = await call(gemini_client, "files.download", file=generated, **where)
    assert (again.read_bytes() if to_a_path else again) == whole


async def test_a_download_that_fails_leaves_no_file(
    call: Call, gemini_client: genai.Client, gemini: ScriptedGemini, tmp_path: Path
) -> None:
    generated = await a_video(call, gemini_client)
    gemini.fail(status=404, path=":download")
    with pytest.raises(errors.ClientError):
        await call(gemini_client, "files.download", file=generated, path=tmp_path / "a.mp4")
    assert not os.listdir(tmp_path)


async def test_what_was_uploaded_is_not_given_out(call: Call, gemini_client: genai.Client) -> None:
    file = await call(gemini_client, "files.upload", file=io.BytesIO(b"x"), config={"mime_type": "text/plain"})
    with pytest.raises(ValueError, match="was uploaded; only files that the service generated"):
        await call(gemini_client, "files.download", file=file)
    with pytest.raises(ValueError, match="file or name: expected one of the two, got none"):
        await call(gemini_client, "files.download")
    with pytest.raises(ValueError, match="file or name: expected one of the two, got both"):
        await call(gemini_client, "files.download", file=file, name="files/a")
    with pytest.raises(ValueError, match="the video has no address"):
        await call(gemini_client, "files.download", file=types.Video(video_bytes=b"x"))


class _TakesHalf(io.RawIOBase):
    """A file object that writes at most half of what it is given, and cannot be read from its beginning again."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: Any) -> int:
        self.pieces.append(bytes(piece[: max(1, len(piece) // 2)]))
        return len(self.pieces[-1])


async def test_a_download_goes_to_a_destination(call: Call, gemini_client: genai.Client, tmp_path: Path) -> None:
    generated = await a_video(call, gemini_client)
    assert generated.video is not None
    for destination in (tmp_path / "a.mp4", str(tmp_path / "b.mp4")):
        assert await call(gemini_client, "files.download", file=generated, destination=destination) is None
    assert generated.video.video_bytes is None
    content = await call(gemini_client, "files.download", file=generated.video)
    assert sorted(os.listdir(tmp_path)) == ["a.mp4", "b.mp4"]
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes() == content
    buffer = io.BytesIO(b"before")
    buffer.seek(0, io.SEEK_END)
    assert await call(gemini_client, "files.download", file=generated, destination=buffer) is None
    assert buffer.getvalue() == b"before" + content
    slow = _TakesHalf()
    await call(gemini_client, "files.download", name=generated.video.uri, destination=slow)
    assert b"".join(slow.pieces) == content


async def test_a_download_to_a_file_object_is_taken_up(
    call: Call, gemini_client: genai.Client, gemini: ScriptedGemini
) -> None:
    generated = await a_video(call, gemini_client)
    whole = await call(gemini_client, "files.download", file=generated)
    gemini.fail(disconnect="mid_body", path=":download", times=2)
    buffer = io.BytesIO()
    await call(gemini_client, "files.download", file=generated, destination=buffer)
    assert buffer.getvalue() == whole


async def test_a_download_that_begins_again_needs_a_seekable_destination(
    call: Call, gemini_client: genai.Client, gemini: ScriptedGemini
) -> None:
    def break_off() -> None:
        gemini.respond(body=[b"abc", b"def"], headers={"content-length": "12"}, path=":download")
        gemini.respond(body=b"abcdefghijkl", path=":download")

    buffer = io.BytesIO(b"0")
    buffer.seek(1)
    break_off()
    await call(gemini_client, "files.download", file="files/a", destination=buffer)
    assert buffer.getvalue() == b"0abcdefghijkl"
    break_off()
    with pytest.raises(OSError, match=r"destination: the connection broke .* is not seekable; pass a path"):
        await call(gemini_client, "files.download", file="files/a", destination=_TakesHalf())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"destination": "a", "path": "b"}, "path, destination: expected one of the two, got both"),
        (
            {"destination": io.StringIO()},
            "destination: expected a path, or a file object opened for writing bytes, got StringIO",
        ),
        ({"destination": 3}, "destination: expected a path, .* got int"),
        ({"destination": ""}, r"path, destination: expected the path of a file, got '\.'"),
    ],
)
async def test_an_invalid_destination_is_refused(
    call: Call, gemini_client: genai.Client, gemini: ScriptedGemini, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        await call(gemini_client, "files.download", file="files/a", **arguments)
    assert not gemini.requests


async def test_a_medium_of_a_store_is_downloaded(
    call: Call, gemini_client: genai.Client, new_client: NewClient, gemini: ScriptedGemini
) -> None:
    gemini.respond(body=b"\x89PNG", path="/media/")
    name = "fileSearchStores/s/media/m"
    content = await call(gemini_client, "file_search_stores.download_media", media_id=name)
    assert content == b"\x89PNG"
    assert (gemini.last_request.method, gemini.last_request.path) == ("GET", f"/v1beta/{name}")
    assert gemini.last_request.query == {"alt": "media"}
    for wrong in ("m", "fileSearchStores/s", "files/a/media/m", "fileSearchStores/../media/m"):
        with pytest.raises(ValueError, match="media_id: "):
            await call(gemini_client, "file_search_stores.download_media", media_id=wrong)
    with pytest.raises(ValueError, match="not offered by Vertex AI"):
        await call(new_client("vertex"), "file_search_stores.download_media", media_id=name)


# Files in Cloud Storage


async def test_files_in_cloud_storage_are_registered(
    call: Call, gemini_client: genai.Client, gemini: ScriptedGemini, standing_token: Any
) -> None:
    gemini.respond(json={"files": [{"name": "files/a", "source": "REGISTERED"}]})
    uris = ["gs://bucket/a.mp4"]
    response = await call(gemini_client, "files.register_files", auth=standing_token, uris=uris)
    assert response.files == [types.File(name="files/a", source=types.FileSource.REGISTERED)]
    request = gemini.last_request
    assert (request.path, request.json) == ("/v1beta/files:register", {"uris": uris})
    assert request.headers["authorization"] == "Bearer token"
    with pytest.raises(ValueError, match=r"uris\[0\]: expected an address that starts with gs://, got 'a.mp4'"):
        await call(gemini_client, "files.register_files", auth=standing_token, uris=["a.mp4"])
    with pytest.raises(ValueError, match=r"uris: expected a list of addresses, got dict; write uris=\[\.\.\.\]"):
        await call(gemini_client, "files.register_files", auth=standing_token, uris={"a": "gs://bucket/a.mp4"})


@pytest.mark.parametrize("auth", [None, "key"])
async def test_files_are_registered_with_credentials_only(
    call: Call, gemini_client: genai.Client, gemini: ScriptedGemini, auth: Any
) -> None:
    with pytest.raises(TypeError, match=r"auth: expected google\.auth credentials"):
        await call(gemini_client, "files.register_files", auth=auth, uris=["gs://b/a"])
    assert not gemini.requests


# Operations


async def test_an_operation_is_waited_for(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.operation_polls = 3
    operation = await call(client, "models.generate_videos", model="veo-3.0-generate-001", prompt="A kite")
    done = await call(client, "operations.wait", operation.name, poll_s=0.001)
    assert isinstance(done, types.GenerateVideosOperation)
    assert done.done
    assert await call(client, "operations.wait", done) == done


async def test_a_failed_operation_is_an_error(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("kite").fail(429, message="no wind")
    operation = await call(client, "models.generate_videos", model="veo-3.0-generate-001", prompt="A kite")
    with pytest.raises(errors.OperationFailedError, match="no wind") as raised:
        await call(client, "operations.wait", operation, poll_s=0.001)
    assert (raised.value.code, raised.value.status) == (429, "RESOURCE_EXHAUSTED")
    assert raised.value.last.done


# Caches


async def test_a_cache_lives(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    cache = await call(
        client,
        "caches.create",
        model=MODEL,
        config=types.CreateCachedContentConfig(
            contents=["A long story about a kite."], system_instruction="Be brief.", ttl="3600s", display_name="Story"
        ),
    )
    assert isinstance(cache, types.CachedContent)
    assert cache.usage_metadata is not None
    assert (cache.usage_metadata.total_token_count or 0) > 5
    config = types.GenerateContentConfig(cached_content=cache.name)
    response = await call(client, "models.generate_content", model=MODEL, contents="Who?", config=config)
    assert response.usage_metadata.cached_content_token_count == cache.usage_metadata.total_token_count
    later = await call(client, "caches.update", name=cache.name, config={"ttl": "7200s"})
    assert later.expire_time - cache.expire_time >= datetime.timedelta(minutes=59)
    bare = cache.name.rpartition("/")[2]
    assert (await call(client, "caches.get", name=bare)).name == cache.name
    assert [one.name for one in await items(await call(client, "caches.list"))] == [cache.name]
    assert isinstance(await call(client, "caches.delete", name=cache.name), types.DeleteCachedContentResponse)
    with pytest.raises(errors.ClientError):
        await call(client, "caches.get", name=cache.name)


async def test_a_cache_expires(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    cache = await call(client, "caches.create", model=MODEL, config={"contents": "A story", "ttl": "60s"})
    gemini.clock.advance(61)
    with pytest.raises(errors.ClientError):
        await call(client, "caches.get", name=cache.name)


async def test_the_last_of_two_updates_counts(call: Call, client: genai.Client) -> None:
    cache = await call(client, "caches.create", model=MODEL, config={"contents": "A story"})
    when = datetime.datetime(2100, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    await call(client, "caches.update", name=cache.name, config={"ttl": "60s"})
    await call(client, "caches.update", name=cache.name, config={"expire_time": when})
    assert (await call(client, "caches.get", name=cache.name)).expire_time == when


async def test_what_a_cache_does_not_take(call: Call, new_client: NewClient, gemini: ScriptedGemini) -> None:
    with pytest.raises(ValueError, match=r"config\.kms_key_name is not supported by the Gemini Developer API"):
        await call(new_client("gemini"), "caches.create", model=MODEL, config={"kms_key_name": "k"})
    with pytest.raises(ValueError, match="did you mean 'contents'"):
        await call(new_client("gemini"), "caches.create", model=MODEL, config={"content": "x"})
    assert not gemini.requests
