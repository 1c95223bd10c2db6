"""The import graph of a package: every import, at any place in a file, and the circular imports.

    python -m tools.import_graph packages/google-genai/src/google/genai google.genai
    python -m tools.import_graph packages/genai-local/src/genai_local genai_local --folders

Counts imports at the top of a module, in functions, under `TYPE_CHECKING`, and by `import_module` with a constant name.
Only syntax trees are read; nothing is imported.
"""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Import:
    """One import of a module of the package."""

    source: str
    target: str
    line: int
    for_checkers: bool
    """Under `TYPE_CHECKING`: never executed."""


class Package:
    """The modules of a package by their name relative to it; the package itself has the empty name."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self.name = name
        self.files = {self._module(path): path for path in sorted(root.rglob("*.py"))}

    def _module(self, path: Path) -> str:
        parts = path.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def imports(self) -> list[Import]:
        """Return every import of one module of the package by another."""
        return [found for module, path in self.files.items() for found in self._imports_of(module, path)]

    def _imports_of(self, module: str, path: Path) -> Iterator[Import]:
        tree = ast.parse(path.read_text())
        package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
        package = [part for part in package if part]
        hidden = _for_checkers(tree)
        for node in ast.walk(tree):
            for target in self._targets(node, package):
                if target != module:
                    yield Import(module, target, getattr(node, "lineno", 0), id(node) in hidden)

    def _targets(self, node: ast.AST, package: list[str]) -> Iterator[str]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from self._below(alias.name)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = package[: len(package) - node.level + 1]
                stem = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            else:
                found = list(self._below(node.module or ""))
                if not found:
                    return
                stem = found[0]
            for alias in node.names:
                inner = f"{stem}.{alias.name}".strip(".")
                yield inner if inner in self.files else stem
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                if name.value.startswith("."):
                    yield ".".join([*package, name.value.lstrip(".")])
                else:
                    yield from self._below(name.value)

    def _below(self, name: str) -> Iterator[str]:
        """Yield the name of a module relative to the package, if the module is part of it."""
        if name == self.name or name.startswith(self.name + "."):
            yield name.removeprefix(self.name).lstrip(".")


def foreign_imports(path: Path) -> list[tuple[str, int]]:
    """Return the absolute imports that a file executes, with their lines; those for checkers are left out."""
    tree = ast.parse(path.read_text())
    hidden = _for_checkers(tree)
    found: list[tuple[str, int]] = []
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.append((node.module or "", node.lineno))
    return found


def _for_checkers(tree: ast.Module) -> set[int]:
    """Return the ids of the nodes under `TYPE_CHECKING`."""
    return {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }


def circles(edges: set[tuple[str, str]]) -> list[list[str]]:
    """Return the strongly connected components with more than one member, each sorted, by Tarjan's algorithm."""
    following: dict[str, set[str]] = {}
    for source, target in edges:
        following.setdefault(source, set()).add(target)
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = lowest[node] = len(order)
        stack.append(node)
        for other in sorted(following.get(node, ())):
            if other not in order:
                visit(other)
                lowest[node] = min(lowest[node], lowest[other])
            elif other in stack:
                lowest[node] = min(lowest[node], order[other])
        if lowest[node] == order[node]:
            members = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(members) > 1:
                found.append(sorted(members))

    for node in sorted(following):
        if node not in order:
            visit(node)
    return sorted(found, key=lambda members: (-len(members), members))


def folders(edges: set[tuple[str, str]], files: dict[str, Path]) -> set[tuple[str, str]]:
    """Return the imports between folders: a module counts as the folder that contains it."""

    def folder(module: str) -> str:
        return module if files[module].name == "__init__.py" else module.rpartition(".")[0]

    return {
        (folder(source), folder(target))
        for source, target in edges
        if source in files and target in files and folder(source) != folder(target)
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("name")
    parser.add_argument("--folders", action="store_true", help="circles among folders instead of modules")
    given = parser.parse_args()
    package = Package(given.root, given.name)
    imports = package.imports()
    edges = {(each.source, each.target) for each in imports}
    if given.folders:
        edges = folders(edges, package.files)
    for members in circles(edges):
        print(f"{len(members)}: {', '.join(members)}")
        if len(members) <= 12:
            for each in imports:
                if each.source in members and each.target in members:
                    print(f"    {each.source}:{each.line} -> {each.target}{' (checkers)' if each.for_checkers else ''}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
