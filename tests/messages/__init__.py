"""The catalogues: `python -m tests.messages` brings them up to the code (make messages)."""
