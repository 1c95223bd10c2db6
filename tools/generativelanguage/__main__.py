"""Generate what is derived from the `.proto` files of the low-level API.

    python -m tools.generativelanguage            write the files
    python -m tools.generativelanguage --check    fail, and print the names of the files that differ

A generated file is never edited by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.gen import formatted

from .classes import types_package, versions_of
from .compiling import ROOT, compiled
from .services import services_package, version_package

LOCAL_SERVER = ROOT / "packages/genai-local/src/genai_local"
PACKAGE = ROOT / "packages/google-ai-generativelanguage/src/google/ai"


def main() -> int:
    files = generated()
    stale = [path for path, content in files.items() if not path.exists() or path.read_bytes() != content]
    folders = [path for path in PACKAGE.glob("generativelanguage_v*/") if path.is_dir()]
    surplus = [path for folder in folders for path in folder.rglob("*.py") if path not in files]
    if "--check" in sys.argv[1:]:
        for path in stale + surplus:
            print(f"{path.relative_to(ROOT)} is out of date; run `make gen`")
        return 1 if stale or surplus else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[path])
    for path in surplus:
        path.unlink()
    return 0


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
