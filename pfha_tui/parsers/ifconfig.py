"""`ifconfig -a`, as FreeBSD 12 to 15 print it.

The order of an interface's lines differs between releases, so each is told by its first word. Lines
that carry nothing for us are passed over; a line that does but reads wrong fails the whole output.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NoReturn

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import (
    Address,
    CarpState,
    CarpVhid,
    Family,
    Interface,
    PfsyncInterface,
)
from pfha_tui.domain.text import clean
from pfha_tui.parsers.errors import ParseError
from pfha_tui.parsers.lines import MAX_ROWS, integer, numbered, too_many

_SECTION = "ifconfig"
_MAX_VHIDS = 1024

_HEADER = re.compile(
    r"(?P<name>[^\s:]+): flags=(?P<hex>[0-9a-f]{1,16})(?:<(?P<flags>[^<>\s]*)>)?(?P<rest>(?: .*)?)"
)
_MTU = re.compile(r" mtu ([0-9]{1,9})(?= |$)")
_MAC = re.compile(r"(?:ether|lladdr) (?P<mac>[0-9a-f]{2}(?:[:.-][0-9a-f]{2})+)", re.IGNORECASE)
_CARP = re.compile(
    r"carp: (?P<state>INIT|BACKUP|MASTER) vhid (?P<vhid>[0-9]{1,3}) advbase (?P<advbase>[0-9]{1,3})"
    r" advskew (?P<advskew>[0-9]{1,3})(?: .*)?"
)
_VRRP = re.compile(
    r"vrrp: (?P<state>INIT|BACKUP|MASTER) vrid (?P<vhid>[0-9]{1,3}) prio (?P<prio>[0-9]{1,3})"
    r" interval (?P<interval>[0-9]{1,5})(?: .*)?"
)
_VLAN = re.compile(r"vlan: (?P<tag>[0-9]{1,4})(?: .*)? parent interface: (?P<parent>\S+)")
_WORD = re.compile(r"(?P<word>[A-Za-z0-9]+)(?P<colon>:?)(?P<rest>.*)")
_PFSYNC_WORDS = ("pfsync", "syncdev", "syncpeer", "maxupd", "defer", "version", "syncok")
_ADDRESS = {Family.INET: ipaddress.IPv4Address, Family.INET6: ipaddress.IPv6Address}
_HEX_MASK = re.compile(r"0x[0-9a-fA-F]{1,8}")
_KEY = re.compile(r" key .*")


@dataclass(slots=True)
class _Block:
    """An interface while its lines are read."""

    name: str
    flags: tuple[str, ...]
    mtu: int | None
    line_no: int = 0
    line: str = ""
    description: str = ""
    mac: str | None = None
    media: str | None = None
    status: str | None = None
    addresses: list[Address] = field(default_factory=list)
    carp: list[CarpVhid] = field(default_factory=list)
    groups: tuple[str, ...] = ()
    vlan: int | None = None
    vlan_parent: str | None = None
    lagg_ports: list[str] = field(default_factory=list)
    pfsync: PfsyncInterface | None = None
    peer_expected: bool = False

    def fail(self, message: str) -> NoReturn:
        """Give up at the present line, whose CARP key (printed with -k) goes no further."""
        raise ParseError(_SECTION, message, self.line_no, _KEY.sub(" key …", self.line))

    def finished(self) -> Interface:
        """The interface as the domain knows it."""
        return Interface(
            name=self.name,
            flags=self.flags,
            mtu=self.mtu,
            description=self.description,
            mac=self.mac,
            media=self.media,
            status=self.status,
            addresses=tuple(self.addresses),
            carp=tuple(self.carp),
            groups=self.groups,
            vlan_parent=self.vlan_parent,
            vlan=self.vlan,
            lagg_ports=tuple(self.lagg_ports),
            pfsync=self.pfsync,
        )


def parse(text: str) -> tuple[Interface, ...]:
    """All interfaces, in the order printed.

    `carp` keeps the order of creation, which is the kernel's. A `peer` line belongs to the `carp:` line
    right above it. `pfsync` is None where no such line was printed: FreeBSD 12 prints none while pfsync
    is not configured; newer ones say `syncpeer: 0.0.0.0` without a syncdev then, which is kept as said.
    Raises ParseError when nothing was printed, when text stands outside any interface, for more than
    4096 interfaces or 1024 VHIDs, or when a line that is understood by its first word
    (carp, vrrp, peer, inet, inet6, pfsync) has another form.
    """
    blocks: dict[str, _Block] = {}
    block: _Block | None = None
    for number, line in numbered(text, _SECTION):
        if not line.strip():
            continue
        if not line[0].isspace() and not _unindented_pfsync(block, line):
            block = _header(number, line)
            if block.name in blocks:
                block.fail(tr("this interface came twice"))
            blocks[block.name] = block
            if len(blocks) > MAX_ROWS:
                raise too_many(_SECTION, MAX_ROWS)
        elif block is None:
            raise ParseError(_SECTION, tr("expected the first line of an interface"), number, line)
        else:
            block.line_no, block.line = number, line.strip()
            _body(block)
    if not blocks:
        raise ParseError(_SECTION, tr("no interface was printed"))
    if sum(len(each.carp) for each in blocks.values()) > _MAX_VHIDS:
        raise too_many(_SECTION, _MAX_VHIDS)
    return tuple(each.finished() for each in blocks.values())


def _unindented_pfsync(block: _Block | None, line: str) -> bool:
    """FreeBSD 14 leaves the tab out when pfsync has neither syncdev nor syncpeer (ifpfsync.c)."""
    in_pfsync = block is not None and block.name.startswith("pfsync")
    return in_pfsync and line.split(":", 1)[0] in _PFSYNC_WORDS


def _header(number: int, line: str) -> _Block:
    match = _HEADER.fullmatch(line)
    if match is None:
        raise ParseError(_SECTION, tr("expected the first line of an interface"), number, line)
    flags = tuple(clean(flag) for flag in (match["flags"] or "").split(",") if flag)
    mtu = _MTU.search(match["rest"])
    block = _Block(clean(match["name"]), flags, int(mtu[1]) if mtu else None, number, line)
    if int(match["hex"], 16) and not flags:
        block.fail(tr("flags are set but not named"))
    return block


def _body(block: _Block) -> None:
    peer_expected, block.peer_expected = block.peer_expected, False
    match = _WORD.fullmatch(block.line)
    if match is None:
        return
    word, marked = match["word"], bool(match["colon"])
    if word == "peer":
        if peer_expected:
            _peer(block)
    elif marked and block.name.startswith("pfsync") and word in _PFSYNC_WORDS:
        _pfsync(block)
    elif word in _STRICT:
        _STRICT[word](block)
    elif marked and word in _MARKED:
        _MARKED[word](block, match["rest"])


def _description(block: _Block, rest: str) -> None:
    block.description = clean(rest.strip())


def _mac(block: _Block) -> None:
    if match := _MAC.fullmatch(block.line):
        block.mac = match["mac"].lower()


def _media(block: _Block, rest: str) -> None:
    block.media = clean(rest.strip())


def _status(block: _Block, rest: str) -> None:
    block.status = clean(rest.strip())


def _groups(block: _Block, rest: str) -> None:
    block.groups = tuple(clean(group) for group in rest.split())


def _vlan(block: _Block) -> None:
    if match := _VLAN.fullmatch(block.line):
        block.vlan = integer(match["tag"], 0, 4095)
        block.vlan_parent = None if match["parent"] == "<none>" else clean(match["parent"])


def _laggport(block: _Block, rest: str) -> None:
    block.lagg_ports.extend(clean(port) for port in rest.split()[:1])


def _inet(block: _Block) -> None:
    """`inet A[ --> B] netmask 0xHEX ... [vhid N]`, or `inet A/N ...` (IFCONFIG_FORMAT)."""
    words = block.line.split()
    address, _, bits = words[1].partition("/") if len(words) > 1 else ("", "", "")
    mask = _after(block, words, "netmask")
    if bool(bits) == bool(mask):
        block.fail(tr("this inet line is not understood"))
    length = _mask_length(mask) if mask else integer(bits, 0, 32)
    _add_address(block, Family.INET, address, length, _after(block, words, "vhid"))


def _inet6(block: _Block) -> None:
    """`inet6 A[%scope][ --> B] prefixlen N ... [vhid N]`, or `inet6 A[%scope]/N ...`."""
    words = block.line.split()
    scoped, _, bits = words[1].partition("/") if len(words) > 1 else ("", "", "")
    prefix = _after(block, words, "prefixlen")
    if bool(bits) == bool(prefix):
        block.fail(tr("this inet6 line is not understood"))
    length = integer(prefix or bits, 0, 128)
    address = scoped.partition("%")[0]
    _add_address(block, Family.INET6, address, length, _after(block, words, "vhid"))


def _after(block: _Block, words: list[str], name: str) -> str | None:
    """The word that follows a name, None where the line does not have the name."""
    if name not in words:
        return None
    if words.count(name) > 1 or words[-1] == name:
        block.fail(tr("{name} has no single value").format(name=name))
    return words[words.index(name) + 1]


def _mask_length(mask: str) -> int | None:
    """Leading one bits of a mask (hex without padding, or dotted); None where it has holes."""
    try:
        bits = int(mask, 16) if _HEX_MASK.fullmatch(mask) else int(ipaddress.IPv4Address(mask))
    except ValueError:
        return None
    length = bits.bit_count()
    return length if bits == (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF else None


def _add_address(
    block: _Block, family: Family, address: str, length: int | None, vhid: str | None
) -> None:
    try:
        known = str(_ADDRESS[family](address))
    except ValueError:
        block.fail(tr("this address is not understood"))
    if length is None:
        block.fail(tr("this prefix is not understood"))
    group = integer(vhid, 1, 255) if vhid else None
    if vhid and group is None:
        block.fail(tr("a VHID is a number from 1 to 255"))
    block.addresses.append(Address(family, known, length, group))


def _carp(block: _Block) -> None:
    match = _CARP.fullmatch(block.line)
    if match is None:
        block.fail(tr("this carp line is not understood"))
    advbase = integer(match["advbase"], 0, 255)
    advskew = integer(match["advskew"], 0, 255)
    if advbase is None or advskew is None:
        block.fail(tr("advbase and advskew are numbers from 0 to 255"))
    _add_vhid(block, match, CarpVhid(block.name, 0, CarpState.INIT, advbase, advskew))
    block.peer_expected = True


def _vrrp(block: _Block) -> None:
    match = _VRRP.fullmatch(block.line)
    if match is None:
        block.fail(tr("this vrrp line is not understood"))
    priority = integer(match["prio"], 0, 255)
    interval = int(match["interval"])
    if priority is None:
        block.fail(tr("a priority is a number from 0 to 255"))
    group = CarpVhid(
        block.name, 0, CarpState.INIT, 0, 0, vrrp=True, priority=priority, interval_cs=interval
    )
    _add_vhid(block, match, group)


def _add_vhid(block: _Block, match: re.Match[str], group: CarpVhid) -> None:
    vhid = integer(match["vhid"], 1, 255)
    if vhid is None:
        block.fail(tr("a VHID is a number from 1 to 255"))
    if any(known.vhid == vhid for known in block.carp):
        block.fail(tr("this VHID came twice on its interface"))
    block.carp.append(replace(group, vhid=vhid, state=CarpState(match["state"])))


def _peer(block: _Block) -> None:
    words = block.line.split()
    peer6 = _after(block, words, "peer6")
    try:
        peer = str(ipaddress.IPv4Address(words[1] if len(words) > 1 else ""))
        if peer6 is not None:
            peer6 = str(ipaddress.IPv6Address(peer6.partition("%")[0]))
    except ValueError:
        block.fail(tr("this peer address is not understood"))
    block.carp[-1] = replace(block.carp[-1], peer=peer, peer6=peer6)


def _pfsync(block: _Block) -> None:
    """Four forms: with `pfsync:` in front (12), without (13), with a version (14), syncok on its own line."""
    words = block.line.removeprefix("pfsync:").split()
    names = [word.removesuffix(":") for word in words[::2] if word.endswith(":")]
    pairs = dict(zip(names, words[1::2], strict=False))
    if len(pairs) * 2 != len(words) or not set(pairs) <= set(_PFSYNC_WORDS[1:]):
        block.fail(tr("this pfsync line is not understood"))
    known = block.pfsync or PfsyncInterface(syncdev=None, syncpeer=None)
    if "syncdev" in pairs:
        known = replace(known, syncdev=clean(pairs["syncdev"]))
    if "syncpeer" in pairs:
        known = replace(known, syncpeer=_sync_peer(block, pairs["syncpeer"]))
    if "maxupd" in pairs:
        known = replace(known, maxupd=_number(block, pairs["maxupd"]))
    if "version" in pairs:
        known = replace(known, version=_number(block, pairs["version"]))
    if "defer" in pairs:
        known = replace(known, defer=_choice(block, pairs["defer"], "off", "on"))
    if "syncok" in pairs:
        known = replace(known, syncok=_choice(block, pairs["syncok"], "0", "1"))
    block.pfsync = known


def _sync_peer(block: _Block, text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        block.fail(tr("the syncpeer is no address"))


def _number(block: _Block, text: str) -> int:
    value = integer(text, 0, 2**31 - 1)
    if value is None:
        block.fail(tr("this pfsync line is not understood"))
    return value


def _choice(block: _Block, text: str, off: str, on: str) -> bool:
    if text not in (off, on):
        block.fail(tr("this pfsync line is not understood"))
    return text == on


_STRICT: dict[str, Callable[[_Block], None]] = {
    "ether": _mac,
    "lladdr": _mac,
    "inet": _inet,
    "inet6": _inet6,
    "carp": _carp,
    "vrrp": _vrrp,
    "vlan": _vlan,
}
"""Lines read as a whole."""

_MARKED: dict[str, Callable[[_Block, str], None]] = {
    "description": _description,
    "media": _media,
    "status": _status,
    "groups": _groups,
    "laggport": _laggport,
}
"""Lines of a word with a colon, and a text."""
