"""One version of a node's configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from pfha_tui.lab.configxml import tree
from pfha_tui.lab.configxml.dump import dump
from pfha_tui.lab.configxml.tree import Tree, Value

MAINTENANCE = "virtualip_carp_maintenancemode"
"""The top-level element whose presence is persistent maintenance mode."""


@dataclass(frozen=True)
class Config:
    """An immutable config.xml. Its tree holds secrets, and so stays out of `repr`."""

    root: Tree = field(repr=False)

    @cached_property
    def xml(self) -> bytes:
        """The text of config.xml."""
        return dump(self.root, self.version)

    @property
    def version(self) -> str:
        """The configuration version, such as `21.7`."""
        return self.text("version")

    @property
    def time(self) -> int:
        """When this revision was written, in seconds since the epoch: the file's mtime."""
        return int(self.text("revision", "time") or 0)

    @property
    def description(self) -> str:
        """Who made this revision, and why: `admin@192.0.2.1 (Local Database): ...`."""
        return self.text("revision", "description")

    @property
    def maintenance(self) -> bool:
        """Whether persistent CARP maintenance mode is on."""
        return MAINTENANCE in self.root

    def text(self, *path: str) -> str:
        """The text at a path; empty where there is none."""
        return tree.text(self.root, *path)

    def entries(self, *path: str) -> list[Tree]:
        """The entries of the list at a path; empty where there is none."""
        return tree.entries(self.root, *path)

    def get(self, *path: str) -> Value | None:
        """Whatever is at a path, or None."""
        return tree.find(self.root, path)

    def revised(self, time: float, user: str, what: str) -> Config:
        """The same with a new `<revision>`, as write_config() stamps it."""
        stamp: Tree = {"time": str(int(time)), "description": f"{user}: {what}", "username": user}
        return Config({**self.root, "revision": stamp})
