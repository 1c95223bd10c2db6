"""Embeddings: embedContent and batchEmbedContents of the Developer surface, predict and embedContent of Vertex."""
