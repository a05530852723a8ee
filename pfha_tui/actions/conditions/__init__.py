"""The single conditions that the gate looks at."""
