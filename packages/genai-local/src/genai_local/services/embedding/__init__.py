"""Embeddings: embedContent and batchEmbedContents on both surfaces, predict of text embedding models on Vertex AI."""
