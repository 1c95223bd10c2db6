"""What the converted models have in common: the names of BERT's tensors, and its hyperparameters, in llama.cpp's spelling."""

from __future__ import annotations

from .gguf import Value

_MEAN_POOLING = 1


def metadata_of(
    name: str, *, license: str, layers: int, heads: int, width: int, inner_width: int, context: int, epsilon: float
) -> dict[str, Value]:
    """Return the metadata of a BERT model with mean pooling, without its tokenizer.

    Args:
        name: name of the model.
        license: its SPDX identifier.
        layers: number of layers.
        heads: number of attention heads.
        width: length of hidden states and of the result.
        inner_width: length of the hidden states within the feed-forward networks.
        context: maximum number of tokens.
        epsilon: the small number in layer normalisations.
    """
    return {
        "general.architecture": "bert",
        "general.name": name,
        "general.license": license.lower(),
        "bert.block_count": layers,
        "bert.attention.head_count": heads,
        "bert.embedding_length": width,
        "bert.feed_forward_length": inner_width,
        "bert.context_length": context,
        "bert.attention.layer_norm_epsilon": epsilon,
        "bert.attention.causal": False,
        "bert.pooling_type": _MEAN_POOLING,
    }
