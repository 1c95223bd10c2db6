"""Tuning: models that are made of examples and answer with the output of the nearest one; nothing is trained."""
