"""A real OpenSSH sshd on loopback, with the settings that pfSense's own sshd has."""

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pfha_tui.domain.target import SshTarget

CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
UseDNS no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
ClientAliveInterval {alive_interval_s}
LoginGraceTime 30
X11Forwarding no
LogLevel VERBOSE
SetEnv SHLVL=1
{extra}
"""


@dataclass(frozen=True)
class Sshd:
    """A running server; `identity` is the key that it lets in, `known_hosts` holds its host key."""

    port: int
    folder: Path
    pid: int

    @property
    def identity(self) -> Path:
        return self.folder / "id"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "known_hosts"

    @property
    def fingerprint(self) -> str:
        return keygen("-lf", str(self.folder / "host_key.pub")).split()[1]

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def target(self, **changes: Any) -> SshTarget:
        settings: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": getpass.getuser(),
            "identity_file": str(self.identity),
            "known_hosts": str(self.known_hosts),
        }
        return SshTarget(**(settings | changes))


def keygen(*words: str) -> str:
    return subprocess.run(
        ["ssh-keygen", *words], capture_output=True, text=True, check=True, timeout=60
    ).stdout


def make_key(path: Path, passphrase: str = "") -> Path:
    keygen("-q", "-t", "ed25519", "-N", passphrase, "-C", path.name, "-f", str(path))
    return path


def free_port() -> int:
    """A TCP port of 127.0.0.1 that was free a moment ago."""
    with unused_port() as port:
        return port


@contextlib.contextmanager
def unused_port() -> Iterator[int]:
    """A TCP port of 127.0.0.1 where nobody listens: it is taken, so that nobody else can."""
    with socket.socket() as keeper:
        keeper.bind(("127.0.0.1", 0))
        yield int(keeper.getsockname()[1])


@contextlib.contextmanager
def running_sshd(folder: Path, extra: str = "", *, alive_interval_s: int = 30) -> Iterator[Sshd]:
    """Start an sshd in its own folder, with the keys that are there already; skip where there is none."""
    binary = shutil.which("sshd") or "/usr/sbin/sshd"
    if not os.access(binary, os.X_OK) or shutil.which("ssh-keygen") is None:
        pytest.skip("OpenSSH's sshd is not installed")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("host_key", "id"):
        if not (folder / name).exists():
            make_key(folder / name)
    (folder / "authorized_keys").write_text((folder / "id.pub").read_text())
    host_key = " ".join((folder / "host_key.pub").read_text().split()[:2])
    port, server = _started(binary, folder, extra, alive_interval_s)
    try:
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key}\n")
        yield Sshd(port, folder, server.pid)
    finally:
        server.terminate()
        server.wait(timeout=60)


def _started(
    binary: str, folder: Path, extra: str, alive_interval_s: int
) -> tuple[int, "subprocess.Popen[bytes]"]:
    """A server that listens, and its port: another one where somebody took it before sshd did."""
    config, log = folder / "sshd_config", folder / "log"
    for _ in range(5):
        port = free_port()
        config.write_text(
            CONFIG.format(port=port, folder=folder, extra=extra, alive_interval_s=alive_interval_s)
        )
        with log.open("wb") as said:
            server = subprocess.Popen(
                [binary, "-D", "-e", "-f", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        if _listens(server, log):
            return port, server
        if "Address already in use" not in log.read_text():
            break
    raise RuntimeError(f"sshd did not start: {log.read_text()}")


def _listens(server: "subprocess.Popen[bytes]", log: Path) -> bool:
    """Whether it has come so far; one that does not is ended."""
    deadline = time.monotonic() + 60
    while "Server listening" not in log.read_text():
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            server.wait()
            return False
        time.sleep(0.01)
    return True
