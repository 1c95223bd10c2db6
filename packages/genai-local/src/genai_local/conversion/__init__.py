"""Conversion of models from the formats of their wheels into GGUF files, with the standard library and bounded memory."""
