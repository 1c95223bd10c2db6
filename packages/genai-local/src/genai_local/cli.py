"""The command line: `genai-local serve` and `genai-local pull`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .engine_choice import NAMES
from .limits.settings import NAMES as LIMIT_NAMES

if TYPE_CHECKING:
    from rich.console import Console

    from .server import LocalServer

_POLL_S = 0.2
_HURRY_S = 2.0
"""How long the end of the process may take after a second signal."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="genai-local")
def main() -> None:
    """Serve the Gemini API on this machine."""


@main.command()
@click.argument("name", default="smollm2")
def pull(name: str) -> None:
    """Download a model into the cache.

    smollm2 is for chats (98 MB, Apache-2.0), minilm for embeddings in English (83 MB, Apache-2.0), and e5 for embeddings in
    about a hundred languages (91 MB, MIT).
    """
    from rich.console import Console

    from . import weights

    if name not in weights.KNOWN:
        raise click.BadParameter(f"unknown model {name!r}; expected {' or '.join(weights.KNOWN)}.", param_hint="NAME")
    console = Console(stderr=True)
    try:
        path = weights.pull(name, say=lambda text: console.print(text, highlight=False, soft_wrap=True))
    except (weights.PullError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(path)


@main.command()
@click.option("--engine", type=click.Choice(NAMES), default="llama", show_default=True, help="The engine that answers.")
@click.option("--model", help="llama: path of a GGUF file; openai: name of the model at the endpoint.")
@click.option("--url", help="openai: base URL of the endpoint, such as http://127.0.0.1:11434/v1.")
@click.option("--api-key", envvar="GENAI_LOCAL_ENGINE_KEY", help="openai: key for the endpoint.")
@click.option(
    "--embedding-model",
    help="llama: model for embeddings, a GGUF file or a pulled model, by default minilm or e5 if pulled; "
    "openai: name of the model for embeddings, if different.",
)
@click.option(
    "--threads", type=click.IntRange(1), help="llama: number of threads.  [default: one for every two processors]"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to bind.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="Port to bind; 0 for a free one."
)
@click.option(
    "--allow-host",
    "allowed_hosts",
    metavar="NAME",
    multiple=True,
    help="Another name of this server, which requests may have as Host; repeatable.",
)
@click.option(
    "--require-key",
    envvar="GENAI_LOCAL_KEY",
    metavar="KEY",
    help="Refuse requests without this key. Other users can read command lines, so prefer the environment variable "
    "GENAI_LOCAL_KEY.",
)
@click.option(
    "--max-running", type=click.IntRange(1), default=8, show_default=True, help="Requests that run at the same time."
)
@click.option(
    "--max-waiting",
    type=click.IntRange(0),
    default=64,
    show_default=True,
    help="Requests that may wait; more get a 429.",
)
@click.option(
    "--max-sessions",
    type=click.IntRange(0),
    default=1024,
    show_default=True,
    help="Live sessions at the same time; more get a 429.",
)
@click.option(
    "--session-s",
    type=click.FloatRange(0, min_open=True),
    default=600.0,
    show_default=True,
    help="Seconds after which a Live session ends; a goAway comes before.",
)
@click.option(
    "--limit",
    "limits",
    metavar="[MODEL:]NAME=VALUE",
    multiple=True,
    help="Refuse or delay requests for content and embeddings, for example rpm=600, gemini-2.5-pro:tpm=100000, refuse=1% or "
    f"latency=normal:0.2,0.05; repeatable. NAME: {', '.join(LIMIT_NAMES)}. Programs read and change the limits at "
    "/local/limits.",
)
@click.option(
    "--client-limit-s",
    type=click.FloatRange(0.1),
    default=30.0,
    show_default=True,
    help="Seconds after which a client that stops sending or reading is cut off.",
)
@click.option(
    "--grace-s",
    type=click.FloatRange(0),
    default=10.0,
    show_default=True,
    help="Seconds for which requests in progress may continue after Ctrl-C or SIGTERM.",
)
@click.option(
    "--operation-s",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    help="Minimum duration of videos, batches and tuning, in seconds.",
)
@click.option(
    "--file-processing-s",
    type=click.FloatRange(0),
    default=0.0,
    show_default=True,
    help="Seconds before an uploaded file is ACTIVE.",
)
@click.option(
    "--min-cache-tokens",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Refuse to cache fewer tokens than this.",
)
@click.option(
    "--data", type=click.Path(file_okay=False), metavar="DIR", help="Keep files, caches and jobs in this folder."
)
@click.option("--tls", is_flag=True, help="Serve HTTPS and wss, with a certificate that the server makes for itself.")
@click.option(
    "--tls-files",
    type=(click.Path(exists=True, dir_okay=False), click.Path(exists=True, dir_okay=False)),
    metavar="CERTIFICATE KEY",
    help="Serve HTTPS and wss with this certificate and its key, two files in PEM format.",
)
@click.option("--grpc-port", type=click.IntRange(0, 65535), help="Serve gRPC too, on this port; 0 for a free one.")
@click.option(
    "--grpc-tls", is_flag=True, help="Serve gRPC with TLS; the certificate is the server's own or that of --tls-files."
)
@click.option("--tuned-model", "tuned_models", metavar="ID", multiple=True, help="Register a tuned model; repeatable.")
def serve(
    engine: str,
    model: str | None,
    url: str | None,
    api_key: str | None,
    embedding_model: str | None,
    threads: int | None,
    host: str,
    port: int,
    allowed_hosts: tuple[str, ...],
    require_key: str | None,
    max_running: int,
    max_waiting: int,
    max_sessions: int,
    session_s: float,
    limits: tuple[str, ...],
    client_limit_s: float,
    grace_s: float,
    operation_s: float,
    file_processing_s: float,
    min_cache_tokens: int,
    data: str | None,
    tls: bool,
    tls_files: tuple[str, str] | None,
    grpc_port: int | None,
    grpc_tls: bool,
    tuned_models: tuple[str, ...],
) -> None:
    """Serve the Gemini API until Ctrl-C; a second Ctrl-C ends it at once."""
    import os
    import signal
    import sqlite3
    import threading

    from .engine_choice import make_engine
    from .server import LocalServer

    if grpc_tls and grpc_port is None:
        raise click.UsageError("--grpc-tls needs --grpc-port PORT; 0 is a free port.")
    before = os.umask(0o077)  # all files of the server are private
    click.get_current_context().call_on_close(lambda: os.umask(before))
    stopped = threading.Event()

    def stop(number: int, frame: object) -> None:
        if stopped.is_set():
            server.hurry()
            end = threading.Timer(_HURRY_S, _exit)
            end.daemon = True
            end.start()
        stopped.set()

    try:
        server = LocalServer(
            make_engine(
                engine, model=model, url=url, api_key=api_key, embedding_model=embedding_model, threads=threads
            ),
            host=host,
            port=port,
            allowed_hosts=allowed_hosts,
            require_key=require_key,
            max_running=max_running,
            max_waiting=max_waiting,
            max_sessions=max_sessions,
            session_s=session_s,
            limits=limits,
            client_limit_s=client_limit_s,
            operation_s=operation_s,
            file_processing_s=file_processing_s,
            min_cache_tokens=min_cache_tokens,
            data=data,
            tuned_models=tuned_models,
            tls=tls_files or tls,
            grpc_port=grpc_port,
            grpc_tls=grpc_tls,
        )
        server.start()
    except (RuntimeError, ValueError, OSError, sqlite3.Error) as error:
        raise click.ClickException(str(error)) from error
    has_ended = False
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        _print_banner(server, needs_key=require_key is not None)
        while server.is_running and not stopped.wait(_POLL_S):
            pass
        click.echo("Stopping.", err=True)
    finally:
        has_ended = server.stop(grace_s if stopped.is_set() else 0)
    if not has_ended:
        _exit()


def _exit() -> None:
    """End the process, also while threads compute."""
    import os
    import sys

    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _print_banner(server: LocalServer, *, needs_key: bool) -> None:
    import shlex

    from rich.console import Console
    from rich.rule import Rule

    url, engine = server.url, server.engine
    key = "'the required key'" if needs_key else "local"
    console = Console(soft_wrap=True, highlight=False)
    console.print(Rule("genai-local", align="left"))
    console.print(f"[bold]{engine.facts.name}[/bold] answers at [bold]{url}[/bold] until Ctrl-C.")
    if engine.capabilities.embeddings:
        console.print(f"[bold]Embeddings:[/bold] {engine.embedding_facts.description}")
    if limits := server.api.limits.table.to_texts():
        console.print(f"[bold]Limits:[/bold] {', '.join(limits)}; counts are at {url}/local/limits")
    console.print()
    if server.uses_tls and server.authority is not None:
        path = shlex.quote(str(server.authority))
        console.print("[bold]Trust the certificate[/bold] (a Python program with these settings trusts no other)")
        console.print(f"  export SSL_CERT_FILE={path}  # Python: httpx, aiohttp, websockets in an SDK")
        console.print(f"  export REQUESTS_CA_BUNDLE={path}  # Python: requests")
        console.print(f"  export NODE_EXTRA_CA_CERTS={path}  # Node.js")
        console.print(f"  or ssl.create_default_context(cafile={str(server.authority)!r}) as verify in client_args\n")
    console.print("[bold]Gemini Developer API[/bold]")
    console.print(f"  export GOOGLE_GEMINI_BASE_URL={url}\n  export GOOGLE_API_KEY={key}\n")
    console.print("[bold]Vertex AI[/bold]")
    console.print(f"  export GOOGLE_VERTEX_BASE_URL={url}\n  export GOOGLE_API_KEY={key}")
    console.print("  export GOOGLE_GENAI_USE_VERTEXAI=true\n  unset GOOGLE_CLOUD_PROJECT GOOGLE_CLOUD_LOCATION\n")
    if server.grpc_target is not None:
        _print_grpc(console, server, server.grpc_target)


def _print_grpc(console: Console, server: LocalServer, target: str) -> None:
    import shlex

    console.print(
        f"[bold]gRPC[/bold] at [bold]{target}[/bold], {'with TLS' if server.grpc_uses_tls else 'in clear text'}"
    )
    if not server.grpc_uses_tls:
        console.print(f"  grpc.insecure_channel({target!r}) as channel of the transport\n")
        return
    if server.authority is not None:
        console.print(f"  export GRPC_DEFAULT_SSL_ROOTS_FILE_PATH={shlex.quote(str(server.authority))}")
    console.print(f"  client_options={{'api_endpoint': {target!r}}}\n")


if __name__ == "__main__":
    main()
