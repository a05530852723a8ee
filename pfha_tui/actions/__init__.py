"""The only way to change anything: plan, gate, execute, verify, journal."""
