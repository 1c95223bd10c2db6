"""Scripts of tests: the rules and faults that a test asks for, and the layer that carries the faults out."""
