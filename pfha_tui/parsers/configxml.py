"""pfSense's config.xml, as pfSense itself reads it (xmlparse.inc, config.lib.inc).

Up to configuration version 24.0 every text went through PHP's htmlentities() before it was written, so that
entities such as `&uuml;` stand outside CDATA, and a literal `&amp;` inside it. The presence of an element
means true. The file is hostile: nothing of it is ever part of an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.entities import name2codepoint
from typing import Final, TypeAlias
from xml.parsers import expat

from pfha_tui.domain.language import mark, tr
from pfha_tui.parsers.errors import ParseError

Value: TypeAlias = "str | dict[str, Value] | list[Value]"
"""An element: text ("" for an empty one), children by name in file order, or the entries of a list."""

Tree: TypeAlias = dict[str, Value]

SECTION: Final = "config.xml"
ROOT: Final = "pfsense"
MAX_BYTES: Final = 24 * 1024 * 1024
MAX_DEPTH: Final = 64
MAX_ELEMENTS: Final = 1_000_000

LISTS: Final = frozenset({
    "acls", "alias", "aliasurl", "allowedip", "allowedhostname", "authserver", "bridged", "build_port_path", "ca",
    "cacert", "cert", "crl", "clone", "config", "container", "columnitem", "checkipservice", "depends_on_package",
    "disk", "dnsserver", "dnsupdate", "domainoverrides", "dyndns", "earlyshellcmd", "element",
    "encryption-algorithm-option", "field", "fieldname", "hash-algorithm-option", "gateway_item", "gateway_group",
    "gif", "gre", "group", "hosts", "ifgroupentry", "igmpentry", "interface_array", "item", "key", "lagg", "lbaction",
    "lbpool", "l7rules", "lbprotocol", "member", "menu", "tab", "mobilekey", "monitor_type", "mount", "npt",
    "ntpserver", "onetoone", "openvpn-server", "openvpn-client", "openvpn-csc", "option", "package", "passthrumac",
    "phase1", "phase2", "ppp", "pppoe", "priv", "proxyarpnet", "pool", "qinqentry", "queue", "pages", "pipe",
    "radnsserver", "roll", "route", "row", "rrddatafile", "rule", "schedule", "service", "servernat", "servers",
    "serversdisabled", "shellcmd", "staticmap", "subqueue", "switch", "swport", "timerange", "tunnel", "user", "vip",
    "virtual_server", "vlan", "vlangroup", "voucherdbfile", "vxlan", "winsserver", "wolentry", "widget",
    "xmldatafile",
})  # fmt: skip
"""Elements that are lists even with one entry (listtags() of xmlparse.inc); empty ones are dropped."""

_SYNTAX = {"amp", "lt", "gt", "quot", "apos"}
_SPECIAL = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|&(\w{2,8});", re.DOTALL)
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{2,8}));")
_BOM = b"\xef\xbb\xbf"
_CUT_OFF = frozenset({
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
})  # fmt: skip

_TOO_LARGE = mark("more than {limit} MiB are not read")
_TOO_DEEP = mark("elements are nested more than {limit} deep")
_TOO_MANY = mark("more than {limit} elements are not read")
_DECLARES = mark("it declares a document type or entities, as no pfSense does; refused")
_BROKEN_OFF = mark("it ends before it is complete")
_NOT_XML = mark("it is not well-formed XML")
_NOT_PFSENSE = mark("it is XML, but not the configuration of a pfSense")


@dataclass(frozen=True, slots=True)
class Revision:
    """Who wrote a configuration, when (seconds since the epoch, 0 where it is not said) and why."""

    time: int
    description: str
    username: str = ""


@dataclass(frozen=True, slots=True)
class ConfigXml:
    """One config.xml. `root` holds secrets, and stays out of `repr`."""

    root: Tree = field(repr=False)
    version: str = ""
    """The configuration version, such as `24.0`."""
    revision: Revision = Revision(0, "")


def parse_config(raw: bytes) -> ConfigXml:
    """Read a config.xml of pfSense 2.5 or later.

    Raises ParseError, a sentence without anything of the file: for more than 24 MiB, for a document type or
    entity declaration, for what is cut off, not well-formed, nested more than 64 deep, of more than a
    million elements, or not a pfSense configuration.
    """
    if len(raw) > MAX_BYTES:
        raise ParseError(SECTION, tr(_TOO_LARGE).format(limit=MAX_BYTES >> 20))
    text = raw.removeprefix(_BOM).decode("utf-8", errors="backslashreplace")
    root = _build(_SPECIAL.sub(_strict, text))
    revision = root.get("revision")
    return ConfigXml(root, _text(root.get("version")), _revision(revision))


def _build(text: str) -> Tree:
    """The tree of the file's text, in which only XML's own entities are left."""
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 64 * 1024
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        # The words of expat name no content, but those of a later version might.
        message = tr(_BROKEN_OFF) if _is_cut_off(error, text) else tr(_NOT_XML)
        raise ParseError(SECTION, message, error.lineno) from None
    top = builder.top
    found = top.get(ROOT)
    if len(top) != 1 or not isinstance(found, dict):
        raise ParseError(SECTION, tr(_NOT_PFSENSE))
    return found


def _is_cut_off(error: expat.ExpatError, text: str) -> bool:
    """Whether the fault is the end of the file rather than something in it."""
    if error.code in _CUT_OFF:
        return True
    # An element left open is reported at the very end, as any token there that does not fit.
    return error.lineno > text.rstrip().count("\n") and f"</{ROOT}>" not in text[-4096:]


class _Builder:
    """Builds the tree from expat's calls."""

    __slots__ = ("_children", "_count", "_pieces", "_stack", "top")

    def __init__(self) -> None:
        self.top: Tree = {}
        self._children: Tree | None = self.top
        self._stack: list[Tree | None] = []
        self._pieces: list[str] = []
        self._count = 0

    def start(self, name: str, attributes: object) -> None:
        self._stack.append(self._children)
        self._children = None
        if self._pieces:
            self._pieces = []
        self._count += 1
        if len(self._stack) > MAX_DEPTH:
            raise ParseError(SECTION, tr(_TOO_DEEP).format(limit=MAX_DEPTH))
        if self._count > MAX_ELEMENTS:
            raise ParseError(SECTION, tr(_TOO_MANY).format(limit=MAX_ELEMENTS))

    def characters(self, data: str) -> None:
        self._pieces.append(data)

    def end(self, name: str) -> None:
        value: Value
        if self._children is not None:
            value = self._children or ""
        elif self._pieces:
            value = "".join(self._pieces).strip("\t\n\r")
            if "&" in value:
                value = _ENTITY.sub(_decode, value)
        else:
            value = ""
        if self._pieces:
            self._pieces = []
        parent = self._stack.pop()
        if parent is None:
            parent = {}
        self._children = parent
        if name not in parent and name not in LISTS:
            parent[name] = value
        elif name not in LISTS or value != "":
            _append(parent, name, value)


