"""The lines that `listen` prints.

`listen --json` prints one JSON object a line; every line is handed over at once. New fields and kinds may be
added without a new schema number. Unknown is always `null`.

- `schema`: 1. `kind`: first listening (`interface`, `checked[]`: the VHIDs whose digests are checked), last summary,
  between them one object per change.
- Of a change `at`: when, RFC 3339 in UTC; `protocol` (carp, vrrp), `vhid` (VRRP's VRID), `vlan` (the frame's tag,
  `null` without), `source`: the sender's own address. `text`: one clause for people. Its `kind`:
  speaker (first heard, or again after silence), skew (`old`, `new`: effective skews, or priorities), silent (for
  longer than its dead time), double-masters (two take turns; `sources[]`), single-master (again), digest (`fits`),
  rejected (wrong TTL or checksum: every receiver drops it), collision (CARP and VRRP use one virtual MAC),
  malformed (protocol 112, but neither), missed (`count` packets, which found the queue full; `source` is `null`),
  macs (its address comes from several MACs: `macs[]`), crowded (more claim this than are told apart; the further ones
  are counted only).
- summary: `seconds` listened, `malformed`, `left_out` and `missed` packets, `speakers[]`: `protocol`, `version`,
  `vhid`, `vlan`, `source`, `mac`, `silent`, `advertisements` heard, `effective_skew` and `advbase` (CARP), `priority`
  and `addresses[]` (VRRP), `interval_s` as announced, `measured_interval_s`, `jitter_s` (standard deviation) and
  `longest_gap_s` at the present pace, `age_s` of the last one, `digest_fits` (`null`: not checked), `wrong_ttl`
  and `wrong_checksum` (how many; VRRP 3 over IPv4 may have its pseudo-header in it or not), `macs[]`: all senders of
  its frames, `double_masters`: whether two ever claimed this.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from pfha_tui.cli.status_json import rfc3339
from pfha_tui.domain.advertisement import TTL, CarpAdvertisement, VrrpAdvertisement
from pfha_tui.domain.language import tr
from pfha_tui.domain.wording import decimal, duration
from pfha_tui.listen.segment import Claim, Notice, NoticeKind, Segment, Speaker

SCHEMA = 1


class Form(Protocol):
    """How the beginning, a change and the end become lines."""

    def begin(self, interface: str, checked: Sequence[int]) -> str:
        """Listening has begun."""
        ...

    def notice(self, notice: Notice) -> str:
        """One change."""
        ...

    def end(self, segment: Segment, seconds: float) -> Iterable[str]:
        """All that was heard in so many seconds."""
        ...


class JsonForm:
    """One JSON object a line, as this module's own text documents it."""

    def begin(self, interface: str, checked: Sequence[int]) -> str:
        """As Form.begin."""
        return _json("listening", interface=interface, checked=list(checked))

    def notice(self, notice: Notice) -> str:
        """As Form.notice."""
        claim = notice.claim
        more: dict[str, Any] = {}
        if notice.kind is NoticeKind.SKEW:
            more = {"old": notice.old, "new": notice.new}
        elif notice.kind is NoticeKind.DOUBLE:
            more = {"sources": [str(source) for source in notice.others]}
        elif notice.kind is NoticeKind.MISSED:
            more = {"count": notice.count}
        elif notice.kind is NoticeKind.MACS and notice.speaker is not None:
            more = {"macs": list(notice.speaker.macs)}
        elif notice.kind is NoticeKind.DIGEST and notice.speaker is not None:
            more = {"fits": notice.speaker.digest_fits}
        return _json(
            notice.kind.value,
            at=rfc3339(_epoch(notice.at)),
            **_claimed(claim),
            source=str(notice.source) if notice.source is not None else None,
            **more,
            text=clause(notice),
        )

    def end(self, segment: Segment, seconds: float) -> Iterator[str]:
        """As Form.end."""
        now = time.monotonic()
        yield _json(
            "summary",
            seconds=round(seconds, 3),
            malformed=segment.malformed,
            missed=segment.missed,
            left_out=segment.left_out,
            speakers=[_speaker(each, now, segment) for each in segment.speakers],
        )


