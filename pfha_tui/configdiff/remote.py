"""Reading configurations over an open login: compressed on the way, in memory only."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final, Protocol

from pfha_tui.collector import catalogue
from pfha_tui.configdiff.history import parse_index
from pfha_tui.domain.command import Command, Sample
from pfha_tui.domain.language import tr
from pfha_tui.domain.outcome import classify
from pfha_tui.domain.reading import ErrorKind
from pfha_tui.parsers.configxml import MAX_BYTES, SECTION, ConfigXml, Revision, parse_config
from pfha_tui.parsers.errors import ParseError

_GZIP: Final = 16 + zlib.MAX_WBITS


class Login(Protocol):
    """Whatever can run catalogue commands on one node."""

    async def run(self, commands: Sequence[Command]) -> Sample:
        """As transports.base.Shell.run."""
        ...


class NotReadable(Exception):
    """The node answered, but would not give the file; str() is one sentence."""


async def read(link: Login, command: Command = catalogue.CONFIG) -> bytes:
    """The bytes of config.xml, or of the backup that the command reads, still compressed.

    Raises NotReadable, and as Shell.run.
    """
    output = (await link.run([command])).outputs[0]
    problem = classify(output)
    if problem is not None:
        raise NotReadable(problem.message)
    return output.stdout


async def read_index(link: Login) -> tuple[Revision, ...]:
    """The earlier revisions, the newest first; none where there is no index.

    Raises as `read`, and ParseError.
    """
    output = (await link.run([catalogue.BACKUP_INDEX])).outputs[0]
    problem = classify(output)
    if problem is None:
        return parse_index(output.stdout)
    if problem.kind is ErrorKind.MISSING:
        return ()
    raise NotReadable(problem.message)


async def read_past(link: Login) -> tuple[Revision, ...]:
    """As `read_index`, and none where it cannot be had: a comparison only loses the last merges by it."""
    try:
        return await read_index(link)
    except (NotReadable, ParseError):
        return ()


def unpacked(data: bytes) -> ConfigXml:
    """The configuration in what `read` gave. Raises ParseError; takes up to a second, so not on a loop."""
    return parse_config(inflate(data))


def inflate(data: bytes) -> bytes:
    """Undo gzip(1). Raises ParseError for what is not its output, is cut off, or grows past 24 MiB."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(data, MAX_BYTES + 1)
    except zlib.error:
        raise ParseError(SECTION, tr("what came is not compressed by gzip")) from None
    if len(plain) <= MAX_BYTES and not unpacker.eof:
        raise ParseError(SECTION, tr("it ends before it is complete"))
    return plain
