"""Environments and their files over HTTP: settings, sources, uploads, archives, limits and expiry."""

from __future__ import annotations

import base64
import gzip
import io
import tarfile
import zipfile

import httpx2
import pytest

from genai_local.engines.scripted import ScriptedEngine
from genai_local.services.environments import archives, folders
from genai_local.services.environments.store import LIFETIME_S

from .interacting import refused

PATHS = ["/v1beta", "/v1", "/v1beta1/projects/p/locations/l", "/v1beta1"]
PATH = "/v1beta/environments"


def created(http, path: str = PATH, **fields) -> dict:
    reply = http.post(path, json=fields)
    assert reply.status_code == 200, reply.text
    return reply.json()


def upload(http, environment: dict, path: str, data: bytes, base: str = "/v1beta", **query) -> httpx2.Response:
    """Upload in the form of official clients: the start is a PUT, whose query says what to do with the bytes."""
    headers = {
        "x-goog-upload-protocol": "resumable",
        "x-goog-upload-command": "start",
        "x-goog-upload-header-content-length": str(len(data)),
        "x-goog-upload-header-content-type": "text/plain",
    }
    url = f"/upload{base}/environments/{environment['id']}/files/{path}"
    start = http.put(url, headers=headers, params=query)
    if start.status_code != 200:
        return start
    headers = {"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "0"}
    return http.post(start.headers["x-goog-upload-url"], headers=headers, content=data)


def files(http, environment: dict, path: str = "", base: str = "/v1beta", **query) -> list[dict]:
    reply = http.get(f"{base}/environments/{environment['id']}/files/{path}", params=query)
    assert reply.status_code == 200, reply.text
    return reply.json().get("files", [])


def archive_of(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


@pytest.mark.parametrize("base", PATHS)
def test_an_environment(http, base):
    path = f"{base}/environments"
    made = created(http, path, network="disabled", mode="self_hosted", custom_config={"a": 1})
    assert made["id"].startswith("env_")
    assert (made["status"], made["mode"], made["network"]) == ("active", "self_hosted", "disabled")
    assert (made["custom_config"], made["file_count"], made["size_bytes"]) == ({"a": 1}, 0, 0)
    assert made["created"] <= made["last_accessed"]
    assert http.get(f"{path}/{made['id']}").json() == made
    other = created(http, path)
    assert [item["id"] for item in http.get(path).json()["environments"]] == [other["id"], made["id"]]
    assert [item["id"] for item in http.get(f"{path}?mode=self_hosted").json()["environments"]] == [made["id"]]
    first = http.get(f"{path}?page_size=1").json()
    second = http.get(f"{path}?page_size=1&page_token={first['next_page_token']}").json()
    assert [item["id"] for item in second["environments"]] == [made["id"]]
    assert http.delete(f"{path}/{made['id']}").json() == {}
    assert "does not exist" in refused(http.get(f"{path}/{made['id']}"), 404, "not_found")


def test_environments_of_another_project_are_hidden(http):
    made = created(http, "/v1beta1/projects/p/locations/l/environments")
    refused(http.get(f"/v1beta1/projects/q/locations/l/environments/{made['id']}"), 404, "not_found")
    refused(http.get(f"{PATH}/{made['id']}"), 404, "not_found")


@pytest.mark.parametrize("base", PATHS)
def test_files(http, base):
    environment = created(http, f"{base}/environments")
    # Official clients leave out the project in the path of an upload.
    reply = upload(http, environment, "src/a%20b.txt", b"hello", "/v1beta1" if "project" in base else base)
    assert [(item["path"], item["size_bytes"]) for item in reply.json()["files"]] == [("src/a b.txt", 5)]
    [folder] = files(http, environment, base=base)
    assert (folder["name"], folder["path"], folder["type"]) == ("src", "src", "directory")
    [file] = files(http, environment, "src", base=base)
    assert (file["name"], file["type"], file["mime_type"]) == ("a b.txt", "file", "text/plain")
    assert file["created"] == file["modified"]
    assert files(http, environment, "src/a%20b.txt", base=base) == [file]
    assert [item["path"] for item in files(http, environment, "/", base=base, recursive="true")] == [
        "src",
        "src/a b.txt",
    ]
    media = http.get(f"{base}/environments/{environment['id']}/files/src/a%20b.txt?alt=media")
    assert media.content == b"hello"
    found = http.get(f"{base}/environments/{environment['id']}").json()
    assert (found["file_count"], found["size_bytes"]) == (1, 5)


def test_a_file_is_replaced_only_on_request(http):
    environment = created(http)
    assert upload(http, environment, "a.txt", b"one").status_code == 200
    assert "overwrite=true" in refused(upload(http, environment, "a.txt", b"two"), 409, "already_exists")
    assert upload(http, environment, "a.txt", b"two", overwrite="true").status_code == 200
    assert http.get(f"{PATH}/{environment['id']}/files/a.txt?alt=media").content == b"two"
    assert "is a file, not a folder" in refused(upload(http, environment, "a.txt/b.txt", b"x"))
    assert "path: is missing" in refused(upload(http, environment, "/", b"x"))


def test_pages_of_files(http):
    environment = created(http, sources=[{"type": "inline", "target": f"{index}.txt"} for index in range(3)])
    path = f"{PATH}/{environment['id']}/files/"
    first = http.get(path, params={"page_size": 2}).json()
    second = http.get(path, params={"page_size": 2, "page_token": first["next_page_token"]}).json()
    assert [item["path"] for item in [*first["files"], *second["files"]]] == ["0.txt", "1.txt", "2.txt"]
    assert "next_page_token" not in second


def test_sources_and_copies(http, gemini):
    gemini.put_object("gs://bucket/data.csv", b"1,2")
    sources = [
        {"type": "inline", "content": "héllo", "target": "/notes/a.txt"},
        {"type": "inline", "content": base64.b64encode(b"\x00\x01").decode(), "encoding": "base64", "target": "b.bin"},
        {"type": "gcs", "source": "gs://bucket/data.csv", "target": "data.csv"},
    ]
    one = created(http, sources=sources)
    assert (one["file_count"], one["size_bytes"], one["sources"]) == (3, 11, sources)
    other = created(http, from_environment=one["id"])
    upload(http, other, "b.bin", b"changed", overwrite="true")
    contents = [
        http.get(f"{PATH}/{made['id']}/files/{name}?alt=media").content
        for made, name in ((one, "notes/a.txt"), (one, "b.bin"), (one, "data.csv"), (other, "b.bin"))
    ]
    assert contents == ["héllo".encode(), b"\x00\x01", b"1,2", b"changed"]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"sources": [{"type": "repository", "source": "x"}]}, "sources[0].type: this server cannot read repositories"),
        ({"sources": [{"type": "gcs", "source": "gs://a/b", "target": "x"}]}, "sources[0].source: 'gs://a/b' cannot"),
        ({"sources": [{"type": "inline", "content": "x"}]}, "sources[0].target: is missing"),
        ({"sources": [{"type": "inline", "target": "../x"}]}, "sources[0].target: expected a path within"),
        ({"sources": [{"type": "inline", "target": "x", "encoding": "hex"}]}, "sources[0].encoding: expected utf-8"),
        ({"sources": [{"target": "x"}]}, "sources[0].type: is missing"),
        ({"sources": [{"type": "inline", "target": "x"}] * 65}, "sources: expected at most 64"),
        ({"mode": "always"}, "expected on_demand or self_hosted"),
        ({"network": "enabled"}, "expected disabled"),
        ({"unknown": 1}, 'Unknown name "unknown"'),
    ],
)
def test_refused_environments(http, fields, problem):
    assert problem in refused(http.post(PATH, json=fields))
    assert http.get(PATH).json() == {}


