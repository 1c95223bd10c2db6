"""Every public method compared with the recorded behaviour of official releases: the cases of `tools/conformance`, and the
outcomes that `python -m tools.conformance --record` has written. A fixed quarter of the cases runs async, all others blocking.

To run one case alone: `python -m tools.conformance --case 'models.get/call/config empty'`.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_RELEASES = ("1.51.0", "3.6.1")
_SHARES = 16
_SHARES_OF_INTERACTIONS = 4
_AWAITED = 4
"""One case in this many is async."""
_LIMIT_S = 3600


def _tool(name: str) -> Any:
    """Return a module of the tool, which does not belong to an installed package."""
    if str(_ROOT) not in sys.path:
        sys.path.append(str(_ROOT))
    return importlib.import_module(f"tools.conformance.{name}")


@cache
def _golden(release: str) -> Any:
    return _tool("golden").of(release)


@cache
def _cases(release: str) -> list[dict[str, Any]]:
    made = _tool("cases").make(_golden(release).inventory)
    share = _tool("cases").share
    return [{"colours": ["sync" if share(case["id"], _AWAITED) else "async"], **case} for case in made]


def _report(release: str) -> Any:
    return _tool("report").Report(_tool("intended").Intended(release))


def _check(report: Any, release: str) -> None:
    if report.unlisted:
        pytest.fail(report.text({case["id"]: case for case in _cases(release)}, release), pytrace=False)


_PARTS = [
    pytest.param(release, share, marks=pytest.mark.heavy if release != _RELEASES[0] and share % 2 else ())
    for release in _RELEASES
    for share in range(_SHARES)
]
"""All shares of the cases of each release. Half of those with a later release are heavy."""


@pytest.mark.parametrize(("release", "share"), _PARTS)
def test_every_call_ends_as_it_did_officially(release: str, share: int) -> None:
    chosen = [
        case
        for case in _cases(release)
        if case["id"] in _golden(release).cases
        and _tool("cases").share(case["id"][::-1], _SHARES) == share
        and not _tool("shapes").depends_on_pydantic(case["id"].partition("/")[2])
    ]
    report = _report(release)
    for case_id, backend, colour, outcome in _tool("runner").run(chosen):
        key = (case_id, backend, colour)
        report.take(key, outcome, _golden(release).outcome(key))
    _check(report, release)


@pytest.mark.parametrize("release", _RELEASES)
def test_what_is_offered_is_what_was_offered_officially(release: str) -> None:
    methods = _tool("table").METHODS
    nouns = sorted({method.name.rpartition(".")[0] for method in methods})
    report = _report(release)
    report.take_inventories(_tool("inventory").take(nouns, _tool("cases").roots()), _golden(release).inventory)
    _check(report, release)


def test_every_method_of_a_listed_noun_is_in_the_table() -> None:
    offered = {name for release in _RELEASES for name in _golden(release).inventory["methods"]}
    assert {method.name for method in _tool("table").METHODS} == offered


def test_every_case_has_an_outcome() -> None:
    first, newest = (_cases(release) for release in _RELEASES)
    recorded = set(_golden(_RELEASES[0]).cases)
    assert {case["id"] for case in first} == recorded, "run python -m tools.conformance --record"
    lacking = {case["id"] for case in newest} - recorded - set(_golden(_RELEASES[1]).cases)
    assert not lacking, "run python -m tools.conformance --record"
    assert len(first) > 24_000
    assert len(newest) > 40_000
    assert sum("steps" in case for case in first) > 800
    assert sum("is_live" in case for case in first) > 4_000


@pytest.mark.parametrize(
    ("ours", "theirs", "paths"),
    [
        ({"topK": 1, "args": {"a_b": 1}}, {"top_k": 1.0, "args": {"a_b": 1}}, []),
        ({"properties": {"a_b": {"minItems": 1}}}, {"properties": {"a_b": {"min_items": 1}}}, []),
        ({"functionResponse": {"response": {"a_b": 1}}}, {"function_response": {"response": {"a_b": 1}}}, []),
        ({"top_k": 1}, {"top_k": 1}, [".top_k", ".topK"]),
        ({"args": {"aB": 1}}, {"args": {"a_b": 1}}, [".args.aB", ".args.a_b"]),
        ({"isOn": True}, {"is_on": 1}, [".isOn"]),
        ({"list": [1, 2]}, {"list": [2, 1]}, [".list[]", ".list[]"]),
    ],
)
def test_only_what_is_meant_is_made_alike(ours: Any, theirs: Any, paths: list[str]) -> None:
    sent = [{"requests": [{"method": "POST", "path": "/", "headers": {}, "body": body}]} for body in (ours, theirs)]
    found = _tool("compare").differences(*sent)
    assert [(one.kind, one.path) for one in found] == [("request", f"[].body{path}") for path in paths]


def test_a_refusal_by_one_side_alone_is_a_difference() -> None:
    sent = {"requests": [{"method": "GET", "path": "/", "headers": {}}], "results": [1]}
    refused = {"requests": [], "raised": {"refused": True, "families": ["ValueError"]}}
    broken = {"requests": [], "raised": {"refused": True, "families": ["AttributeError"]}}
    differences = _tool("compare").differences
    assert [one.path for one in differences(refused, sent)] == ["only ours"]
    assert [one.path for one in differences(sent, refused)] == ["only theirs"]
    assert [one.path for one in differences(broken, refused)] == ["by breaking"]
    assert differences(refused, broken) == []


def test_programs_are_compared_step_by_step() -> None:
    done = {"requests": [], "results": [{"called": ["f(1)"]}]}
    other = {"requests": [], "results": [{"called": ["f(2)"]}]}
    refused = {"requests": [], "raised": {"refused": True, "families": ["ValueError"]}}
    differences = _tool("compare").differences
    assert differences({"steps": [done, refused]}, {"steps": [done, refused]}) == []
    found = differences({"steps": [done, other, refused]}, {"steps": [done, done, done]})
    assert [(one.kind, one.path) for one in found] == [
        ("result", "steps[1] [].called[]"),
        ("refusal", "steps[2] only ours"),
    ]
    assert [one.path for one in differences({"steps": [refused]}, {"steps": [done, done]})] == ["steps[0] only ours"]


def test_one_case_can_be_run_alone() -> None:
    command = [sys.executable, "-m", "tools.conformance", "--case"]
    done = subprocess.run(  # noqa: S603
        [*command, "models.get/call/config empty"], cwd=_ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.count("same as 1.51.0") == 4
    assert '"path": "/v1beta1/publishers/google/models/m"' in done.stdout
    wrong = subprocess.run([*command, "models.get/call/x"], cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert wrong.returncode == 1
    assert "no case has the id 'models.get/call/x'; the nearest ids:\n    models.get/call/" in wrong.stderr


def test_the_differences_of_one_case_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    text, all_intended = _tool("single").check("models.get/call/model 'm#x'", ["1.51.0"])
    assert all_intended
    assert "intended  A name that would address another resource is refused" in text
    other = {"requests": [{"method": "GET", "path": "/other", "headers": {}}], "results": []}
    monkeypatch.setattr(_tool("golden").Golden, "outcome", lambda self, key: other)
    text, all_intended = _tool("single").check("models.get/call/config empty", ["1.51.0"])
    assert not all_intended
    assert 'request [].path\n        ours      "/v1beta/models/m"\n        theirs    "/other"' in text


# Interactions, which are compared with one release only


@cache
def _golden_interactions() -> Any:
    return _tool("golden").Golden(_tool("interactions").RECORDED)


@cache
def _interactions() -> list[dict[str, Any]]:
    share = _tool("cases").share
    made = _tool("interactions_cases").make()
    return [{"colours": ["sync" if share(case["id"], _AWAITED) else "async"], **case} for case in made]


@pytest.mark.parametrize("share", range(_SHARES_OF_INTERACTIONS))
def test_every_call_of_interactions_ends_as_it_did_officially(share: int) -> None:
    tool = _tool("interactions")
    report = _tool("report").Report(_tool("intended").Intended(tool.CONTRACT, tool.INTENDED))
    chosen = [
        case for case in _interactions() if _tool("cases").share(case["id"][::-1], _SHARES_OF_INTERACTIONS) == share
    ]
    assert len(chosen) > 1_000
    for case_id, backend, colour, outcome in _tool("interactions_runner").run(chosen):
        key = (case_id, backend, colour)
        report.take(key, outcome, _golden_interactions().outcome(key))
    if report.unlisted:
        pytest.fail(report.text({case["id"]: case for case in chosen}), pytrace=False)


def test_every_case_of_interactions_has_an_outcome() -> None:
    hint = "run python -m tools.conformance.interactions --record"
    assert {case["id"] for case in _interactions()} == set(_golden_interactions().cases), hint


@pytest.mark.heavy
def test_the_release_with_interactions_agrees() -> None:
    command = [sys.executable, "-m", "tools.conformance.interactions"]
    finished = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=_LIMIT_S)  # noqa: S603
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.heavy
def test_the_releases_themselves_agree() -> None:
    command = [sys.executable, "-m", "tools.conformance"]
    finished = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=_LIMIT_S)  # noqa: S603
    assert finished.returncode == 0, finished.stdout + finished.stderr
