"""The same without root: relays on loopback that swallow what goes through them, a real sshd and a real snmpd."""

import re
import socket
import time
from dataclasses import replace
from pathlib import Path

from pfha_tui.domain.snapshot import LinkState
from pfha_tui.domain.target import NodeRole, NodeTarget, Secret, SnmpTarget
from tests.support.snmpd import COMMUNITY, running_snmpd
from tests.support.sshd import running_sshd
from tests.support.tcp_relay import relay_to
from tests.support.udp_relay import udp_relay_to
from tests.support.watched import watching


async def test_a_wire_that_swallows_everything_is_noticed_and_the_node_comes_back(
    tmp_path: Path,
) -> None:
    with running_sshd(tmp_path / "sshd") as sshd, running_snmpd(tmp_path) as snmpd:
        async with relay_to(sshd.port) as tcp, udp_relay_to(snmpd.port) as udp:
            ssh = replace(sshd.target(), port=tcp.port, fingerprints=(sshd.fingerprint,))
            snmp = SnmpTarget("127.0.0.1", udp.port, Secret(COMMUNITY))
            target = NodeTarget("fw1", NodeRole.PRIMARY, "127.0.0.1", ssh, snmp)
            async with watching(target) as seen:
                await seen.until(lambda n: n.ssh.state is LinkState.LIVE and n.clock.value, 0)
                await seen.until(lambda n: n.snmp_link.state is LinkState.LIVE, 0)
                fault = time.monotonic()
                udp.frozen = True
                tcp.freeze()
                await seen.until(lambda n: n.reachable is False, fault)
                assert re.match("SSH: .*; SNMP: ", seen.met.unreachable_why)
                await seen.until(lambda n: n.ssh.state is LinkState.DOWN, fault)
                assert "keepalive" in seen.met.ssh.detail
                udp.frozen = False
                tcp.cut()
                tcp.thaw()
                mended = time.monotonic()
                await seen.until(
                    lambda n: n.ssh.state is LinkState.LIVE and (n.clock.taken_at or 0) > mended,
                    mended,
                )
                assert seen.states(fault)[-1] is LinkState.LIVE


async def test_a_filter_that_drops_ssh_alone_is_named(tmp_path: Path) -> None:
    """TCP that nobody answers: a socket whose queue of connections is full."""
    with (
        running_snmpd(tmp_path) as snmpd,
        running_sshd(tmp_path / "sshd") as sshd,
        socket.socket() as deaf,
        socket.socket() as first,
        socket.socket() as second,
    ):
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for caller in (first, second):
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        ssh = sshd.target(port=deaf.getsockname()[1], fingerprints=(sshd.fingerprint,))
        snmp = SnmpTarget("127.0.0.1", snmpd.port, Secret(COMMUNITY))
        target = NodeTarget("fw1", NodeRole.PRIMARY, "127.0.0.1", ssh, snmp)
        async with watching(target) as seen:
            await seen.until(lambda n: "filtered" in n.ssh.detail and n.reachable, 0)
            port = ssh.port
            assert seen.met.ssh.detail == (
                f"SSH filtered (login protection?): 127.0.0.1 port {port} cannot be reached: timed out"
            )
            stopped = time.monotonic()
            snmpd.stop()
            await seen.until(lambda n: n.reachable is False, stopped)
            assert "filtered" not in seen.met.unreachable_why
