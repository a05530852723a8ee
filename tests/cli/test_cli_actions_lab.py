"""The commands that act on a simulated pair, over real SSH, in a process of their own."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pfha_tui.actions.needs import NEEDS

DEADLINE_S = 90.0
PATIENT = ("--timeout", "60s")


class Lab:
    """A pair that is up, and the program on it."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "lab.toml"
        self.environ = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}

    def words(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "pfha_tui", "--config", str(self.config), *args]

    def __call__(self, *args: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.words(*args),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            env=self.environ,
            check=False,
        )


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    made = Lab(tmp_path)
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "pfha_tui", "lab"),
            *("--config-out", str(made.config), "--until-eof"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdin is not None and child.stdout is not None
        assert select.select([child.stdout], [], [], DEADLINE_S)[0]
        assert child.stdout.readline().strip() == str(made.config).encode()
        yield made
        child.stdin.close()
        assert child.wait(DEADLINE_S) == 0


def test_a_switchover_is_planned_done_refused_the_second_time_and_written_down(lab: Lab) -> None:
    planned = lab("switchover", "--plan", "--json", *PATIENT)
    told = json.loads(planned.stdout)
    assert (planned.returncode, told["permitted"], told["node"]) == (0, True, "fw1")
    assert lab("journal", "show").stdout == ""

    done = lab("switchover", "--reason", "new fan", "--yes", "--json", *PATIENT)
    told = json.loads(done.stdout)
    assert (done.returncode, told["result"]) == (0, "confirmed"), done.stderr
    assert all(one["holds"] for one in told["evidence"])
    assert [line.split(":")[0] for line in done.stderr.splitlines()][-2:] == ["verify", "close"]

    again = lab("switchover", "--yes", *PATIENT)
    assert (again.returncode, again.stdout) == (6, "")
    assert "`failback` lets it serve again" in again.stderr

    kinds = [json.loads(line) for line in lab("journal", "show", "--json").stdout.splitlines()]
    assert (kinds[0]["kind"], kinds[0]["reason"]) == ("begun", "new fan")
    assert (kinds[-1]["kind"], kinds[-1]["result"]) == ("ended", "confirmed")
    assert {record["id"] for record in kinds} == {told["id"]}
    assert lab("journal", "verify", "--head", kinds[-1]["hash"]).returncode == 0


def test_a_console_that_is_killed_leaves_its_undo(lab: Lab) -> None:
    with subprocess.Popen(
        lab.words("switchover", "--yes", *PATIENT),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=lab.environ,
    ) as child:
        assert child.stderr is not None
        assert any(line.startswith("verify:") for line in child.stderr)
        child.kill()
    left = json.loads(lab("undo", "--plan", "--json", *PATIENT).stdout)
    assert (left["verb"], left["node"]) == ("switchover", "fw1")
    assert ["/sbin/sysctl", "net.inet.carp.demotion=-120"] in left["commands"]
    assert left["fires_at"] is not None
    status = lab("status", "--json", *PATIENT)
    assert "1 action on demo was begun and never came to an end" in status.stderr
    refused = lab("maintenance", "enter", "fw2", "--yes", *PATIENT)
    assert refused.returncode == 6 and "never came to an end" in refused.stderr

    closed = lab("undo", left["id"], "--close", "--reason", "the node takes it back")
    assert closed.returncode == 6 and "fw1 takes it back by itself by" in closed.stderr
    undone = lab("undo", "--yes", *PATIENT)
    assert undone.returncode == 0, undone.stderr
    assert lab("undo").stdout == "demo: nothing is unfinished.\n"


def test_what_the_lab_s_account_could_do(lab: Lab) -> None:
    asked = lab("config", "check", "--live", *PATIENT)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert asked.stdout.count("yes: uid 0") == 2 * len(NEEDS)
