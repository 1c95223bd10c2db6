"""Decisions: questions about an input that the model answers with one of given labels, and how sure it is."""
