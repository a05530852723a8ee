"""The framing: what a real shell prints for our scripts, in any chunks, comes back exactly."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfha_tui.transports.ssh import frames
from pfha_tui.transports.ssh.frames import FrameError, FrameParser, Part

NONCE = "0123456789abcdef"

outputs = st.binary(max_size=60) | st.sampled_from([b"", b"\n", b"\n@", b"\n@01", b"x\n\n"])
parts = st.lists(st.builds(Part, st.integers(0, 255), outputs, outputs), min_size=1, max_size=4)


def wire(seq: int, frame: list[Part], clock: bytes = b"1700000000 +0100") -> tuple[bytes, bytes]:
    def mark(words: bytes) -> bytes:
        return b"\n@" + NONCE.encode() + b" " + words + b"\n"

    out = err = mark(b"B %d %s" % (seq, clock))
    for index, part in enumerate(frame):
        end = mark(b"E %d %d %d" % (seq, index, part.exit_code))
        out, err = out + part.stdout + end, err + part.stderr + end
    return out, err


@given(data=st.data(), frame=parts, noise=st.binary(max_size=40))
def test_any_chunking_gives_the_same_frame(
    data: st.DataObject, frame: list[Part], noise: bytes
) -> None:
    parser = FrameParser(NONCE)
    parser.expect(7, len(frame))
    out, err = wire(7, frame)
    pending = {False: noise + out, True: noise + err}
    result = None
    while any(pending.values()):
        stderr = data.draw(st.sampled_from([side for side, rest in pending.items() if rest]))
        size = data.draw(st.integers(1, len(pending[stderr])))
        assert result is None
        result = parser.feed(pending[stderr][:size], stderr=stderr)
        pending[stderr] = pending[stderr][size:]
    assert result is not None
    assert (result.seq, result.parts) == (7, tuple(frame))
    assert (result.clock_epoch, result.utc_offset_s) == (1_700_000_000, 3600)


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=50)), max_size=20))
def test_junk_never_becomes_a_frame(chunks: list[tuple[bool, bytes]]) -> None:
    parser = FrameParser(NONCE)
    parser.expect(1, 1)
    for stderr, chunk in chunks:
        assert parser.feed(chunk, stderr=stderr) is None


@given(frame=parts, at=st.integers(0, 2000), junk=st.binary(min_size=1, max_size=5))
def test_a_damaged_frame_is_refused_or_incomplete_never_made_up(
    frame: list[Part], at: int, junk: bytes
) -> None:
    parser = FrameParser(NONCE)
    parser.expect(7, len(frame))
    out, err = wire(7, frame)
    at %= len(out)
    damaged = out[:at] + junk + out[at + len(junk) :]
    try:
        parser.feed(err, stderr=True)
        result = parser.feed(damaged)
    except FrameError:
        return
    if result is not None:
        assert [part.stderr for part in result.parts] == [part.stderr for part in frame]
        assert len(result.parts) == len(frame)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        (b"1700000000 -0330", (1_700_000_000, -12600)),
        (b"", (None, None)),
        (b"now +0000", (None, None)),
        (b"1700000000 UTC", (None, None)),
    ],
)
def test_clock(clock: bytes, expected: tuple[int | None, int | None]) -> None:
    parser = FrameParser(NONCE)
    parser.expect(1, 1)
    out, err = wire(1, [Part(0, b"", b"")], clock)
    parser.feed(err, stderr=True)
    frame = parser.feed(out)
    assert frame is not None
    assert (frame.clock_epoch, frame.utc_offset_s) == expected


def test_a_late_frame_of_an_older_number_is_dropped() -> None:
    parser = FrameParser(NONCE)
    old_out, old_err = wire(1, [Part(0, b"old", b""), Part(0, b"old too", b"")])
    new_out, new_err = wire(2, [Part(0, b"new", b"")])
    parser.expect(1, 2)
    parser.feed(old_out[:40])
    parser.expect(2, 1)
    assert parser.feed(old_out[40:]) is None
    assert parser.feed(old_err + new_err, stderr=True) is None
    frame = parser.feed(new_out)
    assert frame is not None and frame.parts == (Part(0, b"new", b""),)


@pytest.mark.parametrize(
    "words",
    [
        b"E 1 0 0",
        b"B 2 0 +0000",
        b"B 1 0 +0000\n\n@0123456789abcdef E 1 1 0",
        b"B 1 0 +0000\n\n@0123456789abcdef E 1 0",
        b"B 1 0 +0000\n\n@0123456789abcdef B 1 0 +0000",
        b"X 1",
        b"B one",
        b"",
    ],
)
def test_markers_out_of_order_are_an_error(words: bytes) -> None:
    parser = FrameParser(NONCE)
    parser.expect(1, 2)
    with pytest.raises(FrameError):
        parser.feed(b"\n@" + NONCE.encode() + b" " + words + b"\n")


def test_the_cap_counts_both_streams_and_finished_sections() -> None:
    parser = FrameParser(NONCE, limit=1000)
    parser.expect(1, 2)
    out, err = wire(1, [Part(0, b"o" * 400, b"e" * 400), Part(0, b"o" * 400, b"")])
    parser.feed(err, stderr=True)
    with pytest.raises(FrameError, match="more than 1000 bytes"):
        parser.feed(out)
    endless = FrameParser(NONCE, limit=1000)
    endless.expect(1, 1)
    endless.feed(out[:40])
    with pytest.raises(FrameError):
        endless.feed(b"x" * 2000)


def test_noise_outside_a_frame_is_not_kept() -> None:
    parser = FrameParser(NONCE, limit=1000)
    parser.expect(1, 1)
    for _ in range(100):
        assert parser.feed(b"banner " * 100) is None
    out, err = wire(1, [Part(3, b"body", b"")])
    parser.feed(err, stderr=True)
    frame = parser.feed(out)
    assert frame is not None and frame.parts[0].exit_code == 3


words = st.lists(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
    min_size=1,
    max_size=5,
)


@settings(max_examples=25)
@given(words)
def test_a_real_shell_takes_every_word_literally(arguments: list[str]) -> None:
    command = ["/usr/bin/printf", "%s\\0", *arguments]
    text = frames.preamble(NONCE) + frames.script(5, [command, ["/bin/sh", "-c", "exit 9"]])
    done = subprocess.run(
        ["/bin/sh", "-s"], input=text, capture_output=True, timeout=60, check=True
    )
    parser = FrameParser(NONCE)
    parser.expect(5, 2)
    parser.feed(done.stderr, stderr=True)
    frame = parser.feed(done.stdout)
    assert frame is not None
    assert frame.parts[0].stdout == b"".join(a.encode() + b"\0" for a in arguments)
    assert frame.parts[1] == Part(9, b"", b"")
    assert frame.clock_epoch is not None


def test_without_the_clock_no_date_runs() -> None:
    text = frames.script(1, [["/bin/echo", "x"]], clock=False)
    assert b"date" not in text
    done = subprocess.run(
        ["/bin/sh", "-s"],
        input=frames.preamble(NONCE) + text,
        capture_output=True,
        timeout=60,
        check=True,
    )
    parser = FrameParser(NONCE)
    parser.expect(1, 1)
    parser.feed(done.stderr, stderr=True)
    frame = parser.feed(done.stdout)
    assert frame is not None
    assert (frame.clock_epoch, frame.utc_offset_s) == (None, None)
    assert frame.parts == (Part(0, b"x\n", b""),)


def test_a_command_cannot_read_the_script_and_has_the_c_locale() -> None:
    text = frames.preamble(NONCE) + frames.script(
        1, [["/bin/cat"], ["/bin/sh", "-c", 'echo "$LC_ALL $IFCONFIG_FORMAT"; echo bad >&2']]
    )
    done = subprocess.run(
        ["/bin/sh", "-s"],
        input=text,
        capture_output=True,
        timeout=60,
        check=True,
        env={"IFCONFIG_FORMAT": "inet:cidr", "LC_ALL": "de_DE.UTF-8"},
    )
    parser = FrameParser(NONCE)
    parser.expect(1, 2)
    parser.feed(done.stdout)
    frame = parser.feed(done.stderr, stderr=True)
    assert frame is not None
    assert frame.parts == (Part(0, b"", b""), Part(0, b"C \n", b"bad\n"))


def test_nul_and_empty_commands_are_refused() -> None:
    for command in ([], ["/bin/echo", "a\0b"]):
        with pytest.raises(ValueError, match="words"):
            frames.script(1, [command])
