"""Models: lists, single models, tuned models as resources, and the resolution of model names in paths."""
