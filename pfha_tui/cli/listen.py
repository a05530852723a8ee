"""`listen`: who advertises which VHID on a segment that this host is in."""

import errno
import math
import select
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from pfha_tui.cli import output
from pfha_tui.cli.diagnostics import Failure, Terminated
from pfha_tui.cli.exits import ExitCode
from pfha_tui.domain.language import tr
from pfha_tui.domain.system_errors import reason

if TYPE_CHECKING:
    from pfha_tui.cli.listen_lines import Form
    from pfha_tui.domain.advertisement import IpAddress
    from pfha_tui.domain.target import Secret
    from pfha_tui.listen.segment import Keys, Notice, Segment
    from pfha_tui.listen.wire import Wire

LOOK_S = 0.25
"""How often silence is looked for."""
AT_ONCE = 512
"""Packets read before the time and the reader are looked at again."""


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """The options of `listen`; `seconds` None: until it is ended."""

    interface: str
    json: bool
    seconds: float | None
    exit_code: bool
    passwords: Sequence[str]
    vips: Sequence[str]


def run(wish: ListenOptions) -> int:
    """Listen until the time is up, SIGTERM or Ctrl-C, telling changes, and in the end everything.

    Raises Failure; KeyboardInterrupt after the end was told.
    """
    if wish.seconds is not None and not math.isfinite(wish.seconds):
        raise Failure(
            ExitCode.USAGE,
            tr("{option} wants {form}: {given} is none.").format(
                option="--seconds", form=tr("a number of seconds"), given=wish.seconds
            ),
        )
    from pfha_tui.cli.listen_lines import JsonForm, PlainForm
    from pfha_tui.listen.segment import Segment

    segment = Segment(_keys(wish.passwords, wish.vips))
    form: Form = JsonForm() if wish.json else PlainForm()
    with _open(wish.interface) as wire:
        _tell([form.begin(wish.interface, segment.checked)])
        begun = time.monotonic()
        try:
            _follow(wire, wish, segment, form)
        except (KeyboardInterrupt, Terminated) as ended:
            _tell(form.end(segment, time.monotonic() - begun))
            if isinstance(ended, KeyboardInterrupt):
                raise
        else:
            _tell(form.end(segment, time.monotonic() - begun))
    if not segment.speakers:
        return ExitCode.TIMEOUT
    return ExitCode.FINDINGS if wish.exit_code and segment.faulty else ExitCode.OK


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        output.line(line)
    output.flush()


def _follow(wire: "Wire", wish: ListenOptions, segment: "Segment", form: "Form") -> None:
    """Until the time is up. Raises BrokenPipeError when the reader goes, Failure when the interface does."""
    until = time.monotonic() + wish.seconds if wish.seconds is not None else None
    poll = select.poll()
    poll.register(wire.fileno(), select.POLLIN)
    # Asked for nothing, a pipe still tells that its reader has gone.
    poll.register(sys.stdout.fileno(), 0)
    ear = _Ear(wire, segment, form)
    while until is None or time.monotonic() < until:
        wait = LOOK_S if until is None else min(LOOK_S, max(0.0, until - time.monotonic()))
        for descriptor, _ in poll.poll(wait * 1000):
            if descriptor != wire.fileno():
                raise BrokenPipeError
        try:
            ear.hear_out()
        except OSError as error:
            if error.errno != errno.ENETDOWN:
                raise
            raise Failure(
                ExitCode.UNREACHABLE,
                tr("{interface} went down: {reason}.").format(
                    interface=wish.interface, reason=reason(error)
                ),
            ) from None


class _Ear:
    """Hands what was heard to the segment, and lets time pass there as far as everything has been heard.

    After a pause of this process the queue holds the past: until that is read, a silence is only our own.
    """

    def __init__(self, wire: "Wire", segment: "Segment", form: "Form") -> None:
        self._wire = wire
        self._segment = segment
        self._form = form
        self._missed = 0
        self._passed = -math.inf

    def hear_out(self) -> None:
        """Take in what waits. Raises OSError as Wire.read."""
        # Taken before the queue is seen to be empty: by then whatever came earlier has been heard.
        now = time.monotonic()
        for _ in range(AT_ONCE):
            try:
                heard = self._wire.read()
            except BlockingIOError:
                self._caught_up(now)
                return
            self._missed += self._wire.dropped()
            if heard is not None:
                # In the past too, silence is looked for so often; not where something is missing.
                if not self._missed and heard.at - self._passed >= LOOK_S:
                    self._pass(heard.at)
                self._tell(self._segment.hear(heard.at, heard.packet, heard.vlan))

    def _caught_up(self, now: float) -> None:
        self._missed += self._wire.dropped()
        if self._missed:
            self._tell(self._segment.miss(now, self._missed))
            self._missed = 0
        self._pass(now)

    def _pass(self, at: float) -> None:
        self._passed = at
        self._tell(self._segment.pass_time(at))

    def _tell(self, notices: "Iterable[Notice]") -> None:
        _tell(map(self._form.notice, notices))


