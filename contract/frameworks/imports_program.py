"""Imports every module of the installed frameworks whose text mentions `google.genai`. Prints the number of modules, and the error
of each module that could not be imported, as JSON."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

PACKAGES = sys.argv[1:]
MENTION = re.compile(r"google\.genai|from google import genai")


def _modules() -> Iterator[str]:
    (site,) = {Path(entry) for entry in sys.path if Path(entry).name == "site-packages"}
    for package in PACKAGES:
        files = sorted((site / package).rglob("*.py"))
        assert files, f"{package} is not installed"
        for file in files:
            if MENTION.search(file.read_text(errors="replace")):
                yield ".".join(file.relative_to(site).with_suffix("").parts).removesuffix(".__init__")


def main() -> None:
    warnings.simplefilter("ignore")
    errors: dict[str, str] = {}
    modules = list(_modules())
    for module in modules:
        with contextlib.redirect_stdout(io.StringIO()):
            try:
                importlib.import_module(module)
            except Exception as error:  # each of them is reported
                errors[module] = f"{type(error).__name__}: {error}"
    print(json.dumps({"modules": len(modules), "errors": errors}))


if __name__ == "__main__":
    main()
