"""Generate the files that are derived from others: TypedDicts, indexes and stubs of types, the nouns of clients, async twins.

    python tools/gen.py            write them
    python tools/gen.py --check    fail, and print the names of the files that differ from what would be generated

Only the syntax trees of the sources are read; nothing is imported. A generated file is never edited by hand.
"""

from __future__ import annotations

import ast
import copy
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools.generated_files import update  # noqa: E402 - found by the line above
from tools.interactions.generate import generated  # noqa: E402

PACKAGE = ROOT / "packages/google-genai/src/google/genai"
TYPES = PACKAGE / "types"
INTERACTIONS = PACKAGE / "_interactions/types"
MODEL_BASES = {"Model", "SnakeCaseModel"}
WITHOUT_DICT = {"UserContent", "ModelContent", "JSONSchema"}  # created from values, or not sent in this form
PRIVATE_BUT_IMPORTED = {"_GenerateContentParametersDict"}  # other packages import it from `types`


def main() -> int:
    files = formatted({**typed_dicts(), **stubs(), **index(), **generated(INTERACTIONS), **nouns(), **async_shells()})
    folders = (PACKAGE / "types/_dicts", PACKAGE / "_aio", INTERACTIONS / "models", INTERACTIONS / "params")
    surplus = [path for folder in folders for path in folder.glob("*.py*") if path.is_file() and path not in files]
    surplus += [path for path in TYPES.glob("*.pyi") if path not in files]
    return update(files, surplus, is_check="--check" in sys.argv[1:])


