"""/cf/conf: the running configuration and its earlier revisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from pfha_tui.lab.configxml.config import Config
from pfha_tui.lab.configxml.dump import dump
from pfha_tui.lab.configxml.tree import Tree, reread

CONFIG = "/cf/conf/config.xml"
BACKUPS = "/cf/conf/backup"
CACHE = f"{BACKUPS}/backup.cache"
KEEP = 30
"""How many backups pfSense keeps when `system/backupcount` does not say otherwise."""

Serialisable: TypeAlias = "str | int | Mapping[str | int, Serialisable]"


@dataclass(frozen=True)
class Backup:
    """An earlier revision; the file bears the time of that revision, and was written with the next one."""

    config: Config
    saved: int

    @property
    def path(self) -> str:
        """Where the backup lies."""
        return f"{BACKUPS}/config-{self.config.time}.xml"

    @property
    def xml(self) -> bytes:
        """Its text, made anew each time: thirty of them in memory would be too much."""
        return dump(self.config.root, self.config.version)

    @cached_property
    def size(self) -> int:
        """Its size in bytes."""
        return len(self.xml)


@dataclass(frozen=True)
class History:
    """A node's configuration with its backups, newest first."""

    current: Config
    backups: tuple[Backup, ...] = ()

    def written(self, root: Tree, now: float, user: str, what: str) -> History:
        """What write_config() leaves: a new current revision, and the old one among the backups."""
        known = self.current.root
        new: Tree = {
            name: value if value is known.get(name) else reread(value)
            for name, value in root.items()
            if value != []
        }
        limit = self.current.text("system", "backupcount")
        keep = int(limit) if limit.isdecimal() else KEEP
        old = Backup(Config(self.current.root), int(now))
        rest = [backup for backup in self.backups if backup.path != old.path]
        backups = sorted([old, *rest], key=lambda backup: -backup.config.time)
        return History(Config(new).revised(now, user, what), tuple(backups[:keep]))

    def paths(self) -> tuple[str, ...]:
        """Every file: config.xml, the backups and their index."""
        return (CONFIG, *(backup.path for backup in self.backups), CACHE)

    def read(self, path: str) -> bytes:
        """The text of a file, under /cf/conf or its other name /conf. KeyError when there is none."""
        path = real(path)
        if path == CONFIG:
            return self.current.xml
        if path == CACHE:
            return self._cache
        return self._backup(path).xml

    def size(self, path: str) -> int:
        """The size of a file in bytes. KeyError when there is none."""
        path = real(path)
        return len(self.read(path)) if path in (CONFIG, CACHE) else self._backup(path).size

    def modified(self, path: str) -> int:
        """When a file was last written, in seconds since the epoch. KeyError when there is none."""
        path = real(path)
        return self.current.time if path in (CONFIG, CACHE) else self._backup(path).saved

    @cached_property
    def _cache(self) -> bytes:
        return serialise(
            {
                backup.config.time: {
                    "description": backup.config.description,
                    "version": backup.config.version,
                    "filesize": backup.size,
                }
                for backup in self.backups
            }
        ).encode()

    def _backup(self, path: str) -> Backup:
        for backup in self.backups:
            if backup.path == path:
                return backup
        raise KeyError(path)


def real(path: str) -> str:
    """The path of a file: /conf is a link to /cf/conf."""
    return f"/cf{path}" if path.startswith("/conf/") else path


def serialise(value: Serialisable) -> str:
    """PHP's serialize() of strings, integers and arrays; lengths count bytes."""
    if isinstance(value, int):
        return f"i:{value};"
    if isinstance(value, str):
        return f's:{len(value.encode())}:"{value}";'
    body = "".join(serialise(key) + serialise(entry) for key, entry in value.items())
    return f"a:{len(value)}:{{{body}}}"
