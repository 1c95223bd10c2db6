"""The download of a published tokenizer, and its cache: broken connections, wrong content, several processes, full disks."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from google.genai import errors, local_tokenizer
from google.genai._io import public_files
from google.genai._tokenizer import cache as cache_module, known
from google.genai.local_tokenizer import LocalTokenizer

from .file_server import Behaviour, FileServer

MODEL = "gemini-2.5-flash"
TEXT = "You may reproduce and distribute copies of the Work"


def count() -> int | None:
    """Return the count of a new tokenizer, which reads the cache."""
    local_tokenizer._published.clear()
    return LocalTokenizer(MODEL).count_tokens(TEXT).total_tokens


@pytest.fixture
def expected(tokenizer: LocalTokenizer) -> int | None:
    return tokenizer.count_tokens(TEXT).total_tokens


def cached(folder: Path) -> Path:
    return folder / known.FILES["gemma3"].file_name


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_is_fetched_once(published: FileServer, cache: Path, expected: int) -> None:
    tokenizer = LocalTokenizer(MODEL)
    assert published.ranges == []
    assert not cache.exists()
    assert [tokenizer.count_tokens(TEXT).total_tokens for _ in range(3)] == [expected] * 3
    assert count() == expected
    assert published.ranges == [None]
    assert published.encodings == ["identity"]
    assert cached(cache).read_bytes() == published.data
    assert names(cache) == [cached(cache).with_suffix(".lock").name, cached(cache).name]


@pytest.mark.parametrize("step", [1, 2_000, 7_777])
def test_a_download_that_is_cut_is_resumed(published: FileServer, cache: Path, expected: int, step: int) -> None:
    """Every connection ends after `step` bytes: after 1 byte twenty times, and then after thousands of bytes."""
    size = len(published.data)
    cuts = [1] * 20 if step == 1 else []
    while sum(cuts) < size:
        cuts.append(max(step, 2_000))
    published.script = [Behaviour(cut_after=cut) for cut in cuts]
    assert count() == expected
    places = [sum(cuts[:index]) for index in range(len(cuts))]
    assert published.ranges == [None, *(f"bytes={place}-" for place in places[1:])]
    assert cached(cache).read_bytes() == published.data


@pytest.mark.parametrize("share", [0.0, 0.001, 0.25, 0.5, 0.999, 1.0])
def test_a_killed_download_is_continued_by_the_next(
    published: FileServer, cache: Path, expected: int, share: float
) -> None:
    """The server goes away after a share of the file, for good; later it is back."""
    sent = int(len(published.data) * share)
    published.script = [Behaviour(cut_after=sent)]
    published.every = Behaviour(status=503)
    if share < 1:
        with pytest.raises(errors.TokenizerFileError, match="503"):
            count()
        assert not cached(cache).exists()
    else:
        assert count() == expected
    published.every = None
    before = len(published.ranges)
    assert count() == expected
    assert published.ranges[before:] == ([] if share == 1 else [f"bytes={sent}-"] if sent else [None])
    assert cached(cache).read_bytes() == published.data


_PROGRAM = """
import sys
from google.genai._tokenizer import known
from google.genai.local_tokenizer import LocalTokenizer
known.FILES["gemma3"] = known.TokenizerFile("gemma3", sys.argv[1], sys.argv[2])
print(LocalTokenizer("gemini-2.5-flash").count_tokens(sys.argv[3]).total_tokens)
"""


def process(server: FileServer) -> subprocess.Popen[str]:
    arguments = [server.url, hashlib.sha256(server.data).hexdigest(), TEXT]
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": "/nonexistent"},
    )


def test_parallel_processes_download_once(published: FileServer, cache: Path, expected: int) -> None:
    go_on = threading.Event()
    published.script = [Behaviour(waits_after=(5_000, go_on))]
    processes = [process(published) for _ in range(4)]
    threading.Timer(1.0, go_on.set).start()
    assert [each.communicate(timeout=60)[0].strip() for each in processes] == [str(expected)] * 4
    assert published.ranges == [None]
    assert cached(cache).read_bytes() == published.data


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_a_process_that_is_killed_leaves_its_part_and_no_lock(
    published: FileServer, cache: Path, expected: int
) -> None:
    go_on = threading.Event()
    published.script = [Behaviour(waits_after=(5_000, go_on))]
    part = cached(cache).with_suffix(".part")
    killed = process(published)
    for _ in range(600):
        if part.exists() and part.stat().st_size >= 5_000:
            break
        threading.Event().wait(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    go_on.set()
    assert part.read_bytes() == published.data[:5_000]
    assert count() == expected
    assert published.ranges == [None, "bytes=5000-"]
    assert not part.exists()


def test_threads_download_once(published: FileServer, expected: int) -> None:
    found: list[int | None] = []
    tokenizers = [LocalTokenizer(MODEL) for _ in range(3)]
    threads = [
        threading.Thread(target=lambda each: found.append(each.count_tokens(TEXT).total_tokens), args=[tokenizer])
        for tokenizer in tokenizers * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [expected] * 9
    assert published.ranges == [None]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks of Unix")
def test_a_child_that_lives_on_does_not_keep_the_lock(
    published: FileServer, cache: Path, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy of the lock's file stands for the one that a child inherits."""
    copies: list[int] = []
    real = cache_module._wait_for

    def wait_and_copy(lock: Any, path: Path) -> None:
        real(lock, path)
        copies.append(os.dup(lock.fileno()))

    monkeypatch.setattr(cache_module, "_wait_for", wait_and_copy)
    monkeypatch.setattr(cache_module, "_LOCK_WAIT_S", 1.0)
    try:
        assert count() == expected
        cached(cache).unlink()
        assert count() == expected
    finally:
        for copy in copies:
            os.close(copy)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks of Unix")
