"""Synthetic media: pictures, masks and short videos, drawn by rule from what was asked for.

It knows pixels and files, nothing of requests. Its modules need Pillow and are imported by the functions that use them.
"""
