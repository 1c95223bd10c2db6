"""What the service offers: one table of operations per noun. No logic, no I/O."""