def _append(parent: Tree, name: str, value: Value) -> None:
    """Add to a list, or make one of what stood there alone."""
    known = parent.get(name)
    if isinstance(known, list):
        known.append(value)
    else:
        parent[name] = [value] if known is None else [known, value]


def _refuse(*declared: object) -> int:
    raise ParseError(SECTION, tr(_DECLARES))


def _strict(match: re.Match[str]) -> str:
    """An entity of HTML's outside CDATA as a number, which every XML parser knows."""
    name = match[1]
    if name is None or name in _SYNTAX or name not in name2codepoint:
        return match[0]
    return f"&#{name2codepoint[name]};"


def _decode(match: re.Match[str]) -> str:
    """html_entity_decode(): an entity's character, or what stands there where there is no such entity."""
    decimal, hexadecimal, name = match.groups()
    if name is not None:
        code = 39 if name == "apos" else name2codepoint.get(name)
    else:
        code = int(decimal) if decimal is not None else int(hexadecimal, 16)
    if code is None or not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
        return match[0]
    return chr(code)


def _revision(value: Value | None) -> Revision:
    if not isinstance(value, dict):
        return Revision(0, "")
    return Revision(
        epoch(_text(value.get("time"))),
        _text(value.get("description")),
        _text(value.get("username")),
    )


def epoch(text: str) -> int:
    """Seconds since the epoch from digits; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else 0


def _text(value: Value | None) -> str:
    return value if isinstance(value, str) else ""
