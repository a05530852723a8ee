"""Carries out a permitted plan: lock, check, record, arm, do, verify, close."""
