"""`config init`: asks for two addresses, shows both nodes' host keys, pins them, writes the file."""

import asyncio
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pfha_tui.cli import output
from pfha_tui.cli.diagnostics import Failure, warn
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options
from pfha_tui.domain.language import tr
from pfha_tui.domain.system_errors import reason
from pfha_tui.domain.wording import listed

if TYPE_CHECKING:
    from pfha_tui.config.write import NewPair

FETCH_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class InitOptions:
    """The flags of `config init`; None is asked for where a person sits at the terminal."""

    name: str | None
    environment: str
    primary: str | None
    secondary: str | None
    primary_name: str
    secondary_name: str
    user: str | None
    port: int | None
    identity_file: str | None
    agent_identity: str | None
    proxy_jump: str | None
    ssh_config: str | None
    snmp_community: str | None
    pin: bool | None
    force: bool


@dataclass(frozen=True, slots=True)
class HostKey:
    """One host key that a node presented: algorithm and SHA256 fingerprint."""

    algorithm: str
    fingerprint: str


def run(options: Options, wish: InitOptions) -> ExitCode:
    """Write a new configuration file. Raises Failure: USAGE, UNREACHABLE, or REFUSED where the keys
    were shown but not accepted; nothing has been written then."""
    from pfha_tui.config.locations import config_location
    from pfha_tui.config.write import render, write

    path = config_location(options.config).path
    if path.exists() and not wish.force:
        raise Failure(
            ExitCode.USAGE,
            tr("{path} is there already and is left as it is.").format(path=path),
            tr("Edit it, write another one with --config FILE, or replace it with --force."),
        )
    new = _new_pair(_completed(wish))
    _check(new, path)
    if wish.pin is not False:
        new = _pinned(new, wish)
    try:
        write(path, render(new), force=wish.force)
    except OSError as error:
        raise Failure(
            ExitCode.USAGE,
            tr("{path} cannot be written ({why}); mend the path.").format(
                path=path, why=reason(error)
            ),
        ) from None
    output.line(tr("Wrote {path} (only you can read it).").format(path=path))
    output.line(tr("Next: `pfha-tui config check`, then `pfha-tui`."))
    return ExitCode.OK


def _completed(wish: InitOptions) -> InitOptions:
    """Ask for what no flag gave; without a terminal the addresses must be given."""
    if not output.interactive():
        flags = (("--primary", wish.primary), ("--secondary", wish.secondary))
        missing = [flag for flag, value in flags if value is None]
        if missing:
            raise Failure(
                ExitCode.USAGE,
                tr("Without a terminal to ask on, {names} must be given.").format(
                    names=listed(missing)
                ),
            )
        return replace(wish, name=wish.name or "main")
    output.line(
        tr("Give each node's own address, never a CARP VIP: a VIP moves, and so would the pane.")
    )
    identity = wish.identity_file
    if identity is None and wish.agent_identity is None:
        question = tr("Private key file (empty: the one that ssh_config names)")
        identity = output.ask(question, _usual_identity()) or None
    return replace(
        wish,
        name=wish.name or output.ask(tr("Name of the pair"), "main"),
        primary=wish.primary
        or _asked_address(tr("Address of {node}, the primary").format(node=wish.primary_name)),
        secondary=wish.secondary
        or _asked_address(tr("Address of {node}, the secondary").format(node=wish.secondary_name)),
        user=wish.user or output.ask(tr("Login on both nodes"), "root"),
        identity_file=identity,
    )


def _asked_address(question: str) -> str:
    """An address from the keyboard; asked for again until it is one. Another port is given by `--port`."""
    from pfha_tui.config.values import Unfit, address

    while True:
        said = output.ask(question)
        try:
            return address(said)
        except Unfit as error:
            text = tr("{said!r} {fault}: {mend}; `--port` gives another port.")
            output.line(text.format(said=said, fault=error.what, mend=error.mend))


def _usual_identity() -> str:
    """The first of OpenSSH's usual private keys that is there, else nothing."""
    usual = [f"~/.ssh/id_{kind}" for kind in ("ed25519", "ecdsa", "rsa")]
    return next((path for path in usual if os.path.isfile(os.path.expanduser(path))), "")


