"""Ways to reach a node: I/O only, catalogue commands only."""
