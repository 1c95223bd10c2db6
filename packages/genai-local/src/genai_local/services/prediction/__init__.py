"""`:predict`, the common path of embedding models and image models."""
