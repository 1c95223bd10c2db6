"""Official clients upload, list, read and delete files, and use cached contents."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.heavy


@pytest.fixture
def step(files_report):
    """Return the result of a step; skip if the client does not support it."""

    def found(name: str):
        if files_report[name] is None:
            pytest.skip(f"{files_report['client']} has files on the Developer API only")
        return files_report[name]

    return found


def test_the_developer_api_has_all_steps(files_report):
    if files_report["surface"] != "gemini":
        pytest.skip("files are of the Developer API only")
    assert None not in files_report.values()


def test_uploads(step):
    found = step("uploaded")
    size, sha256 = found["expected"]
    for way in ("blocking", "async"):
        assert found[way] == {
            "size": size,
            "sha256": sha256,
            "mime_type": "application/x-large",
            "display_name": "Größe",
            "state": "PROCESSING",
            "source": "UPLOADED",
            "lifetime_s": 48 * 3600,
        }


def test_lists(step):
    names = ["files/three", "files/two", "files/one"]
    assert step("listed") == {"found": names, "gone": 403, "taken": 409, "kept": "files/one"}


def test_a_file_in_a_prompt(step):
    assert step("read") == "This is a scripted reply to: The sky is green.\nWhich colour?"


def test_processing(step):
    assert step("processed") == {"states": ["PROCESSING", "PROCESSING", "FAILED"], "error": [3, "Not a film."]}


def test_caches(step, files_report):
    gone = 403 if files_report["surface"] == "gemini" else 404
    assert step("cached") == {
        "tokens": 6,
        "model": "gemini-2.5-flash",
        "display_name": "Story",
        "lifetime_s": [600, 7200],
        "listed": True,
        "text": "This is a scripted reply to: four five",
        "usage": [8, 6],
        "gone": [gone, gone],
    }