def test_a_fork_during_a_download_can_load(published: FileServer, trained: Path, expected: int) -> None:
    """The child does not wait for a lock that a thread of the parent had."""
    go_on = threading.Event()
    published.script = [Behaviour(waits_after=(5_000, go_on))]
    program = f"""
import os, threading, time
{_PROGRAM.replace("print(", "count = lambda: print(")}
thread = threading.Thread(target=count)
thread.start()
from google.genai import local_tokenizer
for _ in range(600):
    if local_tokenizer._loading.locked():
        break
    time.sleep(0.05)
time.sleep(0.2)
child = os.fork()
if child == 0:
    local_tokenizer._published[sys.argv[2]] = local_tokenizer.LocalTokenizer("m", tokenizer=sys.argv[4])._load()
    count()
    sys.stdout.flush()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
os.kill(os.getpid(), 9)
"""
    arguments = [published.url, hashlib.sha256(published.data).hexdigest(), TEXT, str(trained)]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    go_on.set()
    assert done.stdout.strip() == str(expected), done.stderr


# Servers that do not continue


def test_a_server_that_ignores_the_range_sends_the_file_again(published: FileServer, expected: int) -> None:
    published.script = [Behaviour(cut_after=3_000), Behaviour(ignores_range=True)]
    assert count() == expected
    assert published.ranges == [None, "bytes=3000-"]


def test_a_server_that_ignores_the_range_and_always_breaks_off_is_given_up(published: FileServer, cache: Path) -> None:
    published.every = Behaviour(cut_after=3_000, ignores_range=True)
    with pytest.raises(errors.TokenizerFileError, match=r"ended|closed|incomplete"):
        count()
    assert len(published.ranges) == 4
    assert not cached(cache).exists()


def test_another_range_than_requested_is_not_used(published: FileServer, expected: int) -> None:
    published.script = [Behaviour(cut_after=3_000), Behaviour(shifts_range_by=5)]
    assert count() == expected
    assert published.ranges == [None, "bytes=3000-", None]


def test_wrong_ranges_end(published: FileServer, cache: Path) -> None:
    cache.mkdir(parents=True)
    cached(cache).with_suffix(".part").write_bytes(published.data + b"more")
    published.every = Behaviour(data=b"")
    with pytest.raises(errors.TokenizerFileError):
        count()
    assert len(published.ranges) < 10


