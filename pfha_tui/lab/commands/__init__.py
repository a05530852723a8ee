"""FreeBSD's and pfSense's commands as a simulated node answers them, one module per command."""
