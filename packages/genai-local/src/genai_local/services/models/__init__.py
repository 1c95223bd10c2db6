"""The list of models, and the resolution of model names in paths."""