def formatted(files: dict[Path, str]) -> dict[Path, str]:
    """Return the files with imports sorted, unused ones removed, and the layout of the formatter."""
    ruff = [sys.executable, "-m", "ruff"]
    settings = ["--quiet", "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    with TemporaryDirectory() as folder:
        copies = {path: Path(folder) / path.relative_to(ROOT) for path in files}
        for path, copy in copies.items():
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(files[path])
        for action in (["check", "--select", "I,F401,UP037", "--fix"], ["format"]):
            subprocess.run([*ruff, *action, *settings, folder], check=True)
        return {path: copy.read_text() for path, copy in copies.items()}


# Types


def type_modules() -> dict[str, ast.Module]:
    """Return the syntax trees of the modules that define public types, by module name."""
    trees = {path.stem: ast.parse(path.read_text()) for path in sorted(TYPES.glob("_*.py"))}
    types = derived({*MODEL_BASES, "CaseInSensitiveEnum", "TypedDict"}, trees)
    return {
        name: tree
        for name, tree in trees.items()
        if any(defined in types or defined.endswith(("Union", "UnionDict")) for defined in defined_names(tree))
        and name not in ("__init__", "_base")
    }


def derived(roots: set[str], modules: dict[str, ast.Module]) -> set[str]:
    """Return the names of the classes that derive, directly or not, from the roots."""
    bases = [
        (node.name, {ast.unparse(base).split(".")[-1] for base in node.bases})
        for module in modules.values()
        for node in module.body
        if isinstance(node, ast.ClassDef)
    ]
    found: set[str] = set()
    while more := {name for name, parents in bases if parents & (roots | found)} - found:
        found |= more
    return found


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
    """Return the public model classes of each module."""
    models = derived(MODEL_BASES, modules)
    return {
        name: {
            node.name: node
            for node in module.body
            if isinstance(node, ast.ClassDef) and node.name in models and not node.name.startswith("_")
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
    """Return the unions that need a form with dicts: those in modules with models, by module and name."""
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
    by_module: dict[str, list[str]] = {}
    for name, module in sorted((home | dicts).items()):
        by_module.setdefault(module, []).append(name)
    table = '"""The module of each type. Generated by tools/gen.py; do not edit."""\n\n_NAMES = {\n'
    for module, names in sorted(by_module.items()):
        table += f'    "{module}": """\n{filled(names, " ")}\n    """,\n'
    table += "}\nMODULE_OF = {name: module for module, names in _NAMES.items() for name in names.split()}\n"
    stub = '"""The types as checkers and editors see them. Generated by tools/gen.py; do not edit."""\n\n'
    stub += "# fmt: off\n# isort: off\n"
    for module, names in sorted(by_module.items()):
        stub += f"from .{module} import (\n{filled([f'{name} as {name}' for name in names], ', ')},\n)\n"
    stub += "\ndef __dir__() -> list[str]: ...\n"
    return {TYPES / "_index.py": table, TYPES / "__init__.pyi": stub}


def filled(items: list[str], separator: str) -> str:
    """Return the items on indented lines as long as they may be."""
    lines = [" " * 3]
    for item in items:
        if len(lines[-1]) + len(separator) + len(item) > 118:
            lines[-1] += separator.rstrip()
            lines.append(" " * 3)
        lines[-1] += (" " if lines[-1] == " " * 3 else separator) + item
    return "\n".join(lines)


def typed_dicts() -> dict[Path, str]:
    """Return the modules of the TypedDict twins, and their stubs, which accept all that the service's methods read."""
    modules = type_modules()
    files: dict[Path, str] = {
        TYPES
        / "_dicts/__init__.py": '"""The types as TypedDicts, for static checkers. Generated by tools/gen.py; do not edit."""\n'
    }
    for module in modules:
        for ending, accepting in ((".py", False), (".pyi", True)):
            text = twin_module(module, modules, accepting=accepting)
            if text is not None:
                files[TYPES / f"_dicts/{module}{ending}"] = text
    return files


def twin_module(module: str, modules: dict[str, ast.Module], *, accepting: bool) -> str | None:
    """Return the module with the twins of the models of a module; None if it has no such model."""
    names = _Names.of(modules, accepting=accepting)
    models = model_classes(modules)[module]
    body: list[str] = []
    for name, node in models.items():
        if name not in names.named:
            continue
        body.append(f"class {name}Dict(TypedDict, total=False):")
        body.append(f'    """The fields of `{name}` as a dict."""\n')
        for each in fields_of(node, all_classes(modules)):
            body.append(f"    {each.key}: {names.dict_annotation(each.annotation)}")
            if each.doc and not accepting:
                body.append(f"    {literal(each.doc)}\n")
        body.append(f"\n\n{name}OrDict = Union[{name}, {name}Dict]\n")
        names.types.add(name)
    if not body:
        return None
    for name, union in unions_with_models(modules, names.home)[module].items():
        plain = [ast.unparse(member) for member in members_of(union)]
        rewritten = [names.dict_annotation(member) for member in members_of(union)]
        more = [new for old, new in zip(plain, rewritten, strict=True) if old != new]
        body.append(f"{name}Dict = Union[{', '.join([name, *more])}]")
        if not accepting:
            body.append(f'"""A `{name}`, also as a dict."""\n')
        names.types.add(name)
    text = "\n".join(body)
    head = [f'"""Generated by tools/gen.py from types/{module}.py; do not edit."""\n']
    head.append("from __future__ import annotations\n")
    head.append(names.imports(text, module, from_dicts=True))
    return "\n".join(head) + "\n\n\n" + text


# Stubs of the types


def stubs() -> dict[Path, str]:
    """Return what checkers see of the modules of types: what their sources declare, but constructors, methods and unions
    accept every form of a value, while attributes have the one type that a reader gets.
    """
    modules = type_modules()
    return {TYPES / f"{module}.pyi": stub_of(module, modules) for module in modules}


def stub_of(module: str, modules: dict[str, ast.Module]) -> str:
    names = _Names.of(modules, accepting=True)
    classes = all_classes(modules)
    lines: list[str] = []
    for node in modules[module].body:
        lines += stub_statement(node, names, classes)
    text = "\n".join(lines)
    head = f'"""What checkers see of types/{module}.py. Generated by tools/gen.py; do not edit."""\n\n'
    head += "# pyright: reportIncompatibleVariableOverride=false, reportGeneralTypeIssues=false\n\n"
    return head + names.imports(text, module, from_dicts=False) + "\n" + text + "\n"


def stub_statement(node: ast.stmt, names: _Names, classes: dict[str, ast.ClassDef]) -> list[str]:
    """Return the lines of a stub for a statement of a module or of a class."""
    if isinstance(node, ast.If):  # definitions for checkers only
        return [line for item in node.body for line in stub_statement(item, names, classes)]
    if isinstance(node, ast.Expr):  # a docstring; editors find it in the source
        return []
    if isinstance(node, ast.ImportFrom) and node.module in (None, "_later"):  # their own modules are imported instead
        names.types |= {alias.name for alias in node.names if alias.name in names.home}
        return [] if names.home.keys() & {alias.name for alias in node.names} else [ast.unparse(node)]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return [stub_function(node, names)]
    if isinstance(node, ast.ClassDef):
        return stub_class(node, names, classes)
    if isinstance(node, ast.AnnAssign):
        return [f"{ast.unparse(node.target)}: {ast.unparse(node.annotation)}" + (" = ..." if node.value else "")]
    if isinstance(node, ast.Assign) and (members := union_members(node.value)):
        accepted = ", ".join(names.accepted(member, with_dicts=False) for member in members)
        return [f"{ast.unparse(node.targets[0])} = Union[{accepted}]"]
    return [ast.unparse(node)]


def stub_function(node: ast.FunctionDef | ast.AsyncFunctionDef, names: _Names) -> str:
    """Return the signature of a function; the parameters of a public one accept every form of a value."""
    signature = copy.deepcopy(node)
    if not node.name.startswith("_"):
        for parameter in [*signature.args.posonlyargs, *signature.args.args, *signature.args.kwonlyargs]:
            if parameter.annotation is not None:
                parameter.annotation = ast.parse(names.accepted(parameter.annotation), mode="eval").body
    signature.body = [ast.Expr(ast.Constant(...))]
    return ast.unparse(ast.fix_missing_locations(signature))


def stub_class(node: ast.ClassDef, names: _Names, classes: dict[str, ast.ClassDef]) -> list[str]:
    """Return a class with its attributes and the signatures of its methods.

    A public model gets a constructor with its fields. If its source has one for checkers, `**fields` there stands for
    them.
    """
    head = ast.ClassDef(node.name, node.bases, node.keywords, [ast.Pass()], node.decorator_list, type_params=[])
    lines = [ast.unparse(ast.fix_missing_locations(head)).rsplit("\n", 1)[0]]
    members = [line for item in node.body for line in stub_statement(item, names, classes)]
    if node.name in names.models and not node.name.startswith("_"):
        fields = fields_of(node, classes)
        parameters = [
            f"{name}: {names.accepted(field.annotation)}" + ("" if field.required else " = ...")
            for field in sorted(fields, key=lambda field: not field.required)
            for name in dict.fromkeys((field.name, field.key))
        ]
        written = ", ".join(parameters)
        position = next((at for at, line in enumerate(members) if line.startswith("def __init__(")), None)
        if position is not None:
            members[position] = members[position].replace("**fields: Any", f"*, {written}")
        else:
            star = "*, " if parameters else ""
            more = ", **fields: Any" if any(ast.unparse(each) == "extra='allow'" for each in node.keywords) else ""
            members.append(f"def __init__(self, {star}{written}{more}) -> None: ...")
    return [*lines, *(textwrap.indent(line, "    ") for line in members or ["..."]), ""]


@dataclass
class Field:
    """A field of a model as its source declares it."""

    name: str
    annotation: ast.expr
    required: bool
    doc: str | None
    key: str
    """Its name in a dict: an alias that is written next to it, if a dict of Python can have it, otherwise its own."""


def fields_of(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> list[Field]:
    """Return the fields of a model, inherited ones first; a field that a class declares again has its place and type."""
    found: dict[str, Field] = {}
    for base in node.bases:
        parent = classes.get(ast.unparse(base))
        if parent is not None and parent.name not in MODEL_BASES:  # one of the types is called Model as well
            found |= {field.name: field for field in fields_of(parent, classes)}
    for position, item in enumerate(node.body):
        if isinstance(item, ast.If):  # the annotation for checkers
            item = item.body[0]
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and not item.target.id.startswith("_"):
            if ast.unparse(item.annotation).startswith(("ClassVar", "Final")):
                continue
            following = node.body[position + 1] if position + 1 < len(node.body) else None
            doc = None
            if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                doc = str(following.value.value)
            arguments = (
                {each.arg: each.value for each in item.value.keywords} if isinstance(item.value, ast.Call) else {}
            )
            alias = ast.literal_eval(arguments.get("alias", ast.Constant("")))
            key = alias if alias.isidentifier() else item.target.id
            found[item.target.id] = Field(item.target.id, item.annotation, item.value is None, doc, key)
    return list(found.values())


def all_classes(modules: dict[str, ast.Module]) -> dict[str, ast.ClassDef]:
    return {node.name: node for tree in modules.values() for node in tree.body if isinstance(node, ast.ClassDef)}


def literal(doc: str) -> str:
    return '"""' + doc.replace("\\", "\\\\") + '"""'


def union_members(union: ast.expr) -> list[ast.expr] | None:
    """Return the members of `Union[...]`, also inside `Annotated`; None for any other expression."""
    if not isinstance(union, ast.Subscript) or not isinstance(union.slice, ast.Tuple):
        return None
    if ast.unparse(union.value) == "Annotated":
        return union_members(union.slice.elts[0])
    return union.slice.elts if ast.unparse(union.value) == "Union" else None


def members_of(union: ast.expr) -> list[ast.expr]:
    members = union_members(union)
    if members is None:
        raise SystemExit(f"write {ast.unparse(union)} as Union[...]")
    return members


@dataclass
class _Names:
    """The meaning of the names in annotations, and the names that a file needs."""

    named: dict[str, str]
    """Modules of the models that have a twin."""
    home: dict[str, str]
    """Modules of all public names."""
    unions: dict[str, str]
    """Modules of the unions whose form with dicts is generated."""
    models: set[str]
    enums: set[str]
    lists: dict[str, ast.expr]
    """Names that stand for `list[...]`."""
    accepting: bool
    """Whether an annotation contains every form in which a value is accepted, or the form that the models have."""
    types: set[str] = field(default_factory=set[str])
    dicts: set[str] = field(default_factory=set[str])

    @classmethod
    def of(cls, modules: dict[str, ast.Module], *, accepting: bool) -> _Names:
        home = {name: module for module, tree in modules.items() for name in defined_names(tree)}
        lists = {
            node.targets[0].id: node.value
            for tree in modules.values()
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            if ast.unparse(node.value).startswith("list[")
        }
        return cls(
            named={name: module for module, names in twins(modules).items() for name in names},
            home=home,
            unions={name: module for module, names in unions_with_models(modules, home).items() for name in names},
            models=derived(MODEL_BASES, modules),
            enums=derived({"CaseInSensitiveEnum", "Enum"}, modules),
            lists=lists,
            accepting=accepting,
        )

    def dict_annotation(self, annotation: ast.expr) -> str:
        """Return the annotation of a field for its twin."""
        return self.accepted(annotation) if self.accepting else self._rewritten(annotation, "Dict")

    def accepted(self, annotation: ast.expr, *, with_dicts: bool = True) -> str:
        """Return an annotation with every form in which its values are accepted.

        A model may be a dict, a list any sequence, a dict any mapping, and a member of an enum may be its value.
        """
        return self._rewritten(annotation, "OrDict" if with_dicts else "")

    def _rewritten(self, annotation: ast.expr, twin: str) -> str:
        """Return an annotation with marks dropped and the names of models followed by that of their twins' form."""
        names = self

        class Rewrite(ast.NodeTransformer):
            def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
                generic = ast.unparse(node.value)
                if generic == "Annotated":
                    return self.visit(node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice)
                if generic == "Literal":
                    return node
                if generic == "Optional":
                    return self.visit(ast.BinOp(node.slice, ast.BitOr(), ast.Constant(None)))
                rewritten = self.generic_visit(node)
                if names.accepting and isinstance(rewritten, ast.Subscript):
                    if generic == "list":
                        items = ast.unparse(rewritten.slice)
                        rewritten.value = ast.Name("SequenceNotStr" if items.endswith("str") else "Sequence")
                    elif generic == "dict" and ast.unparse(node.slice) != "(Any, Any)":
                        rewritten.value = ast.Name("Mapping")
                return rewritten

            def visit_Constant(self, node: ast.Constant) -> ast.AST:
                return self.visit(ast.parse(node.value, mode="eval").body) if isinstance(node.value, str) else node

            def visit_Name(self, node: ast.Name) -> ast.AST:
                if names.accepting and node.id in names.lists:
                    return self.visit(copy.deepcopy(names.lists[node.id]))
                if names.accepting and node.id in names.enums:
                    names.types.add(node.id)
                    return ast.BinOp(node, ast.BitOr(), ast.Name("str"))
                if twin and node.id in names.named:
                    names.dicts.add(node.id + twin)
                    return ast.Name(node.id + twin)
                if twin and node.id in names.unions:
                    names.dicts.add(node.id + "Dict")
                    return ast.Name(node.id + "Dict")
                if twin and node.id + "Dict" in names.home:  # a union that has a form with dicts
                    names.types.add(node.id + "Dict")
                    if not names.accepting:
                        return ast.Name(node.id + "Dict")
                    names.types.add(node.id)
                    return ast.BinOp(node, ast.BitOr(), ast.Name(node.id + "Dict"))
                if node.id in names.home:
                    names.types.add(node.id)
                return node

        return ast.unparse(ast.fix_missing_locations(Rewrite().visit(copy.deepcopy(annotation))))

    def imports(self, text: str, module: str, *, from_dicts: bool) -> str:
        """Return the imports of what a generated file uses."""
        types, dicts = ("..", ".") if from_dicts else (".", "._dicts.")
        head: list[str] = []
        if "datetime." in text:
            head.append("import datetime")
        if re.search(r"\bEnum\b", text):
            head.append("from enum import Enum")
        for source, known in (
            ("collections.abc", ("Callable", "Mapping", "Sequence")),
            ("typing", ("Any", "Literal", "Union")),
            ("typing_extensions", ("TypedDict",)),
            (f"{types}._iterables", ("SequenceNotStr",)),
        ):
            if used := [name for name in known if re.search(rf"\b{name}\b", text)]:
                head.append(f"from {source} import {', '.join(used)}")
        if "pydantic." in text:
            head.append("import pydantic")
        by_module: dict[str, list[str]] = {}
        for name in sorted(self.types):
            by_module.setdefault(types + self.home[name], []).append(name)
        for name in sorted(self.dicts):
            model = name.removesuffix("Dict").removesuffix("Or")
            by_module.setdefault(dicts + (self.named.get(model) or self.unions[model]), []).append(name)
        own = (types if not from_dicts else dicts) + module
        head += [
            f"from {source} import {', '.join(names)}" for source, names in sorted(by_module.items()) if source != own
        ]
        return "\n".join(head)


# Nouns


@dataclass
class Noun:
    """A public module with classes that derive from `Resource`, and the one that gives the module its name."""

    module: str
    classes: set[str]
    cls: ast.ClassDef

    @property
    def summary(self) -> str:
        """The first paragraph of the class docstring, on one line."""
        return " ".join((ast.get_docstring(self.cls) or "").split("\n\n")[0].split())

    @property
    def attribute(self) -> str | None:
        """Its name on the client: the name of the module unless the class sets `_client_attribute`; None if it has no name."""
        for item in self.cls.body:
            if isinstance(item, ast.Assign) and ast.unparse(item.targets[0]) == "_client_attribute":
                value = ast.literal_eval(item.value)
                assert value is None or isinstance(value, str)
                return value
        return self.module

    @property
    def parameter(self) -> str | None:
        """Annotation of the only parameter of its constructor; None if it has the constructor of `Resource`."""
        for item in self.cls.body:
            if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                return ast.unparse(item.args.args[1].annotation or ast.Constant(None))
        return None


def all_nouns() -> list[Noun]:
    """Return the nouns in the order of their modules. Raises `SystemExit` if a module has no class of its name."""
    found: list[Noun] = []
    for path in sorted(PACKAGE.glob("[a-z]*.py")):
        tree = ast.parse(path.read_text())
        resources = derived({"Resource"}, {path.stem: tree})
        if not resources:
            continue
        expected = path.stem.replace("_", " ").title().replace(" ", "")
        cls = next((node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == expected), None)
        if cls is None or expected not in resources:
            raise SystemExit(f"{path.name} has a class that derives from Resource, but none named {expected}")
        found.append(Noun(path.stem, resources, cls))
    return found


def nouns() -> dict[Path, str]:
    """Return the properties of `Client` and `AsyncClient`, and the stub of the package."""
    shown = [noun for noun in all_nouns() if noun.attribute]
    attributes = {noun.cls.name: noun.attribute for noun in shown}
    public = sorted(
        path.stem for path in PACKAGE.glob("[a-z]*") if path.suffix == ".py" or (path / "__init__.py").exists()
    )
    body = '''"""The nouns of the service as properties of a client. Generated by tools/gen.py; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._api_client import BaseApiClient
'''
    body += "".join(f"    from .{noun.module} import Async{noun.cls.name}, {noun.cls.name}\n" for noun in shown)
    body += f'\nMODULES = frozenset(\n    """\n{filled(public, " ")}\n    """.split()\n)\n"""The public modules."""\n'
    for prefix, owner in (("", "Client"), ("Async", "AsyncClient")):
        body += f"""

class {prefix}Nouns:
    \"""The nouns of `{owner}`, each loaded when it is first used.\"""

    if TYPE_CHECKING:
        _api_client: BaseApiClient

        def _noun(self, module: str, name: str, argument: object) -> Any: ...
"""
        for noun in shown:
            name = f"{prefix}{noun.cls.name}"
            argument = f"self.{attributes[noun.parameter]}" if noun.parameter else "self._api_client"
            body += f'''
    @property
    def {noun.attribute}(self) -> {name}:
        {literal(noun.summary)}
        return self._noun("{noun.module}", "{name}", {argument})
'''
    package = '"""The package as checkers and editors see it. Generated by tools/gen.py; do not edit."""\n\n'
    package += "from . import " + ", ".join(f"{module} as {module}" for module in public) + "\n"
    package += "from .client import Client as Client\nfrom .version import __version__ as __version__\n\n"
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    (exported,) = (node.value for node in tree.body if isinstance(node, ast.Assign) and "__all__" in ast.unparse(node))
    names = [node.value for node in ast.walk(exported) if isinstance(node, ast.Constant)]
    package += f"__all__ = {sorted(names)}\n\ndef __dir__() -> list[str]: ...\n"
    return {PACKAGE / "_nouns.py": body, PACKAGE / "__init__.pyi": package}


# Async shells

ASYNC_BASES = {"Interactions": ("_interactions.connecting", "Connecting")}
"""Classes with the methods that only the async twin of a class has: the module and the name, by the name of the class."""
RUNS = ("_run", "_stream", "_pages")
"""The methods of `Resource` by which a shell may end: its twin awaits them."""


def async_shells() -> dict[Path, str]:
    initial = '"""The async twins of the public classes. Generated by tools/gen.py; do not edit."""\n'
    classes = {noun.module: noun.classes for noun in all_nouns()}
    files = {PACKAGE / "_aio/__init__.py": initial}
    for module in classes:
        files[PACKAGE / f"_aio/{module}.py"] = async_module(module, (PACKAGE / f"{module}.py").read_text(), classes)
    return files


def async_module(module: str, source: str, nouns: dict[str, set[str]]) -> str:
    """Return the async twin of a module of shells, where `nouns` are the classes that have a twin, by module.

    Raises `SystemExit` for a shell that does more than it may.
    """
    lines = source.splitlines()
    out: list[str] = []
    tree = ast.parse(source)
    classes = nouns[module] | {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for alias in node.names
        if alias.name in nouns.get(node.module or "", ())
    }
    for node in tree.body:
        text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            if not out:  # later ones document constants
                out.append(f'"""Generated by tools/gen.py from {module}.py; do not edit."""\n')
        elif isinstance(node, ast.ClassDef):
            bases = [ast.unparse(base) for base in node.bases]
            # A private base is written once, without input and output.
            bases = [base if base.startswith("_") else f"Async{base}" for base in bases]
            if node.name in ASYNC_BASES:
                bases.insert(0, ASYNC_BASES[node.name][1])  # imported after the docstring and the future import
                out.insert(2, "from ..{} import {}".format(*ASYNC_BASES[node.name]))
            members = [async_member(f"{module}.py: {node.name}", item, lines) for item in node.body]
            out.append(
                asynchronous("\n".join([f"class Async{node.name}({', '.join(bases)}):", *members, "\n"]), classes)
            )
        elif isinstance(node, (ast.Import, ast.ImportFrom, ast.If, ast.Assign)):
            if out and out[-1].startswith("class ") and not isinstance(node, (ast.Import, ast.ImportFrom)):
                continue  # what follows the classes is for the module's own `__getattr__`
            text = "\n".join(line for line in text.splitlines() if "._aio" not in line and "import *" not in line)
            if text.endswith("if TYPE_CHECKING:"):
                continue
            text = text.replace(", async_twin", "")
            text = re.sub(r"from \.(?=\w|\s)", lambda match: "from .." if match[0] == "from ." else match[0], text)
            out.append(asynchronous(text, classes))
    return "\n".join(out)


def async_member(owner: str, item: ast.stmt, lines: list[str]) -> str:
    """Return one member of a class, `async` and with `await` where its twin needs them."""
    decorators = [ast.unparse(each) for each in getattr(item, "decorator_list", [])]
    start = min([item.lineno, *(each.lineno for each in getattr(item, "decorator_list", []))])
    text = "\n".join(lines[start - 1 : item.end_lineno])
    if not isinstance(item, ast.FunctionDef) or {"property", "cached_property"} & {*decorators}:
        return re.sub(r"from \.(?=[_a-z])", "from ..", text) + "\n"
    if "overload" in decorators:
        return re.sub(r"\bdef ", "async def ", text, count=1)
    where = f"{owner}.{item.name}"
    body = item.body[1:] if isinstance(item.body[0], ast.Expr) else item.body
    if item.name == "__init__" or (len(body) == 1 and creates_an_object(body[0])):
        return text + "\n"
    if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
        raise SystemExit(f"{where} does more than a shell may: a signature, a docstring, one return")
    returned = body[0].value
    for each in (returned.body, returned.orelse) if isinstance(returned, ast.IfExp) else (returned,):
        runner = ast.unparse(each.func).removeprefix("self.") if isinstance(each, ast.Call) else ""
        if runner not in RUNS:
            raise SystemExit(f"{where} must return self.{'(...), self.'.join(RUNS)}(...), or one of two of them")
    head, code = text[: text.rindex("return ")], text[text.rindex("return ") :]
    head = re.sub(r"\bdef ", "async def ", head, count=1)
    return head + re.sub(rf"\bself\.(?=(?:{'|'.join(RUNS)})\()", "await self.", code) + "\n"


def creates_an_object(statement: ast.stmt) -> bool:
    """Tell whether a shell calls a class or a function, and not the object itself: nothing in it is awaited."""
    call = statement.value if isinstance(statement, ast.Return) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name)


def asynchronous(text: str, classes: set[str]) -> str:
    """Return source text with the names of blocking classes in code, and the calls in docstrings, made asynchronous."""
    pieces = re.split(r'("""[\s\S]*?""")', text)
    pieces[::2] = [
        _asynchronous_code(piece, classes | {"Pager", "Stream", "InteractionStream", "Resource"})
        for piece in pieces[::2]
    ]
    pieces[1::2] = [_asynchronous_example(piece) for piece in pieces[1::2]]
    return "".join(pieces)


def _asynchronous_code(text: str, names: set[str]) -> str:
    return re.sub(rf"(?<![.\w])({'|'.join(sorted(names))})\b", r"Async\1", text)


def _asynchronous_example(text: str) -> str:
    text = re.sub(r"(?m)^(\s*)for (\w+) in (client|chat)\.", r"\1async for \2 in await \3.", text)
    text = text.replace("client.chats.", "client.aio.chats.")  # creates a chat, and sends nothing
    text = re.sub(r"(?<!await )\bchat\.(?=send_)", "await chat.", text)
    text = re.sub(r"(?<!await )\bclient\.(?!aio\b)(?=\w+\.\w+\()", "await client.aio.", text)
    text = re.sub(r"\bawait client\.(?!aio\b)", "await client.aio.", text)
    return text.replace("time.sleep(", "await asyncio.sleep(")


if __name__ == "__main__":
    sys.exit(main())
