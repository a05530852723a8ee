"""The plans of the single verbs."""
