"""What befalls the firewall itself: its power, the wire, its services and their keys, its disk."""

from dataclasses import replace

from pfha_tui.domain.reading import ErrorKind
from pfha_tui.domain.snapshot import LinkState
from tests.dying.case import Cases, Found, dead, failed, in_order, said
from tests.support.netns import CONSOLE, Box, do, now
from tests.support.tcp_relay import relay_to
from tests.support.udp_relay import udp_relay_to
from tests.support.watched import watching

MACHINE = Cases()
case = MACHINE.case


@case(
    "powered off without a word, booted later",
    "SSH: *; SNMP: *",
    'then "the connection … ended", then "cannot be reached: No route to host" (or "timed out")',
)
async def power(box: Box) -> Found:
    async with watching(box.target()) as seen:
        await seen.live(0)
        fault = now()
        await box.power_off()
        noticed = await seen.until(dead, fault)
        await seen.until(lambda n: "cannot be reached: " in n.ssh.detail, fault)
        in_order(seen, fault, LinkState.DOWN, LinkState.CONNECTING)
        await box.power_on()
        mended = now()
        back = await seen.live(mended)
        return Found(said(seen, fault, "; "), noticed, back, seen.sentences(fault))


@case(
    "half-open: the node has forgotten the connection, its resets are lost",
    "the connection to {host} ended: Server not responding to keepalive",
    'first "no answer"; SNMP goes on; recovery counts from the end of the connection',
)
async def half_open(box: Box) -> Found:
    async with watching(box.target()) as seen:
        await seen.live(0)
        await seen.until(lambda n: n.snmp_link.state is LinkState.LIVE, 0)
        await box.firewall("out tcp flags rst drop\nout tcp flags fin drop")
        fault = now()
        box.kill("sshd")
        await box.start_sshd()
        noticed = await seen.until(lambda n: n.ssh.state is not LinkState.LIVE, fault)
        ended = await seen.until(lambda n: n.ssh.state is LinkState.DOWN and n.reachable, fault)
        back = await seen.live(fault + ended)
        in_order(seen, fault, LinkState.DOWN, LinkState.CONNECTING, LinkState.LIVE)
        return Found(said(seen, fault, "ended"), noticed, back, seen.sentences(fault))


LOSSY_S = 8.0
TRIES = 3
"""A machine that stands still in between makes any link flap, but not each time."""


@case(
    "30 % of the packets lost, both ways",
    "",
    'at times "no answer"; the connection holds or is made again, the roles go on arriving, late',
)
async def loss(box: Box) -> Found:
    async with watching(box.target(snmp=False)) as seen:
        await seen.live(0)
        fault = now()
        drop = f"ip {{}} {CONSOLE} numgen random mod 100 < 30 drop"
        await box.firewall(f"{drop.format('saddr')}\nout {drop.format('daddr')}")
        while now() < fault + LOSSY_S:
            await seen.live(now(), 90)
        await box.firewall("")
        mended = now()
        back = await seen.live(mended)
        return Found("", None, back, seen.sentences(fault))


@case("300 ms round trip", "", "shown as such, steady; no alarm")
async def far_away(box: Box) -> Found:
    async with (
        relay_to(22, 0.15, box.address) as tcp,
        udp_relay_to(161, 0.15, box.address) as udp,
    ):
        target = box.target(host="127.0.0.1", port=tcp.port)
        agent = replace(target.snmp, host="127.0.0.1", port=udp.port) if target.snmp else None
        for _ in range(TRIES):
            begun = now()
            async with watching(replace(target, snmp=agent)) as seen:
                await seen.live(0)
                for _ in range(4):
                    await seen.live(now())
                assert seen.met.ssh.rtt_s is not None and seen.met.ssh.rtt_s >= 0.3
                await seen.until(lambda n: n.snmp_link.state is LinkState.LIVE, begun)
                if seen.states(begun) == [LinkState.CONNECTING, LinkState.LIVE]:
                    return Found("", None, None, seen.sentences(begun))
        raise AssertionError(f"never steady: {seen.states(begun)}")


@case(
    "sshd ended with its sessions, started again after 1 s",
    "the connection to {host} ended: *",
)
async def sshd_killed(box: Box) -> Found:
    async with watching(box.target()) as seen:
        await seen.live(0)
        await seen.until(lambda n: n.snmp_link.state is LinkState.LIVE, 0)
        fault = now()
        box.kill("sshd")
        noticed = await seen.until(lambda n: n.ssh.state is LinkState.DOWN, fault)
        await seen.until(lambda n: "Connection refused" in n.ssh.detail and n.reachable, fault)
        await box.start_sshd()
        mended = now()
        back = await seen.live(mended)
        in_order(seen, fault, LinkState.DOWN, LinkState.CONNECTING, LinkState.LIVE)
        return Found(said(seen, fault, "ended"), noticed, back, seen.sentences(fault))


