"""The pytest plugin: the marker `genai_replay`, and the option `--genai-record`.

A marked test runs in a recording: the clients that it creates, also those that other packages create for it, record their traffic
or replay it. Every pytest run in an environment with this package loads the plugin, so the module imports only pytest. It is not
a part of `google.genai`, because pytest changes the code of the package that a plugin belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from google.genai._replay.session import Session

_MODES = {"none": "replay", "once": "auto", "new": "new", "all": "record"}
_SESSION = pytest.StashKey["Session"]()
_UNSAFE = re.compile(r"[^\w.=,@+-]+")
_LONGEST_NAME = 100


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the settings of the configuration file."""
    group = parser.getgroup("genai", "recordings of google-genai")
    group.addoption(
        "--genai-record",
        choices=sorted(_MODES),
        default=None,
        help="traffic of tests with the marker genai_replay: none replays, and requests that are not recorded fail; once records if "
        "the recording does not exist; new replays, and records the requests that the recording does not have; all records again. "
        "Default: the setting genai_record, else once.",
    )
    parser.addini("genai_record", "default of --genai-record", default="once")
    parser.addini("genai_replays", "folder of the recordings; default: `recordings` next to each test file", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers",
        "genai_replay(id=None): run the test in a recording of google-genai. The id is its name, by default that of the module "
        "and the test; slashes make folders. The parameters of a test are appended.",
    )


@pytest.fixture(autouse=True)
def _genai_replay(request: pytest.FixtureRequest) -> Generator[None, None, None]:  # pyright: ignore[reportUnusedFunction]
    marker = request.node.get_closest_marker("genai_replay")
    if marker is None:
        yield
        return
    from google.genai._replay.session import Session, activated, path_of

    item: Any = request.node
    mode = _mode(item.config)
    replay_id = _id(item, marker)
    directory = _directory(item)
    try:
        session = Session(path_of(directory, replay_id), replay_id, mode)
    except ValueError as error:
        raise pytest.UsageError(f"{item.nodeid}: {error}") from None
    item.stash[_SESSION] = session
    session.join()  # the test itself, so that clients that are closed do not end the recording
    try:
        with activated(session):
            yield
    finally:
        session.end(keep=not item.stash.get(_FAILED, False))


@pytest.fixture
def genai_recording(request: pytest.FixtureRequest, _genai_replay: None) -> Session:
    """The recording of a test with the marker `genai_replay`: `path`, `mode`, `plays`, `records`, `unused()`."""
    session = request.node.stash.get(_SESSION, None)
    if session is None:
        raise pytest.UsageError(f"{request.node.nodeid}: the fixture genai_recording needs the marker genai_replay.")
    return session


_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(hookwrapper=True)  # releases of pytest before 7.4 know this form only
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Note that a test has failed: its recording does not replace another one."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()
    session = item.stash.get(_SESSION, None)
    if session is not None and call.when == "call" and report.failed:
        item.stash[_FAILED] = True
        if session.partial is not None:
            report.sections.append(
                (
                    "google-genai recording",
                    f"The test failed, so {session.path} was not changed. The traffic until then is in\n{session.partial}\n"
                    "Rename it to keep it.",
                )
            )


def _mode(config: pytest.Config) -> str:
    given = config.getoption("--genai-record") or config.getini("genai_record")
    if given not in _MODES:
        raise pytest.UsageError(f"genai_record: expected one of {', '.join(sorted(_MODES))}, got {given!r}.")
    return _MODES[given]


def _id(item: Any, marker: pytest.Mark) -> str:
    given = marker.args[0] if marker.args else marker.kwargs.get("id")
    if given is not None and not isinstance(given, str):
        raise pytest.UsageError(f"{item.nodeid}: genai_replay: expected a text as the id, got {given!r}.")
    parameters = getattr(item, "callspec", None)
    if given:
        return given if parameters is None else f"{given}-{safe_name(parameters.id)}"
    module = Path(item.path).stem
    owner = item.nodeid.partition("::")[2].split("::")[:-1]
    return f"{module}/{safe_name('.'.join([*owner, item.name]))}"


def safe_name(name: str) -> str:
    """Return a name for a file. A name that is changed or shortened has a part of its checksum at the end."""
    safe = _UNSAFE.sub("-", name).strip("-.")
    if safe == name and len(safe) <= _LONGEST_NAME:
        return safe
    if safe == name.replace("[", "-").rstrip("]") and len(safe) <= _LONGEST_NAME:  # a test with parameters
        return safe
    import hashlib

    return f"{safe[:_LONGEST_NAME]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _directory(item: Any) -> Path:
    chosen = item.config.getini("genai_replays")
    return item.config.rootpath / chosen if chosen else Path(item.path).parent / "recordings"
