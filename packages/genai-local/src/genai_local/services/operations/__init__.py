"""Long-running operations: asked for by name, one or many."""
