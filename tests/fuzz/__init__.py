"""Coverage-guided fuzzing of everything that reads what a device or a file says."""
