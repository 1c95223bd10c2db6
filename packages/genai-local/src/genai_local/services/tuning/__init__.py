"""Tuning without training: a tuned model answers with the output of the example nearest to the prompt."""