def test_an_unknown_environment_to_begin_with(http):
    message = refused(http.post(PATH, json={"from_environment": "env_x"}), 404, "not_found")
    assert message.startswith("from_environment: environments/env_x")


@pytest.mark.parametrize(
    "path", ["..%2Fx", "a/..%2f..%2fx", "%2e%2e/x", "a%5Cb", "a%00b", "/".join("a" * 40), "a" * 300]
)
def test_paths_outside_of_the_environment(http, path):
    environment = created(http)
    refused(upload(http, environment, path, b"x"))
    refused(http.get(f"{PATH}/{environment['id']}/files/{path}"))
    assert files(http, environment, recursive="true") == []


def test_an_archive_is_unpacked(http):
    environment = created(http)
    reply = upload(http, environment, "in", archive_of(a=b"1", b__c=b"22"), extract="true")
    assert [item["path"] for item in reply.json()["files"]] == ["in/a", "in/b", "in/b/c"]
    assert http.get(f"{PATH}/{environment['id']}/files/in/b/c?alt=media").content == b"22"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo("d/e")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"333"))
    assert upload(http, environment, "/", buffer.getvalue(), extract="true").status_code == 200
    found = http.get(f"{PATH}/{environment['id']}").json()
    assert (found["file_count"], found["size_bytes"]) == (3, 6)
    again = upload(http, environment, "in", archive_of(new=b"x", a=b"2"), extract="true")
    assert "in/a exists already" in refused(again, 409, "already_exists")
    assert [item["path"] for item in files(http, environment, "in")] == ["in/a", "in/b"]  # all or none


