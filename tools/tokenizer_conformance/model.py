"""A small sentencepiece model in the form of Google's: BPE with bytes for unknown characters, trained in a second.

The text is the licence of the repository and a few lines in other scripts, so the model is the same everywhere.
"""

from __future__ import annotations

from pathlib import Path

_LICENSE = Path(__file__).parents[2] / "LICENSE"
_OTHER_SCRIPTS = """\
Über den Wolken fließt der Größe nach ein süßer Tee. 漢字と仮名のある文。 Привет, мир! مرحبا بالعالم
def add(a: int, b: int) -> int: return a + b  # 1234567890
{"name": "get_weather", "description": "Returns the weather of a city.", "city": "Zürich", "unit": "celsius"}
"""
MARKS = ("<start_of_turn>", "<end_of_turn>")
SIZE = 800


def train(path: Path, **settings: object) -> Path:
    """Train the model, write it to `path`, and return `path`.

    Args:
      path: Path of the file, with the ending `.model`.
      settings: Options of the trainer that replace the usual ones.
    """
    import sentencepiece

    lines = (_LICENSE.read_text("utf-8") + _OTHER_SCRIPTS * 5).splitlines()
    with path.open("wb") as sink:
        options = {
            "model_type": "bpe",
            "vocab_size": SIZE,
            "byte_fallback": True,
            "pad_id": 0,
            "eos_id": 1,
            "bos_id": 2,
            "unk_id": 3,
            "user_defined_symbols": list(MARKS),
            "normalization_rule_name": "identity",
            "remove_extra_whitespaces": False,
            "add_dummy_prefix": False,
            "split_digits": True,
            "allow_whitespace_only_pieces": True,
            "num_threads": 1,
            "minloglevel": 2,
            **settings,
        }
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_writer=sink, **options)
    return path
