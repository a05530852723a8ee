"""The processes that a node's sessions start: what was put into the background outlives its session, as behind a real
sshd, but never the node's power."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from pfha_tui.lab.reaper import Reaper


class Jobs:
    """The process groups of one node, each until the last of its processes has ended.

    Every process of a group inherits one end of a pipe; when nobody holds it any more, the group is gone, and its
    number is never used again.
    """

    def __init__(self, reaper: Reaper, tasks: asyncio.TaskGroup) -> None:
        self._reaper = reaper
        self._tasks = tasks
        self._leases: dict[int, int] = {}
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def groups(self) -> tuple[int, ...]:
        """The process groups that have not ended."""
        return tuple(self._leases)

    async def start(
        self,
        command: bytes,
        environment: Mapping[str, str],
        folder: Path,
        stdout: IO[bytes],
        stderr: IO[bytes],
    ) -> asyncio.subprocess.Process:
        """Run a shell command in a folder, as the leader of a group of its own, its standard input a pipe.

        Raises OSError.
        """
        lease, held = os.pipe()
        try:
            child = await asyncio.create_subprocess_exec(
                *self._reaper.announced(command),
                stdin=asyncio.subprocess.PIPE, stdout=stdout, stderr=stderr,
                env=environment, cwd=folder, start_new_session=True, pass_fds=(held,),
            )  # fmt: skip
        except BaseException:  # nothing began that could hold the other end
            os.close(lease)
            raise
        finally:
            os.close(held)
        self._leases[child.pid] = lease
        self._idle.clear()
        asyncio.get_running_loop().add_reader(lease, self._ended, child.pid)
        # Somebody has to wait for it when its session is long over.
        self._tasks.create_task(_outlive(child))
        return child

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to every process."""
        for group in self.groups:
            send(group, number)

    async def kill(self) -> None:
        """Kill every process, and wait until all have ended."""
        self.signal(signal.SIGKILL)
        await self._idle.wait()

    def _ended(self, group: int) -> None:
        lease = self._leases.pop(group)
        asyncio.get_running_loop().remove_reader(lease)
        os.close(lease)
        self._reaper.ended(group)
        if not self._leases:
            self._idle.set()


async def _outlive(child: asyncio.subprocess.Process) -> None:
    await child.wait()


def send(group: int, number: signal.Signals) -> None:
    """Send a signal to a process group, unless it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
