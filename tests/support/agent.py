"""OpenSSH's own ssh-agent, and keys put into it."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def running_agent(path: Path) -> Iterator[Path]:
    """An agent of its own that listens at this path; skip where there is none."""
    if shutil.which("ssh-agent") is None or shutil.which("ssh-add") is None:
        pytest.skip("ssh-agent is not installed")
    process = subprocess.Popen(
        ["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while not _answers(path):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("ssh-agent did not start")
            time.sleep(0.01)
        yield path
    finally:
        process.terminate()
        process.wait(timeout=60)


def _answers(path: Path) -> bool:
    """Whether it takes connections: its socket is there before it listens."""
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(path)) == 0


def add(key: Path, agent: Path, *options: str) -> None:
    """Put a key into the agent, with the certificate that lies beside it; `-D` takes all out."""
    environment = os.environ | {"SSH_AUTH_SOCK": str(agent)}
    words = ["ssh-add", "-q", *options, str(key)]
    subprocess.run(words, env=environment, check=True, timeout=60, stderr=subprocess.DEVNULL)
