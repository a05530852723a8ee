"""How to reach a node: what the configuration says and the transports use."""

from dataclasses import dataclass
from enum import StrEnum
from typing import final


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
    """A pair: primary first. `production` only changes the colour and word of its banner."""

    name: str
    primary: NodeTarget
    secondary: NodeTarget
    read_only: bool = False
    poll_s: float = 1.0

    @property
    def nodes(self) -> tuple[NodeTarget, NodeTarget]:
        """Primary and secondary."""
        return (self.primary, self.secondary)
