"""Runs a scenario: the world at the pace of the clock, an sshd and an SNMP agent for each node."""

import asyncio
import contextlib
import json
import os
import random
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import asyncssh

from pfha_tui.lab import control, mib, place, scenarios
from pfha_tui.lab.bridge import Bridge
from pfha_tui.lab.forward import Forwarder
from pfha_tui.lab.node import Node, Power
from pfha_tui.lab.reaper import Reaper
from pfha_tui.lab.snmp import SnmpAgent
from pfha_tui.lab.ssh import SshServer
from pfha_tui.lab.world import World

USER = "admin"
IDLE = 1.0
"""Longest sleep (s) of the pacer."""


class LiveNode:
    """One node with its servers; they fall silent and come back with its power."""

    def __init__(
        self,
        node: Node,
        directory: Path,
        client_key: asyncssh.SSHKey,
        community: str,
        tasks: asyncio.TaskGroup,
        reaper: Reaper,
    ) -> None:
        directory.mkdir(mode=0o700)
        self.node = node
        host_key = asyncssh.generate_private_key("ssh-ed25519", comment=f"{node.name} host key")
        self.fingerprint = host_key.get_fingerprint()
        self.bridge = Bridge(node, directory, tasks)
        self.ssh = SshServer(self.bridge, host_key, client_key, tasks, reaper)
        self.snmp = SnmpAgent("127.0.0.1", 0, lambda: mib.values(node), community)
        self.snmp.late = self._lateness
        self._chance = random.Random()
        self._forgotten = False
        """Whether the power went, so that the node knows nothing of the connections of before."""

    async def start(self) -> None:
        """Open the ports. Raises OSError when there are none."""
        self.bridge.start()
        self.ssh.listener.start()
        await self.snmp.start()
        self.node.on_change.append(self._changed)
        self._changed()

    async def stop(self) -> None:
        """Close the ports and end all processes."""
        await self.ssh.stop()
        await self.bridge.stop()
        await self.snmp.stop()

    def _changed(self) -> None:
        """Follow the node: silent while nothing reaches it or it hangs, refusing without sshd, and else serving."""
        node, listener = self.node, self.ssh.listener
        up = node.serving_network
        dead = node.frozen or not node.reachable or not (up or node.power is Power.ON)
        self.snmp.silent = dead or not (up and node.snmpd)
        self.ssh.pause(node.frozen)
        if dead:
            listener.freeze()
            if node.power is Power.OFF and not self._forgotten:
                self._forgotten = True
                self.ssh.abort()
                self.bridge.drop()
            return
        if self._forgotten:
            self._forgotten = False
            listener.reset()
        listener.thaw()
        if up and node.sshd:
            listener.accept()
        else:
            listener.refuse()

    def _lateness(self) -> float | None:
        """How late an SNMP answer is, or None where its packet or that of the question is lost."""
        path = self.node.path
        lost = any(self._chance.random() < path.loss for _ in range(2))
        return None if lost else path.round_trip


class Lab:
    """A running lab: the world, the live nodes by name, and the configuration that leads to them."""

    def __init__(
        self, world: World, directory: Path, nodes: dict[str, LiveNode], config: Path
    ) -> None:
        self.world = world
        self.directory = directory
        self.nodes = nodes
        self.config = config
        self.forwarder = Forwarder(world)

    @property
    def identity(self) -> Path:
        """The client's private key."""
        return self.directory / "id_ed25519"

    @property
    def community(self) -> Path:
        """The file with the SNMP community."""
        return self.directory / "community"

    def describe(self) -> dict[str, Any]:
        """Where everything is: config, user, identity_file, community, and ports and host key per node."""
        return {
            "config": str(self.config),
            "user": USER,
            "identity_file": str(self.identity),
            "community": str(self.community),
            "nodes": {
                name: {
                    "ssh_port": live.ssh.listener.port,
                    "snmp_port": live.snmp.port,
                    "host_key": live.fingerprint,
                }
                for name, live in self.nodes.items()
            },
            "vips": self.forwarder.describe(),
        }


