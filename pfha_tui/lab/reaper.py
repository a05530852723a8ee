"""Ends the commands of a lab that was itself killed: a small shell that outlives the lab for a moment."""

import contextlib
import os
import subprocess
from pathlib import Path

_SCRIPT = """groups=' '
while read -r what group; do
  case $what in
  begun) groups="$groups$group " ;;
  ended) groups="${groups%%" $group "*} ${groups#*" $group "}" ;;
  esac
done
for group in $groups; do kill -KILL "-$group"; done 2>/dev/null
"""


class Reaper:
    """Told of each process group that begins and ends; when the lab is no more, it kills those that have not ended."""

    def __init__(self, fifo: Path) -> None:
        """Start it, with a new FIFO whose name needs no quoting. Raises OSError where that cannot be."""
        os.mkfifo(fifo, 0o600)
        self._fifo = fifo
        # Both ways: it neither waits for the reader nor fails without one.
        self._held = os.open(fifo, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(fifo, "rb", buffering=0) as said:
            self._shell = subprocess.Popen(
                ["/bin/sh", "-c", _SCRIPT],
                stdin=said,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={},
            )

    def announced(self, command: bytes) -> list[bytes]:
        """The words that run a shell command which, leading a group of its own, first says itself that it is there."""
        said = b'echo "begun $$" 1<>%s; exec /bin/sh -c "$1"' % os.fsencode(self._fifo)
        return [b"/bin/sh", b"-c", said, b"sh", command]

    def ended(self, group: int) -> None:
        """A process group is gone."""
        # Lines shorter than PIPE_BUF are written whole or not at all.
        with contextlib.suppress(BlockingIOError):
            os.write(self._held, f"ended {group}\n".encode())

    def stop(self) -> None:
        """End it, and whatever has not ended before it."""
        os.close(self._held)
        self._shell.wait()
