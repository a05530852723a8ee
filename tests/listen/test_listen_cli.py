"""`listen` as it is typed: on a real interface where that is permitted, and its sentences where it is not."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pfha_tui.cli import listen_lines
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.listen import _keys
from pfha_tui.cli.main import main
from pfha_tui.listen import wire
from tests.listen.recorded import ucarp

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
ROOM = ("unshare", "--net", "--fork", "--kill-child")
NEEDS_ROOT = "network namespaces need root"


def in_a_room(play: str) -> list[str]:
    """Lines that a script of ours prints in a network of its own, where veth0 and veth1 are joined."""
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip(NEEDS_ROOT)
    prepare = "ip link add veth0 type veth peer name veth1 && ip link set veth0 up && ip link set veth1 up"
    done = subprocess.run(
        [*ROOM, "sh", "-c", f'{prepare} && exec "$@"', "sh", sys.executable, "-c", play],
        capture_output=True,
        text=True,
        timeout=40,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


SEND = """
import json, socket, subprocess, sys, time
frames = [bytes.fromhex(each) for each in {frames!r}]
listening = subprocess.Popen([sys.executable, "-m", "pfha_tui", "listen", "veth1", *{words!r}],
    stdout=subprocess.PIPE, text=True)
first = listening.stdout.readline()
out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind(("veth0", 0))
for frame in frames:
    out.send(frame)
print(first + listening.communicate()[0])
print(listening.returncode)
"""


def listened(frames: list[bytes], *words: str) -> tuple[list[str], int]:
    lines = in_a_room(SEND.format(frames=[frame.hex() for frame in frames], words=words))
    return lines[:-1], int(lines[-1])


def test_json_tells_who_speaks_and_whether_the_digest_fits(tmp_path: Path) -> None:
    secret = tmp_path / "carp"
    secret.write_text("s3cret\n")
    secret.chmod(0o600)
    words = ("--json", "--seconds=1", f"--password=file:{secret}", "--vip=2=10.77.1.1")
    lines, code = listened([*ucarp(), ucarp()[0].replace(b"\x70\x00", b"\x71\x00")], *words)
    said: list[dict[str, Any]] = [json.loads(line) for line in lines if line]
    assert code == ExitCode.OK
    assert [each["kind"] for each in said] == ["listening", "speaker", "digest", "summary"]
    assert said[0]["checked"] == [2] and said[2]["fits"] is True
    (speaker,) = said[-1]["speakers"]
    assert speaker["source"] == "10.77.1.3" and speaker["vhid"] == 2
    assert speaker["effective_skew"] == 100 and speaker["digest_fits"] is True
    assert speaker["advertisements"] >= 3 and speaker["measured_interval_s"] < 1
    documented = str(listen_lines.__doc__)
    assert all(f"`{key}`" in documented or key in documented for key in speaker)


def test_a_wrong_password_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARP_WORD", "other")
    words = ("--seconds=0.5", "--password=2=env:CARP_WORD", "--vip=2=10.77.1.1", "--exit-code")
    lines, code = listened(ucarp(), *words)
    assert code == ExitCode.FINDINGS
    assert any("does not fit the password and the VIPs" in line for line in lines)
    assert any(line.startswith("vhid 2") and "digest wrong" in line for line in lines)
    assert "other" not in "\n".join(lines)


def test_nobody_speaks() -> None:
    lines, code = listened([], "--seconds=0.3")
    assert code == ExitCode.TIMEOUT and "Nobody advertised" in "\n".join(lines)


def test_vlan_tags_that_the_kernel_takes_off_are_told() -> None:
    tagged = [each[:12] + b"\x81\x00\x00\x0a" + each[12:] for each in ucarp()]
    lines, _ = listened(tagged, "--json", "--seconds=0.5")
    (speaker,) = json.loads(lines[-1] or lines[-2])["speakers"]
    assert speaker["vlan"] == 10


def test_a_priority_tag_is_of_the_untagged_segment() -> None:
    first, *rest = ucarp()
    tagged = first[:12] + b"\x81\x00\xe0\x00" + first[12:]
    lines, _ = listened([tagged, *rest], "--json", "--seconds=0.5")
    (speaker,) = json.loads(lines[-1] or lines[-2])["speakers"]
    assert speaker["vlan"] is None and speaker["advertisements"] == 1 + len(rest)


def test_addresses_that_are_given_one_by_one_count_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CARP_WORD", "s3cret")
    (key,) = _keys(["env:CARP_WORD"], ["5=10.0.0.1", "5=10.0.0.2,10.0.0.3"]).values()
    assert [str(each) for each in key.addresses] == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]


@pytest.mark.parametrize("seconds", ["nan", "inf", "-nan"])
def test_seconds_are_a_number(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["listen", "lo", f"--seconds={seconds}"]) == ExitCode.USAGE
    assert capsys.readouterr().err


def test_a_reader_that_goes_ends_it() -> None:
    play = """
import subprocess, sys
one = subprocess.Popen([sys.executable, "-m", "pfha_tui", "listen", "veth1"], stdout=subprocess.PIPE)
one.stdout.readline(); one.stdout.close()
print(one.wait(20))
"""
    assert in_a_room(play) == [str(int(ExitCode.PIPE_CLOSED))]


def test_an_interface_that_is_down_and_one_that_is_not_there() -> None:
    play = """
import subprocess, sys
for name in ("lo", "nowhere"):
    done = subprocess.run([sys.executable, "-m", "pfha_tui", "listen", name], capture_output=True, text=True)
    print(done.returncode, done.stderr.strip())
"""
    assert in_a_room(play) == [
        f"{int(ExitCode.UNREACHABLE)} lo is down.",
        f"{int(ExitCode.USAGE)} There is no interface nowhere here; there are: lo, veth0, veth1.",
    ]


def test_without_the_permission_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: str) -> None:
        raise PermissionError

    monkeypatch.setattr(wire, "Wire", refuse)
    assert main(["listen", "lo"]) == ExitCode.NO_PERMISSION
    assert "may not open: run it as root" in capsys.readouterr().err


def test_without_packet_sockets_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert main(["listen", "en0"]) == ExitCode.NO_PERMISSION
    assert capsys.readouterr().err == "Listening needs the packet sockets of Linux.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--password=env:CARP_WORD"], "both are in them"),
        (["--vip=1=10.0.0.1"], "both are in them"),
        (["--vip=1=10.0.0.1", "--password=2=env:CARP_WORD"], "both are in them"),
        (["--vip=0=10.0.0.1", "--password=env:CARP_WORD"], "'0' is no VHID"),
        (["--vip=1=ten", "--password=env:CARP_WORD"], "--vip wants"),
        (
            ["--vip=1=10.0.0.1", "--password=1=env:CARP_WORD", "--password=1=env:OTHER"],
            "VHID 1 has two --password",
        ),
        (["--vip=1=10.0.0.1", "--password=env:CARP_WORD", "--password=env:OTHER"], "give one"),
        (["--vip=1=10.0.0.1", "--password=s3cret"], "may not be written out here"),
        (
            ["--vip=1=10.0.0.1", "--password=1=env:CARP_WORD", "--password=2=env:CARP_WORD"],
            "VHID 2 has a --password but no --vip",
        ),
    ],
)
def test_what_digests_need(
    words: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CARP_WORD", "s3cret")
    assert main(["listen", "lo", *words]) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert said in told and "s3cret" not in told


def test_the_form_for_programs_is_the_documented_one() -> None:
    described = str(listen_lines.__doc__).split("\n\n", 1)[1].strip()
    assert described in README
