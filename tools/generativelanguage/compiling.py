"""The `.proto` files of the low-level API, compiled by protoc: descriptors of files, messages and services."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import google.api
import google.longrunning
import grpc_tools
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[2]
PROTOS = ROOT / "packages/google-ai-generativelanguage/protos"
VERSIONS = ("v1", "v1beta")


def compiled(*, with_comments: bool) -> FileDescriptorSet:
    """Compile all `.proto` files of all versions of the API.

    Args:
      with_comments: Whether the descriptors contain the comments and positions of the source.

    Raises `SystemExit` if protoc reports an error; it prints the error itself.
    """
    sources = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    with TemporaryDirectory() as folder:
        included = Path(folder) / "include"
        _add_operations(included)
        output = Path(folder) / "descriptors"
        arguments = [
            "protoc",
            f"-I{PROTOS}",
            f"-I{included}",
            f"-I{Path(google.api.__path__[0]).parents[1]}",
            f"-I{files(grpc_tools) / '_proto'}",
            f"--descriptor_set_out={output}",
            *(["--include_source_info"] if with_comments else []),
            *sources,
        ]
        if protoc.main(arguments) != 0:
            raise SystemExit("protoc could not compile the .proto files; the lines above name the place")
        return FileDescriptorSet.FromString(output.read_bytes())


def _add_operations(folder: Path) -> None:
    """Write `google/longrunning/operations.proto`, which googleapis-common-protos has by another name only."""
    target = folder / "google/longrunning/operations.proto"
    target.parent.mkdir(parents=True)
    shutil.copyfile(Path(google.longrunning.__path__[0]) / "operations_proto.proto", target)
