"""`genai doctor`: which service, which credentials, why these, whether the service answers, and which versions are installed."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import textwrap
from typing import Any

import click

from .. import local, logs, output
from ..config import Settings
from ..connection import Target, settings as settings_of
from ..exits import Exit, Failure, failure_of
from ..flags import connection_options, is_local, keep_target
from ..keys import VARIABLES, masked

_PACKAGES = (
    "google-genai", "genai-local", "click", "rich", "pydantic", "httpx2", "httpx", "aiohttp", "google-auth", "websockets",
    "keyring", "mcp",
)  # fmt: skip
_NARROWEST = 20
_OK, _BAD, _INFO = "ok", "fail", "info"
_SIGNS = {_OK: "✓", _BAD: "✗", _INFO: "·"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--offline", is_flag=True, help="Do not call the service.")
@connection_options
def doctor(as_json: bool, offline: bool) -> int:
    """Check backend, credentials, network and versions."""
    checks: list[tuple[str, str, str]] = []
    code = Exit.OK
    try:
        found = settings_of()
        checks += _files(found)
        checks += _service(found)
        target = Target(found)
        keep_target(target)
        checks.append(_credentials(target, found))
        if not offline:
            checks.append(_call(target, found))
    except Failure as failure:
        code = failure.exit_code
        checks.append((_BAD, "problem", failure.message + (f"\n{failure.hint}" if failure.hint else "")))
    checks += _limits()
    checks += _versions()
    if as_json:
        output.write_json([{"state": state, "check": name, "result": text} for state, name, text in checks])
    else:
        _print(checks)
    if code is Exit.OK and any(state == _BAD for state, _, _ in checks):
        code = Exit.CONNECTION
    return int(code)


def _files(found: Settings) -> list[tuple[str, str, str]]:
    exists = "" if found.user_file.exists() else " (does not exist)"
    checks = [(_INFO, "settings", f"{found.user_file}{exists}, profile {found.profile}")]
    if found.project_file is not None:
        checks.append((_INFO, "project", str(found.project_file)))
    is_on = bool(found["log"]) and not logs.is_off()
    checks.append((_INFO, "log", f"{logs.database()} ({'on' if is_on else 'off'})"))
    return checks


def _service(found: Settings) -> list[tuple[str, str, str]]:
    if is_local():
        return [(_INFO, "service", "the local server, because of --local")]
    vertexai = found.find("vertexai")
    name = "Vertex AI" if vertexai.value else "Gemini Developer API"
    checks = [(_INFO, "service", f"{name} (vertexai = {str(vertexai.value).lower()}, from {vertexai.origin})")]
    base_url = found.find("base_url")
    if base_url.value:
        checks.append((_INFO, "address", f"{base_url.value} (from {base_url.origin})"))
    proxies = [name for name in os.environ if name.lower() in ("https_proxy", "http_proxy", "all_proxy")]
    if proxies:
        checks.append((_INFO, "proxy", ", ".join(f"{name}={_without_password(os.environ[name])}" for name in proxies)))
    return checks


def _credentials(target: Target, found: Settings) -> tuple[str, str, str]:
    if target.key is None:
        return _OK, "credentials", f"Google Cloud credentials, project {target.project}, location {target.location}"
    text = f"API key {masked(target.key.value)} from {target.key.origin}"
    others = [name for name in VARIABLES if os.environ.get(name) and name != target.key.origin]
    if others and not target.is_local:
        text += f"; {' and '.join(others)} {'is' if len(others) == 1 else 'are'} not used"
    return _OK, "credentials", text


def _call(target: Target, found: Settings) -> tuple[str, str, str]:
    import time

    began = time.perf_counter()
    try:
        with target.client() as client:
            model = client.models.get(model=found["model"])
    except Exception as error:
        failure = target.explain(failure_of(error))
        return _BAD, "call", target.hide_key(failure.message) + (f"\n{failure.hint}" if failure.hint else "")
    took_ms = (time.perf_counter() - began) * 1000
    return _OK, "call", f"{model.name} answers ({took_ms:.0f} ms)"


def _limits() -> list[tuple[str, str, str]]:
    text = "async calls over httpx: at most 100 at once; over aiohttp: as many as open files allow, up to 1,000"
    try:
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        text += f" (open files here: {soft})"
    except ImportError:
        pass
    return [(_INFO, "limits", text)]


def _versions() -> list[tuple[str, str, str]]:
    from importlib.metadata import PackageNotFoundError, version

    installed: list[str] = []
    for name in _PACKAGES:
        try:
            installed.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    checks = [
        (_INFO, "python", f"{platform.python_version()} ({sys.executable}, {platform.system()} {platform.machine()})"),
        (_INFO, "packages", ", ".join(installed)),
    ]
    started = local.running()
    if started is not None:
        state = "answers" if local.answers(started.url) else "does not answer any more"
        checks.append((_INFO, "local server", f"{started.url} {state}"))
    return checks


def _print(checks: list[tuple[str, str, str]]) -> None:
    width = max(len(name) for _, name, _ in checks)
    shows_signs = output.can_print("✓✗·")
    for state, name, text in checks:
        sign = _SIGNS[state] if shows_signs else {_OK: "+", _BAD: "!", _INFO: "-"}[state]
        first, *more = _wrapped(text, width)
        output.write_line(f"{sign} {name:<{width}}  {first}")
        for line in more:
            output.write_line(f"  {'':<{width}}  {line}")


def _wrapped(text: str, indent: int) -> list[str]:
    """Return text as lines; on a terminal they fit next to the names of the checks."""
    lines = text.splitlines() or [""]
    if not output.is_terminal():
        return lines
    room = shutil.get_terminal_size().columns - indent - 4
    if room < _NARROWEST:
        return lines
    return [piece for line in lines for piece in textwrap.wrap(line, room, break_on_hyphens=False) or [""]]


def _without_password(address: str) -> Any:
    scheme, separator, rest = address.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
