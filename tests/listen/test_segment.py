"""What a segment's advertisements tell together, on the recorded wires and on made-up ones."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.cli.listen_lines import clause
from pfha_tui.domain.advertisement import Packet, packet
from pfha_tui.domain.target import Secret
from pfha_tui.listen.segment import MOST_OF_CLAIM, MOST_SPEAKERS, Keys, Notice, NoticeKind, Segment
from tests.listen.recorded import as_frame, recorded, ucarp
from tests.wirelab import packet as encoder

MAC = "02:00:00:00:00:09"
ONE, OTHER = "192.168.1.2", "192.168.1.3"


def heard(segment: Segment, at: float, frame: bytes, vlan: int | None = None) -> list[Notice]:
    found = packet(frame)
    assert found is not None
    return segment.hear(at, found, vlan)


def played(name: str) -> tuple[Segment, list[Notice]]:
    """A recorded wire, heard as it was, with the clock looked at in between."""
    segment, notices = Segment(), []
    before = recorded(name)[0][0]
    for at, source, vhid, skew, advbase in recorded(name):
        while (before := before + 0.25) < at:
            notices += segment.pass_time(before)
        before = at
        notices += heard(segment, at, as_frame(source, vhid, skew, advbase))
    return segment, notices


@pytest.mark.parametrize(
    "name", ["primary-dead-lan", "primary-returned-lan", "carp-maintenance-primary-wan"]
)
def test_no_changeover_is_taken_for_double_masters(name: str) -> None:
    segment, notices = played(name)
    assert not segment.doubled
    assert {NoticeKind.SPEAKER, NoticeKind.SILENT} >= {each.kind for each in notices} - {
        NoticeKind.SKEW
    }


def test_maintenance_is_seen_before_the_role_moves() -> None:
    _, notices = played("carp-maintenance-primary-lan")
    (skew,) = [each for each in notices if each.kind is NoticeKind.SKEW]
    assert (str(skew.source), skew.old, skew.new) == (ONE, 0, 240)
    after = [each for each in notices if each.at > skew.at]
    assert (str(after[0].source), after[0].kind) == (OTHER, NoticeKind.SPEAKER)


def test_the_pace_of_a_real_master() -> None:
    segment, _ = played("split-brain-lan")
    first, second = segment.speakers
    assert first.silent and not second.silent
    assert 1.0 < first.pace.mean < 1.06 and first.pace.jitter < 0.05
    assert 1.39 < second.pace.mean < 1.45 and second.last.interval == 1 + 100 / 256


def test_double_masters_and_their_end() -> None:
    segment = Segment()
    said = []
    for step in range(40):
        at = step / 10
        if step % 10 == 0:
            said += heard(segment, at, as_frame(ONE, 2, 0, 1))
        if step % 14 == 3:
            said += heard(segment, at, as_frame(OTHER, 2, 100, 1))
    (double,) = [each for each in said if each.kind is NoticeKind.DOUBLE]
    assert 1 < double.at < 3
    assert {str(each) for each in double.others} == {ONE, OTHER}
    over = []
    for step in range(40, 100):
        if step % 10 == 0:
            over += heard(segment, step / 10, as_frame(ONE, 2, 0, 1))
        over += segment.pass_time(step / 10)
    kinds = [(each.kind, str(each.source)) for each in over]
    assert sorted(kinds) == [(NoticeKind.SILENT, OTHER), (NoticeKind.SINGLE, ONE)]
    (single,) = [each for each in over if each.kind is NoticeKind.SINGLE]
    assert single.lasted == pytest.approx(3.1)
    assert segment.faulty


@pytest.mark.parametrize(
    ("kind", "lasted", "told"),
    [
        (NoticeKind.SILENT, 3.42, "silent for 3.4 s"),
        (NoticeKind.SILENT, 4000.0, "silent for 1 h 06 m"),
        (NoticeKind.SINGLE, 245.0, "claims it alone again, after 4 m 05 s"),
    ],
)
def test_a_notice_tells_how_long_as_everything_does(
    kind: NoticeKind, lasted: float, told: str
) -> None:
    assert clause(Notice(kind, 0.0, None, None, lasted=lasted)) == told


def test_the_same_vhid_on_two_vlans_is_two_things() -> None:
    segment = Segment()
    for step in range(8):
        heard(segment, step, as_frame(ONE, 2, 0, 1), vlan=10)
        heard(segment, step + 0.5, as_frame(OTHER, 2, 0, 1), vlan=20)
    assert not segment.doubled and len(segment.speakers) == 2


def test_digests_are_judged_where_password_and_vips_are_known() -> None:
    vips = (IPv4Address("10.77.1.1"),)
    for word, right in (("s3cret", True), ("wrong", False)):
        segment = Segment({2: Keys(Secret(word), vips)})
        notices = [one for n, each in enumerate(ucarp()) for one in heard(segment, n, each)]
        assert [each.kind for each in notices] == [NoticeKind.SPEAKER, NoticeKind.DIGEST]
        assert segment.speakers[0].digest_fits is right
        assert segment.faulty is not right
    unknown = Segment({3: Keys(Secret("s3cret"), vips)})
    heard(unknown, 0, ucarp()[0])
    assert unknown.speakers[0].digest_fits is None


def test_what_receivers_drop_is_said_once() -> None:
    segment = Segment()
    said = bytes(encoder.Carp(2, 0, 1, bytes(8), bytes(20)))
    routed = encoder.frame("02:00:00:00:00:09", encoder.ipv4(ONE, said, ttl=64))
    spoiled = encoder.frame("02:00:00:00:00:09", encoder.ipv4(ONE, said[:-1] + b"x"))
    kinds = [one.kind for n in range(3) for one in heard(segment, n, routed)]
    kinds += [one.kind for one in heard(segment, 3, spoiled)]
    assert kinds == [NoticeKind.SPEAKER, NoticeKind.REJECTED]
    assert (segment.speakers[0].wrong_ttl, segment.speakers[0].wrong_checksum) == (3, 1)


def test_vrrp_with_the_same_number_shares_the_virtual_mac() -> None:
    segment = Segment()
    heard(segment, 0, as_frame(ONE, 2, 0, 1))
    foreign = encoder.frame(
        "00:00:5e:00:01:02", encoder.ipv4("192.168.1.9", encoder.vrrp(2, 100, ["192.168.1.8"]))
    )
    kinds = [each.kind for n in range(3) for each in heard(segment, 1 + n, foreign)]
    assert kinds == [NoticeKind.SPEAKER, NoticeKind.COLLISION]
    assert not segment.doubled


def forged(number: int, vhid: int) -> bytes:
    return as_frame(f"10.{number // 250}.0.{number % 250 + 1}", vhid, 0, 1)


def test_a_flood_of_speakers_is_bounded_and_told_at_once() -> None:
    segment, said = Segment(), []
    for number in range(MOST_OF_CLAIM + 50):
        said += heard(segment, number / 1000, forged(number, 1))
    assert len(segment.speakers) == MOST_OF_CLAIM and segment.left_out == 50
    (crowded,) = [each for each in said if each.kind is NoticeKind.CROWDED]
    assert crowded.at == MOST_OF_CLAIM / 1000 and segment.faulty
    # Who comes later is heard as soon as one of the forged is silent.
    segment.pass_time(10)
    kinds = [one.kind for one in heard(segment, 10, as_frame(ONE, 1, 0, 1))]
    assert kinds[0] is NoticeKind.SPEAKER


def test_a_flood_of_one_claim_or_of_many_does_not_silence_another() -> None:
    segment = Segment()
    for number in range(4 * MOST_SPEAKERS):
        heard(segment, number / 1000, forged(number, 1 + number % 100))
    assert len(segment.speakers) == MOST_SPEAKERS
    for source in (ONE, OTHER):
        notices = heard(segment, 3, as_frame(source, 200, 0, 1))
        assert [each.kind for each in notices] == [NoticeKind.SPEAKER]
    assert len(segment.speakers) == MOST_SPEAKERS


def test_a_quick_master_does_not_hide_a_slow_one() -> None:
    segment, said = Segment(), []
    for second in range(200):
        said += heard(segment, second, as_frame(ONE, 2, 0, 1))
        if second % 40 == 20:
            said += heard(segment, second + 0.5, as_frame(OTHER, 2, 0, 40))
    (double,) = [each for each in said if each.kind is NoticeKind.DOUBLE]
    assert {str(each) for each in double.others} == {ONE, OTHER} and double.at < 62
    assert NoticeKind.SINGLE not in {each.kind for each in said}


def test_forty_masters_stay_double_masters() -> None:
    segment, said = Segment(), []
    for number in range(120):
        said += heard(segment, number / 40, forged(number % 40, 2))
    (double,) = [each for each in said if each.kind is NoticeKind.DOUBLE]
    assert len(double.others) >= 4 and len(segment.speakers) == 40
    assert {each.kind for each in segment.pass_time(3)} == set()


def test_one_address_from_two_macs_is_said_once() -> None:
    segment = Segment()
    said = encoder.ipv4(ONE, bytes(encoder.Carp(2, 0, 1, bytes(8), bytes(20))))
    macs = ["02:00:00:00:00:01", "02:00:00:00:00:02"]
    found = [one for n in range(6) for one in heard(segment, n, encoder.frame(macs[n % 2], said))]
    assert [each.kind for each in found] == [NoticeKind.SPEAKER, NoticeKind.MACS]
    assert "02:00:00:00:00:01, 02:00:00:00:00:02" in clause(found[1])
    assert segment.faulty and segment.speakers[0].macs == tuple(macs)


def test_a_vrrp_router_that_resigns() -> None:
    segment = Segment()
    said = [
        one
        for n, priority in enumerate((100, 0))
        for one in heard(
            segment,
            n,
            encoder.frame(MAC, encoder.ipv4(ONE, encoder.vrrp(7, priority, ["192.0.2.1"]))),
        )
    ]
    assert [each.kind for each in said] == [NoticeKind.SPEAKER, NoticeKind.SKEW]
    assert (said[1].old, said[1].new) == (100, 0)
    assert clause(said[1]).startswith("resigns")


def test_the_checksum_of_vrrp_is_judged() -> None:
    segment = Segment()
    good = encoder.vrrp3(7, 100, ["192.0.2.1"], 100, ONE)
    kinds = []
    for n, each in enumerate((good, good[:4] + b"\0\x65" + good[6:])):
        kinds += [
            one.kind for one in heard(segment, n, encoder.frame(MAC, encoder.ipv4(ONE, each)))
        ]
    assert kinds[0] is NoticeKind.SPEAKER and kinds[-1] is NoticeKind.REJECTED
    assert segment.speakers[0].wrong_checksum == 1


@given(
    st.lists(
        st.tuples(
            st.floats(0, 50), st.ip_addresses(v=4), st.integers(0, 255), st.binary(max_size=60)
        ),
        max_size=30,
    )
)
def test_anything_in_any_order(
    packets: list[tuple[float, IPv4Address, int, bytes]],
) -> None:
    segment = Segment({1: Keys(Secret("x"), (IPv4Address("10.0.0.1"),))})
    for at, source, ttl, payload in packets:
        segment.hear(at, Packet(source, "02:00:00:00:00:01", ttl, payload))
        segment.pass_time(at)
    segment.pass_time(1e9)
    assert all(each.silent for each in segment.speakers)
