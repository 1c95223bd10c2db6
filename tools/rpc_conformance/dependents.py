"""Which names of `google.ai.generativelanguage` other packages use, read from their wheels:

python -m pip download --no-deps -d FOLDER google-generativeai==0.8.6 ...
python -m tools.rpc_conformance.dependents FOLDER/*.whl > contract/generativelanguage/dependents.json
"""

from __future__ import annotations

import ast
import json
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator

_PACKAGE = "google.ai.generativelanguage"


def main() -> int:
    found: dict[str, list[str]] = {}
    for path in sys.argv[1:]:
        with zipfile.ZipFile(path) as wheel:
            names: set[str] = set()
            for member in wheel.namelist():
                if member.endswith(".py"):
                    names.update(_names(ast.parse(wheel.read(member))))
        if names:
            found["-".join(path.rpartition("/")[2].split("-")[:2])] = sorted(names)
    print(json.dumps(found, indent=1))
    return 0


def _names(tree: ast.Module) -> Iterator[str]:
    """Yield the full names of modules and attributes that a module imports or uses through an imported module."""
    module_of: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith(_PACKAGE):
                    yield alias.name
                    if alias.asname:
                        module_of[alias.asname] = alias.name
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("google.ai"):
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                if name.startswith(_PACKAGE) and alias.name != "*":
                    yield name
                    module_of[alias.asname or alias.name] = name
    attributes: defaultdict[str, set[str]] = defaultdict(set)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            parts = _parts(node)
            if parts and parts[0] in module_of:
                attributes[module_of[parts[0]]].add(".".join(parts[1:]))
    for module, used in attributes.items():
        for name in used:
            yield f"{module}.{name}"


def _parts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute) and (before := _parts(node.value)):
        return [*before, node.attr]
    return []


if __name__ == "__main__":
    sys.exit(main())
