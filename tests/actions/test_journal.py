"""The journal: what it holds, who may append to it, and that nothing in it changes unseen."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from journal_plans import AMOUNT, Clock, a_journal, a_plan, demotion

from pfha_tui.actions import chain, commands, journal
from pfha_tui.actions.journal import Journal, JournalError, verify
from pfha_tui.actions.model import Evidence, Result, Risk, Verb
from pfha_tui.domain.command import Command
from pfha_tui.domain.target import Secret

FINE = (Evidence("fw1", "demotion", "120", "120", True),)


def written(folder: Path) -> Journal:
    """A journal of one whole action and one that never ended."""
    kept = a_journal(folder)
    first = kept.begin(a_plan(reason="disk of fw1"))
    kept.note(first, journal.STEP, number=0)
    kept.note(first, journal.ARMED, fires_at=1_700_000_090.0)
    kept.end(first, Result.CONFIRMED, "fw2 serves", FINE)
    kept.begin(a_plan())
    return kept


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Path]:
    """A journal with a torn line in it, and a place to write a changed one."""
    folder = tmp_path_factory.mktemp("sample")
    kept = written(folder)
    with open(kept.path, "ab") as file:
        file.write(b'{"evidence":[],"ha')
    kept.end(kept.begin(a_plan()), Result.CONFIRMED, "…")
    return kept.path.read_bytes(), folder / "changed.jsonl"


class TestFile:
    def test_a_record_holds_the_plan_and_the_hash_of_the_one_before(self, tmp_path: Path) -> None:
        kept = a_journal(tmp_path)
        action = kept.begin(a_plan(reason="disk of fw1"))
        kept.end(action, Result.CONFIRMED, "fw2 serves", FINE)
        begun, ended = (json.loads(line) for line in kept.path.read_text().splitlines())
        assert begun["prev"] == chain.GENESIS
        assert begun["steps"][1]["command"] == ["/sbin/sysctl", "net.inet.carp.demotion=120"]
        assert begun["steps"][1]["undo"] == [["/sbin/sysctl", "net.inet.carp.demotion=-120"]]
        assert (begun["who"], begun["reason"], begun["seq"]) == ("ann@desk", "disk of fw1", 1)
        assert (ended["prev"], ended["id"]) == (begun["hash"], action)
        assert ended["evidence"][0]["found"] == "120"
        assert kept.head == ended["hash"]

    def test_only_its_owner_may_look(self, tmp_path: Path) -> None:
        state = tmp_path / "state"
        state.mkdir(mode=0o755)
        (state / "journal.jsonl").touch(mode=0o644)
        kept = written(tmp_path)
        assert kept.path.stat().st_mode & 0o777 == 0o600
        assert state.stat().st_mode & 0o777 == 0o700

    def test_it_is_on_disk_before_anything_is_done(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced: list[str] = []
        really = os.fsync

        def fsync(descriptor: int) -> None:
            synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
            really(descriptor)

        monkeypatch.setattr(os, "fsync", fsync)
        kept = a_journal(tmp_path)
        kept.begin(a_plan())
        assert synced == ["journal.jsonl", "state"]
        kept.begin(a_plan())
        assert synced[2:] == ["journal.jsonl"]

    def test_where_it_cannot_be_written_one_sentence_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "state").write_text("a file in its place")
        with pytest.raises(JournalError, match=r"journal .* cannot be written: .*\."):
            a_journal(tmp_path).begin(a_plan())

    def test_it_is_read_again_only_when_it_has_changed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept, other = written(tmp_path), a_journal(tmp_path)
        reads: list[Path] = []
        really = chain.read

        def read(path: Path) -> object:
            reads.append(path)
            return really(path)

        monkeypatch.setattr(chain, "read", read)
        for _ in range(5):
            assert len(kept.unfinished("HQ")) == 1
        assert len(reads) == 1
        other.begin(a_plan())
        assert len(kept.unfinished("HQ")) == 2

    def test_a_link_in_its_place_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "state").mkdir()
        (tmp_path / "state" / "journal.jsonl").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(JournalError):
            a_journal(tmp_path).begin(a_plan())
        assert not (tmp_path / "elsewhere").exists()

    def test_one_that_is_held_for_too_long_is_not_waited_for(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import fcntl

        kept = written(tmp_path)
        monkeypatch.setattr(chain, "LOCK_S", 0.05)
        with open(kept.path, "rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with pytest.raises(JournalError, match="held by another process"):
                kept.begin(a_plan())
            with pytest.raises(JournalError, match="held by another process"):
                verify(kept.path)

    def test_without_a_file_there_is_nothing(self, tmp_path: Path) -> None:
        kept = a_journal(tmp_path)
        assert (kept.records(), kept.unfinished("HQ"), kept.head) == ((), (), chain.GENESIS)
        assert verify(kept.path).fault is None
        assert not kept.path.parent.exists()


class TestSecrets:
    def test_what_is_fed_to_a_command_is_never_written(self, tmp_path: Path) -> None:
        kept = a_journal(tmp_path)
        fed = Command("fed", ("/usr/bin/tee",), stdin="canary-of-a-password")
        step = demotion()[0]
        for steps in (
            (type(step)("fw1", fed, "feed it"),),
            (type(step)("fw1", step.command, "mark it", (fed,)),),
        ):
            with pytest.raises(ValueError, match="not written down"):
                kept.begin(a_plan(steps=steps))
        assert not kept.path.exists()

    def test_a_secret_is_no_fact(self, tmp_path: Path) -> None:
        kept = written(tmp_path)
        before = kept.path.read_bytes()
        for value in (Secret("canary"), [Secret("canary")], {"deep": Secret("canary")}):
            with pytest.raises(TypeError):
                kept.note("0a0b0c0d", "said", value=value)
        assert kept.path.read_bytes() == before

    def test_what_a_device_says_stays_short_and_harmless(self, tmp_path: Path) -> None:
        kept = a_journal(tmp_path)
        action = kept.begin(a_plan())
        kept.end(action, Result.UNKNOWN, "\x1b[2J\n" + "x" * 100_000)
        assert len(kept.path.read_bytes()) < 10_000
        assert b"\x1b" not in kept.path.read_bytes()
        assert verify(kept.path).fault is None


class TestUnfinished:
    def test_what_was_begun_and_never_ended(self, tmp_path: Path) -> None:
        clock = Clock()
        kept = a_journal(tmp_path, clock)
        action = kept.begin(a_plan())
        (left,) = kept.unfinished("HQ")
        assert (left.id, left.verb, left.node) == (action, Verb.SWITCHOVER, "fw1")
        assert (left.who, left.began, left.fires_at) == ("ann@desk", clock.now, None)
        assert kept.unfinished("other") == ()

    def test_only_what_was_done_is_taken_back_and_the_last_first(self, tmp_path: Path) -> None:
        kept = a_journal(tmp_path)
        action = kept.begin(a_plan())
        assert kept.unfinished("HQ")[0].undo == ()
        kept.note(action, journal.STEP, number=0)
        assert kept.unfinished("HQ")[0].undo == (commands.UNMARK,)
        kept.note(action, journal.STEP, number=1)
        assert kept.unfinished("HQ")[0].undo == (commands.UNMARK,)
        kept.note(action, journal.ARMED, number=1, fires_at=1_700_000_090.0)
        assert kept.unfinished("HQ")[0].undo == (commands.demote(-AMOUNT), commands.UNMARK)

    def test_the_watchdog_that_waits_on_the_node(self, tmp_path: Path) -> None:
        kept = a_journal(tmp_path)
        action = kept.begin(a_plan())
        kept.note(action, journal.ARMED, number=1, fires_at=1_700_000_090.0)
        assert kept.unfinished("HQ")[0].fires_at == 1_700_000_090.0
        kept.note(action, journal.CALLED_OFF)
        assert kept.unfinished("HQ")[0].fires_at is None

    @pytest.mark.parametrize("result", list(Result))
    def test_it_ends_with_any_result_but_unknown(self, tmp_path: Path, result: Result) -> None:
        kept = a_journal(tmp_path)
        action = kept.begin(a_plan())
        kept.end(action, result, "…")
        assert bool(kept.unfinished("HQ")) is (result is Result.UNKNOWN)

    def test_the_operator_may_close_it(self, tmp_path: Path) -> None:
        kept = a_journal(tmp_path)
        action = kept.begin(a_plan())
        a_journal(tmp_path).close(action, "fw1 was replaced")
        assert kept.unfinished("HQ") == ()
        assert kept.records()[-1]["pair"] == "HQ"

    def test_the_newest_comes_first(self, tmp_path: Path) -> None:
        kept = a_journal(tmp_path)
        both = [kept.begin(a_plan()), kept.begin(a_plan())]
        assert [left.id for left in kept.unfinished("HQ")] == both[::-1]

    def test_one_that_a_living_process_is_about_is_not_unfinished(self, tmp_path: Path) -> None:
        child = subprocess.Popen(
            [sys.executable, "-c", BEGIN_AND_WAIT, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with child:
            assert child.stdout is not None and child.stdout.readline() == b"begun\n"
            kept = a_journal(tmp_path)
            assert len(kept.records()) == 1
            assert kept.unfinished("HQ") == ()
            child.kill()
            child.wait(60)
            assert len(kept.unfinished("HQ")) == 1

    def test_one_of_a_later_version_is_not_passed_over(self, tmp_path: Path) -> None:
        kept = a_journal(tmp_path)
        action = kept.begin(a_plan())
        told = dict(kept.records()[0]) | {"verb": "levitate"}
        record = {key: value for key, value in told.items() if key not in ("seq", "prev", "hash")}
        chain.append(kept.path, record)
        with pytest.raises(JournalError, match="this version cannot read"):
            kept.unfinished("HQ")
        kept.close(action, "looked after by hand")
        assert kept.unfinished("HQ") == ()


BEGIN_AND_WAIT = """
import sys
from pathlib import Path
sys.path.insert(0, "tests/actions")
from journal_plans import a_journal, a_plan
a_journal(Path(sys.argv[1])).begin(a_plan())
print("begun", flush=True)
sys.stdin.read()
"""


def test_the_last_change_is_of_a_role_changing_action(tmp_path: Path) -> None:
    clock = Clock()
    kept = a_journal(tmp_path, clock)
    assert kept.last_change("HQ") is None
    quiet = kept.begin(a_plan(Verb.SYNC_NOW, risk=Risk.REVERSIBLE))
    kept.end(quiet, Result.CONFIRMED, "merged")
    action = kept.begin(a_plan())
    assert kept.last_change("HQ") is None
    clock.now += 5
    kept.note(action, journal.STEP, number=0)
    assert kept.last_change("HQ") == clock.now
    clock.now += 5
    kept.end(action, Result.CONFIRMED, "done")
    assert kept.last_change("HQ") == clock.now


class TestTornLine:
    def test_what_a_crash_left_is_kept_and_told(self, tmp_path: Path) -> None:
        kept = written(tmp_path)
        before = kept.path.read_bytes()
        torn = before.splitlines(keepends=True)[-1][:70]
        kept.path.write_bytes(before + torn)
        found = verify(kept.path)
        assert found.fault == (
            "Line 6 is not complete: it was cut off while it was written, or changed since."
        )
        action = kept.begin(a_plan())
        assert kept.path.read_bytes().startswith(before + torn + b"\n")
        said = kept.records()[-2]
        assert (said["kind"], said["bytes"]) == (chain.TORN, 71)
        found = verify(kept.path)
        assert (found.fault, found.torn, found.records) == (None, 1, 7)
        assert kept.unfinished("HQ")[0].id == action

    @given(cut=st.integers(1, 5000), again=st.integers(1, 5000))
    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @example(cut=-1, again=-1)
    @example(cut=7, again=-1)
    @example(cut=-1, again=7)
    def test_cut_anywhere_and_cut_again_while_it_is_told(
        self, tmp_path_factory: pytest.TempPathFactory, cut: int, again: int
    ) -> None:
        kept = written(tmp_path_factory.mktemp("torn"))
        sound = kept.path.read_bytes()
        for size in (cut, again):
            kept.begin(a_plan())
            grown = kept.path.read_bytes()
            kept.path.write_bytes(grown[: len(sound) + size % (len(grown) - len(sound))])
        kept.begin(a_plan())
        assert kept.path.read_bytes().startswith(sound)
        assert verify(kept.path).fault is None

    def test_a_record_that_lacks_only_its_newline_is_whole(self, tmp_path: Path) -> None:
        kept = written(tmp_path)
        head = kept.head
        kept.path.write_bytes(kept.path.read_bytes()[:-1])
        assert (kept.head, verify(kept.path).records, verify(kept.path).fault) == (head, 5, None)
        assert len(kept.unfinished("HQ")) == 1
        kept.begin(a_plan())
        assert (verify(kept.path).records, verify(kept.path).torn) == (6, 0)
        assert verify(kept.path).fault is None

    def test_blocks_of_zeros_after_a_power_cut(self, tmp_path: Path) -> None:
        kept = written(tmp_path)
        with open(kept.path, "ab") as file:
            file.write(bytes(200_000))
        kept.begin(a_plan())
        assert (verify(kept.path).fault, verify(kept.path).torn) == (None, 1)

    def test_a_last_record_that_was_changed_stays_a_fault_for_good(self, tmp_path: Path) -> None:
        kept = written(tmp_path)
        data = kept.path.read_bytes()
        kept.path.write_bytes(data.replace(b'"seq":5', b'"seq":6'))
        kept.begin(a_plan())
        assert kept.records()[-2]["kind"] == chain.BROKEN
        assert verify(kept.path).fault == "Line 5, record 5, is not as it was written."


class TestVerify:
    def test_a_sound_journal(self, tmp_path: Path) -> None:
        kept = written(tmp_path)
        found = verify(kept.path)
        assert (found.records, found.head, found.torn, found.fault) == (5, kept.head, 0, None)

    @given(where=st.integers(0, 10**6), bits=st.integers(1, 255))
    @settings(max_examples=400)
    def test_any_byte_flipped_is_found(
        self, sample: tuple[bytes, Path], where: int, bits: int
    ) -> None:
        data, path = sample
        at = where % len(data)
        path.write_bytes(data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :])
        found = verify(path)
        assert found.fault is not None and found.fault.count("\n") == 0
        assert found.records <= data[:at].count(b"\n")

    @given(st.data())
    @settings(max_examples=100)
    def test_so_is_a_record_that_was_removed_doubled_or_moved(
        self, sample: tuple[bytes, Path], drawn: st.DataObject
    ) -> None:
        data, path = sample
        lines = data.splitlines(keepends=True)
        other = drawn.draw(
            st.lists(st.sampled_from(lines), max_size=len(lines) + 2).filter(
                # A shorter beginning is sound by itself: the heads that the nodes have logged tell of the rest.
                lambda chosen: chosen != lines[: len(chosen)]
            )
        )
        path.write_bytes(b"".join(other))
        assert verify(path).fault is not None

    def test_a_record_written_anew_with_its_right_hash_is_found(self, tmp_path: Path) -> None:
        kept = written(tmp_path)
        lines = kept.path.read_bytes().splitlines()
        forged = json.loads(lines[0]) | {"reason": "another"}
        lines[0] = chain.canonical(forged | {"hash": chain.digest(forged)})
        kept.path.write_bytes(b"\n".join(lines) + b"\n")
        assert verify(kept.path).fault == (
            "Line 2 does not follow record 1: what stood between them is gone, or was moved."
        )


APPEND_MANY = """
import sys
from pathlib import Path
sys.path.insert(0, "tests/actions")
from journal_plans import a_journal, a_plan
from pfha_tui.actions.model import Result
kept = a_journal(Path(sys.argv[1]), who=sys.argv[2])
for _ in range(15):
    kept.end(kept.begin(a_plan()), Result.CONFIRMED, "done")
