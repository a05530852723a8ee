"""The record of all actions: JSON lines, appended only, each with the hash of the one before."""