@contextlib.asynccontextmanager
async def running(
    world: World, config_out: Path | None = None, *, speed: float = 1.0
) -> AsyncIterator[Lab]:
    """Let a world go live behind real ports; everything is gone at the end, the configuration file too.

    Raises OSError when a port or a file cannot be had, FileExistsError when `config_out` is there already; what a
    killed lab left there is replaced.
    """
    with place.directory() as directory:
        client_key = asyncssh.generate_private_key("ssh-ed25519", comment="pfha-tui lab")
        community = "lab-" + secrets.token_hex(8)
        world.go_live(time.monotonic, speed)
        nodes: dict[str, LiveNode] = {}
        lab = Lab(world, directory, nodes, config_out or directory / "config.toml")
        failure: BaseException | None = None
        async with asyncio.TaskGroup() as tasks, contextlib.AsyncExitStack() as cleanup:
            cleanup.callback(tasks.create_task(_pace(world)).cancel)
            try:
                reaper = Reaper(directory / "reaper")
                cleanup.callback(reaper.stop)
                for node in world.nodes:
                    live = LiveNode(
                        node, directory / node.name, client_key, community, tasks, reaper
                    )
                    nodes[node.name] = live
                    cleanup.push_async_callback(live.stop)
                    await live.start()
                cleanup.push_async_callback(lab.forwarder.stop)
                await lab.forwarder.start(tasks)
                _write_private(lab.identity, client_key.export_private_key().decode())
                _write_private(lab.community, community + "\n")
                if place.is_left(lab.config):
                    lab.config.unlink()
                _write_private(lab.config, config_text(lab))
                cleanup.callback(lab.config.unlink, missing_ok=True)
                _write_private(directory / place.CONFIG, str(lab.config))
                await cleanup.enter_async_context(control.listening(world, directory))
                yield lab
            except BaseException as error:  # re-raised below: the group would wrap it
                failure = error
        if failure is not None:
            raise failure


async def until_signalled(serving: Coroutine[Any, Any, None]) -> None:
    """Run what serves, until SIGINT, SIGTERM or SIGHUP, whose handlers stay in place."""
    task = asyncio.current_task()
    assert task is not None

    def end() -> None:
        if not task.cancelling():  # a second signal must not cut the clearing up short
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, end)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


async def serve(
    scenario: str,
    config_out: Path | None,
    *,
    ready: Callable[[dict[str, Any]], None] | None = None,
    speed: float = 1.0,
    freebsd: str | None = None,
) -> None:
    """Run a scenario until cancelled; `ready` is called with `Lab.describe()` once the ports are open.

    `freebsd` names the generations of the nodes (see `scenarios.generations`) where they are not the scenario's own.
    Raises KeyError for an unknown scenario, ValueError for unknown generations and for a speed of zero or less, OSError
    when a port or a file cannot be had, FileExistsError when `config_out` is there already.
    """
    kinds = scenarios.generations(freebsd) if freebsd is not None else None
    world = scenarios.build(scenario, time.time(), generations=kinds)
    async with running(world, config_out, speed=speed) as lab:
        if ready is not None:
            ready({"scenario": scenario, **lab.describe()})
        await asyncio.get_running_loop().create_future()


def config_text(lab: Lab) -> str:
    """The product's configuration for this lab, as TOML."""
    text = json.dumps
    lines = ["schema = 1", "", "[[pair]]", 'name = "demo"', 'environment = "lab"']
    for (name, live), role in zip(lab.nodes.items(), ("primary", "secondary"), strict=True):
        lines += [
            "",
            "[[pair.node]]",
            f"name = {text(name)}",
            f"role = {text(role)}",
            'address = "127.0.0.1"',
            "",
            "[pair.node.ssh]",
            f"port = {live.ssh.listener.port}",
            f"user = {text(USER)}",
            f"identity_file = {text(str(lab.identity))}",
            f"host_keys = [{text(live.fingerprint)}]",
            "",
            "[pair.node.snmp]",
            f"port = {live.snmp.port}",
            'version = "2c"',
            f"community = {text(f'file:{lab.community}')}",
        ]
    return "\n".join(lines) + "\n"


async def _pace(world: World) -> None:
    """Let the world follow its clock: wake for each event, and at least once a second."""
    wake = asyncio.Event()
    world.scheduler.on_earlier = wake.set
    while True:
        world.catch_up()
        wake.clear()
        due = world.seconds_to_next()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(IDLE if due is None else min(IDLE, due)):
                await wake.wait()


def _write_private(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
