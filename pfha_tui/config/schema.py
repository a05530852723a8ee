"""The tables and keys of the configuration file, schema 1.

One `Field` per key: the loader checks against it, `config show` lists it, and the README's reference is
made of the same words.
"""

import re
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from pfha_tui.domain.language import mark
from pfha_tui.domain.target import (
    SNMP_AUTH_PROTOCOLS,
    SNMP_PRIV_PROTOCOLS,
    Environment,
    NodeRole,
    Privilege,
)

SCHEMA = 1

LONGEST_NAME = 40
PAIR_NAME = re.compile(r"\w[\w .-]{0,39}")
NODE_NAME = re.compile(r"\w[\w.-]{0,39}")
_LABEL = "[A-Za-z0-9_-]{1,63}"
HOST = re.compile(rf"(?!-|.{{255}}){_LABEL}(?:\.{_LABEL})*(?<!-)\.?", re.ASCII)
USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@$+-]{0,31}", re.ASCII)
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}", re.ASCII)
THEME_NAME = re.compile(r"[\w.-]{1,40}")
PROXY_JUMP = re.compile(r"(?!-)[A-Za-z0-9_.@:,\[\]%$+-]{1,512}", re.ASCII)


class Bell(StrEnum):
    """When the terminal's bell rings."""

    NONE = "none"
    ALARM = "alarm"


class Kind(Enum):
    """What a value must be."""

    TEXT = auto()
    ADDRESS = auto()
    INTEGER = auto()
    BOOLEAN = auto()
    DURATION = auto()
    CHOICE = auto()
    FINGERPRINTS = auto()
    PATH = auto()
    SECRET = auto()
    KEYS = auto()
    TEXTS = auto()
    TABLE = auto()
    TABLES = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """One key; `help` and `absent` are English, for `tr`.

    `default` is the value used when the key is absent, `absent` says in words what happens
    then if there is no such value. INTEGER and DURATION (seconds) lie within `low`..`high`; `node_only`
    keys make no sense as the default of both nodes; a TABLE that `can_be_off` may be `false`."""

    key: str
    kind: Kind
    help: str
    required: bool = False
    default: str | int | float | bool | None = None
    absent: str = ""
    choices: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    low: float = 0
    high: float = 0
    node_only: bool = False
    can_be_off: bool = False


ROOT = (
    Field(
        "schema", Kind.INTEGER, mark("version of this file's form"), required=True, low=1, high=1
    ),
    Field("pair", Kind.TABLES, mark("one table per watched pair"), required=True),
    Field("ui", Kind.TABLE, mark("how the console looks and sounds")),
    Field("keys", Kind.TABLE, mark("keys of commands, by the names of `pfha-tui keys`")),
    Field("diff", Kind.TABLE, mark("how configurations are compared")),
)

UI = (
    Field(
        "theme",
        Kind.TEXT,
        mark("theme to start with"),
        absent=mark("the one last kept in the console, else dark"),
        pattern=THEME_NAME,
    ),
    Field(
        "bell",
        Kind.CHOICE,
        mark("ring the terminal's bell when a confirmed verdict gets worse"),
        default=Bell.NONE.value,
        choices=tuple(Bell),
    ),
    Field("ascii", Kind.BOOLEAN, mark("no glyphs outside ASCII"), default=False),
)

KEY = Field("", Kind.KEYS, mark("a key, or a list of keys"))
"""Each entry of `[keys]`: its own key is the name of a command, which only the screen knows."""

DIFF = (Field("expected", Kind.TABLES, mark("one table per difference that is expected here")),)

EXPECTED = (
    Field(
        "id", Kind.TEXT, mark("a name for the rule: small letters, digits, dashes"), required=True
    ),
    Field(
        "paths",
        Kind.TEXTS,
        mark("where it differs, as `diff` names it: `*` is one name, `**` any number of them"),
        required=True,
    ),
    Field("reason", Kind.TEXT, mark("why, as `diff --all` is to say it"), required=True),
)
"""Each `[[diff.expected]]`; what a path or an id may be, the comparison knows."""