@pytest.mark.parametrize("left", ["complete", "too long", "other content", "empty"])
def test_a_part_of_any_content_is_continued_or_replaced(
    published: FileServer, cache: Path, expected: int, left: str
) -> None:
    contents = {
        "complete": published.data,
        "too long": published.data + b"more",
        "other content": b"x" * 3_000,
        "empty": b"",
    }
    cache.mkdir(parents=True)
    cached(cache).with_suffix(".part").write_bytes(contents[left])
    assert count() == expected
    assert cached(cache).read_bytes() == published.data
    assert not cached(cache).with_suffix(".part").exists()


def test_a_body_without_a_length(published: FileServer, expected: int) -> None:
    published.script = [Behaviour(has_length=False)]
    assert count() == expected


def test_a_body_without_a_length_that_is_cut_is_refused(published: FileServer, cache: Path) -> None:
    published.every = Behaviour(has_length=False, cut_after=3_000, ignores_range=True)
    with pytest.raises(errors.TokenizerFileError, match="SHA-256"):
        count()
    assert not cached(cache).exists()


def test_passing_failures_are_repeated(published: FileServer, expected: int) -> None:
    published.script = [Behaviour(status=503), Behaviour(status=429), Behaviour(cut_after=0)]
    assert count() == expected


def test_a_lasting_refusal_is_not_repeated(published: FileServer) -> None:
    published.every = Behaviour(status=404)
    with pytest.raises(errors.TokenizerFileError, match="404"):
        count()
    assert len(published.ranges) == 1


def test_a_file_that_is_too_long_is_refused(published: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "_MAX_BYTES", 1_000)
    with pytest.raises(errors.TokenizerFileError, match="at most 1000 bytes"):
        count()


def test_a_download_has_a_time_limit(published: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_files, "_TOTAL_S", -1.0)
    with pytest.raises(errors.TokenizerFileError, match="incomplete after"):
        count()