def _speaker(speaker: Speaker, now: float, segment: Segment) -> dict[str, Any]:
    said, pace = speaker.last, speaker.pace
    carp = said if isinstance(said, CarpAdvertisement) else None
    vrrp = said if isinstance(said, VrrpAdvertisement) else None
    return {
        **_claimed(speaker.claim),
        "version": vrrp.version if vrrp is not None else 2,
        "source": str(speaker.source),
        "mac": speaker.mac,
        "silent": speaker.silent,
        "advertisements": speaker.heard,
        "effective_skew": carp.skew if carp is not None else None,
        "advbase": carp.advbase if carp is not None else None,
        "priority": vrrp.priority if vrrp is not None else None,
        "addresses": [str(each) for each in vrrp.addresses] if vrrp is not None else None,
        "interval_s": round(said.interval, 6),
        "measured_interval_s": round(pace.mean, 6) if pace.count else None,
        "jitter_s": round(pace.jitter, 6) if pace.count else None,
        "longest_gap_s": round(pace.longest, 6) if pace.count else None,
        "age_s": round(now - speaker.last_at, 3),
        "digest_fits": speaker.digest_fits,
        "wrong_ttl": speaker.wrong_ttl,
        "wrong_checksum": speaker.wrong_checksum if said.intact is not None else None,
        "macs": list(speaker.macs),
        "double_masters": speaker.claim in segment.doubled,
    }


def _claimed(claim: Claim | None) -> dict[str, Any]:
    if claim is None:
        return {"protocol": None, "vhid": None, "vlan": None}
    return {
        "protocol": "vrrp" if claim.vrrp else "carp",
        "vhid": claim.number,
        "vlan": claim.vlan,
    }


def _json(kind: str, **fields: Any) -> str:
    return json.dumps({"schema": SCHEMA, "kind": kind, **fields}, allow_nan=False)


class PlainForm:
    """Columns of words, and a table in the end."""

    def begin(self, interface: str, checked: Sequence[int]) -> str:
        """As Form.begin."""
        said = tr("Listening on {interface}; only masters speak.").format(interface=interface)
        if checked:
            numbers = ", ".join(map(str, checked))
            said += " " + tr("Digests are checked of VHID {numbers}.").format(numbers=numbers)
        return said

    def notice(self, notice: Notice) -> str:
        """As Form.notice."""
        moment = datetime.fromtimestamp(_epoch(notice.at)).astimezone()
        columns = (
            moment.isoformat(timespec="milliseconds")[11:23],
            f"{_place(notice.claim):9}",
            f"{notice.source or '-'!s:15}",
            clause(notice),
        )
        return "  ".join(columns)

    def end(self, segment: Segment, seconds: float) -> Iterator[str]:
        """As Form.end."""
        yield ""
        if not segment.speakers:
            yield tr("Nobody advertised in {age}.").format(age=duration(seconds, tenths=True))
        else:
            yield from _columns(
                [
                    [
                        "VHID",
                        tr("source"),
                        tr("heard"),
                        tr("skew"),
                        tr("every"),
                        tr("measured"),
                        tr("jitter"),
                        tr("remarks"),
                    ],
                    *([*_row(each), remarks(each, segment)] for each in segment.speakers),
                ]
            )
        if segment.malformed:
            said = tr("Packets of protocol 112 that are neither CARP nor VRRP: {number}.")
            yield said.format(number=segment.malformed)
        if segment.left_out:
            said = tr("Packets of further speakers, left out: {number}.")
            yield said.format(number=segment.left_out)
        if segment.missed:
            said = tr("Packets that came faster than they were read, not heard: {number}.")
            yield said.format(number=segment.missed)


def _row(speaker: Speaker) -> list[str]:
    said, pace = speaker.last, speaker.pace
    weight = (
        str(said.skew)
        if isinstance(said, CarpAdvertisement)
        else tr("priority {number}").format(number=said.priority)
    )
    return [
        _place(speaker.claim),
        str(speaker.source),
        str(speaker.heard),
        weight,
        f"{_number(said.interval, 2)} s",
        f"{_number(pace.mean, 3)} s" if pace.count else "-",
        f"{_number(1000 * pace.jitter, 1)} ms" if pace.count > 1 else "-",
    ]


