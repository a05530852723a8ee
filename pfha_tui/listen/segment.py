"""What a segment's advertisements tell together: speakers, their pace, and who is not alone.

Pure: times are handed in, monotonic seconds. All that is kept is bounded, as anybody may send anything.
"""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from pfha_tui.domain.advertisement import (
    TTL,
    Advertisement,
    CarpAdvertisement,
    IpAddress,
    Malformed,
    Packet,
    VrrpAdvertisement,
    decode,
    fits,
)
from pfha_tui.domain.target import Secret

MOST_SPEAKERS = 512
MOST_OF_CLAIM = 64
"""Of more speakers, of all or of one claim, the further ones are only counted; but one that is
silent makes room in its claim, and one of the claim that has most makes room for a claim that has fewer."""
DOUBLE_TURNS = 3
"""Changes of the source within a dead time from which on two claim a VHID: A, B, A, B. A changeover has one, a
master that returns from a freeze two at most."""
RECENT = 32
MALFORMED_TOLD = 16
CROWDED_TOLD = 16
MOST_MACS = 4


class NoticeKind(StrEnum):
    """What is told, in words that no language changes."""

    SPEAKER = "speaker"
    SKEW = "skew"
    SILENT = "silent"
    DOUBLE = "double-masters"
    SINGLE = "single-master"
    DIGEST = "digest"
    REJECTED = "rejected"
    COLLISION = "collision"
    MALFORMED = "malformed"
    MISSED = "missed"
    CROWDED = "crowded"
    MACS = "macs"


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed: a VHID of CARP, or a VRID of VRRP, in one address family of one VLAN (None: untagged)."""

    vlan: int | None
    family: int
    vrrp: bool
    number: int


@dataclass(frozen=True, slots=True)
class Keys:
    """What the digests of one VHID are held against."""

    password: Secret
    addresses: tuple[IpAddress, ...]


@dataclass(slots=True)
class Pace:
    """Gaps between advertisements, in seconds: how many, their mean, and their spread (standard deviation)."""

    count: int = 0
    mean: float = 0.0
    longest: float = 0.0
    _squares: float = 0.0

    def add(self, gap: float) -> None:
        """Count one gap (Welford's method)."""
        self.count += 1
        apart = gap - self.mean
        self.mean += apart / self.count
        self._squares += apart * (gap - self.mean)
        self.longest = max(self.longest, gap)

    @property
    def jitter(self) -> float:
        """Standard deviation of the gaps."""
        return math.sqrt(self._squares / self.count) if self.count else 0.0


@dataclass(slots=True)
class Speaker:
    """One source of one claim; `last` is its newest advertisement, `digest_fits` None while it is not checked."""

    claim: Claim
    source: IpAddress
    mac: str
    last: Advertisement
    first_at: float
    last_at: float
    heard: int = 0
    pace: Pace = field(default_factory=Pace)
    silent: bool = False
    unheard: bool = False
    """Since `last_at`, packets were missed that may have been its."""
    digest_fits: bool | None = None
    macs: tuple[str, ...] = ()
    """All senders of its frames: more than one, and its address is used twice, or its hardware has changed."""
    wrong_ttl: int = 0
    wrong_checksum: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """One change on the segment at monotonic `at`; `source` is None if nobody is to be named.

    `old` and `new` are the skews (or priorities) of a change; in seconds, `lasted` says how long silence or double
    mastery took; `others` are all who claim it.
    """

    kind: NoticeKind
    at: float
    claim: Claim | None
    source: IpAddress | None
    speaker: Speaker | None = None
    old: int | None = None
    new: int | None = None
    lasted: float | None = None
    others: tuple[IpAddress, ...] = ()
    count: int | None = None
    """Packets that were not heard."""


@dataclass(slots=True)
class _Contest:
    """Who claimed one thing lately and when last, in order, and since when two do; one source after itself is one
    turn, so that a quick master does not push out a slow one."""

    turns: deque[tuple[float, IpAddress]] = field(default_factory=lambda: deque(maxlen=RECENT))
    since: float | None = None


class Segment:
    """All speakers of a segment. `keys` says of which VHIDs the digests are checked."""

    def __init__(self, keys: Mapping[int, Keys] | None = None) -> None:
        self._keys = keys or {}
        self._claims: dict[Claim, dict[IpAddress, Speaker]] = {}
        self._count = 0
        self._crowded: set[Claim] = set()
        self._contests: dict[Claim, _Contest] = {}
        self._colliding: set[tuple[int | None, int]] = set()
        self._malformed_from: set[IpAddress] = set()
        self.malformed = 0
        self.left_out = 0
        self.missed = 0
        self.doubled: set[Claim] = set()
        """Whatever was claimed by two at any time."""

    @property
    def checked(self) -> list[int]:
        """The VHIDs whose digests are checked."""
        return sorted(self._keys)

    @property
    def faulty(self) -> bool:
        """Anything was heard that a sound segment does not have."""
        wrong = any(
            each.digest_fits is False or each.wrong_ttl or each.wrong_checksum or len(each.macs) > 1
            for each in self._all()
        )
        return wrong or bool(self.doubled or self._colliding or self.malformed or self.left_out)

    @property
    def speakers(self) -> list[Speaker]:
        """All that were heard, by VHID and source."""
        return sorted(
            self._all(),
            key=lambda each: (
                each.claim.vlan or 0,
                each.claim.number,
                each.claim.vrrp,
                each.claim.family,
                each.source.packed,
            ),
        )

    def hear(self, at: float, packet: Packet, vlan: int | None = None) -> list[Notice]:
        """Take in one packet; what it changes."""
        source = packet.source
        try:
            said = decode(packet.payload, source.version, packet.ends)
        except Malformed:
            return self._junk(at, source)
        vrrp = isinstance(said, VrrpAdvertisement)
        number = said.vrid if isinstance(said, VrrpAdvertisement) else said.vhid
        claim = Claim(vlan, source.version, vrrp, number)
        speaker = self._claims.get(claim, {}).get(source)
        notices: list[Notice] = []
        if speaker is None:
            if not self._room_for(claim):
                self.left_out += 1
                return list(self._crowd(at, claim, source))
            speaker = Speaker(claim, source, packet.mac, said, at, at)
            self._claims.setdefault(claim, {})[source] = speaker
            self._count += 1
            notices.append(Notice(NoticeKind.SPEAKER, at, claim, source, speaker))
            notices += self._collision(at, speaker)
        else:
            notices += _goes_on(at, speaker, said)
        speaker.mac, speaker.last, speaker.last_at = packet.mac, said, at
        speaker.heard += 1
        notices += self._judge(at, speaker, packet, said)
        notices += self._turn(at, speaker)
        return notices

    def pass_time(self, at: float) -> list[Notice]:
        """What has become true by `at` without a packet: silences, and contests that are over."""
        notices = []
        for speaker in self._all():
            quiet = at - speaker.last_at
            if not speaker.silent and quiet > speaker.last.dead_time:
                speaker.silent = True
                notices.append(
                    Notice(
                        NoticeKind.SILENT,
                        at,
                        speaker.claim,
                        speaker.source,
                        speaker,
                        lasted=quiet,
                    )
                )
        for claim, contest in self._contests.items():
            notices += self._settled(at, claim, contest)
        return notices

    def miss(self, at: float, count: int) -> list[Notice]:
        """So many packets, by whomever, were not heard before `at`: what was true is taken to be so still."""
        self.missed += count
        for speaker in self._all():
            if not speaker.silent:
                speaker.last_at, speaker.unheard = at, True
        for contest in self._contests.values():
            if contest.since is not None:
                again = [(at, source) for _, source in contest.turns]
                contest.turns.clear()
                contest.turns.extend(again)
        return [Notice(NoticeKind.MISSED, at, None, None, count=count)]

    def _junk(self, at: float, source: IpAddress) -> list[Notice]:
        self.malformed += 1
        if source in self._malformed_from or len(self._malformed_from) >= MALFORMED_TOLD:
            return []
        self._malformed_from.add(source)
        return [Notice(NoticeKind.MALFORMED, at, None, source)]

    def _collision(self, at: float, speaker: Speaker) -> Iterator[Notice]:
        """CARP and VRRP of one number share the virtual MAC 00:00:5e:00:01:NN, whoever speaks them."""
        claim = speaker.claim
        place = (claim.vlan, claim.number)
        kinds = {each.vrrp for each in self._claims if (each.vlan, each.number) == place}
        if len(kinds) == 2 and place not in self._colliding:
            self._colliding.add(place)
            yield Notice(NoticeKind.COLLISION, at, claim, speaker.source, speaker)

    def _judge(
        self, at: float, speaker: Speaker, packet: Packet, said: Advertisement
    ) -> Iterator[Notice]:
        """What receivers hold against this advertisement, told when it is so for the first time."""
        claim, source = speaker.claim, speaker.source
        if packet.mac not in speaker.macs and len(speaker.macs) < MOST_MACS:
            speaker.macs += (packet.mac,)
            if len(speaker.macs) > 1:
                yield Notice(NoticeKind.MACS, at, claim, source, speaker)
        rejected = speaker.wrong_ttl + speaker.wrong_checksum
        speaker.wrong_ttl += packet.ttl != TTL
        speaker.wrong_checksum += said.intact is False
        if speaker.wrong_ttl + speaker.wrong_checksum and not rejected:
            yield Notice(NoticeKind.REJECTED, at, claim, source, speaker)
        if not isinstance(said, CarpAdvertisement):
            return
        if (keys := self._keys.get(said.vhid)) is not None:
            before = speaker.digest_fits
            speaker.digest_fits = fits(said, keys.password.reveal(), keys.addresses)
            if speaker.digest_fits is not before:
                yield Notice(NoticeKind.DIGEST, at, claim, source, speaker)

    def _turn(self, at: float, speaker: Speaker) -> Iterator[Notice]:
        """Note whose turn it was; tell of a second master once the two have taken turns."""
        contest = self._contests.setdefault(speaker.claim, _Contest())
        if contest.turns and contest.turns[-1][1] == speaker.source:
            contest.turns.pop()
        contest.turns.append((at, speaker.source))
        yield from self._settled(at, speaker.claim, contest)
        recent = self._recent(at, speaker.claim, contest)
        changes = sum(one != other for (_, one), (_, other) in pairwise(recent))
        if contest.since is None and changes >= DOUBLE_TURNS:
            contest.since = recent[0][0]
            self.doubled.add(speaker.claim)
            others = tuple(self._alive(at, speaker.claim))
            yield Notice(
                NoticeKind.DOUBLE, at, speaker.claim, speaker.source, speaker, others=others
            )

    def _settled(self, at: float, claim: Claim, contest: _Contest) -> Iterator[Notice]:
        if contest.since is None:
            return
        if len(self._alive(at, claim)) < 2:
            last_at, source = contest.turns[-1]
            rivals = [when for when, who in contest.turns if who != source]
            lasted = max(rivals, default=last_at) - contest.since
            contest.since = None
            speaker = self._claims[claim].get(source)
            yield Notice(NoticeKind.SINGLE, at, claim, source, speaker, lasted=lasted)

    def _recent(self, at: float, claim: Claim, contest: _Contest) -> list[tuple[float, IpAddress]]:
        """The turns that no dead time has passed since."""
        speakers = self._claims[claim]
        return [
            (when, source)
            for when, source in contest.turns
            if source in speakers and at - when <= speakers[source].last.dead_time
        ]

    def _alive(self, at: float, claim: Claim) -> list[IpAddress]:
        """Who has claimed it within its dead time, in the order of their last words."""
        alive = [
            each
            for each in self._claims[claim].values()
            if at - each.last_at <= each.last.dead_time
        ]
        return [each.source for each in sorted(alive, key=lambda each: each.last_at)]

    def _all(self) -> Iterator[Speaker]:
        for speakers in self._claims.values():
            yield from speakers.values()

    def _room_for(self, claim: Claim) -> bool:
        """Whether one more of a claim can be kept; who was heard least may go for it."""
        here = self._claims.get(claim, {})
        if len(here) >= MOST_OF_CLAIM:
            return self._drop_least(each for each in here.values() if each.silent)
        if self._count < MOST_SPEAKERS:
            return True
        fullest = max(self._claims.values(), key=len)
        return len(fullest) > len(here) + 1 and self._drop_least(fullest.values())

    def _drop_least(self, speakers: Iterable[Speaker]) -> bool:
        """Forget the one of them that was heard least; False if there is none."""
        least = min(speakers, key=lambda each: (each.heard, each.last_at), default=None)
        if least is None:
            return False
        del self._claims[least.claim][least.source]
        self._count -= 1
        self.left_out += least.heard
        return True

    def _crowd(self, at: float, claim: Claim, source: IpAddress) -> Iterator[Notice]:
        if claim not in self._crowded and len(self._crowded) < CROWDED_TOLD:
            self._crowded.add(claim)
            yield Notice(NoticeKind.CROWDED, at, claim, source)


def _goes_on(at: float, speaker: Speaker, said: Advertisement) -> Iterator[Notice]:
    """What has changed since the speaker's last advertisement."""
    gap = at - speaker.last_at
    if speaker.silent:
        speaker.silent = False
        yield Notice(NoticeKind.SPEAKER, at, speaker.claim, speaker.source, speaker, lasted=gap)
    elif gap >= 0 and not speaker.unheard:
        speaker.pace.add(gap)
    speaker.unheard = False
    old, new = weight(speaker.last), weight(said)
    if old != new or speaker.last.interval != said.interval:
        # The notice shows the speaker as it is now.
        speaker.last = said
        speaker.pace = Pace()
        yield Notice(NoticeKind.SKEW, at, speaker.claim, speaker.source, speaker, old=old, new=new)


def weight(said: Advertisement) -> int:
    """What decides the election: CARP's effective skew, VRRP's priority."""
    return said.skew if isinstance(said, CarpAdvertisement) else said.priority