PAIR = (
    Field("name", Kind.TEXT, mark("name of the pair"), required=True, pattern=PAIR_NAME),
    Field(
        "environment",
        Kind.CHOICE,
        mark("what the pair is for; sets the banner"),
        default=Environment.PRODUCTION.value,
        choices=tuple(Environment),
    ),
    Field("read_only", Kind.BOOLEAN, mark("never offer a change to this pair"), default=False),
    Field(
        "poll", Kind.DURATION, mark("period of the quickest poll"), default=1.0, low=0.2, high=60
    ),
    Field("ssh", Kind.TABLE, mark("SSH settings of both nodes"), can_be_off=True),
    Field("snmp", Kind.TABLE, mark("SNMP settings of both nodes"), can_be_off=True),
    Field("node", Kind.TABLES, mark("the two firewalls"), required=True),
)

NODE = (
    Field("name", Kind.TEXT, mark("name of the firewall"), required=True, pattern=NODE_NAME),
    Field(
        "role",
        Kind.CHOICE,
        mark("the part it plays by configuration"),
        required=True,
        choices=tuple(NodeRole),
    ),
    Field("address", Kind.ADDRESS, mark("its own address, never a CARP VIP"), required=True),
    Field("ssh", Kind.TABLE, mark("SSH settings of this node"), can_be_off=True),
    Field("snmp", Kind.TABLE, mark("SNMP settings of this node"), can_be_off=True),
)

SSH = (
    Field(
        "host",
        Kind.ADDRESS,
        mark("name or address to connect to"),
        absent=mark("the node's address"),
        node_only=True,
    ),
    Field(
        "port",
        Kind.INTEGER,
        mark("TCP port"),
        absent=mark("ssh_config, else 22"),
        low=1,
        high=65535,
    ),
    Field("user", Kind.TEXT, mark("login"), absent=mark("ssh_config, else your own"), pattern=USER),
    Field("identity_file", Kind.PATH, mark("the private key to offer"), absent=mark("ssh_config")),
    Field(
        "agent_identity",
        Kind.PATH,
        mark("public key for which the agent signs"),
        absent=mark("none"),
    ),
    Field("passphrase", Kind.SECRET, mark("passphrase of identity_file"), absent=mark("none")),
    Field(
        "host_keys",
        Kind.FINGERPRINTS,
        mark("pinned SHA256 fingerprints"),
        absent=mark("none; known_hosts decides"),
        node_only=True,
    ),
    Field(
        "known_hosts",
        Kind.PATH,
        mark("known_hosts file"),
        absent=mark("ssh_config, else ~/.ssh/known_hosts"),
    ),
    Field(
        "proxy_jump", Kind.TEXT, mark("jump hosts"), absent=mark("ssh_config"), pattern=PROXY_JUMP
    ),
    Field(
        "ssh_config", Kind.PATH, mark("OpenSSH client configuration"), absent=mark("~/.ssh/config")
    ),
    Field(
        "privilege",
        Kind.CHOICE,
        mark("how commands that need root are run"),
        default=Privilege.AUTO.value,
        choices=tuple(Privilege),
    ),
)

SNMP = (
    Field(
        "host",
        Kind.ADDRESS,
        mark("name or address of the agent"),
        absent=mark("the node's address"),
        node_only=True,
    ),
    Field("port", Kind.INTEGER, mark("UDP port"), default=161, low=1, high=65535),
    Field(
        "version",
        Kind.CHOICE,
        mark("protocol"),
        absent=mark("3 with a user, else 2c"),
        choices=("2c", "3"),
    ),
    Field("community", Kind.SECRET, mark("v2c community"), absent=mark("none")),
    Field("user", Kind.TEXT, mark("v3 user"), absent=mark("none"), pattern=USER),
    Field(
        "auth_protocol",
        Kind.CHOICE,
        mark("v3 authentication"),
        default="sha256",
        choices=SNMP_AUTH_PROTOCOLS,
    ),
    Field(
        "auth_key",
        Kind.SECRET,
        mark("v3 authentication key, 8 characters or more"),
        absent=mark("none"),
    ),
    Field(
        "priv_protocol",
        Kind.CHOICE,
        mark("v3 privacy"),
        default="aes128",
        choices=SNMP_PRIV_PROTOCOLS,
    ),
    Field(
        "priv_key", Kind.SECRET, mark("v3 privacy key, 8 characters or more"), absent=mark("none")
    ),
)
