"""Interactions: turns with a model that the server stores, so that later turns, readers and other programs continue them."""
