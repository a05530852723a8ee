"""The pure rules of the SSH side: back-off, pulse, privilege, jump hosts, outcomes."""

import pwd
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.domain.command import Command, Output
from pfha_tui.domain.outcome import classify
from pfha_tui.domain.reading import ErrorKind
from pfha_tui.domain.target import Privilege, SshTarget
from pfha_tui.domain.text import SAID_LIMIT
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded
from pfha_tui.transports.ssh import Backoff, Life, LoginInterrupted, Pulse, settings
from pfha_tui.transports.ssh.elevation import Elevation, from_probes
from pfha_tui.transports.ssh.frames import Part
from pfha_tui.transports.ssh.settings import HopName, parse_jumps

PFCTL = Command("pfctl", ("/sbin/pfctl", "-s", "info"), root=True)
IFCONFIG = Command("ifconfig", ("/sbin/ifconfig", "-a"))


class Middle(random.Random):
    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


def test_tcp_failures_are_retried_quickly_up_to_the_cap() -> None:
    backoff = Backoff(Middle())
    waits = [round(backoff.failed(NetworkFailure("x")), 2) for _ in range(8)]
    assert waits == [0.5, 0.8, 1.28, 2.05, 3.28, 5.0, 5.0, 5.0]
    assert backoff.wake()
    assert backoff.failed(NetworkFailure("x")) == 0.5


def test_interrupted_logins_are_rare() -> None:
    backoff = Backoff(Middle())
    assert [backoff.failed(LoginInterrupted("x")) for _ in range(3)] == [30.0, 900.0, 900.0]
    assert [backoff.wake(), backoff.wake()] == [True, False]
    backoff.succeeded()
    assert backoff.failed(LoginInterrupted("x")) == 30.0


@given(st.integers(), st.lists(st.booleans(), max_size=30))
def test_jitter_stays_within_a_fifth(seed: int, kinds: list[bool]) -> None:
    backoff, plain = Backoff(random.Random(seed)), Backoff(Middle())
    for interrupted in kinds:
        error = LoginInterrupted("x") if interrupted else NetworkFailure("x")
        wait, middle = backoff.failed(error), plain.failed(error)
        assert 0.8 * middle <= wait <= 1.2 * middle + 1e-9


def life_of(rtt: float, outage: float, seconds: float = 30.0) -> list[Life]:
    """Run a pulse over a link with this round trip that is dead for `outage` seconds from 20 s on."""
    pulse = Pulse(0.0)
    pending: list[tuple[float, bytes]] = []
    seen = [Life.LIVE]
    for step in range(int(seconds / 0.05)):
        now = step * 0.05
        if step % 4 == 0:
            beat = pulse.tick(now)
            if beat is not None:
                at = now + rtt
                dead = 20.0 <= at < 20.0 + outage
                pending.append((20.0 + outage if dead else at, beat))
        while pending and pending[0][0] <= now:
            pulse.echo(pending.pop(0)[1], now)
        life = pulse.life(now)
        if life is not seen[-1]:
            seen.append(life)
    return seen


@given(st.floats(0.0, 1.5))
def test_a_steady_link_never_flaps_however_slow(rtt: float) -> None:
    assert life_of(rtt, 0.0)[1:] in ([], [Life.SUSPECT, Life.LIVE])
    if rtt < 0.5:
        assert life_of(rtt, 0.0) == [Life.LIVE]


def test_outages_on_a_lan() -> None:
    assert life_of(0.001, 0.4) == [Life.LIVE]
    assert life_of(0.001, 1.3) == [Life.LIVE, Life.SUSPECT, Life.LIVE]
    assert life_of(0.001, 5.0) == [Life.LIVE, Life.SUSPECT, Life.SILENT, Life.LIVE]
    assert life_of(0.001, 99.0)[-1] is Life.SILENT


def test_silence_on_a_lan_is_known_within_two_seconds() -> None:
    pulse = Pulse(0.0)
    beat = pulse.tick(0.0)
    assert beat is not None
    pulse.echo(beat, 0.001)
    now = 0.0
    while pulse.life(now) is not Life.SILENT:
        now += 0.2
        pulse.tick(now)
    assert now < 2.0


def test_a_stalled_console_blames_nobody() -> None:
    pulse = Pulse(0.0)
    pulse.tick(0.0)
    assert pulse.life(10.0) is Life.LIVE
    pulse.tick(10.0)
    assert pulse.life(10.1) is Life.LIVE
    for step in range(1, 12):
        pulse.tick(10.0 + 0.2 * step)
    assert pulse.life(12.2) is Life.SILENT


@given(st.lists(st.binary(max_size=40), max_size=30))
def test_echoes_of_junk_do_no_harm(chunks: list[bytes]) -> None:
    pulse = Pulse(0.0)
    pulse.tick(0.0)
    for chunk in chunks:
        pulse.echo(chunk, 1.0)
    assert pulse.rtt_s in (None, 1.0)