def _new_pair(wish: InitOptions) -> "NewPair":
    from pfha_tui.config.write import NewNode, NewPair
    from pfha_tui.domain.target import Environment, NodeRole

    return NewPair(
        name=wish.name or "main",
        nodes=(
            NewNode(wish.primary_name, NodeRole.PRIMARY, wish.primary or ""),
            NewNode(wish.secondary_name, NodeRole.SECONDARY, wish.secondary or ""),
        ),
        environment=Environment(wish.environment),
        user=wish.user,
        port=wish.port,
        identity_file=_absolute(wish.identity_file),
        agent_identity=_absolute(wish.agent_identity),
        proxy_jump=wish.proxy_jump,
        ssh_config=_absolute(wish.ssh_config),
        community=wish.snmp_community,
    )


def _absolute(path: str | None) -> str | None:
    """A path from the command line starts here, one in the file would start at the file's folder."""
    if path is None or path.startswith("~"):
        return path
    return str(Path(path).absolute())


def _check(new: "NewPair", path: Path) -> None:
    """The same checks as for a file that someone wrote, before any node is asked."""
    from pfha_tui.config.load import parse
    from pfha_tui.config.problems import ConfigError
    from pfha_tui.config.write import render

    try:
        parse(render(new), path)
    except ConfigError as error:
        raise Failure(
            ExitCode.USAGE,
            *(f"{problem.key}: {problem.sentence}" for problem in error.problems),
        ) from None


def _pinned(new: "NewPair", wish: InitOptions) -> "NewPair":
    keys = asyncio.run(_fetch(new))
    for node, found in zip(new.nodes, keys, strict=True):
        output.line()
        output.line(
            tr("{node} at {address} presents:").format(node=node.name, address=node.address)
        )
        for key in found:
            output.line(f"  {key.algorithm:<22} {key.fingerprint}")
    output.line()
    output.line(tr("Compare them on each node's own console (not over this network):"))
    for file in sorted({_key_file(key.algorithm) for found in keys for key in found}):
        output.line(f"  ssh-keygen -lf {file}")
    if {key.fingerprint for key in keys[0]} & {key.fingerprint for key in keys[1]}:
        warn(
            tr(
                "Both nodes present the same host key: one VM was cloned from the other, or both "
                "addresses (a VIP?) lead to one machine. A clone needs host keys of its own."
            )
        )
    if wish.pin is None:
        if not output.interactive():
            raise Failure(
                ExitCode.REFUSED,
                tr("Nothing was written: compare the fingerprints, then run it again with --pin."),
            )
        if not output.confirm(tr("Pin these keys?")):
            raise Failure(ExitCode.REFUSED, tr("Nothing was written."))
    nodes = [
        replace(node, host_keys=tuple(key.fingerprint for key in found))
        for node, found in zip(new.nodes, keys, strict=True)
    ]
    return replace(new, nodes=(nodes[0], nodes[1]))


async def _fetch(new: "NewPair") -> list[list[HostKey]]:
    """The host keys of both nodes. Raises Failure (UNREACHABLE) naming the node that gave none."""
    from pfha_tui import wiring
    from pfha_tui.transports.base import TransportError

    found = []
    for node in new.nodes:
        try:
            async with asyncio.timeout(FETCH_TIMEOUT_S):
                keys = await wiring.fetch_host_keys(
                    node.address, new.port, new.proxy_jump, new.ssh_config
                )
        except (TransportError, OSError) as error:
            why = tr("no answer in time") if isinstance(error, TimeoutError) else str(error)
            raise Failure(
                ExitCode.UNREACHABLE,
                tr("{node} at {address} gave no host key: {why}").format(
                    node=node.name, address=node.address, why=why
                ),
                tr(
                    "Nothing was written; with --no-pin the file is written and known_hosts decides."
                ),
            ) from None
        found.append([HostKey(algorithm, fingerprint) for algorithm, fingerprint, _ in keys])
    return found


def _key_file(algorithm: str) -> str:
    """Where sshd(8) keeps the public key of that algorithm."""
    kind = next((kind for kind in ("ed25519", "ecdsa", "rsa", "dss") if kind in algorithm), "*")
    return f"/etc/ssh/ssh_host_{'dsa' if kind == 'dss' else kind}_key.pub"


UNASKED = InitOptions(
    name=None,
    environment="production",
    primary=None,
    secondary=None,
    primary_name="fw1",
    secondary_name="fw2",
    user=None,
    port=None,
    identity_file=None,
    agent_identity=None,
    proxy_jump=None,
    ssh_config=None,
    snmp_community=None,
    pin=None,
    force=False,
)
