"""Text that firewalls print, turned into domain facts; one file per command; pure."""
