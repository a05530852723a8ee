"""Where `diff` reads from: both nodes, two files, or earlier revisions of a node."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pfha_tui.cli.diagnostics import Failure
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options, pair_target
from pfha_tui.cli.watching import told_to_try
from pfha_tui.domain.language import tr
from pfha_tui.domain.system_errors import reason
from pfha_tui.domain.wording import decimal
from pfha_tui.parsers.configxml import MAX_BYTES, ConfigXml, Revision, parse_config
from pfha_tui.parsers.errors import ParseError

if TYPE_CHECKING:
    from pfha_tui.domain.command import Command
    from pfha_tui.domain.target import NodeTarget, PairTarget
    from pfha_tui.transports.base import NodeLink

_REVISION = re.compile(r"-?\d{1,12}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one configuration is: a file, or a node's revision (seconds since the epoch, `-N` back; 0 is now)."""

    name: str
    file: Path | None = None
    node: "NodeTarget | None" = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """One configuration that was read, and what to call it."""

    name: str
    config: ConfigXml = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sides:
    """Both configurations; `revisions` are the secondary's earlier ones, as far as they are known."""

    primary: Source
    secondary: Source
    revisions: tuple[Revision, ...] = ()
    same_node: bool = False
    files: bool = False
    """Both are files, so that no node was asked."""


async def sides(options: Options, places: Sequence[str], timeout_s: float) -> Sides:
    """Read both. Raises Failure, and ParseError for what a node sent."""
    if len(places) not in (0, 2):
        raise Failure(ExitCode.USAGE, tr("Give two files, two nodes or revisions, or nothing."))
    chosen = _places(options, places)
    nodes = [place.node for place in chosen if place.node is not None]
    try:
        async with asyncio.timeout(timeout_s):
            (one, _), (two, revisions) = await _both(chosen)
    except TimeoutError:
        raise _too_late(timeout_s) from None
    same = len(nodes) == 2 and nodes[0] == nodes[1]
    return Sides(one, two, revisions, same, files=not nodes)


async def _both(
    chosen: Sequence[Place],
) -> list[tuple[Source, tuple[Revision, ...]]]:
    try:
        async with asyncio.TaskGroup() as tasks:
            reading = [tasks.create_task(_read(place)) for place in chosen]
    except* (Failure, ParseError) as group:
        raise _first(group) from None
    return [task.result() for task in reading]


