"""A checked configuration: values with the place that each came from."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pfha_tui.config import schema
from pfha_tui.config.durations import format_duration
from pfha_tui.config.schema import Field, Kind
from pfha_tui.config.secrets import SecretRef
from pfha_tui.domain.language import tr

Where = Callable[[], int | None]
"""Finds the line (from 1) of something in the file, None where it is unknown; few ask."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of the file, where it stands, and whether that is the pair's table for both nodes.
    The value is None where it was at fault, which only those see who collect faults."""

    value: Any
    where: Where = dataclasses.field(compare=False)
    inherited: bool = False

    @property
    def line(self) -> int | None:
        """The line of the value."""
        return self.where()


@dataclass(frozen=True, slots=True)
class Values:
    """The entries of one table after checking; `off` marks a transport that was set to `false`."""

    label: str
    entries: dict[str, Entry]
    off: bool = False

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, else `default`."""
        entry = self.entries.get(key)
        return default if entry is None or entry.value is None else entry.value

    def text(self, key: str) -> str | None:
        """The text of a key, None when absent."""
        value = self.get(key)
        return None if value is None else str(value)

    def line(self, key: str) -> int | None:
        """The line of a key, None when it is absent."""
        entry = self.entries.get(key)
        return None if entry is None else entry.line

    def over(self, defaults: "Values | None", fields: tuple[Field, ...]) -> "Values":
        """These entries, completed by those that hold for both nodes, and by the schema's defaults.

        A node that names its own identity does not inherit the pair's other form of one.
        """
        inherited = {
            key: replace(entry, inherited=True)
            for key, entry in (defaults.entries if defaults is not None else {}).items()
        }
        if "identity_file" in self or "agent_identity" in self:
            for key in ("identity_file", "agent_identity", "passphrase"):
                inherited.pop(key, None)
        return Values(self.label, {**inherited, **self.entries})


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """One `[[pair.node]]`; `ssh` and `snmp` are None where that way is not used."""

    label: str
    where: Where = dataclasses.field(compare=False)
    own: Values
    ssh: Values | None
    snmp: Values | None

    @property
    def line(self) -> int | None:
        """The line of its header."""
        return self.where()

    @property
    def name(self) -> str:
        """Name of the firewall, empty only while faults are being collected."""
        return self.own.text("name") or ""


@dataclass(frozen=True, slots=True)
class PairConfig:
    """One `[[pair]]`."""

    label: str
    where: Where = dataclasses.field(compare=False)
    own: Values
    nodes: tuple[NodeConfig, ...]

    @property
    def line(self) -> int | None:
        """The line of its header."""
        return self.where()

    @property
    def name(self) -> str:
        """Name of the pair, empty only while faults are being collected."""
        return self.own.text("name") or ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of `config show`: full key, the value as shown (a secret only as its reference), and in
    words where it came from; `line` is None for defaults."""

    key: str
    value: str | int | float | bool | list[str] | None
    origin: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Configuration:
    """A whole file without faults; `keys` maps the names of commands to tuples of keys, as written.

    `expected` are the tables of `[[diff.expected]]`, of which only the form has been checked."""

    path: Path
    pairs: tuple[PairConfig, ...]
    ui: Values
    keys: Values
    expected: tuple[Values, ...] = ()

    def settings(self) -> tuple[Setting, ...]:
        """Every effective value in the order of the schema; of `[keys]` what the file says."""
        found = [Setting("schema", schema.SCHEMA, tr("file"), None)]
        for pair in self.pairs:
            found += _settings(pair.own, schema.PAIR)
            for node in pair.nodes:
                found += _settings(node.own, schema.NODE)
                found += _transport(node, "ssh", node.ssh, schema.SSH)
                found += _transport(node, "snmp", node.snmp, schema.SNMP)
        found += _settings(self.ui, schema.UI)
        found += _settings(
            self.keys, tuple(replace(schema.KEY, key=key) for key in self.keys.entries)
        )
        for values in self.expected:
            found += _settings(values, schema.EXPECTED)
        return tuple(found)


def _transport(
    node: NodeConfig, name: str, values: Values | None, fields: tuple[Field, ...]
) -> list[Setting]:
    if values is None:
        return [Setting(f"{node.label}.{name}", False, tr("not used"), None)]
    return _settings(values, fields)


def _settings(values: Values, fields: tuple[Field, ...]) -> list[Setting]:
    found = []
    for field in fields:
        if field.kind in (Kind.TABLE, Kind.TABLES):
            continue
        key = f"{values.label}.{field.key}"
        entry = values.entries.get(field.key)
        if entry is not None:
            origin = tr("the pair's table") if entry.inherited else tr("file")
            found.append(Setting(key, _shown(field, entry.value), origin, entry.line))
        elif field.default is not None:
            found.append(Setting(key, _shown(field, field.default), tr("default"), None))
        else:
            origin = tr("not set: {instead}").format(instead=tr(field.absent))
            found.append(Setting(key, None, origin, None))
    return found


def _shown(field: Field, value: Any) -> str | int | float | bool | list[str]:
    if field.kind is Kind.DURATION:
        return format_duration(value)
    if isinstance(value, SecretRef):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    return value  # type: ignore[no-any-return]
