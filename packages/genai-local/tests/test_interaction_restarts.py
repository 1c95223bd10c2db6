"""Interactions on a server that is killed or stopped, and on the next server on the same folder."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from .interacting import PATH, created, events_of, read_events, refused, steps_of, text_of
from .waiting import until

PROGRAM = Path(__file__).with_name("counting_server.py")


class Served:
    """A server in a process of its own."""

    def __init__(self, data: Path, word: str, pieces: int, verify) -> None:
        command = [sys.executable, str(PROGRAM), str(data), word, str(pieces)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        url = self.process.stdout.readline().strip()
        assert url.startswith("http://"), "the server did not start"
        self.http = httpx2.Client(base_url=url, timeout=30, verify=verify)

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        self.http.close()
        self.process.send_signal(how)
        self.process.wait(30)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            pipe.close()


@pytest.fixture
def serve(tmp_path, no_tls) -> Iterator[Callable[..., httpx2.Client]]:
    """Replace the server on the test's folder by a new one, and return its client."""
    servers: list[Served] = []

    def end(how: signal.Signals) -> None:
        for served in servers:
            if served.process.poll() is None:
                served.end(how)

    def start(word: str, pieces: int = 10, how: signal.Signals = signal.SIGKILL) -> httpx2.Client:
        end(how)
        servers.append(Served(tmp_path / "data", word, pieces, no_tls))
        return servers[-1].http

    yield start
    end(signal.SIGKILL)


def counted(word: str, pieces: int = 10) -> str:
    return "".join(f"{word}{number} " for number in range(1, pieces + 1))


def events_so_far(http: httpx2.Client, identity: str, deltas: int) -> list[dict]:
    """Return the events of a running interaction up to a number of deltas."""
    received = b""
    with http.stream("GET", f"{PATH}/{identity}?stream=true") as reply:
        for piece in reply.iter_raw():
            received += piece
            if received.count(b"event: step.delta") == deltas and received.endswith(b"\n\n"):
                break
    return events_of(received.decode(), is_complete=False)


def ended(http: httpx2.Client, identity: str) -> dict:
    found = {}

    def has_ended() -> bool:
        found.update(http.get(f"{PATH}/{identity}").json())
        return found["status"] != "in_progress"

    until(has_ended)
    return found


@pytest.mark.parametrize("is_background", [True, False])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_begins_again_on_the_next_server(serve, is_background, how):
    http = serve("a", 4)
    if is_background:
        identity = created(http, "count", background=True)["id"]
    else:
        with http.stream("POST", PATH, json={"model": "gemini-2.5-flash", "input": "count", "stream": True}) as reply:
            received = next(reply.iter_raw()).decode()
            identity = received.partition('"id":"')[2].partition('"')[0]
    old = events_so_far(http, identity, 4)
    assert text_of({"steps": steps_of(old)}) == counted("a", 4)

    http = serve("b", how=how)
    done = ended(http, identity)
    assert (done["status"], text_of(done)) == ("completed", counted("b"))
    new = read_events(http, identity)
    assert steps_of(new) == done["steps"]
    assert len({event["event_id"] for event in new}) == len(new)
    # The events before the first step are those of the first run; a reader that has only these continues.
    kept = [event for event in old if not event["event_type"].startswith("step.")]
    assert new[: len(kept)] == kept
    for position, event in enumerate(kept):
        assert read_events(http, identity, after=event["event_id"]) == new[position + 1 :]
    # A reader that has a part of the first answer gets an error.
    for event in old[len(kept) :]:
        [problem] = read_events(http, identity, after=event["event_id"])
        assert problem["event_type"] == "error"
        assert problem["error"]["code"] == "run_restarted"
    assert not {event["event_id"] for event in old[len(kept) :]} & {event["event_id"] for event in new}


@pytest.mark.parametrize("pieces", [0, 1, 9])
def test_a_server_is_killed_at_any_moment(serve, pieces):
    http = serve("a", pieces)
    identity = created(http, "count", background=True)["id"]
    old = events_so_far(http, identity, pieces)
    last = old[-1]

    http = serve("b")
    rest = read_events(http, identity, after=last["event_id"])  # also while the second run is unfinished
    assert text_of(ended(http, identity)) == counted("b")
    if last["event_type"].startswith("step."):
        assert [event["error"]["code"] for event in rest] == ["run_restarted"]
    else:
        assert [*old, *rest] == read_events(http, identity)
    assert (pieces == 0) == (rest[-1]["event_type"] == "interaction.completed")


def test_several_restarts(serve):
    identity = created(serve("a", 2), "count", background=True)["id"]
    http = serve("b", 3)
    second = events_so_far(http, identity, 3)
    http = serve("c")
    assert text_of(ended(http, identity)) == counted("c")
    [problem] = read_events(http, identity, after=second[-1]["event_id"])
    assert problem["error"]["code"] == "run_restarted"


def test_interactions_are_kept(serve):
    http = serve("a")
    first = created(http, "one", labels={"a": "b"})
    second = created(http, "two", previous_interaction_id=first["id"])
    deleted = created(http, "three")["id"]
    http.delete(f"{PATH}/{deleted}")
    unstored = created(http, "four", store=False)["id"]
    events = read_events(http, second["id"])

    http = serve("b")
    assert http.get(f"{PATH}/{first['id']}").json() == first
    assert http.get(f"{PATH}/{second['id']}?include_input=true").json() == {**second, "input": "two"}
    assert read_events(http, second["id"]) == events
    for identity in (deleted, unstored):
        refused(http.get(f"{PATH}/{identity}"), 404, "not_found")
    third = created(http, "five", previous_interaction_id=second["id"])
    assert text_of(third) == counted("b")


def test_a_cancelled_run_does_not_begin_again(serve):
    http = serve("a", 2)
    identity = created(http, "count", background=True)["id"]
    events_so_far(http, identity, 2)
    cancelled = http.post(f"{PATH}/{identity}/cancel").json()
    assert serve("b").get(f"{PATH}/{identity}").json() == cancelled


def test_a_run_whose_earlier_interaction_was_deleted_fails(serve):
    http = serve("a", 10)
    first = created(http, "one")["id"]
    http = serve("b", 2)
    second = created(http, "two", previous_interaction_id=first, background=True)["id"]
    assert http.delete(f"{PATH}/{first}").json() == {}
    failed = ended(serve("c"), second)
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", "not_found")