"""


def test_several_consoles_append_at_the_same_time(tmp_path: Path) -> None:
    consoles = [
        subprocess.Popen([sys.executable, "-c", APPEND_MANY, str(tmp_path), f"ann@{n}"])
        for n in range(4)
    ]
    for console in consoles:
        with console:
            assert console.wait(150) == 0
    kept = a_journal(tmp_path)
    found = verify(kept.path)
    assert (found.records, found.torn, found.fault) == (120, 0, None)
    assert {record["who"] for record in kept.records()} == {f"ann@{n}" for n in range(4)}


@pytest.mark.parametrize("action", ["", "0a0b", "0A0B0C0D", "0a0b0c0d/..", "g" * 8])
def test_an_id_is_what_a_mark_can_carry(tmp_path: Path, action: str) -> None:
    with pytest.raises(ValueError):
        a_journal(tmp_path).begin(a_plan(), action)


@pytest.mark.parametrize(
    "command",
    [
        commands.MAINTENANCE_ON,
        commands.CARP_OFF,
        commands.UNMARK,
        commands.mark("pfha-tui:1:0a0b0c0d:120:1700000000:ann"),
        commands.demote(-120),
        commands.demote(9_999),
    ],
)
def test_a_command_of_ours_is_known_by_its_words(command: Command) -> None:
    assert commands.recall(command.argv) == command


@pytest.mark.parametrize(
    "argv",
    [
        ("/bin/sh", "-c", "id"),
        ("/bin/rm", "-f", "/etc/passwd"),
        ("/sbin/sysctl", "net.inet.carp.allow=0"),
        ("/sbin/sysctl", "net.inet.carp.demotion=99999"),
        ("/sbin/sysctl", "net.inet.carp.demotion=+120"),
        ("/bin/ln", "-sfn", "/etc/passwd", commands.MARK),
        ("/sbin/sysctl net.inet.carp.demotion=120",),
        commands.REBOOT.argv,
        ("/sbin/sysctl",),
        (),
    ],
)
def test_no_other_words_are(argv: tuple[str, ...]) -> None:
    assert commands.recall(argv) is None
