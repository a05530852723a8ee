"""Reads a configuration file: every fault is collected, every value keeps where it came from."""

import difflib
import errno
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pfha_tui.config import positions, schema
from pfha_tui.config.judge import judge_pair, judge_pairs
from pfha_tui.config.problems import ConfigError, KeyPath, NoConfiguration, Problem, distinct
from pfha_tui.config.schema import Field, Kind
from pfha_tui.config.settings import Configuration, Entry, NodeConfig, PairConfig, Values, Where
from pfha_tui.config.values import Unfit, convert
from pfha_tui.domain.language import tr
from pfha_tui.domain.system_errors import reason

_MAX_BYTES = 1_048_576
_PASSWORDS = ("password", "passwd", "pass")


def load(path: Path) -> Configuration:
    """Read and check the file. Secrets and the files it names are not touched: see `resolve`.

    Raises NoConfiguration where there is no file, ConfigError with every fault found.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        text = content.decode("utf-8-sig")  # some editors begin a file with a byte order mark
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _alone(path, line, tr("is not UTF-8 text"), tr("save it as UTF-8")) from None
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError):
            problem = Problem(
                path,
                None,
                "",
                tr("there is no such file"),
                tr("run: {command}").format(command="pfha-tui config init"),
            )
            raise NoConfiguration((problem,)) from None
        why = reason(error) if isinstance(error, OSError) else tr("not a path")
        folder = getattr(error, "errno", None) == errno.EISDIR
        mend = tr("name a file") if folder else tr("mend the path")
        raise _alone(path, None, tr("cannot be read ({why})").format(why=why), mend) from None
    if len(content) > _MAX_BYTES:
        raise _alone(path, None, tr("is longer than 1 MiB"), tr("name the right file"))
    return parse(text, path)


def parse(text: str, path: Path) -> Configuration:
    """Check the text of a configuration file; `path` only names it. Raises ConfigError."""
    try:
        document = positions.parse(text)
    except positions.NotToml as error:
        raise _alone(
            path,
            error.line,
            tr("is not TOML: {what}").format(what=error.what),
            tr("mend that line"),
        ) from None
    reader = _Reader(path, document)
    configuration = reader.read()
    if reader.problems:
        raise ConfigError(distinct(reader.problems))
    return configuration


def _alone(path: Path, line: int | None, what: str, mend: str) -> ConfigError:
    return ConfigError((Problem(path, line, "", what, mend),))


@dataclass(frozen=True, slots=True)
class _Place:
    """A table in the file: its path for line numbers, its label for people."""

    path: KeyPath
    label: str

    @property
    def key(self) -> str:
        return str(self.path[-1])

    def down(self, key: str) -> "_Place":
        return _Place((*self.path, key), f"{self.label}.{key}" if self.label else key)

    def element(self, index: int, raw: object) -> "_Place":
        name = raw.get("name") if isinstance(raw, dict) else None
        shown = name if isinstance(name, str) and len(name) <= 40 else f"#{index + 1}"
        return _Place((*self.path, index), f"{self.label}[{shown}]")


class _Reader:
    def __init__(self, path: Path, document: positions.Document) -> None:
        self.path = path
        self.document = document
        self.problems: list[Problem] = []

    def read(self) -> Configuration:
        root = _Place((), "")
        raw = self.document.values
        self.table(schema.ROOT, raw, root)
        pairs = [
            self.pair(element, place) for element, place in self.elements(raw, root.down("pair"))
        ]
        self.problems += judge_pairs(self.path, pairs)
        ui = self.table(schema.UI, _table(raw, "ui"), root.down("ui"))
        keys = self.keys(raw, root.down("keys"))
        return Configuration(
            self.path, tuple(pairs), ui, keys, self.expected(raw, root.down("diff"))
        )

    def keys(self, raw: dict[str, Any], place: _Place) -> Values:
        """The keys of commands; which commands and which keys there are, the screen knows."""
        table = _table(raw, place.key)
        fields = tuple(replace(schema.KEY, key=key) for key in table)
        return self.table(fields, table, place)

    def expected(self, raw: dict[str, Any], place: _Place) -> tuple[Values, ...]:
        """The differences that are expected here, as far as their form goes."""
        table = _table(raw, place.key)
        self.table(schema.DIFF, table, place)
        return tuple(
            self.table(schema.EXPECTED, element, inner)
            for element, inner in self.elements(table, place.down("expected"))
        )

    def pair(self, raw: dict[str, Any], place: _Place) -> PairConfig:
        own = self.table(schema.PAIR, raw, place)
        ssh = self.transport(schema.SSH, raw, place.down("ssh"))
        snmp = self.transport(schema.SNMP, raw, place.down("snmp"))
        nodes = [
            self.node(element, inner, ssh, snmp)
            for element, inner in self.elements(raw, place.down("node"))
        ]
        pair = PairConfig(place.label, self.where(place), own, tuple(nodes))
        self.problems += judge_pair(self.path, pair)
        return pair

    def node(
        self, raw: dict[str, Any], place: _Place, ssh: Values | None, snmp: Values | None
    ) -> NodeConfig:
        own = self.table(schema.NODE, raw, place)
        # Every node is reached over SSH unless told not to; SNMP only where it is configured.
        return NodeConfig(
            label=place.label,
            where=self.where(place),
            own=own,
            ssh=self.merged(schema.SSH, raw, place.down("ssh"), ssh, implied="ssh" not in raw),
            snmp=self.merged(schema.SNMP, raw, place.down("snmp"), snmp, implied=False),
        )

    def transport(
        self, fields: tuple[Field, ...], raw: dict[str, Any], place: _Place
    ) -> Values | None:
        """The pair-wide settings of a transport; None where there are none, or it is switched off."""
        table = raw.get(place.key)
        if not isinstance(table, dict):
            return Values(place.label, {}, off=True) if table is False else None
        values = self.table(fields, table, place)
        for field in fields:
            if field.node_only and field.key in values:
                del values.entries[field.key]
                mend = tr("set it for each node under [pair.node.{key}]").format(key=place.key)
                self.fault(place.down(field.key), tr("cannot be the same for both nodes"), mend)
        return values

    def merged(
        self,
        fields: tuple[Field, ...],
        raw: dict[str, Any],
        place: _Place,
        defaults: Values | None,
        *,
        implied: bool,
    ) -> Values | None:
        """The settings of one node's transport over the pair's; None where it is not used."""
        table = raw.get(place.key)
        if isinstance(table, dict):
            return self.table(fields, table, place).over(defaults, fields)
        if table is False or (defaults is not None and defaults.off):
            return None
        if defaults is None and not implied:
            return None
        return Values(place.label, {}).over(defaults, fields)

    def table(self, fields: tuple[Field, ...], raw: dict[str, Any], place: _Place) -> Values:
        """Check the keys of one table and convert its plain values; subtables are left to the caller."""
        known = {field.key: field for field in fields}
        for key in raw:
            if key not in known:
                self.fault(
                    place.down(key), tr("is not a key of this table"), _hint(key, tuple(known))
                )
        entries: dict[str, Entry] = {}
        for field in fields:
            inner = place.down(field.key)
            if field.key not in raw:
                if field.required:
                    self.fault(
                        place,
                        tr('has no "{key}" ({help})').format(key=field.key, help=tr(field.help)),
                        tr("add it"),
                    )
                continue
            try:
                value = convert(field, raw[field.key])
            except Unfit as error:
                self.fault(inner, error.what, error.mend)
                value = None
            if field.kind not in (Kind.TABLE, Kind.TABLES):
                entries[field.key] = Entry(value, self.where(inner))
        return Values(place.label, entries)

    def elements(self, raw: dict[str, Any], place: _Place) -> list[tuple[dict[str, Any], _Place]]:
        """The tables of an array of tables that are tables; `convert` has reported the others."""
        found = raw.get(place.key)
        if not isinstance(found, list):
            return []
        return [
            (element, place.element(index, element))
            for index, element in enumerate(found)
            if isinstance(element, dict)
        ]

    def where(self, place: _Place) -> Where:
        return partial(self.document.line, place.path)

    def fault(self, place: _Place, what: str, mend: str) -> None:
        line = self.document.line(place.path) if place.path else 1
        self.problems.append(Problem(self.path, line, place.label, what, mend))


def _table(raw: dict[str, Any], key: str) -> dict[str, Any]:
    """The table of that name, empty where there is none or `convert` has reported what is there."""
    found = raw.get(key)
    return found if isinstance(found, dict) else {}


def _hint(key: str, known: tuple[str, ...]) -> str:
    if key.lower() in _PASSWORDS:
        return tr("passwords are never used: name an identity_file or an agent_identity")
    homes = (
        ("ssh", schema.SSH),
        ("snmp", schema.SNMP),
        ("node", schema.NODE),
        ("pair", schema.PAIR),
        ("ui", schema.UI),
        ("diff.expected", schema.EXPECTED),
    )
    for table, fields in homes:
        if key in {field.key for field in fields}:
            return tr("it belongs to the table {table}").format(table=table)
    near = difflib.get_close_matches(key.lower(), known, n=1)
    if near:
        return tr('did you mean "{name}"?').format(name=near[0])
    return tr("the keys here are {keys}").format(keys=", ".join(known))