def links(kind: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("link")
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"no archive", "not a zip or tar archive"),
        (archive_of(**{"..__..__x": b"1"}), "expected a path within the environment"),
        (links(tarfile.SYMTYPE), "neither a file nor a folder"),
        (links(tarfile.LNKTYPE), "neither a file nor a folder"),
        (links(tarfile.CHRTYPE), "neither a file nor a folder"),
    ],
)
def test_refused_archives(http, data, problem):
    environment = created(http)
    assert problem in refused(upload(http, environment, "/", data, extract="true"))
    assert files(http, environment, recursive="true") == []


def bomb() -> bytes:
    """A small archive whose header says that its next part has 300 MB."""
    member = tarfile.TarInfo("x")
    member.type, member.size = tarfile.XHDTYPE, 300_000_000
    return gzip.compress(member.tobuf() + bytes(1_000_000))


def test_an_archive_that_states_wrong_sizes(http, monkeypatch):
    environment = created(http)
    refused(upload(http, environment, "/", bomb(), extract="true"))
    monkeypatch.setattr(archives, "MAX_ENVIRONMENT_BYTES", 500_000)
    monkeypatch.setattr(archives, "MAX_ENVIRONMENT_FILES", 5)
    assert "at most 500000 bytes" in refused(upload(http, environment, "/", bomb(), extract="true"))
    many = archive_of(**{f"{index:0300}": b"" for index in range(10)})
    assert "directory of the archive is too large" in refused(upload(http, environment, "/", many, extract="true"))
    assert files(http, environment) == []
    assert http.get(f"{PATH}/{environment['id']}").json()["file_count"] == 0


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz", "w"])
def test_compressed_archives(http, mode):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        member = tarfile.TarInfo("é" * 120)
        member.size = 3
        archive.addfile(member, io.BytesIO(b"abc"))
    environment = created(http)
    assert upload(http, environment, "/", buffer.getvalue(), extract="true").status_code == 200
    assert http.get(f"{PATH}/{environment['id']}/files/{'é' * 120}?alt=media").content == b"abc"
    damaged = buffer.getvalue()[:-40] if mode != "w" else b"x" * 2000
    assert "not a zip or tar archive" in refused(upload(http, environment, "new", damaged, extract="true"))


def test_limits(http, monkeypatch):
    monkeypatch.setattr(folders, "MAX_ENVIRONMENT_BYTES", 1_000_000)
    monkeypatch.setattr(folders, "MAX_ENVIRONMENT_FILES", 5)
    environment = created(http)
    assert "at most 1000000 bytes" in refused(upload(http, environment, "a", b"x" * 1_000_001))
    # A small archive that becomes large.
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(1_100_000))
    assert len(packed.getvalue()) < 5_000
    assert "at most 1000000 bytes" in refused(upload(http, environment, "/", packed.getvalue(), extract="true"))
    many = archive_of(**{f"f{index}": b"" for index in range(6)})
    assert "at most 5 files" in refused(upload(http, environment, "/", many, extract="true"))
    assert files(http, environment) == []


def test_an_unused_environment_expires(http, gemini):
    environment = created(http, sources=[{"type": "inline", "content": "x", "target": "a"}])
    gemini.clock.advance(LIFETIME_S - 60)
    assert [item["path"] for item in files(http, environment)] == ["a"]  # a use
    gemini.clock.advance(LIFETIME_S - 60)
    assert http.get(f"{PATH}/{environment['id']}").json()["status"] == "active"
    gemini.clock.advance(120)
    found = http.get(f"{PATH}/{environment['id']}").json()
    assert (found["status"], found["file_count"]) == ("expired", 0)
    message = refused(http.get(f"{PATH}/{environment['id']}/files/a?alt=media"), 400, "failed_precondition")
    assert "has expired" in message
    gemini.clock.advance(LIFETIME_S)
    created(http)
    refused(http.get(f"{PATH}/{environment['id']}"), 404, "not_found")


def test_environments_survive_a_restart(serve_engine, no_tls, tmp_path):
    server = serve_engine(ScriptedEngine(), data=tmp_path)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        environment = created(http)
        upload(http, environment, "a.txt", b"kept")
    server.stop()
    (tmp_path / "environments/new-folder").mkdir()
    (tmp_path / "environments/new-file").touch()
    server = serve_engine(ScriptedEngine(), data=tmp_path)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        assert http.get(f"{PATH}/{environment['id']}/files/a.txt?alt=media").content == b"kept"
        assert [path.name for path in (tmp_path / "environments").iterdir()] == [environment["id"]]
        assert http.get(PATH).json()["environments"][0]["file_count"] == 1
