"""The imports of the package go one way: no circle of modules, no circle of folders."""

from __future__ import annotations

from pathlib import Path

from tools.import_graph import Package, circles, folders

import genai_local

PACKAGE = Package(Path(genai_local.__file__).parent, "genai_local")
EDGES = {(each.source, each.target) for each in PACKAGE.imports()}


def test_no_circle_of_modules():
    assert circles(EDGES) == []


def test_no_circle_of_folders():
    assert circles(folders(EDGES, PACKAGE.files)) == []


def test_every_folder_is_checked():
    imported = {target for _, target in folders(EDGES, PACKAGE.files)}
    assert {
        "protocol",
        "protocol.messages",
        "state",
        "scripting",
        "engines",
        "engines.calling",
        "framework",
    } <= imported


def test_lower_folders_do_not_know_higher_ones():
    folders_upwards = ["protocol", "media", "state", "limits", "scripting", "engines", "framework", "voice", "services"]
    level = {name: index for index, name in enumerate(folders_upwards)}

    def level_of(module: str) -> int:
        return level.get(module.partition(".")[0], len(level))  # modules outside the folders assemble the server

    assert [edge for edge in EDGES if level_of(edge[0]) < level_of(edge[1])] == []
