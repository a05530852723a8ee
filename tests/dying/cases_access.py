"""What stands between the console and its commands: accounts, filters, the limits of sshd, hanging commands, a jump."""

import asyncio

from pfha_tui.domain.reading import ErrorKind
from pfha_tui.domain.snapshot import LinkState
from tests.dying.case import Cases, Found, dead, failed
from tests.support.netns import CONSOLE, ROOM, Box, now
from tests.support.watched import watching

ACCESS = Cases()
case = ACCESS.case

NOPASSWD = "{} ALL=(ALL) NOPASSWD: ALL\n"


@case(
    "a login shell that talks, and rc.local's noise before the frames",
    "",
    "left out; nothing of it is taken for an answer",
    shells={"talker": "/bin/talker"},
    sudoers=NOPASSWD.format("talker"),
    home_files={
        "bin/talker": "#!/bin/sh\necho '>>> Launching rc.local in background...'\n"
        "echo '*** Welcome to pfSense ***' >&2\necho 12345\nexec /bin/sh \"$@\"\n"
    },
)
async def banner(box: Box) -> Found:
    return await _plain(box, "talker")


@case(
    "an account whose shell is tcsh, with a .cshrc that talks",
    "",
    "nothing to be seen",
    shells={"csher": "/usr/bin/tcsh"},
    sudoers=NOPASSWD.format("csher"),
    home_files={"home/csher/.cshrc": "echo 'hello from .cshrc'\nset prompt='%m'\nalias cat echo\n"},
)
async def tcsh(box: Box) -> Found:
    return await _plain(box, "csher")


async def _plain(box: Box, user: str) -> Found:
    await box.run("chmod", "-R", "a+rX", "/home")
    if (box.root / "bin/talker").exists():
        await box.run("chmod", "755", "/bin/talker")
    async with watching(box.target(user=user)) as seen:
        await seen.live(0)
        await seen.live(now())
        assert seen.met.interfaces.error is None and seen.met.interfaces.value
        await seen.until(lambda n: not any("log" in gap for gap in n.push_gaps), now())
        return Found("", None, None, seen.sentences(0))


@case(
    "sudo asks for a password",
    "/sbin/pfctl ended with exit code 1: sudo: a password is required",
    "the rest goes on; asked again after 300 s, the log stream with the next login",
    shells={"watcher": "/bin/sh"},
    sudoers="root ALL=(ALL) ALL\nwatcher ALL=(ALL) ALL\n",
)
async def sudo_password(box: Box) -> Found:
    begun = now()
    async with watching(box.target(user="watcher")) as seen:
        await seen.live(0)
        noticed = await seen.until(lambda n: failed(n.pf, ErrorKind.NOT_PERMITTED), begun)
        error = seen.met.pf.error
        assert error is not None
        await seen.until(
            lambda n: (
                n.interfaces.error is None
                and any("a password is required" in gap for gap in n.push_gaps)
            ),
            begun,
        )
        gap = next(gap for gap in seen.met.push_gaps if "password" in gap)
        box.write("etc/sudoers", NOPASSWD.format("watcher"), 0o440)
        mended = now()
        box.kill("sshd")
        await box.start_sshd()
        back = await seen.until(lambda n: n.pf.error is None and n.pf.value, mended)
        await seen.until(lambda n: not any("log" in g for g in n.push_gaps), mended)
        return Found(error.message, noticed, back, [*seen.sentences(begun), gap])


@case(
    "login protection: SSH dropped, SNMP answers",
    "SSH filtered (login protection?): {host} cannot be reached: timed out",
    "tried at most every 5 s: no try reaches sshd",
)
async def filtered(box: Box) -> Found:
    async with watching(box.target()) as seen:
        await seen.live(0)
        await seen.until(lambda n: n.snmp_link.state is LinkState.LIVE, 0)
        fault = now()
        await box.firewall("tcp dport 22 drop")
        noticed = await seen.until(lambda n: n.ssh.state is not LinkState.LIVE, fault)
        await seen.until(lambda n: "filtered" in n.ssh.detail and n.reachable, fault)
        sentence = seen.met.ssh.detail
        both = now()
        await box.firewall("tcp dport 22 drop\nudp dport 161 drop")
        await seen.until(dead, both)
        assert "filtered" not in seen.met.unreachable_why, seen.met.unreachable_why
        await box.firewall("")
        mended = now()
        back = await seen.live(mended)
        return Found(sentence, noticed, back, seen.sentences(fault))


@case(
    "one session per connection (MaxSessions 1)",
    "{host} refuses a second session on the connection (open failed): MaxSessions of its sshd must be 3 or more",
    "recovery: after `r`",
    sshd="MaxSessions 1\n",
)
async def one_session(box: Box) -> Found:
    begun = now()
    async with watching(box.target()) as seen:
        noticed = await seen.until(lambda n: n.ssh.state is LinkState.STOPPED, begun)
        sentence = seen.met.ssh.detail
        path = box.root / "etc/ssh/box_config"
        path.write_text(path.read_text().replace("MaxSessions 1\n", ""))
        box.kill("sshd")
        await box.start_sshd()
        mended = now()
        seen.watch.retry()
        back = await seen.live(mended)
        return Found(sentence, noticed, back, seen.sentences(begun))


@case(
    "two sessions per connection (MaxSessions 2)",
    "log: not permitted (no third session on the connection (open failed): MaxSessions of its sshd must be 3 or more)",
    "roles by polling alone",
    sshd="MaxSessions 2\n",
)
async def two_sessions(box: Box) -> Found:
    begun = now()
    async with watching(box.target()) as seen:
        await seen.live(0)
        noticed = await seen.until(lambda n: len(n.push_gaps) == 2, begun)
        sentence = seen.met.push_gaps[1]
        await seen.live(now())
        return Found(sentence, noticed, None, seen.sentences(begun))


