"""A real net-snmp snmpd on loopback, for one test: v2c and v3 authPriv, with a persistent folder of its own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

COMMUNITY = "lab-ro"
USER = "console"
AUTH_KEY = "auth-passphrase"
PRIV_KEY = "priv-passphrase"
DEADLINE_S = 60.0

NET_SNMP_AUTH = {
    "md5": "MD5",
    "sha": "SHA",
    **{f"sha{n}": f"SHA-{n}" for n in (224, 256, 384, 512)},
}
NET_SNMP_PRIV = {"des": "DES", "aes128": "AES", "aes192": "AES-192", "aes256": "AES-256"}


def free_udp_port() -> int:
    """A UDP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Snmpd:
    """One agent; `folder` keeps configuration, users and engine boots between starts; `forget` loses the latter two."""

    folder: Path
    port: int = field(default_factory=free_udp_port)
    auth: str = "sha256"
    priv: str = "aes128"
    forget: bool = False
    _told: bool = False
    """Somebody may know the port by now."""
    _process: subprocess.Popen[bytes] | None = None

    def start(self, *, lines: Sequence[str] = (), engine_id: str = "first-engine") -> None:
        """Start, and wait until it answers. `engine_id` is the text part of the engineID; `lines` go to snmpd.conf."""
        program = shutil.which("snmpd", path="/usr/sbin:/sbin:" + os.environ.get("PATH", ""))
        if program is None:
            pytest.skip("net-snmp's snmpd is not installed")
        persistent = self.folder / "persistent"
        persistent.mkdir(parents=True, exist_ok=True)
        conf = self.folder / "snmpd.conf"
        user = f"createUser {USER} {NET_SNMP_AUTH[self.auth]} {AUTH_KEY} {NET_SNMP_PRIV[self.priv]} {PRIV_KEY}"
        conf.write_text(
            "\n".join(
                [
                    f"rocommunity {COMMUNITY} 127.0.0.1",
                    user,
                    f"rouser {USER} authPriv",
                    f"engineID {engine_id}",
                    "sysDescr fw1 under test",
                    *lines,
                ]
            )
            + "\n"
        )
        log = self.folder / "snmpd.log"
        said = ""
        for _ in range(5):
            if self._launched(program, conf, log):
                self._told = True
                return
            said = log.read_text(errors="replace") if log.exists() else ""
            if self._told or "Error opening specified endpoint" not in said:
                break
            self.port = free_udp_port()
            log.unlink()
        pytest.fail(f"snmpd did not start: {said[-500:]}")

    def _launched(self, program: str, conf: Path, log: Path) -> bool:
        """Start the process; whether it answers, and else it is ended."""
        words = [program, "-f", *(["-C"] if self.forget else []), "-c", str(conf)]
        persistent = str(self.folder / "persistent")
        self._process = subprocess.Popen(
            [*words, "-Lf", str(log), f"udp:127.0.0.1:{self.port}"],
            env={
                **os.environ,
                "SNMP_PERSISTENT_DIR": persistent,
                "SNMPCONFPATH": persistent,
                "MIBS": "",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + DEADLINE_S
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                return False
            time.sleep(0.02)
        return True

    def stop(self) -> None:
        """End the process that `start` began."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(DEADLINE_S)
            self._process = None

    def _listens(self) -> bool:
        done = net_snmp(
            "snmpget",
            "-v2c",
            "-c",
            COMMUNITY,
            "-r0",
            "-t0.3",
            f"127.0.0.1:{self.port}",
            "1.3.6.1.2.1.1.3.0",
        )
        return done.returncode == 0


def net_snmp(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one of net-snmp's own tools, without MIB files or the user's configuration."""
    return subprocess.run(
        [program, "-On", *words],
        env={
            **os.environ,
            "MIBS": "",
            "SNMPCONFPATH": "/nonexistent",
            "SNMP_PERSISTENT_DIR": "/nonexistent",
        },
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


@contextmanager
def running_snmpd(folder: Path, *, auth: str = "sha256", priv: str = "aes128") -> Iterator[Snmpd]:
    """A started snmpd that ends with the block."""
    daemon = Snmpd(folder, auth=auth, priv=priv)
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.stop()