def remarks(speaker: Speaker, segment: Segment) -> str:
    """What must be known of a speaker, in clauses."""
    found = []
    if speaker.claim in segment.doubled:
        found.append(tr("double masters"))
    if speaker.silent:
        found.append(tr("silent now"))
    if speaker.digest_fits is not None:
        found.append(tr("digest right") if speaker.digest_fits else tr("digest wrong"))
    if len(speaker.macs) > 1:
        found.append(tr("from {number} MACs").format(number=len(speaker.macs)))
    if speaker.wrong_ttl:
        found.append(tr("wrong TTL"))
    if speaker.wrong_checksum:
        found.append(tr("wrong checksum"))
    if isinstance(speaker.last, VrrpAdvertisement):
        found.append(f"VRRPv{speaker.last.version}")
    return ", ".join(found)


def clause(notice: Notice) -> str:
    """What a notice tells, in the language in use."""
    speaker = notice.speaker
    match notice.kind:
        case NoticeKind.MALFORMED:
            return tr("sends protocol 112 that is neither CARP nor VRRP")
        case NoticeKind.MISSED:
            return tr("packets that came faster than they were read, not heard: {number}").format(
                number=notice.count
            )
        case NoticeKind.CROWDED:
            return tr("more claim it than are told apart; further ones are only counted")
        case NoticeKind.DOUBLE:
            return tr("double masters: {sources} both claim it").format(
                sources=", ".join(map(str, notice.others))
            )
        case NoticeKind.SINGLE:
            return tr("claims it alone again, after {age}").format(age=_lasted(notice))
        case NoticeKind.SILENT:
            return tr("silent for {age}").format(age=_lasted(notice))
        case NoticeKind.COLLISION:
            return tr("CARP and VRRP share the virtual MAC 00:00:5e:00:01:{number}").format(
                number=f"{notice.claim.number if notice.claim is not None else 0:02x}"
            )
    return _of_speaker(notice, speaker) if speaker is not None else ""


def _of_speaker(notice: Notice, speaker: Speaker) -> str:
    if notice.kind is NoticeKind.DIGEST:
        if speaker.digest_fits:
            return tr("its digest fits the password and the VIPs")
        return tr("its digest does not fit the password and the VIPs: nodes with these reject it")
    if notice.kind is NoticeKind.MACS:
        return tr("one address from several MACs: {macs}").format(macs=", ".join(speaker.macs))
    if notice.kind is NoticeKind.REJECTED:
        if speaker.wrong_ttl:
            return tr("its TTL is not {ttl}: every receiver drops it").format(ttl=TTL)
        return tr("its checksum is wrong: every receiver drops it")
    said = speaker.last
    every = _number(said.interval, 2)
    if isinstance(said, VrrpAdvertisement) and not said.priority:
        return tr("resigns: VRRP {version} with priority 0").format(version=said.version)
    if notice.kind is NoticeKind.SKEW:
        return tr("from {old} to {new}, now every {seconds} s").format(
            old=notice.old, new=notice.new, seconds=every
        )
    if isinstance(said, VrrpAdvertisement):
        return tr("VRRP {version} with priority {priority}, every {seconds} s, for {vips}").format(
            version=said.version,
            priority=said.priority,
            seconds=every,
            vips=", ".join(map(str, said.addresses[:4])),
        )
    return tr("master with effective skew {skew}, every {seconds} s").format(
        skew=said.skew, seconds=every
    )


def _place(claim: Claim | None) -> str:
    if claim is None:
        return "-"
    name = f"{'vrid' if claim.vrrp else 'vhid'} {claim.number}"
    return name if claim.vlan is None else f"{name}.{claim.vlan}"


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (f"{each:{width}}" for each, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()


def _lasted(notice: Notice) -> str:
    return duration(notice.lasted or 0.0, tenths=True)


def _number(value: float, digits: int) -> str:
    return decimal(f"{value:.{digits}f}")


def _epoch(at: float) -> float:
    return time.time() - (time.monotonic() - at)
