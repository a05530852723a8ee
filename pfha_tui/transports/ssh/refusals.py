"""Remembers logins that were refused, so that commands run every minute do not try them every minute.

A try that is refused counts with the firewall's login protection (sshguard): three block whoever watches. There is one
small file for each login, readable by its owner alone and without anything secret; where it cannot be written, nothing
is remembered.
"""

import asyncio
import base64
import contextlib
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pfha_tui.domain.language import tr
from pfha_tui.domain.target import SshTarget
from pfha_tui.transports.base import HeldBack
from pfha_tui.transports.ssh.errors import HostKeySeen, Refusal, Why
from pfha_tui.transports.ssh.identity import Identity
from pfha_tui.transports.ssh.settings import Settings

WAIT_S: Final = 1800.0
"""sshguard forgets a try after as long (detection_time of pfSense)."""


class Refusals:
    """The refused logins in one folder. With `heed` they are not tried again for half an hour; without it they are only
    noted, for those who heed. `now` gives the seconds since 1970."""

    def __init__(self, folder: Path, *, heed: bool, now: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self.heed = heed
        self.now = now

    def of(self, target: SshTarget, settings: Settings, identity: Identity) -> "Login":
        """The login at one hop: another key, certificate, known host key or option of ssh_config makes another."""
        trust: list[Any] = [target.fingerprints, settings.options.config.get_options(False)]
        for path in settings.known_hosts:
            with contextlib.suppress(OSError):
                found = os.stat(path)
                trust.append((path, found.st_mtime_ns, found.st_size))
        login = f"{settings.user}@{settings.host}:{settings.port}"
        words = json.dumps(
            [login, base64.b64encode(identity.key.public_data).decode(), trust], default=str
        )
        name = hashlib.sha256(words.encode()).hexdigest()[:32]
        noted = {"login": login, "key": identity.fingerprint}
        return Login(self, self.folder / f"{name}.json", settings, noted)


@dataclass(frozen=True, slots=True)
class Login:
    """One login, as it is remembered; all that it does with files is done in a thread."""

    kept_in: Refusals
    path: Path
    settings: Settings
    noted: dict[str, str]
    """What else stands in the file, for whoever reads it."""

    async def check(self) -> None:
        """Raises HeldBack where it was refused lately and that is heeded."""
        if not self.kept_in.heed:
            return
        found = await asyncio.to_thread(self._read)
        if found is None:
            return
        at, refusal = found
        if 0 <= self.kept_in.now() - at < WAIT_S:
            text = tr(
                "{why}; that was at {at}, and it is not tried again before {until}, because each try counts with the "
                "login protection"
            )
            why = refusal.sentence(self.settings.where, self.settings.user)
            said = text.format(why=why, at=_clock(at), until=_clock(at + WAIT_S))
            raise HeldBack(said, refusal.stop)

    async def refused(self, refusal: Refusal) -> None:
        """Keep that it was, and why."""
        await asyncio.to_thread(self._write, refusal)

    async def worked(self) -> None:
        """Whatever is remembered of it is over."""
        await asyncio.to_thread(self._forget)

    def _read(self) -> tuple[float, Refusal] | None:
        try:
            kept = json.loads(self.path.read_text("utf-8"))
            return float(kept["at"]), Refusal(
                Why(kept["why"]), str(kept["reason"]), _host_key(kept["host_key"])
            )
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            return None

    def _write(self, refusal: Refusal) -> None:
        kept = self.noted | {
            "at": self.kept_in.now(),
            "why": refusal.why.value,
            "reason": refusal.reason,
            "host_key": asdict(refusal.host_key) if refusal.host_key is not None else None,
        }
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._tidy()
            handle, name = tempfile.mkstemp(dir=self.path.parent)  # readable by its owner alone
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(kept, file)
                os.replace(name, self.path)
            except OSError:
                os.unlink(name)

    def _forget(self) -> None:
        with contextlib.suppress(OSError):
            self.path.unlink()

    def _tidy(self) -> None:
        """Take away what nobody heeds any more: the files of keys and settings that are no longer used."""
        for old in self.path.parent.iterdir():
            with contextlib.suppress(OSError):
                if self.kept_in.now() - old.stat().st_mtime > WAIT_S:
                    old.unlink()


def _host_key(kept: Any) -> HostKeySeen | None:
    """Raises KeyError, TypeError for what is none."""
    if kept is None:
        return None
    expected, files = (tuple(map(str, kept[name])) for name in ("expected", "files"))
    return HostKeySeen(str(kept["seen"]), expected, files)


def _clock(epoch: float) -> str:
    return datetime.fromtimestamp(epoch).astimezone().strftime("%H:%M")