def _open(interface: str) -> "Wire":
    from pfha_tui.listen import wire

    try:
        return wire.Wire(interface)
    except wire.Unsupported:
        raise Failure(
            ExitCode.NO_PERMISSION, tr("Listening needs the packet sockets of Linux.")
        ) from None
    except PermissionError:
        raise Failure(
            ExitCode.NO_PERMISSION,
            tr("Listening needs a packet socket, which this account may not open: run it as root."),
        ) from None
    except OSError as error:
        if error.errno == errno.ENETDOWN:
            raise Failure(
                ExitCode.UNREACHABLE, tr("{interface} is down.").format(interface=interface)
            ) from None
        if error.errno not in (errno.ENODEV, errno.ENXIO):
            raise
        raise Failure(
            ExitCode.USAGE,
            tr("There is no interface {interface} here; there are: {names}.").format(
                interface=interface, names=", ".join(wire.interfaces())
            ),
        ) from None


def _keys(passwords: Sequence[str], vips: Sequence[str]) -> "dict[int, Keys]":
    """The password and the addresses of each VHID whose digests are checked. Raises Failure (USAGE)."""
    from pfha_tui.listen.segment import Keys

    if not passwords and not vips:
        return {}
    secrets: dict[int | None, Secret] = {}
    for vhid, reference in map(_password, passwords):
        if vhid in secrets:
            raise _second_password(vhid)
        secrets[vhid] = _secret(reference)
    addresses: dict[int, tuple[IpAddress, ...]] = {}
    for vhid, some in map(_vips, vips):
        addresses[vhid] = addresses.get(vhid, ()) + some
    missing = [vhid for vhid in addresses if vhid not in secrets and None not in secrets]
    if missing or not addresses:
        raise Failure(
            ExitCode.USAGE,
            tr("To check digests, give --password and for each VHID --vip: both are in them."),
        )
    unused = [vhid for vhid in secrets if vhid is not None and vhid not in addresses]
    if unused:
        raise Failure(
            ExitCode.USAGE,
            tr("VHID {vhid} has a --password but no --vip.").format(vhid=unused[0]),
        )
    return {
        vhid: Keys(secrets[vhid] if vhid in secrets else secrets[None], each)
        for vhid, each in addresses.items()
    }


def _second_password(vhid: int | None) -> Failure:
    if vhid is None:
        return Failure(ExitCode.USAGE, tr("Two --password hold for every VHID: give one."))
    said = tr("VHID {vhid} has two --password: it can have one.").format(vhid=vhid)
    return Failure(ExitCode.USAGE, said)


def _password(text: str) -> tuple[int | None, str]:
    """`REF` for all VHIDs, or `VHID=REF`."""
    number, equals, reference = text.partition("=")
    if equals and number.isdecimal():
        return _vhid(number, "--password"), reference
    return None, text


def _secret(reference: str) -> "Secret":
    from pfha_tui.config.secrets import SecretError, parse_reference, resolve

    try:
        return resolve(parse_reference(reference), Path.cwd())
    except SecretError as error:
        said = tr("{option}: {problem}").format(option="--password", problem=error)
        raise Failure(ExitCode.USAGE, said) from None


def _vips(text: str) -> "tuple[int, tuple[IpAddress, ...]]":
    """`VHID=ADDRESS,ADDRESS`: every address of the VHID, as pfSense has them, stacked aliases too."""
    number, _, listed = text.partition("=")
    vhid = _vhid(number, "--vip")
    try:
        return vhid, tuple(ip_address(each.strip()) for each in listed.split(","))
    except ValueError:
        raise Failure(
            ExitCode.USAGE,
            tr("{option} wants {form}: {given} is none.").format(
                option="--vip", form="VHID=ADDRESS[,ADDRESS...]", given=repr(text)
            ),
        ) from None


def _vhid(text: str, option: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= 255:
        return int(text)
    raise Failure(
        ExitCode.USAGE,
        tr("{option}: {given} is no VHID; they are 1 to 255.").format(
            option=option, given=repr(text)
        ),
    )
