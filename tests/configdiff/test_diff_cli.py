"""`pfha-tui diff`: on files, on a live pair, and through time."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from diff_pairs import changed, healthy
from drifts import put

from pfha_tui.cli.main import main
from pfha_tui.lab import pfsense, scenarios
from pfha_tui.lab.runner import Lab, running


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str, str]:
    one, two = healthy()
    drifted = changed(two, put("aliases|alias|name=SRV_MAIL|address", "192.168.1.99"))
    paths = []
    for name, config in (("primary.xml", one), ("secondary.xml", two), ("drifted.xml", drifted)):
        path = tmp_path / name
        path.write_bytes(config.xml)
        paths.append(str(path))
    return paths[0], paths[1], paths[2]


def test_two_files_that_agree(
    files: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", files[0], files[1], "--exit-code"]) == 0
    said = capsys.readouterr().out
    assert "Nothing would behave differently" in said
    assert "hidden as expected: skew" in said


def test_a_drift_in_every_form(
    files: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["diff", files[0], files[2]]
    assert main(given) == 0
    assert (
        "!! alias SRV_MAIL address: primary.xml has 192.168.1.15, drifted.xml has 192.168.1.99"
        in (capsys.readouterr().out)
    )
    assert main([*given, "--exit-code"]) == 1
    capsys.readouterr()
    assert main([*given, "--unified"]) == 0
    assert (
        "-address: 192.168.1.15  [drift]\n+address: 192.168.1.99  [drift]\n"
        in capsys.readouterr().out
    )
    assert main([*given, "--markdown"]) == 0
    assert "| alias SRV_MAIL | address |" in capsys.readouterr().out
    assert main([*given, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == 1
    (one,) = found["differences"]
    assert one["consequence"].endswith("overwrites it.")
    assert {name: one[name] for name in ("section", "item", "field", "primary", "secondary", "verdict")} == {
        "section": "aliases", "item": "alias SRV_MAIL", "field": "address", "primary": "192.168.1.15",
        "secondary": "192.168.1.99", "verdict": "drift",
    }  # fmt: skip
    assert found["expected"]["count"] > 10 and found["coverage"]


def test_one_section_and_everything(
    files: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", files[0], files[2], "--section", "filter", "--exit-code"]) == 0
    assert "SRV_MAIL" not in capsys.readouterr().out
    assert main(["diff", files[0], files[2], "--section", "nosuch"]) == 2
    assert "virtualip" in capsys.readouterr().err
    assert main(["diff", files[0], files[2], "--all"]) == 0
    said = capsys.readouterr().out
    assert "Who keeps what equal:" in said and "rc.filter_synchronize" in said


def test_what_is_no_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "wrong.xml"
    wrong.write_text("<!DOCTYPE a><pfsense/>")
    assert main(["diff", str(wrong), str(wrong)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["diff", str(tmp_path / "none.xml"), str(wrong)]) == 2
    assert main(["diff", str(wrong)]) == 2


@pytest_asyncio.fixture
async def lab() -> AsyncIterator[Lab]:
    async with running(scenarios.build("healthy", time.time())) as found:
        yield found


async def run(lab: Lab, *words: str) -> int:
    return await asyncio.to_thread(main, ["diff", "--config", str(lab.config), *words])


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="the lab's stand-ins need Linux")
async def test_a_live_pair_and_its_past(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(lab, "--json", "--exit-code") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["differences"] == [] and found["primary"]["name"] == "fw1"
    pfsense.edit(lab.world.node("fw2"))
    assert await run(lab, "--exit-code") == 1
    said = capsys.readouterr().out
    assert "alias SRV_TP address" in said and "was edited after its last merge" in said
    assert await run(lab, "fw2@") == 0
    assert capsys.readouterr().out.startswith("@-1 ")
    assert await run(lab, "fw2@-1", "fw2", "--json") == 0
    (one,) = json.loads(capsys.readouterr().out)["differences"]
    assert (one["item"], one["verdict"]) == ("alias SRV_TP", "changed")
    assert await run(lab, "fw2@-99", "fw2") == 2
    assert await run(lab, "fw9", "fw2") == 2
    assert await run(lab, "fw1@12345", "fw2") == 5
    assert "No such file" in capsys.readouterr().err
    assert not [name for name in os.listdir(lab.directory) if name.endswith(".xml")]


PAIR = """schema = 1
[[pair]]
name = "p"
[[pair.node]]
name = "a"
role = "primary"
address = "192.0.2.1"
[[pair.node]]
name = "b"
role = "secondary"
address = "192.0.2.2"
"""


def configured(tmp_path: Path, tables: str) -> str:
    path = tmp_path / "config.toml"
    path.write_text(PAIR + tables)
    return str(path)


def test_a_rule_of_the_file_makes_a_difference_expected(
    files: tuple[str, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = (
        '[[diff.expected]]\nid = "mail"\npaths = "aliases/alias/address"\nreason = "Two relays"\n'
    )
    path = configured(tmp_path, rule)
    given = ["--config", path, "diff", files[0], files[2], "--exit-code"]
    assert main(given) == 0
    assert "mail 1" in capsys.readouterr().out
    assert main([*given, "--all"]) == 0
    assert "mail (1): Two relays [the configuration file]" in capsys.readouterr().out
    assert main(["--config", path, "config", "check"]) == 0


def test_rules_at_fault_are_named_with_their_line(
    files: tuple[str, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = (
        '[[diff.expected]]\nid = "skew"\npaths = "filter/**"\nreason = "x"\n'
        '[[diff.expected]]\nid = "all"\npaths = ["**"]\nreason = "x"\n'
    )
    path = configured(tmp_path, tables)
    for command in (["diff", files[0], files[1]], ["config", "check"]):
        assert main(["--config", path, *command]) == 2
        said = capsys.readouterr().err
        assert f'{path}:13: diff.expected[#1].id: the rule "skew" is there already' in said
        assert f'{path}:18: diff.expected[#2].paths: the rule "all" has a path that is none' in said
