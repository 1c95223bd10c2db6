"""Prints the oldest release of each dependency that the packages declare, as constraints for pip.

`make test-oldest` installs the packages with these constraints and runs the fast tests. A declared minimum that does not work
fails there. The declarations are read from the metadata of the installed packages, so that extras and markers count as they
do for pip.
"""

from __future__ import annotations

import importlib.metadata
import sys

from packaging.requirements import Requirement
from packaging.version import Version

_DISTRIBUTIONS = {
    "google-genai": ("aiohttp", "cli", "local-tokenizer-huggingface", "otel"),
    "google-ai-generativelanguage": (),
    "genai-local": ("grpc", "llama", "voice"),
    "genai-bulk": ("plot", "prices"),
}
"""The packages of this repository, with the extras that the development environment installs."""


def constraints() -> list[str]:
    """Return one line `name==release` for each declared dependency with a minimum; the highest minimum wins.

    The packages of this repository are left out: they are installed from it.
    """
    oldest: dict[str, Version] = {}
    for distribution, extras in _DISTRIBUTIONS.items():
        for text in importlib.metadata.requires(distribution) or []:
            requirement = Requirement(text)
            if requirement.name in _DISTRIBUTIONS or not _applies(requirement, extras):
                continue
            for specifier in requirement.specifier:
                if specifier.operator in (">=", "=="):
                    release = Version(specifier.version)
                    oldest[requirement.name] = max(release, oldest.get(requirement.name, release))
    return [f"{name}=={release}" for name, release in sorted(oldest.items())]


def _applies(requirement: Requirement, extras: tuple[str, ...]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


if __name__ == "__main__":
    sys.stdout.write("\n".join(constraints()) + "\n")
