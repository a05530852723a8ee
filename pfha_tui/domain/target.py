"""How to reach a node: what the configuration says and the transports use."""

from dataclasses import dataclass
from enum import StrEnum
from typing import final

from pfha_tui.domain.language import tr


@final
class Secret:
    """Text that never shows itself: `repr` and `str` are masked, only `reveal()` gives it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself, for handing to a library; never for printing or logging."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


class NodeRole(StrEnum):
    """The part a node plays by configuration, not by CARP."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class Environment(StrEnum):
    """What a pair is for: it changes the word and the colour of the banner, nothing else."""

    PRODUCTION = "production"
    LAB = "lab"


class Privilege(StrEnum):
    """How commands that need root are run: AUTO = directly as uid 0, else by `sudo -n`."""

    AUTO = "auto"
    SUDO = "sudo"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SshTarget:
    """One SSH login. Exactly one of `identity_file` (private key) and `agent_identity` (public key
    file whose private half the agent holds) names the only identity offered; with neither, the user's
    ssh_config must name exactly one. `fingerprints` are `SHA256:…` pins; without pins `known_hosts` decides."""

    host: str
    port: int | None = None
    user: str | None = None
    identity_file: str | None = None
    agent_identity: str | None = None
    passphrase: Secret | None = None
    fingerprints: tuple[str, ...] = ()
    known_hosts: str | None = None
    proxy_jump: str | None = None
    ssh_config: str | None = None
    privilege: Privilege = Privilege.AUTO


SNMP_AUTH_PROTOCOLS = ("md5", "sha", "sha224", "sha256", "sha384", "sha512")
"""Authentication of SNMPv3 by our names: HMAC-MD5-96, HMAC-SHA-96 (RFC 3414) and the SHA-2 family (RFC 7860)."""

SNMP_PRIV_PROTOCOLS = ("des", "aes128", "aes192", "aes256")
"""Privacy of SNMPv3 by our names; AES-192 and AES-256 lengthen the key as net-snmp does (Blumenthal's draft)."""

SNMP_KEY_MIN_OCTETS = 8
"""The shortest passphrase of an SNMPv3 user (RFC 3414, 11.2); net-snmp refuses shorter ones too."""


@dataclass(frozen=True, slots=True)
class SnmpTarget:
    """One SNMP agent: v2c with `community`, or v3 authPriv with user and two keys."""

    host: str
    port: int = 161
    community: Secret | None = None
    user: str | None = None
    auth_protocol: str = "sha256"
    auth_key: Secret | None = None
    priv_protocol: str = "aes128"
    priv_key: Secret | None = None

    @property
    def version(self) -> str:
        """`2c` or `3`."""
        return "3" if self.user is not None else "2c"


def check_snmp_target(target: SnmpTarget) -> None:
    """Raise ValueError with one sentence if the target can't be asked: no or two kinds of credentials, an unknown
    protocol name (they are lower case), a passphrase that is missing or too short, a port out of range."""
    if not 0 < target.port < 65536:
        raise ValueError(
            tr("SNMP port {port} is not between 1 and 65535.").format(port=target.port)
        )
    if target.user is None:
        if target.community is None or not target.community.reveal():
            raise ValueError(
                tr("SNMP needs either a community (v2c) or a user with two keys (v3).")
            )
        return
    if target.community is not None:
        raise ValueError(tr("SNMP has both a community (v2c) and a user (v3); keep one."))
    _check_usm_user(target, target.user)


def _check_usm_user(target: SnmpTarget, user: str) -> None:
    if not 1 <= len(user.encode()) <= 32:
        raise ValueError(tr("An SNMPv3 user name has 1 to 32 octets."))
    for name, known, key in (
        (target.auth_protocol, SNMP_AUTH_PROTOCOLS, "auth_protocol"),
        (target.priv_protocol, SNMP_PRIV_PROTOCOLS, "priv_protocol"),
    ):
        if name not in known:
            text = tr('SNMPv3: {key} "{name}" is unknown; use one of {known}.')
            raise ValueError(text.format(key=key, name=name, known=", ".join(known)))
    for secret, key in ((target.auth_key, "auth_key"), (target.priv_key, "priv_key")):
        if secret is None:
            text = tr("SNMPv3 needs {key}: only authPriv is spoken.")
            raise ValueError(text.format(key=key))
        if len(secret.reveal().encode()) < SNMP_KEY_MIN_OCTETS:
            text = tr("SNMPv3: {key} has fewer than {count} octets.")
            raise ValueError(text.format(key=key, count=SNMP_KEY_MIN_OCTETS))


@dataclass(frozen=True, slots=True)
class NodeTarget:
    """One firewall of a pair; at least one of `ssh` and `snmp` is set."""

    name: str
    role: NodeRole
    address: str
    ssh: SshTarget | None = None
    snmp: SnmpTarget | None = None


@dataclass(frozen=True, slots=True)
class PairTarget:
    """A pair: primary first. `poll_s` is the period of the quickest poll, in seconds."""

    name: str
    primary: NodeTarget
    secondary: NodeTarget
    read_only: bool = False
    poll_s: float = 1.0
    environment: Environment = Environment.PRODUCTION

    @property
    def nodes(self) -> tuple[NodeTarget, NodeTarget]:
        """Primary and secondary."""
        return (self.primary, self.secondary)


@dataclass(frozen=True, slots=True)
class BrokenPair:
    """A configured pair that cannot be watched; `why` is the first fault in few words, `faults` are all of
    them in whole sentences (file, line, key, what, mend). Where it `may_ask` the operator for something (a
    keyring to be unlocked), it is looked at again only when the operator wishes so."""

    name: str
    why: str
    faults: tuple[str, ...]
    read_only: bool = False
    environment: Environment = Environment.PRODUCTION
    may_ask: bool = False