def _first(group: BaseExceptionGroup[Exception]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _places(options: Options, given: Sequence[str]) -> list[Place]:
    if given and all(_is_file(each) for each in given):
        names = [Path(each).name for each in given]
        if names[0] == names[1]:
            names = list(given)
        return [Place(name, file=Path(each)) for name, each in zip(names, given, strict=True)]
    target = pair_target(options)
    if not given:
        return [Place(node.name, node=node) for node in target.nodes]
    return [_place(target, each) for each in given]


def _is_file(given: str) -> bool:
    return "/" in given or given.endswith(".xml") or Path(given).is_file()


def _place(target: "PairTarget", given: str) -> Place:
    if _is_file(given):
        return Place(Path(given).name, file=Path(given))
    name, at, revision = given.partition("@")
    node = next((node for node in target.nodes if node.name == name), None)
    if node is None:
        raise Failure(
            ExitCode.USAGE,
            tr('"{given}" is neither a file nor a node of the pair.').format(given=given),
            tr("Nodes: {names}").format(names=", ".join(node.name for node in target.nodes)),
        )
    if at and not _REVISION.fullmatch(revision):
        raise Failure(
            ExitCode.USAGE,
            tr(
                '"{given}": after @ stands the time of a revision in seconds, or -N for N back.'
            ).format(given=given),
        )
    return Place(given, node=node, revision=int(revision or 0))


async def _read(place: Place) -> tuple[Source, tuple[Revision, ...]]:
    if place.file is not None:
        return Source(place.name, await asyncio.to_thread(_from_file, place.file)), ()
    assert place.node is not None
    return await _from_node(place.node, place)


def _from_file(path: Path) -> ConfigXml:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Failure(
            ExitCode.USAGE,
            tr("{file} cannot be read: {why}").format(file=path, why=reason(error)),
        ) from None
    try:
        return parse_config(raw)
    except ParseError as error:
        raise Failure(ExitCode.USAGE, f"{path}: {error}") from None


async def history_of(options: Options, name: str, timeout_s: float) -> tuple[Revision, ...]:
    """The earlier revisions of a node, the newest first. Raises Failure, and ParseError."""
    from pfha_tui.collector import catalogue
    from pfha_tui.configdiff import remote

    node = _place(pair_target(options), name).node
    if node is None:
        raise Failure(ExitCode.USAGE, tr("A file has no earlier revisions."))
    try:
        async with asyncio.timeout(timeout_s):
            with _failures(node.name):
                async with _login(node, frozenset({catalogue.BACKUP_INDEX})) as link:
                    return await remote.read_index(link)
    except TimeoutError:
        raise _too_late(timeout_s) from None


def _too_late(timeout_s: float) -> Failure:
    said = tr("No configuration within {seconds} s.").format(seconds=decimal(f"{timeout_s:g}"))
    return Failure(ExitCode.TIMEOUT, said)


@contextmanager
def _failures(name: str) -> Iterator[None]:
    """What goes wrong on the way to a node, as the end of the command."""
    from pfha_tui.configdiff.remote import NotReadable
    from pfha_tui.transports.base import HeldBack, TransportError, TransportTimeout

    try:
        yield
    except NotReadable as error:
        raise Failure(ExitCode.UNVERIFIED, f"{name}: {error}") from None
    except TransportTimeout as error:
        raise Failure(ExitCode.TIMEOUT, f"{name}: {error}") from None
    except HeldBack as error:
        raise Failure(ExitCode.UNREACHABLE, f"{name}: {told_to_try(str(error))}") from None
    except TransportError as error:
        raise Failure(ExitCode.UNREACHABLE, f"{name}: {error}") from None


async def _from_node(node: "NodeTarget", place: Place) -> tuple[Source, tuple[Revision, ...]]:
    from pfha_tui.collector import catalogue
    from pfha_tui.configdiff import remote

    first = catalogue.backup(place.revision) if place.revision > 0 else catalogue.CONFIG
    with _failures(node.name):
        async with _login(node, frozenset({first, catalogue.BACKUP_INDEX})) as link:
            past = remote.read_index if place.revision < 0 else remote.read_past
            revisions = await past(link)
            data = await remote.read(link, first) if place.revision >= 0 else b""
        if place.revision < 0:
            wanted = catalogue.backup(_back(revisions, place))
            async with _login(node, frozenset({wanted})) as link:
                data = await remote.read(link, wanted)
        config = await asyncio.to_thread(remote.unpacked, data)
    return Source(place.name, config), revisions


def _back(revisions: Sequence[Revision], place: Place) -> int:
    number = -place.revision
    if number > len(revisions):
        raise Failure(
            ExitCode.USAGE,
            tr("{node} has {count} earlier revisions.").format(
                node=place.name, count=len(revisions)
            ),
        )
    return revisions[number - 1].time


class _login:
    """A login on a node for these commands, closed at the end."""

    def __init__(self, node: "NodeTarget", commands: "frozenset[Command]") -> None:
        from pfha_tui import wiring

        link = wiring.open_link(node, commands, once=True)
        if link is None:
            raise Failure(
                ExitCode.USAGE, tr("{node} is not reached by SSH; its configuration cannot be read.").format(
                    node=node.name
                )
            )  # fmt: skip
        self._link = link

    async def __aenter__(self) -> "NodeLink":
        await self._link.open()
        return self._link

    async def __aexit__(self, *error: object) -> None:
        await self._link.close()
