"""Scripts in separate processes: forks get their own answers, and a client that is left open prints nothing at exit."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from .misbehaving import MisbehavingServer, Peer

LIMIT_S = 30

# Development mode reports slow steps of a loop; the first step is slow, because it imports modules.
PREAMBLE = """
import asyncio, gc, logging, os, sys
logging.getLogger("asyncio").addFilter(lambda record: not record.msg.startswith("Executing"))
from google import genai

def new_client():
    return genai.Client(api_key="k", http_options={"base_url": sys.argv[1], "timeout": 8_000})

def ask(client, prompt):
    assert client.models.generate_content(model="m", contents=prompt).text == prompt

async def aask(client, prompt):
    reply = await client.aio.models.generate_content(model="m", contents=prompt)
    assert reply.text == prompt, reply.text
"""

FORKS = {
    "sync": """
        client = new_client()
        ask(client, "before")
        child = os.fork()
        name = "parent" if child else "child"
        for number in range(25):
            ask(client, f"{name} {number}")
        if not child:
            os._exit(0)
        _, status = os.waitpid(child, 0)
        ask(client, "after")
        sys.exit(os.waitstatus_to_exitcode(status))
    """,
    "async": """
        client = new_client()

        async def ask_all(name):
            for number in range(10):
                await asyncio.gather(*(aask(client, f"{name} {number} {index}") for index in range(3)))

        asyncio.run(ask_all("before"))
        child = os.fork()
        asyncio.run(ask_all("parent" if child else "child"))
        if not child:
            os._exit(0)
        _, status = os.waitpid(child, 0)
        asyncio.run(ask_all("after"))
        sys.exit(os.waitstatus_to_exitcode(status))
    """,
    "children-of-a-pool": """
        import concurrent.futures, multiprocessing
        client = new_client()
        ask(client, "before")

        def work(number):
            ask(client, f"task {number}")
            return number

        context = multiprocessing.get_context("fork")
        with context.Pool(3) as pool:
            assert pool.map(work, range(12)) == list(range(12))
        ask(client, "after")
    """,
    "in-the-middle-of-a-stream": """
        client = new_client()
        stream = client.models.generate_content_stream(model="m", contents="one two three")
        assert next(stream).text == "one"
        child = os.fork()
        if not child:
            ask(client, "child")
            del stream
            gc.collect()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert [chunk.text for chunk in stream] == ["two", "three"]
        ask(client, "parent")
        sys.exit(os.waitstatus_to_exitcode(status))
    """,
}

EXITS = {
    "open-sync": """
        client, unused = new_client(), new_client()
        ask(client, "x")
        stream = client.models.generate_content_stream(model="m", contents="one two")
        next(stream)
        for arguments in ({"api_key": ""}, {"vertexai": True, "api_key": "k", "credentials": 5}):
            try:
                genai.Client(**arguments)
            except (ValueError, TypeError):
                pass
    """,
    "open-async": """
        client = new_client()

        async def main():
            await aask(client, "kept")
            await aask(new_client(), "dropped")

        asyncio.run(main())
        asyncio.run(main())
    """,
    "open-async-stream": """
        client = new_client()

        async def main():
            stream = await client.aio.models.generate_content_stream(model="m", contents="one two")
            await anext(stream)
            return stream

        asyncio.run(main())
    """,
    "closed-async": """
        async def main():
            async with new_client().aio as aio:
                await aio.models.generate_content(model="m", contents="x")

        asyncio.run(main())
        with new_client() as client:
            ask(client, "x")
    """,
    "failed-async": """
        from google.genai import errors

        async def main():
            client = new_client()
            task = asyncio.ensure_future(client.aio.models.generate_content(model="m", contents="silence"))
            await asyncio.sleep(0.1)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            nowhere = genai.Client(api_key="k", http_options={"base_url": "http://127.0.0.1:9"})
            try:
                await aask(nowhere, "x")
            except errors.APIError:
                pass

        asyncio.run(main())
    """,
}


def serve(peer: Peer) -> None:
    assert peer.request is not None
    if peer.request.prompt == "silence":
        peer.stall()
    if ":streamGenerateContent" not in peer.request.target:
        peer.answer(peer.request.prompt)
        return
    peer.start_events()
    for word in peer.request.prompt.split():
        peer.event(word)
        peer.sleep(0.01)
    peer.send(b"0\r\n\r\n")


def run_script(
    script: str, server: MisbehavingServer, library: str | None, *flags: str
) -> subprocess.CompletedProcess[str]:
    server.on_request(serve)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    if library is not None:
        environment["GOOGLE_GENAI_HTTP_CLIENT"] = library
    return subprocess.run(
        [sys.executable, *flags, "-c", PREAMBLE + textwrap.dedent(script), server.url],
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


NOT_IN_OUR_HANDS = {
    # A loop that ends closes all suspended generators at once; those inside httpx2's stream interfere with each other,
    # and the loop reports it. Over httpx2 a stream has to be closed, or read to its end, before its loop ends.
    ("open-async-stream", "httpx2"),
}


def with_libraries(scripts: dict[str, str]) -> list[object]:
    """Return the name of each script once for each library that it can use."""
    return [
        pytest.param(script, library, id=f"{name}-{library or 'default'}")
        for name, script in scripts.items()
        for library in ((None, "httpx2") if "async" in name else (None,))
        if (name, library) not in NOT_IN_OUR_HANDS
    ]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork")
@pytest.mark.parametrize(("script", "library"), with_libraries(FORKS))
def test_both_sides_of_a_fork_get_their_own_answers(
    server: MisbehavingServer, script: str, library: str | None
) -> None:
    done = run_script(script, server, library)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(("script", "library"), with_libraries(EXITS))
def test_an_exit_prints_nothing(server: MisbehavingServer, script: str, library: str | None) -> None:
    done = run_script(script, server, library, "-X", "dev", "-W", "error::ResourceWarning")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert server.connections_still_open() == []