@pytest.mark.parametrize(
    ("uid", "sudo", "privilege", "words"),
    [
        (0, "/usr/bin/sudo", Privilege.AUTO, ()),
        (1001, "/usr/bin/sudo", Privilege.AUTO, ("/usr/bin/sudo", "-n")),
        (None, "/usr/bin/sudo", Privilege.AUTO, ("/usr/bin/sudo", "-n")),
        (1001, None, Privilege.AUTO, ()),
        (0, None, Privilege.SUDO, ("/usr/local/bin/sudo", "-n")),
        (1001, "/usr/bin/sudo", Privilege.NONE, ()),
    ],
)
def test_sudo_stands_before_root_commands_only(
    uid: int | None, sudo: str | None, privilege: Privilege, words: tuple[str, ...]
) -> None:
    elevation = Elevation(uid, sudo)
    assert elevation.words(PFCTL, privilege) == words + PFCTL.argv
    assert elevation.words(IFCONFIG, privilege) == IFCONFIG.argv


def test_probes() -> None:
    yes, no = Part(0, b"", b""), Part(1, b"", b"")
    assert from_probes((Part(0, b"0\n", b""), yes, yes)) == Elevation(0, "/usr/local/bin/sudo")
    assert from_probes((Part(0, b"junk\n", b""), no, yes)) == Elevation(None, "/usr/bin/sudo")
    assert from_probes((Part(1, b"5\n", b""), no, no)) == Elevation(None, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bastion", [HopName("bastion", None, None)]),
        ("me@bastion:2222", [HopName("bastion", 2222, "me")]),
        ("a,b:22", [HopName("a", None, None), HopName("b", 22, None)]),
        ("me@[2001:db8::1]:22", [HopName("2001:db8::1", 22, "me")]),
        ("2001:db8::1", [HopName("2001:db8::1", None, None)]),
        ("u@dom@host", [HopName("host", None, "u@dom")]),
    ],
)
def test_jump_hosts(text: str, expected: list[HopName]) -> None:
    assert list(parse_jumps(text)) == expected


@pytest.mark.parametrize("text", ["", "me@", "host:0", "host:99999", "host:x", "a,,b"])
def test_jump_hosts_that_make_no_sense(text: str) -> None:
    with pytest.raises(OperatorNeeded):
        parse_jumps(text)


@pytest.mark.parametrize(
    ("code", "stderr", "kind"),
    [
        (1, "sudo: a password is required", ErrorKind.NOT_PERMITTED),
        (1, "Sorry, user tui is not allowed to execute '/sbin/pfctl' as root on fw1.", "np"),
        (1, "tui is not in the sudoers file.", ErrorKind.NOT_PERMITTED),
        (1, "pfctl: /dev/pf: Permission denied", ErrorKind.NOT_PERMITTED),
        (1, "sysctl: net.inet.carp.allow=0: Operation not permitted", ErrorKind.NOT_PERMITTED),
        (127, "/usr/local/bin/sudo: not found", ErrorKind.NOT_PERMITTED),
        (127, "sh: 1: /sbin/pfctl: not found", ErrorKind.MISSING),
        (1, "sudo: /sbin/pfctl: command not found", ErrorKind.MISSING),
        (127, "", ErrorKind.MISSING),
        (1, "cat: /etc/version: No such file or directory", ErrorKind.MISSING),
        (1, "sysctl: unknown oid 'net.inet.carp.demotion'", ErrorKind.MISSING),
        (1, "pfctl: Unknown show modifier 'creators'", ErrorKind.MISSING),
        (1, "pfctl: something odd", ErrorKind.FAILED),
        (2, "", ErrorKind.FAILED),
    ],
)
def test_outcomes(code: int, stderr: str, kind: ErrorKind | str) -> None:
    error = classify(Output(PFCTL, code, b"", stderr.encode()))
    assert error is not None
    assert error.kind is (ErrorKind.NOT_PERMITTED if kind == "np" else kind)


def test_exit_code_0_is_no_error_whatever_stands_on_stderr() -> None:
    assert classify(Output(PFCTL, 0, b"", b"Permission denied")) is None


@given(st.integers(1, 255), st.binary(max_size=2000))
def test_hostile_stderr_gives_one_bounded_line(code: int, stderr: bytes) -> None:
    error = classify(Output(PFCTL, code, b"", stderr))
    assert error is not None
    assert len(error.message) <= SAID_LIMIT + 80 and "\n" not in error.message


async def test_a_machine_account_without_a_home_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a container that runs under an arbitrary uid."""

    def unknown(*_: object) -> object:
        raise KeyError

    monkeypatch.delenv("HOME")
    monkeypatch.setenv("LOGNAME", "watcher")
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(OperatorNeeded, match="home directory"):
        await settings.load(SshTarget("192.0.2.1"), "192.0.2.1", None, "watcher")