@case(
    "sshd has all the logins under way that it takes (MaxStartups)",
    "{host} closed the connection during the login",
    "tried again after 30 s and then every 15 min, because each try counts with login protection; at once after `r`",
    sshd="MaxStartups 1:100:1\n",
)
async def startups(box: Box) -> Found:
    _, writer = await asyncio.open_connection(box.address, 22)
    begun = now()
    async with watching(box.target(snmp=False)) as seen:
        noticed = await seen.until(lambda n: n.ssh.state is LinkState.DOWN, begun)
        sentence = seen.met.ssh.detail
        writer.transport.abort()
        await asyncio.sleep(0)
        mended = now()
        while seen.node.ssh.state is not LinkState.LIVE:
            again = now()
            seen.watch.retry()
            await seen.until(lambda n: n.ssh.state in (LinkState.LIVE, LinkState.DOWN), again)
        back = await seen.live(mended)
        return Found(sentence, noticed, back, seen.sentences(begun))


@case(
    "a command that does not end (ifconfig)",
    "ifconfig did not answer in time on {host}",
    "other sections go on; it rests 2 s, then up to 30 s while it hangs",
)
async def slow(box: Box) -> Found:
    async with watching(box.target()) as seen:
        await seen.live(0)
        fault = now()
        box.fault("ifconfig", "sleep 60")
        noticed = await seen.until(lambda n: n.interfaces.error, fault)
        error = seen.met.interfaces.error
        assert error is not None and error.kind is ErrorKind.TIMEOUT
        taken = seen.node.carp.taken_at or 0.0
        await seen.until(lambda n: (n.carp.taken_at or 0.0) > taken, fault)
        box.fault("ifconfig")
        mended = now()
        back = await seen.live(mended)
        assert LinkState.DOWN not in seen.states(fault)
        return Found(error.message, noticed, back, seen.sentences(fault))


@case(
    "a node too busy to begin the pushed lines",
    "log: timed out (the stream from {host} did not begin within *)",
    "roles by polling meanwhile; begun again after 2 to 60 s, without another login",
    shells={"busy": "/bin/busy"},
    sudoers=NOPASSWD.format("busy"),
    home_files={
        "bin/busy": "#!/bin/sh\n[ \"$2\" != '/bin/sh -s' ] || mkdir /home/busy/one 2>/dev/null ||"
        ' { mkdir /home/busy/two 2>/dev/null && exec sleep 60; }\nexec /bin/sh "$@"\n'
    },
)
async def busy(box: Box) -> Found:
    await box.run("chown", "busy", "/home/busy")
    await box.run("chmod", "755", "/bin/busy")
    begun = now()
    async with watching(box.target(user="busy", snmp=False)) as seen:
        noticed = await seen.until(lambda n: any("did not begin" in g for g in n.push_gaps), begun)
        gap = seen.met.push_gaps[1]
        mended = now()
        back = await seen.until(lambda n: not any("log" in g for g in n.push_gaps), mended)
        assert seen.states(begun)[:2] == [LinkState.CONNECTING, LinkState.LIVE]
        assert box.said("sshd").count("Accepted publickey") == 1
        return Found(gap, noticed, back, seen.sentences(begun))


@case(
    "the console is gone without a word",
    "",
    "no nc, tail or sudo is left on the node, once its sshd has noticed (ClientAliveInterval)",
    shells={"watcher": "/bin/sh"},
    sudoers=NOPASSWD.format("watcher"),
    sshd="ClientAliveInterval 1\nClientAliveCountMax 1\n",
)
async def console_gone(box: Box) -> Found:
    async with watching(box.target(user="watcher", snmp=False)) as seen:
        await seen.live(0)
        async with asyncio.timeout(60):
            while not any("tail" in line and "-F" in line for line in box.running()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        running = box.running()
        await box.firewall(f"ip saddr {CONSOLE} drop\nout ip daddr {CONSOLE} drop")
        fault = now()
        async with asyncio.timeout(150):
            while any(_ours(line) for line in box.running()):  # noqa: ASYNC110 (another process's)
                await asyncio.sleep(0.05)
        assert any(_ours(line) for line in running)
        return Found("", None, now() - fault)


def _ours(line: str) -> bool:
    return any(word in line for word in ("tail", "/nc ", "sudo", "/bin/cat", "sh -s"))


@case(
    "jump host powered off, booted later",
    "{host} cannot be reached: *",
    'the jump host\'s address; first "no answer"',
)
async def jump(box: Box) -> Found:
    """Over a jump host that is powered off and booted; `box` is the jump host."""
    far = Box(box.number + 100, box.key)
    await far.install()
    await far.power_on()
    await far.firewall(f"ip saddr {CONSOLE} tcp dport 22 drop")
    known = ROOM / f"known{box.number}"
    key = " ".join((box.root / "etc/ssh/box_key.pub").read_text().split()[:2])
    known.write_text(f"{box.address} {key}\n")
    hop = f"root@{box.address}"
    async with watching(far.target(proxy_jump=hop, known_hosts=str(known), snmp=False)) as seen:
        await seen.live(0)
        fault = now()
        await box.power_off()
        noticed = await seen.until(dead, fault)
        await seen.until(lambda n: "cannot be reached: " in n.ssh.detail, fault)
        sentence = seen.met.ssh.detail
        assert box.address in sentence
        await box.power_on()
        mended = now()
        back = await seen.live(mended)
        return Found(sentence, noticed, back, seen.sentences(fault))
