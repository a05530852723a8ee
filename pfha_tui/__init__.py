"""pfha-tui: an operations console for pfSense high-availability pairs."""

__version__ = "0.1.0"
