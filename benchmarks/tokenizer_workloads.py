"""The scenarios of the local tokenizer, with a small model that each process trains. As in `workloads.py`, the programs are
interchangeable."""

import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import inputs
from measuring import Numbers, median_s

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for the modules of `tools`

from tools.tokenizer_conformance import model, running


def count(contents: Any, program: Any, address: str, seconds: float) -> Numbers:
    with tempfile.TemporaryDirectory() as folder:
        path = model.train(Path(folder) / "small.model")
        tokenizer = program.LocalTokenizer(path, Path(folder))
        call = partial(tokenizer.count, contents)
        texts = [contents] if isinstance(contents, str) else contents
        assert call() == sum(map(len, running.pieces(path).encode(texts)))
        return {"call_ms": 1000 * median_s(call, seconds)}


SCENARIOS: dict[str, Callable[[Any, str, float], Numbers]] = {
    "local_tokens_1mb": partial(count, inputs.LONG_TEXT),
    "local_tokens_2000_texts": partial(count, [inputs.TURN] * inputs.PARTS),
    "local_tokens_small": partial(count, inputs.PROMPT),
}
