"""Owns time: what is read when, and how two nodes become one snapshot."""