def test_a_proxy_from_the_environment_is_used(
    published: FileServer, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", published.url.removesuffix("/tokenizer.model"))
    monkeypatch.setitem(known.FILES, "gemma3", known.FILES["gemma3"]._replace(url="http://tokenizers.invalid/file"))
    assert count() == expected
    assert published.ranges == [None]


def test_a_redirect_is_followed(published: FileServer, expected: int) -> None:
    published.script = [Behaviour(status=302)]
    assert count() == expected
    assert published.ranges == [None, None]


# Errors


def test_the_error_without_network_says_what_to_do(
    published: FileServer, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "http://127.0.0.1:9/none"
    monkeypatch.setitem(known.FILES, "gemma3", known.FILES["gemma3"]._replace(url=address))
    with pytest.raises(errors.TokenizerFileError) as caught:
        count()
    message = str(caught.value)
    for part in (address, str(cached(cache)), "GOOGLE_GENAI_TOKENIZER_CACHE", "tokenizer=path"):
        assert part in message
    assert isinstance(caught.value, OSError)
    assert isinstance(caught.value, ValueError)


def test_following_the_advice_works(published: FileServer, cache: Path, trained: Path, expected: int) -> None:
    published.every = Behaviour(status=404)
    with pytest.raises(errors.TokenizerFileError):
        count()
    cached(cache).write_bytes(trained.read_bytes())
    assert count() == expected


def test_the_wrong_content_is_never_kept(published: FileServer, cache: Path, expected: int) -> None:
    published.script = [Behaviour(data=b"<html>Please log in</html>")]
    with pytest.raises(errors.TokenizerFileError, match=known.FILES["gemma3"].sha256):
        count()
    assert names(cache) == [cached(cache).with_suffix(".lock").name]
    assert count() == expected


@pytest.mark.parametrize("kept", [0, 1, 5_000, -1])
def test_a_truncated_file_in_the_cache_is_replaced(
    published: FileServer, cache: Path, expected: int, kept: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert count() == expected
    cached(cache).write_bytes(published.data[:kept])
    assert count() == expected
    assert "is damaged" in caplog.text
    assert cached(cache).read_bytes() == published.data
    assert published.ranges == [None, None]


def test_a_damaged_file_is_not_used_without_network(published: FileServer, cache: Path) -> None:
    assert count()
    cached(cache).write_bytes(published.data[:-1] + b"x")
    published.every = Behaviour(status=503)
    with pytest.raises(errors.TokenizerFileError):
        count()


# Disks


def test_a_cache_that_cannot_be_created(
    published: FileServer, tmp_path: Path, expected: int, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("GOOGLE_GENAI_TOKENIZER_CACHE", str(tmp_path / "file" / "cache"))
    assert count() == expected
    assert "kept in memory" in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of Unix")
def test_a_read_only_cache_without_the_file(
    published: FileServer, cache: Path, expected: int, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    cache.mkdir(parents=True)
    cache.chmod(0o555)
    if os.access(cache, os.W_OK):  # root may write everywhere, except to a folder of the kernel
        monkeypatch.setenv("GOOGLE_GENAI_TOKENIZER_CACHE", "/proc/self/fdinfo")
    try:
        assert count() == expected
    finally:
        cache.chmod(0o755)
    assert "kept in memory" in caplog.text


def test_a_read_only_cache_with_the_file(published: FileServer, cache: Path, expected: int) -> None:
    assert count() == expected
    for path in cache.iterdir():
        if path != cached(cache):
            path.unlink()
    cache.chmod(0o555)
    try:
        assert count() == expected
        assert names(cache) == [cached(cache).name]
    finally:
        cache.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of Unix")
@pytest.mark.parametrize("room", [0, 5_000])
def test_a_disk_that_fills_up(published: FileServer, cache: Path, expected: int, room: int) -> None:
    """A limit on the size of files stops writing as a full disk does."""
    limit = f"import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))"
    arguments = [published.url, hashlib.sha256(published.data).hexdigest(), TEXT]
    done = subprocess.run(
        [sys.executable, "-c", f"import google.genai.types\n{limit}\n{_PROGRAM}", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == str(expected), done.stderr
    assert "kept in memory" in done.stderr
    assert names(cache) == [cached(cache).with_suffix(".lock").name]


def test_a_disk_that_is_full_at_the_end(
    published: FileServer, cache: Path, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache_module.os, "fsync", full)
    assert count() == expected
    assert names(cache) == [cached(cache).with_suffix(".lock").name]


# Folders


def test_the_cache_of_the_official_package_is_read_and_not_changed(
    published: FileServer, cache: Path, tmp_path: Path, expected: int
) -> None:
    theirs = tmp_path / "vertexai_tokenizer_model" / hashlib.sha1(published.url.encode()).hexdigest()
    theirs.parent.mkdir()
    theirs.write_bytes(published.data)
    assert count() == expected
    assert published.ranges == []
    theirs.write_bytes(b"damaged")
    assert count() == expected
    assert published.ranges == [None]
    assert theirs.read_bytes() == b"damaged"


@pytest.mark.parametrize(
    ("platform", "variable", "folder"),
    [
        ("linux", "XDG_CACHE_HOME", "google-genai/tokenizers"),
        ("win32", "LOCALAPPDATA", "google-genai/tokenizers"),
    ],
)
def test_the_folder_is_the_usual_one_of_the_platform(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, variable: str, folder: str
) -> None:
    monkeypatch.delenv("GOOGLE_GENAI_TOKENIZER_CACHE", raising=False)
    monkeypatch.setattr(cache_module.sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert cache_module.cache_folder() == tmp_path / folder


def test_a_lock_that_is_never_released(published: FileServer, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "_LOCK_WAIT_S", 0.1)
    cache.mkdir(parents=True)
    with cached(cache).with_suffix(".lock").open("ab") as held:
        assert cache_module._try_lock(held)
        with pytest.raises(errors.TokenizerFileError, match="another process"):
            count()
    assert count()


def test_the_published_files() -> None:
    """Names, addresses and digests as the official release has them."""
    assert {name: file.sha256[:8] for name, file in known.FILES.items()} == {"gemma2": "61a7b147", "gemma3": "1299c11d"}
    for file in known.FILES.values():
        assert file.url.startswith("https://raw.githubusercontent.com/google/gemma_pytorch/")
        assert len(file.sha256) == 64
