"""A pair of the configuration to what the transports use: paths expanded, files checked, secrets fetched."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from pfha_tui.config.problems import ConfigError, Problem, distinct
from pfha_tui.config.secrets import SecretError, SecretRef, resolve
from pfha_tui.config.settings import Configuration, NodeConfig, PairConfig, Values
from pfha_tui.domain.language import tr
from pfha_tui.domain.system_errors import reason
from pfha_tui.domain.target import (
    Environment,
    NodeRole,
    NodeTarget,
    PairTarget,
    Privilege,
    Secret,
    SnmpTarget,
    SshTarget,
    check_snmp_target,
)


def find_pair(configuration: Configuration, name: str | None = None) -> PairConfig:
    """The pair of that name, or the only one. Raises ConfigError where that does not say which."""
    names = [pair.name for pair in configuration.pairs]
    if name is None and len(names) == 1:
        return configuration.pairs[0]
    if name in names:
        return configuration.pairs[names.index(name)]
    what = tr("has several pairs") if name is None else tr('has no pair "{name}"').format(name=name)
    mend = tr("name one with --pair: {names}").format(names=", ".join(names))
    raise ConfigError((Problem(configuration.path, None, "pair", what, mend),))


def pair_target(
    configuration: Configuration, pair: PairConfig, environ: Mapping[str, str] | None = None
) -> PairTarget:
    """What is needed to watch this pair. Raises ConfigError with every file and secret at fault."""
    resolver = _Resolver(configuration.path, os.environ if environ is None else environ)
    nodes = {NodeRole(node.own.get("role")): resolver.node(node) for node in pair.nodes}
    if resolver.problems:
        raise ConfigError(distinct(resolver.problems))
    return PairTarget(
        name=pair.name,
        primary=nodes[NodeRole.PRIMARY],
        secondary=nodes[NodeRole.SECONDARY],
        read_only=pair.own.get("read_only", False),
        poll_s=pair.own.get("poll", 1.0),
        environment=Environment(pair.own.get("environment", Environment.PRODUCTION)),
    )


class _Resolver:
    def __init__(self, file: Path, environ: Mapping[str, str]) -> None:
        self.file = file
        self.base = file.absolute().parent
        self.environ = environ
        self.problems: list[Problem] = []

    def node(self, node: NodeConfig) -> NodeTarget:
        address = str(node.own.get("address"))
        return NodeTarget(
            name=node.name,
            role=NodeRole(node.own.get("role")),
            address=address,
            ssh=self.ssh(node.ssh, address) if node.ssh is not None else None,
            snmp=self.snmp(node.snmp, address) if node.snmp is not None else None,
        )

    def ssh(self, values: Values, address: str) -> SshTarget:
        return SshTarget(
            host=values.get("host", address),
            port=values.get("port"),
            user=values.text("user"),
            identity_file=self.file_of(values, "identity_file"),
            agent_identity=self.file_of(values, "agent_identity"),
            passphrase=self.secret(values, "passphrase"),
            fingerprints=values.get("host_keys", ()),
            known_hosts=self.file_of(values, "known_hosts"),
            proxy_jump=values.text("proxy_jump"),
            ssh_config=self.file_of(values, "ssh_config"),
            privilege=Privilege(values.get("privilege", Privilege.AUTO)),
        )

    def snmp(self, values: Values, address: str) -> SnmpTarget:
        version = values.get("version") or ("3" if "user" in values else "2c")
        before = len(self.problems)
        v3 = version == "3"
        target = SnmpTarget(
            host=values.get("host", address),
            port=values.get("port", 161),
            community=None if v3 else self.secret(values, "community"),
            user=values.text("user") if v3 else None,
            auth_protocol=values.get("auth_protocol", "sha256"),
            auth_key=self.secret(values, "auth_key") if v3 else None,
            priv_protocol=values.get("priv_protocol", "aes128"),
            priv_key=self.secret(values, "priv_key") if v3 else None,
        )
        if len(self.problems) == before:
            try:
                check_snmp_target(target)
            except ValueError as error:
                key = "auth_key" if v3 else "community"
                self.fault(values, key, str(error).rstrip("."), tr("mend the SNMP settings"))
        return target

    def secret(self, values: Values, key: str) -> Secret | None:
        reference = values.get(key)
        if not isinstance(reference, SecretRef):
            return None
        try:
            return resolve(reference, self.base, self.environ)
        except SecretError as error:
            self.fault(values, key, error.what, error.mend)
            return None

    def file_of(self, values: Values, key: str) -> str | None:
        """The absolute path of a file that is there, readable and of the kind that the key wants."""
        text = values.text(key)
        if text is None:
            return None
        try:
            path = self.base / os.path.expanduser(text)
            mode = path.stat().st_mode
            head = _head(path) if stat.S_ISREG(mode) else b""
        except (OSError, ValueError) as error:
            why = reason(error) if isinstance(error, OSError) else tr("not a path")
            what = tr("the file {path} cannot be read ({why})").format(path=text, why=why)
            self.fault(values, key, what, tr("mend the path"))
            return None
        wrong = _wrong_kind(key, path, mode, head)
        if wrong is not None:
            self.fault(values, key, *wrong)
        return str(path)

    def fault(self, values: Values, key: str, what: str, mend: str) -> None:
        line = values.line(key)
        self.problems.append(Problem(self.file, line, f"{values.label}.{key}", what, mend))


_HEAD_BYTES = 4096


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _wrong_kind(key: str, path: Path, mode: int, head: bytes) -> tuple[str, str] | None:
    if key == "ssh_config" and path == Path(os.devnull):
        return None  # as with ssh -F: none is read
    private = b"PRIVATE KEY-----" in head or head.startswith(b"PuTTY-User-Key-File")
    if not stat.S_ISREG(mode):
        return tr("{path} is not a regular file").format(path=path), tr("name a file")
    if key == "agent_identity" and private:
        mend = tr("name its .pub file here, or use identity_file")
        return tr("{path} is a private key").format(path=path), mend
    if key == "identity_file" and not private and head.startswith((b"ssh-", b"ecdsa-", b"sk-")):
        mend = tr("name the private key here, or use agent_identity")
        return tr("{path} is a public key").format(path=path), mend
    if key == "identity_file" and not private:
        mend = tr("name the private key here, or use agent_identity")
        return tr("{path} is not a private key").format(path=path), mend
    if key == "identity_file" and mode & 0o077:
        mend = tr("run: {command}").format(command=f"chmod 600 {path}")
        return tr("{path} can be read by others").format(path=path), mend
    return None
