"""Generate what is derived from the `.proto` files of the low-level API.

    python -m tools.generativelanguage            write the files
    python -m tools.generativelanguage --check    fail, and print the names of the files that differ

A generated file is never edited by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.gen import formatted
from tools.generated_files import update

from .classes import types_package, versions_of
from .compiling import ROOT, compiled
from .services import services_package, version_package

LOCAL_SERVER = ROOT / "packages/genai-local/src/genai_local"
PACKAGE = ROOT / "packages/google-ai-generativelanguage/src/google/ai"


def main() -> int:
    files = generated()
    folders = [path for path in PACKAGE.glob("generativelanguage_v*/") if path.is_dir()]
    surplus = [path for folder in folders for path in folder.rglob("*.py") if path not in files]
    return update(files, surplus, is_check="--check" in sys.argv[1:])


def generated() -> dict[Path, bytes]:
    """Return the content of each generated file."""
    modules: dict[Path, str] = {}
    for version in versions_of(list(compiled(with_comments=True).file)):
        folder = PACKAGE / f"generativelanguage_{version.name}"
        modules[folder / "__init__.py"] = version_package(version)
        modules.update({folder / "types" / name: text for name, text in types_package(version).items()})
        modules.update({folder / "services" / name: text for name, text in services_package(version).items()})
    files = {path: text.encode() for path, text in formatted(modules).items()}
    descriptors = compiled(with_comments=False).SerializeToString(deterministic=True)
    files[LOCAL_SERVER / "rpc/descriptors.binpb"] = descriptors
    return files


if __name__ == "__main__":
    sys.exit(main())