@case(
    "sshd restarted as its service is: sessions stay",
    "",
    "nothing to be seen",
)
async def sshd_restarted(box: Box) -> Found:
    async with watching(box.target()) as seen:
        await seen.live(0)
        fault = now()
        box.kill("sshd", sessions=False)
        await box.start_sshd()
        await seen.live(now())
        await seen.live(now())
        assert not {LinkState.DOWN, LinkState.CONNECTING} & {*seen.states(fault)}
        return Found("", None, None)


@case(
    "host key changed",
    "the host key of {host} is not the expected one: expected * (pinned), but it showed *; if the firewall was"
    " reinstalled, pin the new key, else somebody stands in between",
    "never accepted and never tried again unasked; recovery: after `r`, with the right key back",
)
async def host_key(box: Box) -> Found:
    target = box.target()
    key, public = (box.root / "etc/ssh" / name for name in ("box_key", "box_key.pub"))
    kept = key.read_bytes(), public.read_bytes()
    async with watching(target) as seen:
        await seen.live(0)
        await seen.until(lambda n: n.snmp_link.state is LinkState.LIVE, 0)
        accepted = box.said("sshd").count("Accepted publickey")
        fault = now()
        box.kill("sshd")
        await box.new_host_key()
        await box.start_sshd()
        noticed = await seen.until(lambda n: n.ssh.state is LinkState.STOPPED, fault)
        sentence = seen.met.ssh.detail
        killed = now()
        box.kill("snmpd")
        await seen.until(lambda n: n.snmp_link.state is LinkState.DOWN, killed)
        await box.start_snmpd()
        await seen.until(lambda n: n.snmp_link.state is LinkState.LIVE, now())
        assert seen.node.ssh.state is LinkState.STOPPED, "a sign of life is not the operator"
        again = now()
        seen.watch.retry()
        await seen.until(lambda n: n.ssh.state is LinkState.STOPPED, again)
        assert box.said("sshd").count("Accepted publickey") == accepted
        box.kill("sshd")
        key.write_bytes(kept[0])
        public.write_bytes(kept[1])
        await box.start_sshd()
        mended = now()
        seen.watch.retry()
        back = await seen.live(mended)
        return Found(sentence, noticed, back, seen.sentences(fault))


@case(
    "snmpd ended, started again",
    "the SNMP agent at {host} can't be asked: nothing listens on UDP port 161",
    "the node stays reachable by SSH; asked every 5 s",
)
async def snmpd_gone(box: Box) -> Found:
    async with watching(box.target()) as seen:
        await seen.live(0)
        await seen.until(lambda n: n.snmp_link.state is LinkState.LIVE, 0)
        fault = now()
        box.kill("snmpd")
        noticed = await seen.until(lambda n: n.snmp_link.state is LinkState.DOWN, fault)
        told = "nothing listens on UDP port"
        await seen.until(lambda n: told in n.snmp_link.detail and n.reachable, fault)
        await box.start_snmpd()
        mended = now()
        back = await seen.until(lambda n: n.snmp_link.state is LinkState.LIVE, mended)
        return Found(said(seen, fault, told), noticed, back, seen.sentences(fault))


@case(
    "disk full on the node, so that pfctl fails",
    "/sbin/pfctl ended with exit code 2: *No space left on device",
    "that section alone; its last value stays, and ages",
)
async def disk_full(box: Box) -> Found:
    full = box.root / "full"
    full.mkdir()
    async with watching(box.target()) as seen:
        await seen.live(0)
        await do(
            "nsenter",
            "-t",
            str(box.pid),
            "--mount",
            "mount",
            "-t",
            "tmpfs",
            "-o",
            "size=4k",
            "tmpfs",
            str(full),
        )
        await box.run("sh", "-c", "head -c 9000 /dev/zero >/full/all", check=False)
        fault = now()
        box.fault("pfctl", "LC_ALL=C /bin/cp /proc/cpuinfo /full/temporary || exit 2")
        noticed = await seen.until(lambda n: failed(n.pf, ErrorKind.FAILED), fault)
        error = seen.met.pf.error
        assert error is not None
        await seen.until(lambda n: n.pf.value is not None and n.interfaces.error is None, fault)
        await box.run("rm", "/full/all")
        mended = now()
        back = await seen.until(lambda n: n.pf.error is None, mended)
        return Found(error.message, noticed, back, seen.sentences(fault))
