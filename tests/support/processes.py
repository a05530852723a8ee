"""Whether a process is over."""

from pathlib import Path


def gone(pid: int) -> bool:
    """The process has ended (it may still wait for a parent to collect it)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return True
