"""The wire: where each field travels, and the engine that turns objects into request bodies and replies into objects."""
