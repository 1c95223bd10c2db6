"""Synthetic media: pictures, masks and short videos, drawn by fixed rules.

The folder knows pixels and files, but no requests. Its modules load Pillow, so functions import them when needed.
"""
