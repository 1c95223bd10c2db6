"""Write the files that follow from others: TypedDict twins, the index of types, the async shells.

    python tools/gen.py            write them
    python tools/gen.py --check    fail, and name the files, when one is not what its source says

Only the syntax trees of the sources are read; nothing is imported. A generated file is never edited by hand.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "packages/google-genai/src/google/genai"
TYPES = PACKAGE / "types"
NOT_PUBLIC_MODULES = {"__init__", "_base", "_index"}
WITHOUT_DICT = {"UserContent", "ModelContent", "JSONSchema"}  # built from values, or never sent as such
PRIVATE_BUT_IMPORTED = {"_GenerateContentParametersDict"}  # other packages import it from `types`
SHELLS = (
    "models",
    "files",
    "caches",
    "batches",
    "tunings",
    "file_search_stores",
    "documents",
    "tokens",
    "operations",
    "chats",
)


def main() -> int:
    files = {**typed_dicts(), **index(), **async_shells()}
    files = {path: formatted(path, text) for path, text in files.items()}
    stale = [path for path, text in files.items() if not path.exists() or path.read_text() != text]
    surplus = [
        path for folder in ("types/_dicts", "_aio") for path in (PACKAGE / folder).glob("*.py") if path not in files
    ]
    if "--check" in sys.argv[1:]:
        for path in stale + surplus:
            print(f"{path.relative_to(ROOT)} does not follow from its source; run `make gen`")
        return 1 if stale or surplus else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path])
    for path in surplus:
        path.unlink()
    return 0


def formatted(path: Path, text: str) -> str:
    for action in (["check", "--select", "I,F401", "--fix"], ["format"]):
        command = [sys.executable, "-m", "ruff", *action, "--quiet", "--stdin-filename", str(path), "-"]
        text = subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return text


# Types


def type_modules() -> dict[str, ast.Module]:
    """Return the syntax trees of the modules that define public types, by module name."""
    paths = sorted(path for path in TYPES.glob("_*.py") if path.stem not in NOT_PUBLIC_MODULES)
    return {path.stem: ast.parse(path.read_text()) for path in paths}


def defined_names(module: ast.Module) -> list[str]:
    names: list[str] = []
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names.append(node.targets[0].id)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
        elif isinstance(node, ast.If):  # definitions that differ between checkers and run time
            names += defined_names(ast.Module(body=node.orelse, type_ignores=[]))
    return [name for name in dict.fromkeys(names) if not name.startswith("_") or name in PRIVATE_BUT_IMPORTED]


def model_classes(modules: dict[str, ast.Module]) -> dict[str, dict[str, ast.ClassDef]]:
    """Return the model classes of each module: those that derive, directly or not, from `Model`."""
    bases = {
        (name, node.name): {ast.unparse(base).split(".")[-1] for base in node.bases}
        for name, module in modules.items()
        for node in module.body
        if isinstance(node, ast.ClassDef)
    }
    models: set[str] = {"Model"}
    while True:
        more = {cls for (_, cls), parents in bases.items() if parents & models} - models
        if not more:
            break
        models |= more
    models_of_api = {cls for (_, cls) in bases if cls in models}
    return {
        name: {
            node.name: node
            for node in module.body
            if isinstance(node, ast.ClassDef) and node.name in models_of_api and not node.name.startswith("_")
        }
        for name, module in modules.items()
    }


def twins(modules: dict[str, ast.Module]) -> dict[str, list[str]]:
    """Return the names of the models that have a TypedDict twin, by module."""
    return {
        module: [name for name in classes if name not in WITHOUT_DICT]
        for module, classes in model_classes(modules).items()
    }


def unions_with_models(modules: dict[str, ast.Module], home: dict[str, str]) -> dict[str, dict[str, ast.expr]]:
    """Return the unions that get a form with dicts from here: those that stand beside models, by module and name."""
    classes = model_classes(modules)
    return {
        module: {
            node.targets[0].id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id.endswith("Union")
            and node.targets[0].id + "Dict" not in home
        }
        for module, tree in modules.items()
        if classes[module]
    }


def index() -> dict[Path, str]:
    modules = type_modules()
    home = {name: module for module, tree in modules.items() for name in defined_names(tree)}
    unions = unions_with_models(modules, home)
    dicts = {
        twin: f"_dicts.{module}"
        for module, names in twins(modules).items()
        for name in names
        for twin in (f"{name}Dict", f"{name}OrDict")
    } | {f"{name}Dict": f"_dicts.{module}" for module, names in unions.items() for name in names}
    lines = "\n".join(f'    "{name}": "{module}",' for name, module in sorted((home | dicts).items()))
    table = f'"""Which module holds which type. Generated by tools/gen.py; do not edit."""\n\nMODULE_OF: dict[str, str] = {{\n{lines}\n}}\n'
    by_module: dict[str, list[str]] = {}
    for name, module in sorted((home | dicts).items()):
        by_module.setdefault(module, []).append(name)
    stub = '"""What checkers and editors see of the types. Generated by tools/gen.py; do not edit."""\n\n' + "\n".join(
        f"from .{module} import (\n" + "".join(f"    {name} as {name},\n" for name in names) + ")"
        for module, names in sorted(by_module.items())
    )
    stub += "\n\ndef __dir__() -> list[str]: ...\n"
    return {TYPES / "_index.py": table, TYPES / "__init__.pyi": stub}


def typed_dicts() -> dict[Path, str]:
    modules = type_modules()
    classes = model_classes(modules)
    named = {name: module for module, names in twins(modules).items() for name in names}
    home = {name: module for module, tree in modules.items() for name in defined_names(tree)}
    unions = unions_with_models(modules, home)
    union_home = {name: module for module, names in unions.items() for name in names}
    files: dict[Path, str] = {
        TYPES
        / "_dicts/__init__.py": '"""The types as TypedDicts, for static checkers. Generated by tools/gen.py; do not edit."""\n'
    }
    for module, models in classes.items():
        if not any(name in named for name in models):
            continue
        body: list[str] = []
        used_types: set[str] = set()
        used_dicts: set[str] = set()
        names = _Names(named, home, union_home, used_types, used_dicts)
        for name, node in models.items():
            if name not in named:
                continue
            body.append(f"class {name}Dict(TypedDict, total=False):")
            body.append(f'    """The fields of `{name}` as a dict."""\n')
            for field, annotation, doc in fields_of(node, models):
                body.append(f"    {field}: {dict_annotation(annotation, names)}")
                if doc:
                    body.append(f"    {literal(doc)}\n")
            body.append(f"\n\n{name}OrDict = Union[{name}, {name}Dict]\n")
            used_types.add(name)
        for name, union in unions.get(module, {}).items():
            plain = [ast.unparse(member) for member in members_of(union)]
            rewritten = [dict_annotation(member, names) for member in members_of(union)]
            more = [new for old, new in zip(plain, rewritten, strict=True) if old != new]
            body.append(f"{name}Dict = Union[{', '.join([name, *more])}]")
            body.append(f'"""What makes a `{name}`, dicts included."""\n')
            used_types.add(name)
        text = "\n".join(body)
        head = [f'"""Generated by tools/gen.py from types/{module}.py; do not edit."""\n']
        head.append("from __future__ import annotations\n")
        if "datetime." in text:
            head.append("import datetime")
        if re.search(r"\bEnum\b", text):
            head.append("from enum import Enum")
        if "Callable[" in text:
            head.append("from collections.abc import Callable")
        typing_names = [name for name in ("Any", "Literal", "Union") if re.search(rf"\b{name}\b", text)]
        head.append(f"from typing import {', '.join(typing_names)}\n")
        if "pydantic." in text:
            head.append("import pydantic")
        head.append("from typing_extensions import TypedDict\n")
        by_module: dict[str, list[str]] = {}
        for name in sorted(used_types):
            by_module.setdefault(f"..{home[name]}", []).append(name)
        for name in sorted(used_dicts):
            source = named.get(name) or union_home[name]
            if source != module:
                by_module.setdefault(f".{source}", []).append(f"{name}Dict")
        head += [f"from {source} import {', '.join(names)}" for source, names in sorted(by_module.items())]
        files[TYPES / f"_dicts/{module}.py"] = "\n".join(head) + "\n\n\n" + text
    return files


def fields_of(node: ast.ClassDef, siblings: dict[str, ast.ClassDef]) -> list[tuple[str, ast.expr, str | None]]:
    found: list[tuple[str, ast.expr, str | None]] = []
    for base in node.bases:
        parent = siblings.get(ast.unparse(base))
        if parent is not None and parent is not node:
            found += fields_of(parent, siblings)
    for position, item in enumerate(node.body):
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and not item.target.id.startswith("_"):
            if ast.unparse(item.annotation).startswith(("ClassVar", "Final")):
                continue
            following = node.body[position + 1] if position + 1 < len(node.body) else None
            doc = None
            if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                doc = str(following.value.value)
            found.append((item.target.id, item.annotation, doc))
    return found


def literal(doc: str) -> str:
    return '"""' + doc.replace("\\", "\\\\") + '"""'


def members_of(union: ast.expr) -> list[ast.expr]:
    """Return the members of `Union[...]`."""
    if isinstance(union, ast.Subscript) and isinstance(union.slice, ast.Tuple):
        return union.slice.elts
    raise SystemExit(f"write {ast.unparse(union)} as Union[...]")


@dataclass
class _Names:
    """What the names in annotations are, and which of them a file needs."""

    named: dict[str, str]
    """Models with a twin, and their modules."""
    home: dict[str, str]
    """Everything public, and its module."""
    unions: dict[str, str]
    """Unions whose form with dicts is written here, and their modules."""
    types: set[str]
    dicts: set[str]


def dict_annotation(annotation: ast.expr, names: _Names) -> str:
    """Return the annotation with marks dropped and models replaced by their twins."""

    class Rewrite(ast.NodeTransformer):
        def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
            if ast.unparse(node.value) == "Annotated":
                inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
                return self.visit(inner)
            if ast.unparse(node.value) == "Literal":
                return node
            if ast.unparse(node.value) == "Optional":
                return self.visit(ast.BinOp(node.slice, ast.BitOr(), ast.Constant(None)))
            return self.generic_visit(node)

        def visit_Constant(self, node: ast.Constant) -> ast.AST:
            return self.visit(ast.parse(node.value, mode="eval").body) if isinstance(node.value, str) else node

        def visit_Name(self, node: ast.Name) -> ast.AST:
            if node.id in names.named or node.id in names.unions:
                names.dicts.add(node.id)
                return ast.Name(f"{node.id}Dict")
            if node.id + "Dict" in names.home:  # a union that has a form with dicts
                names.types.add(node.id + "Dict")
                return ast.Name(node.id + "Dict")
            if node.id in names.home:
                names.types.add(node.id)
            return node

    return ast.unparse(ast.fix_missing_locations(Rewrite().visit(annotation)))


# Async shells

RUNS = {
    "_run": ("async def", "return await self._run"),
    "_stream": ("async def", "return await self._stream"),
    "_pages": ("async def", "return await self._pages"),
}


def async_shells() -> dict[Path, str]:
    files: dict[Path, str] = {
        PACKAGE
        / "_aio/__init__.py": '"""The async twins of the public classes. Generated by tools/gen.py; do not edit."""\n'
    }
    for module in SHELLS:
        source = (PACKAGE / f"{module}.py").read_text()
        files[PACKAGE / f"_aio/{module}.py"] = async_module(module, source)
    return files


def async_module(module: str, source: str) -> str:
    """Return the async twin of a module of shells. Raises `SystemExit` for a shell that does more than it may."""
    tree = ast.parse(source)
    lines = source.splitlines()
    out: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            out.append(f'"""Generated by tools/gen.py from {module}.py; do not edit."""\n')
        elif isinstance(node, ast.ClassDef):
            out.append(f"class Async{node.name}({', '.join(map(async_base, node.bases))}):")
            for item in node.body:
                out.append(async_member(module, node.name, item, lines))  # noqa: PERF401
            out.append("\n")
        elif isinstance(node, (ast.Import, ast.ImportFrom, ast.If, ast.Assign)):
            text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            text = "\n".join(line for line in text.splitlines() if "._aio" not in line)
            if text.endswith("if TYPE_CHECKING:"):
                continue
            text = text.replace(", async_twin", "")
            text = re.sub(r"from \.(?=\w|\s)", lambda match: "from .." if match[0] == "from ." else match[0], text)
            out.append(asynchronous(text))
    return "\n".join(out)


def async_base(base: ast.expr) -> str:
    """Return the base of an async class; a private one is of no colour."""
    name = ast.unparse(base)
    return name if name.startswith("_") else f"Async{name}"


def async_member(module: str, owner: str, item: ast.stmt, lines: list[str]) -> str:
    start = min([item.lineno, *(deco.lineno for deco in getattr(item, "decorator_list", []))])
    text = "\n".join(lines[start - 1 : item.end_lineno])
    if not isinstance(item, ast.FunctionDef):
        return asynchronous(text) + "\n"
    if any(ast.unparse(deco) == "property" for deco in item.decorator_list):
        return asynchronous(text) + "\n"
    if any(ast.unparse(deco) == "overload" for deco in item.decorator_list):
        return asynchronous(re.sub(r"\bdef ", "async def ", text, count=1))
    where = f"{module}.py: {owner}.{item.name}"
    body = item.body[1:] if isinstance(item.body[0], ast.Expr) else item.body
    if item.name == "__init__" or (len(body) == 1 and makes_an_object(body[0])):
        return asynchronous(text) + "\n"
    if len(body) != 1 or not isinstance(body[0], ast.Return):
        raise SystemExit(f"{where} does more than a shell may: a signature, a docstring, one return")
    call = body[0].value
    runner = ast.unparse(call.func).removeprefix("self.") if isinstance(call, ast.Call) else ""
    if runner not in RUNS:
        raise SystemExit(f"{where} must return one of self.{', self.'.join(RUNS)}(...)")
    keyword, returned = RUNS[runner]
    text = re.sub(r"\bdef ", f"{keyword} ", text, count=1)
    text = text.replace(f"return self.{runner}", returned)
    return asynchronous(text) + "\n"


def makes_an_object(statement: ast.stmt) -> bool:
    """Tell whether a shell calls a class or a function, and not the object itself: nothing in it is awaited."""
    call = statement.value if isinstance(statement, ast.Return) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name)


def asynchronous(text: str) -> str:
    """Return source text with the names of the synchronous world replaced by their async twins."""
    for name in ("Pager", "Stream", "Resource", "Documents", "Chat", "Chats"):
        text = re.sub(rf"\b{name}\b", f"Async{name}", text)
    text = re.sub(r"(: |import )Models\b", r"\1AsyncModels", text)
    text = re.sub(r"(?m)^(\s*)for (\w+) in client\.", r"\1async for \2 in await client.", text)
    text = re.sub(r"\bclient\.chats\.", "client.aio.chats.", text)
    text = re.sub(r"(?m)^(\s*)for (\w+) in chat\.", r"\1async for \2 in await chat.", text)
    text = re.sub(r"(?<!await )\bchat\.(?=send_)", "await chat.", text)
    text = re.sub(r"(?<!await )\bclient\.(?!aio\b)(?=\w+\.\w+\()", "await client.aio.", text)
    text = text.replace("time.sleep(", "await asyncio.sleep(")
    return text.replace("await await ", "await ")


if __name__ == "__main__":
    sys.exit(main())
