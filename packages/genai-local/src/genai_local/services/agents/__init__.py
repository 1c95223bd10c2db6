"""Agents: stored configurations with which interactions run."""
