"""Judges from what both nodes show whether an action came to what it should."""
