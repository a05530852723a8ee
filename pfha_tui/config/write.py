"""A new configuration file for one pair, with comments, readable by its owner alone."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import tomlkit
from tomlkit.items import AoT, Table

from pfha_tui.config.schema import SCHEMA
from pfha_tui.domain.language import tr
from pfha_tui.domain.target import Environment, NodeRole


@dataclass(frozen=True, slots=True)
class NewNode:
    """What a new file says of one node; `host_keys` are SHA256 fingerprints to pin, maybe none."""

    name: str
    role: NodeRole
    address: str
    host_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPair:
    """What a new file says of a pair; None leaves the key out."""

    name: str
    nodes: tuple[NewNode, NewNode]
    environment: Environment = Environment.PRODUCTION
    user: str | None = None
    port: int | None = None
    identity_file: str | None = None
    agent_identity: str | None = None
    proxy_jump: str | None = None
    ssh_config: str | None = None
    community: str | None = None


def render(new: NewPair) -> str:
    """The text of the file."""
    document = tomlkit.document()
    document.add(tomlkit.comment(tr("`pfha-tui config check` says what is wrong in here,")))
    document.add(tomlkit.comment(tr("`pfha-tui config show` lists every value with its origin.")))
    document.add("schema", tomlkit.item(SCHEMA))
    pair = tomlkit.table()
    pair.add("name", new.name)
    pair.add("environment", new.environment.value)
    pair["environment"].comment(tr("production or lab: the banner's word and colour"))
    ssh = _table(
        user=new.user,
        port=new.port,
        identity_file=new.identity_file,
        agent_identity=new.agent_identity,
        proxy_jump=new.proxy_jump,
        ssh_config=new.ssh_config,
    )
    if len(ssh):
        pair.add("ssh", ssh)
    if new.community is not None:
        pair.add("snmp", _table(community=new.community))
    nodes = AoT([])
    for node in new.nodes:
        nodes.append(_node(node))
    pair.add("node", nodes)
    pairs = AoT([])
    pairs.append(pair)
    document.add("pair", pairs)
    return tomlkit.dumps(document)


def _node(node: NewNode) -> Table:
    table = _table(name=node.name, role=node.role.value, address=node.address)
    if node.host_keys:
        ssh = tomlkit.table()
        pins = tomlkit.array().multiline(len(node.host_keys) > 1)
        for pin in node.host_keys:
            pins.append(pin)
        ssh.add("host_keys", pins)
        table.add("ssh", ssh)
    return table


def _table(**values: str | int | None) -> Table:
    table = tomlkit.table()
    for key, value in values.items():
        if value is not None:
            table.add(key, value)
    return table


def write(path: Path, text: str, *, force: bool = False) -> None:
    """Write the file with mode 0600; folders are made as needed, and with `force` a file there is replaced whole.

    Raises FileExistsError unless `force`, and OSError as the system gives it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not force:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
