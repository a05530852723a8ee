"""Lines of the system log and of devd's pipe."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.domain.events import CarpEvent, Event, EventKind, LinkEvent, Resolution
from pfha_tui.domain.model import CarpState, NodeClock
from pfha_tui.domain.reading import Source
from pfha_tui.parsers import devd, log

NOW = datetime(2026, 11, 22, 23, 20, tzinfo=UTC)
CLOCK = NodeClock(int(NOW.timestamp()), 0)


def kernel(message: str) -> Event | None:
    return log.parse_line(f"Nov 22 23:14:00 fw1 kernel: {message}", "fw1", CLOCK)


def php(message: str, program: str = "php-fpm[338]") -> Event | None:
    return log.parse_line(f"Nov 22 23:14:00 fw1 {program}: {message}", "fw1", CLOCK)


@pytest.mark.parametrize(
    ("message", "old", "new", "reason"),
    [
        (
            "carp: 1@vtnet0: BACKUP -> MASTER (master timed out)",
            "BACKUP",
            "MASTER",
            "master timed out",
        ),
        ("carp: VHID 1@vtnet0: INIT -> BACKUP", "INIT", "BACKUP", ""),
        (
            "carp: 1@vtnet0: MASTER -> INIT (hardware interface down)",
            "MASTER",
            "INIT",
            "hardware interface down",
        ),
        (
            "<6>carp: 1@vtnet0: MASTER -> BACKUP (more (odd) text)",
            "MASTER",
            "BACKUP",
            "more (odd) text",
        ),
        (
            "<6>[123.456789] carp: 1@vtnet0: INIT -> BACKUP (initialization complete)",
            "INIT",
            "BACKUP",
            "initialization complete",
        ),
        (
            "[98765] carp: 1@vtnet0: BACKUP -> MASTER (user requested via ifconfig)",
            "BACKUP",
            "MASTER",
            "user requested via ifconfig",
        ),
    ],
)
def test_transitions(message: str, old: str, new: str, reason: str) -> None:
    found = kernel(message)
    assert found is not None
    assert found.kind is EventKind.TRANSITION and found.source is Source.LOG
    assert (found.interface, found.vhid, found.node) == ("vtnet0", 1, "fw1")
    assert (found.old, found.new, found.reason) == (CarpState(old), CarpState(new), reason)
    assert found.text.startswith("carp: ")


@pytest.mark.parametrize(
    ("message", "kind", "interface", "reason"),
    [
        (
            "carp: demoted by 240 to 480 (interface down)",
            EventKind.DEMOTION,
            None,
            "interface down",
        ),
        (
            "carp: demoted by -240 to 0 (pfsync bulk done)",
            EventKind.DEMOTION,
            None,
            "pfsync bulk done",
        ),
        (
            "carp: demoted by 0 to 0 (send error 55 on igb0)",
            EventKind.DEMOTION,
            None,
            "send error 55 on igb0",
        ),
        ("carp: demoted by 0 to 0 (pfsync bulk fail)", EventKind.PFSYNC, None, "pfsync bulk fail"),
        (
            "carp: demoted by 0 to 240 (pfsync bulk done)",
            EventKind.PFSYNC,
            None,
            "pfsync bulk done",
        ),
        ("pfsync: received valid bulk update end", EventKind.PFSYNC, None, ""),
        ("igb0.100: link state changed to DOWN", EventKind.LINK, "igb0.100", "DOWN"),
        ("lagg0_vlan220: link state changed to UP", EventKind.LINK, "lagg0_vlan220", "UP"),
    ],
)
def test_other_kernel_lines(
    message: str, kind: EventKind, interface: str | None, reason: str
) -> None:
    found = kernel(message)
    assert found is not None
    assert (found.kind, found.interface, found.reason, found.text) == (
        kind,
        interface,
        reason,
        message,
    )


@pytest.mark.parametrize(
    ("message", "kind", "reason"),
    [
        (
            "/rc.filter_synchronize: Beginning XMLRPC sync data to https://10.0.0.3/x.",
            EventKind.SYNC,
            "begin",
        ),
        (
            "INFO [High Availability] Beginning XMLRPC sync data to https://10.0.0.3/x.",
            EventKind.SYNC,
            "begin",
        ),
        (
            "/rc.filter_synchronize: XMLRPC reload data success with https://10.0.0.3/x (pfsense.m).",
            EventKind.SYNC,
            "success",
        ),
        (
            "/xmlrpc.php: Configuration Change: (system)@10.0.0.2: "
            "Merged in config (aliases, filter sections) from XMLRPC client.",
            EventKind.SYNC,
            "merged",
        ),
        (
            "/rc.filter_synchronize: Retrying XMLRPC Request due to error: timeout",
            EventKind.SYNC,
            "retry",
        ),
        (
            "ERROR [High Availability] A communications error occurred while attempting to call XMLRPC method m: x",
            EventKind.SYNC,
            "failed",
        ),
        (
            "/rc.filter_synchronize: Exception calling XMLRPC method restore_config_section #1 : x",
            EventKind.SYNC,
            "failed",
        ),
        ("CurlException calling XMLRPC method exec_php #28", EventKind.SYNC, "failed"),
        (
            "An authentication failure occurred while trying to access https://10.0.0.3/x (pfsense.x).",
            EventKind.SYNC,
            "failed",
        ),
        (
            "The other member is on a different configuration version of pfSense.",
            EventKind.SYNC,
            "failed",
        ),
        ("Disallowing CARP sync loop", EventKind.SYNC, "failed"),
        ("/rc.bootup: waiting for pfsync...", EventKind.PFSYNC, ""),
        ("pfsync done in 30 seconds.", EventKind.PFSYNC, ""),
    ],
)
def test_lines_of_pfsense(message: str, kind: EventKind, reason: str) -> None:
    for program in ("php-fpm[338]", "php", "php-cgi"):
        found = php(message, program)
        assert found is not None
        assert (found.kind, found.reason) == (kind, reason)
        assert message.endswith(found.text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "==> /var/log/system.log <==",
        "Nov 22 23:14:46 fw1 syslogd: last message repeated 11 times",
        "Nov 22 23:14:00 fw1 kernel: vtnet0: promiscuous mode enabled",
        "Nov 22 23:14:00 fw1 kernel: arp: 203.0.113.1 moved from here to there on vtnet0",
        "Nov 22 23:14:00 fw1 kernel: carp: 1@vtnet0: BACKUP -> LEADER (why)",
        "Nov 22 23:14:00 fw1 kernel: carp: 0@vtnet0: BACKUP -> MASTER (why)",
        "Nov 22 23:14:00 fw1 kernel: carp: 300@vtnet0: BACKUP -> MASTER (why)",
        "Nov 22 23:14:00 fw1 kernel: carp: demoted by many to 0 (why)",
        "Nov 22 23:14:00 fw1 dhcpd[7]: lease for kernel: carp: 1@vtnet0: BACKUP -> MASTER (master timed out)",
        "Nov 22 23:14:00 fw1 sshd[7]: carp: 1@vtnet0: BACKUP -> MASTER (master timed out)",
        "Nov 22 23:14:00 fw1 kernel: said carp: 1@vtnet0: BACKUP -> MASTER (master timed out)",
        "Nov 22 23:14:00 fw1 nginx: Beginning XMLRPC sync data to https://192.0.2.1/.",
        "Nov 22 23:14:00 fw1 php-fpm[1]: /rc.carpbackup: "
        'HA cluster member "(10.0.0.1@igb0): (LAN)" has resumed CARP state "BACKUP" for vhid 2',
        "Nov 31 23:14:00 fw1 kernel: vtnet0: link state changed to UP",
        "Nov 22 24:14:00 fw1 kernel: vtnet0: link state changed to UP",
        "Nox 22 23:14:00 fw1 kernel: vtnet0: link state changed to UP",
        "<6>1 2026-13-22T23:14:00Z fw1 kernel - - - vtnet0: link state changed to UP",
        "<6>1 - fw1 kernel - - - vtnet0: link state changed to UP",
        "Nov 22 23:14:00 fw1 kernel: vtnet0: link state changed to UP" + " " * 5000,
    ],
)
def test_every_other_line_is_none(text: str) -> None:
    assert log.parse_line(text, "fw1", CLOCK) is None


def test_variants_of_the_plain_stamp() -> None:
    for text in (
        "Nov  2 03:04:05 fw1 kernel: vtnet0: link state changed to UP",
        "<6>Nov  2 03:04:05 fw1 kernel: vtnet0: link state changed to UP\r\n",
        "Nov  2 03:04:05 <kern.notice> fw1 kernel: vtnet0: link state changed to UP\n",
        "Nov 02 03:04:05 fw1.example.net kernel: <5>vtnet0: link state changed to UP",
    ):
        found = log.parse_line(text, "fw1", CLOCK)
        assert found is not None, text
        assert found.epoch == datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC).timestamp()
        assert found.resolution is Resolution.S


@pytest.mark.parametrize(
    ("stamp", "epoch", "resolution"),
    [
        ("2026-11-22T18:14:00.123456-05:00", 1795389240.123456, Resolution.MS),
        ("2026-11-22T23:14:00Z", 1795389240.0, Resolution.S),
        ("2026-11-23T04:44:00.5+05:30", 1795389240.5, Resolution.MS),
    ],
)
def test_rfc_5424(stamp: str, epoch: float, resolution: Resolution) -> None:
    text = f"<6>1 {stamp} fw1.example.net kernel - - - carp: 2@igb1: BACKUP -> MASTER (master timed out)"
    found = log.parse_line(text, "fw1", None)
    assert found is not None
    assert (found.epoch, found.resolution) == (pytest.approx(epoch, abs=1e-6), resolution)
    assert (found.interface, found.vhid, found.new) == ("igb1", 2, CarpState.MASTER)
    other = log.parse_line(
        f'<27>1 {stamp} fw1 php-fpm 338 - [meta sequenceId="7"] /xmlrpc.php: Disallowing CARP sync loop',
        "fw2",
        CLOCK,
    )
    assert other is not None and (other.kind, other.node) == (EventKind.SYNC, "fw2")


def test_without_a_clock_a_stamp_without_year_is_not_placed() -> None:
    text = "Nov 22 23:14:00 fw1 kernel: vtnet0: link state changed to UP"
    assert log.parse_line(text, "fw1", None) is None


@pytest.mark.parametrize(
    ("now", "offset_h", "stamp", "expected"),
    [
        (
            datetime(2027, 1, 1, 0, 5, tzinfo=UTC),
            0,
            "Dec 31 23:59:59",
            datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC),
        ),
        (
            datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC),
            0,
            "Jan  1 00:00:01",
            datetime(2027, 1, 1, 0, 0, 1, tzinfo=UTC),
        ),
        (
            datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
            0,
            "Nov 23 11:59:00",
            datetime(2026, 11, 23, 11, 59, tzinfo=UTC),
        ),
        (
            datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
            0,
            "Nov 23 12:01:00",
            datetime(2025, 11, 23, 12, 1, tzinfo=UTC),
        ),
        (
            datetime(2026, 6, 1, tzinfo=UTC),
            0,
            "Feb 29 01:02:03",
            datetime(2024, 2, 29, 1, 2, 3, tzinfo=UTC),
        ),
        (
            datetime(2103, 6, 1, tzinfo=UTC),
            0,
            "Feb 29 01:02:03",
            datetime(2096, 2, 29, 1, 2, 3, tzinfo=UTC),
        ),
        # In local time of the node it is already the new year.
        (
            datetime(2026, 12, 31, 20, 0, tzinfo=UTC),
            9,
            "Jan  1 04:59:00",
            datetime(2026, 12, 31, 19, 59, tzinfo=UTC),
        ),
        (
            datetime(2027, 1, 1, 3, 0, tzinfo=UTC),
            -5,
            "Dec 31 21:59:00",
            datetime(2027, 1, 1, 2, 59, tzinfo=UTC),
        ),
    ],
)
def test_the_year_is_inferred(now: datetime, offset_h: int, stamp: str, expected: datetime) -> None:
    clock = NodeClock(int(now.timestamp()), offset_h * 3600)
    found = log.parse_line(f"{stamp} fw1 kernel: vtnet0: link state changed to UP", "fw1", clock)
    assert found is not None
    assert datetime.fromtimestamp(found.epoch, UTC) == expected


def _naive(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None)


@given(
    now=st.datetimes(_naive(2001), _naive(2090)),
    offset_min=st.integers(-14 * 60, 14 * 60),
    ago_s=st.integers(-86000, 363 * 86400),
)
def test_every_stamp_of_the_last_year_comes_back(
    now: datetime, offset_min: int, ago_s: int
) -> None:
    epoch = int(now.replace(tzinfo=UTC).timestamp())
    zone = timezone(timedelta(minutes=offset_min))
    stamp = datetime.fromtimestamp(epoch - ago_s, zone)
    text = stamp.strftime("%b %e %H:%M:%S fw1 kernel: vtnet0: link state changed to UP")
    found = log.parse_line(text, "fw1", NodeClock(epoch, offset_min * 60))
    assert found is not None and found.epoch == epoch - ago_s


def test_control_characters_do_not_pass() -> None:
    found = kernel("carp: 1@vt\x1bnet0: BACKUP -> MASTER (\x1b[2Jred\x9b\u202e)")
    assert found is not None
    assert found.interface == "vt\ufffdnet0"
    assert found.reason == "\ufffd[2Jred\ufffd\ufffd"
    assert "\x1b" not in found.text


def test_a_tail_keeps_the_order_of_lines() -> None:
    text = (
        "Nov 22 23:14:02 fw1 kernel: vtnet1: link state changed to DOWN\n"
        "Nov 22 23:14:01 fw1 sshd[1]: nothing\n"
        "Nov 22 23:14:01 fw1 kernel: vtnet1: link state changed to UP\n"
    )
    assert [event.reason for event in log.parse_tail(text, "fw1", CLOCK)] == ["DOWN", "UP"]
    assert log.parse_tail("", "fw1", CLOCK) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!system=CARP subsystem=1@vtnet0 type=MASTER", CarpEvent("vtnet0", 1, CarpState.MASTER)),
        (
            "!system=CARP subsystem=255@igb0.100 type=INIT\n",
            CarpEvent("igb0.100", 255, CarpState.INIT),
        ),
        (
            "!system=CARP subsystem=3@lagg0_vlan220 type=BACKUP more=1\r\n",
            CarpEvent("lagg0_vlan220", 3, CarpState.BACKUP),
        ),
        ("!system=IFNET subsystem=vtnet1 type=LINK_DOWN", LinkEvent("vtnet1", False)),
        ("!system=IFNET subsystem=vtnet1 type=LINK_UP", LinkEvent("vtnet1", True)),
        ("!system=IFNET subsystem=vt\x1bnet1 type=LINK_UP", LinkEvent("vt\ufffdnet1", True)),
        ("!system=IFNET subsystem=vtnet1 type=ATTACH", None),
        ("!system=IFNET subsystem=vtnet1 type=LINK_UPWARD", None),
        ("!system=CARP subsystem=0@vtnet0 type=MASTER", None),
        ("!system=CARP subsystem=256@vtnet0 type=MASTER", None),
        ("!system=CARP subsystem=1@vtnet0 type=LEADER", None),
        ("!system=CARP subsystem=vtnet0 type=MASTER", None),
        (" !system=CARP subsystem=1@vtnet0 type=MASTER", None),
        ("+vtnet0 at !system=CARP subsystem=1@vtnet0 type=MASTER", None),
        ("!system=CARP subsystem=1@vtnet0 type=MASTER " + "x" * 2000, None),
        ("", None),
    ],
)
def test_devd(text: str, expected: CarpEvent | LinkEvent | None) -> None:
    assert devd.parse_line(text) == expected
