"""`listen` after a pause of its own: what the queue holds is the past, and no silence of anybody else."""

import json
import os
import time
from collections import deque
from collections.abc import Iterator

import pytest

from pfha_tui.cli import listen
from pfha_tui.cli.listen_lines import JsonForm
from pfha_tui.domain.advertisement import packet
from pfha_tui.listen.segment import Segment
from pfha_tui.listen.wire import Heard
from tests.listen.recorded import as_frame
from tests.listen.test_listen_cli import in_a_room

ONE, OTHER = "192.168.1.2", "192.168.1.3"
WISH = listen.ListenOptions("eth0", True, 0.05, False, (), ())


class Queue:
    """A wire whose queue was filled while nobody read it; `after` comes while it is read."""

    def __init__(self, waiting: list[Heard], dropped: int = 0, after: Heard | None = None) -> None:
        self._waiting = deque(waiting)
        self._after = after
        self._dropped = dropped
        self._readable, end = os.pipe()
        os.write(end, b"x")
        os.close(end)

    def fileno(self) -> int:
        return self._readable

    def read(self) -> Heard:
        if not self._waiting and self._after is not None:
            self._waiting.append(self._after)
            self._after = None
        if not self._waiting:
            raise BlockingIOError
        return self._waiting.popleft()

    def dropped(self) -> int:
        found, self._dropped = self._dropped, 0
        return found


def said(at: float, source: str = ONE, skew: int = 0) -> Heard:
    found = packet(as_frame(source, 2, skew, 1))
    assert found is not None
    return Heard(at, found, None)


def followed(queue: Queue, capsys: pytest.CaptureFixture[str]) -> tuple[Segment, list[str]]:
    segment = Segment()
    with open(os.devnull, "w") as sink, pytest.MonkeyPatch.context() as patch:
        # The captured standard output is no descriptor that could be polled.
        patch.setattr(listen.sys.stdout, "fileno", sink.fileno, raising=False)
        listen._follow(queue, WISH, segment, JsonForm())  # type: ignore[arg-type]
    return segment, [json.loads(line)["kind"] for line in capsys.readouterr().out.splitlines()]


@pytest.fixture(autouse=True)
def many_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(listen, "AT_ONCE", 3)
    return


def test_eight_seconds_in_the_queue_are_no_silence(capsys: pytest.CaptureFixture[str]) -> None:
    now = time.monotonic()
    segment, kinds = followed(Queue([said(now - 9 + step) for step in range(10)]), capsys)
    assert kinds == ["speaker"]
    (speaker,) = segment.speakers
    assert speaker.heard == 10 and speaker.pace.mean == pytest.approx(1)


def test_a_silence_that_was_real_is_found_in_the_queue(capsys: pytest.CaptureFixture[str]) -> None:
    now = time.monotonic()
    ours = [said(now - 20), *(said(now - 20 + step, OTHER, 100) for step in range(12))]
    _, kinds = followed(Queue([*ours, said(now - 8), said(now, OTHER, 100)]), capsys)
    assert kinds[:4] == ["speaker", "speaker", "silent", "speaker"]


def test_what_found_the_queue_full_is_no_silence(capsys: pytest.CaptureFixture[str]) -> None:
    now = time.monotonic()
    waiting = [said(now - 60 + step) for step in range(10)]
    segment, kinds = followed(Queue(waiting, dropped=50, after=said(now)), capsys)
    assert kinds == ["speaker", "missed"]
    assert segment.missed == 50


PAUSE = """
import json, os, signal, socket, subprocess, sys, time
from tests.wirelab.packet import frame, ipv4, vrrp3
said = frame("00:00:5e:00:01:02", ipv4("192.0.2.9", vrrp3(2, 100, ["192.0.2.1"], 55, "192.0.2.9")))
out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind(("veth0", 0))
one = subprocess.Popen([sys.executable, "-m", "pfha_tui", "listen", "veth1", "--json"],
    stdout=subprocess.PIPE, text=True)
one.stdout.readline()
longest, before = 0.0, time.monotonic()
out.send(said)
one.stdout.readline()
os.kill(one.pid, signal.SIGSTOP)
for step in range(12):
    time.sleep(0.2)
    out.send(said)
    now = time.monotonic()
    longest, before = max(longest, now - before), now
os.kill(one.pid, signal.SIGCONT)
out.send(frame("00:00:5e:00:01:02", ipv4("192.0.2.9", vrrp3(3, 100, ["192.0.2.2"], 100, "192.0.2.9"))))
for line in one.stdout:
    print(line, end="")
    told = json.loads(line)
    if told["kind"] == "speaker" and told["vhid"] == 3:
        one.send_signal(signal.SIGTERM)
print(one.wait(20), max(longest, time.monotonic() - before))
"""


def test_a_stopped_process_goes_on_without_a_word() -> None:
    for _ in range(6):
        *lines, last = in_a_room(PAUSE)
        code, longest = last.split()
        assert code == "0"
        if float(longest) < 1.5:  # of this machine the sender was no good master otherwise
            kinds = [json.loads(line)["kind"] for line in lines]
            assert kinds == ["speaker", "summary"], lines
            return
    pytest.skip("this machine is too busy to send every 0.2 s")
