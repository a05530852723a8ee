"""`config init`, `config check`, `config show`."""

import asyncio
import io
import json
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cli_pairs import Program

from pfha_tui import wiring
from pfha_tui.cli import config_init, output
from pfha_tui.config.load import load
from pfha_tui.transports.base import NetworkFailure

CANARY = "canary-5ecret-hunter2"
ED, RSA, OTHER = ("SHA256:" + letter * 43 for letter in "ero")
ADDRESSES = ("--primary", "192.0.2.1", "--secondary", "192.0.2.2")


class Nodes:
    """Answers `wiring.fetch_host_keys`, and notes how it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, keys: dict[str, Any]) -> None:
        self.keys = keys
        self.asked: list[tuple[Any, ...]] = []
        monkeypatch.setattr(wiring, "fetch_host_keys", self.fetch)

    async def fetch(self, *asked: Any) -> list[tuple[str, str, str]]:
        self.asked.append(asked)
        found = self.keys[asked[0]]
        if isinstance(found, Exception):
            raise found
        if found is None:
            await asyncio.Event().wait()
        return [("rsa-sha2-512" if key is RSA else "ssh-ed25519", key, "line") for key in found]


@pytest.fixture
def nodes(monkeypatch: pytest.MonkeyPatch) -> Nodes:
    return Nodes(monkeypatch, {"192.0.2.1": [ED, RSA], "192.0.2.2": [OTHER]})


def answers(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(output, "interactive", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))


def pins(path: Path) -> list[Sequence[str]]:
    (pair,) = load(path).pairs
    return [node.ssh.get("host_keys", ()) for node in pair.nodes if node.ssh is not None]


def test_init_with_flags(program: Program, nodes: Nodes, tmp_path: Path) -> None:
    path = tmp_path / "new/deep/config.toml"
    ran = program(
        "config",
        "init",
        "--config",
        str(path),
        *ADDRESSES,
        "--name",
        "HQ",
        "--user",
        "root",
        "--port",
        "2222",
        "--identity-file",
        "id",
        "--snmp-community",
        "env:C",
        "--proxy-jump",
        "j",
        "--pin",
    )
    assert (ran.code, ran.err) == (0, "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert pins(path) == [(ED, RSA), (OTHER,)]
    (pair,) = load(path).pairs
    assert pair.name == "HQ"
    for node in pair.nodes:
        assert node.ssh is not None and node.snmp is not None
        assert node.ssh.get("identity_file") == str(Path("id").absolute())
        assert (node.ssh.get("user"), node.ssh.get("port")) == ("root", 2222)
    assert nodes.asked == [("192.0.2.1", 2222, "j", None), ("192.0.2.2", 2222, "j", None)]
    for text in (
        ED,
        RSA,
        OTHER,
        "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
        "ssh-keygen -lf /etc/ssh/ssh_host_rsa_key.pub",
    ):
        assert text in ran.out


def test_init_by_questions(
    program: Program, nodes: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.toml"
    answers(monkeypatch, "~/.ssh/id", "HQ", "192.0.2.1:22", "192.0.2.1", "192.0.2.2", "", "y")
    ran = program("config", "init", "--config", str(path))
    assert ran.code == 0, ran.err
    assert "'192.0.2.1:22' is neither an IP address nor a host name" in ran.out
    (pair,) = load(path).pairs
    assert pair.name == "HQ" and pair.nodes[0].ssh is not None
    assert (pair.nodes[0].ssh.get("user"), pair.nodes[0].ssh.get("identity_file")) == (
        "root",
        "~/.ssh/id",
    )
    assert pins(path) == [(ED, RSA), (OTHER,)]


def test_the_usual_key_is_proposed(
    program: Program, nodes: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (Path.home() / ".ssh").mkdir()
    (Path.home() / ".ssh/id_rsa").write_text("")
    answers(monkeypatch, "", "", "192.0.2.1", "192.0.2.2", "", "y")
    path = tmp_path / "c.toml"
    assert program("config", "init", "--config", str(path)).code == 0
    assert 'identity_file = "~/.ssh/id_rsa"' in path.read_text()


@pytest.mark.parametrize("last", ["n", "", None])
def test_keys_that_are_not_accepted(
    program: Program,
    nodes: Nodes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    last: str | None,
) -> None:
    path = tmp_path / "c.toml"
    flags = ("--name", "x", "--user", "u", "--identity-file", "k")
    if last is not None:
        answers(monkeypatch, last)
    ran = program("config", "init", "--config", str(path), *ADDRESSES, *flags)
    assert ran.code == 6
    assert "Nothing was written" in ran.err
    assert not path.exists()
    assert ED in ran.out


def test_equal_keys_are_a_cloned_vm(program: Program, nodes: Nodes, tmp_path: Path) -> None:
    nodes.keys["192.0.2.2"] = [OTHER, RSA]
    path = tmp_path / "c.toml"
    ran = program("config", "init", "--config", str(path), *ADDRESSES, "--pin")
    assert ran.code == 0
    assert "one VM was cloned from the other" in ran.err
    path.with_name("k").write_text("")
    ran = program("config", "check", "--config", str(path))
    assert ran.code == 0
    assert "both nodes are pinned to the same host key" in ran.err


def test_a_file_is_never_overwritten_unasked(program: Program, nodes: Nodes) -> None:
    before = program.config.read_text()
    ran = program("config", "init", *ADDRESSES, "--pin")
    assert ran.code == 2 and "is there already" in ran.err and not nodes.asked
    assert program.config.read_text() == before
    program.config.chmod(0o644)
    assert program("config", "init", *ADDRESSES, "--pin", "--force").code == 0
    assert pins(program.config) == [(ED, RSA), (OTHER,)]
    assert stat.S_IMODE(program.config.stat().st_mode) == 0o600
    assert not list(program.config.parent.glob(".config*"))


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (NetworkFailure("no route to host"), "no route to host"),
        (OSError("odd"), "odd"),
        (None, "no answer in time"),
    ],
)
def test_a_node_that_shows_no_key(
    program: Program,
    nodes: Nodes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    found: Any,
    why: str,
) -> None:
    monkeypatch.setattr(config_init, "FETCH_TIMEOUT_S", 0.05)
    nodes.keys["192.0.2.2"] = found
    path = tmp_path / "c.toml"
    ran = program("config", "init", "--config", str(path), *ADDRESSES, "--pin")
    assert (ran.code, path.exists()) == (3, False)
    assert f"fw2 at 192.0.2.2 gave no host key: {why}" in ran.err


def test_without_pins_nobody_is_asked(program: Program, nodes: Nodes, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    assert program("config", "init", "--config", str(path), *ADDRESSES, "--no-pin").code == 0
    assert pins(path) == [(), ()] and not nodes.asked


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ((), "--primary and --secondary must be given"),
        ((*ADDRESSES[:2],), "--secondary must be given"),
        ((*ADDRESSES, "--snmp-community", CANARY), "a secret may not be written out here"),
        ((*ADDRESSES[:3], "192.0.2.1"), "both nodes are reached by ssh at 192.0.2.1 port 22"),
        (
            (*ADDRESSES, "--identity-file", "a", "--agent-identity", "b"),
            "exactly one identity is offered",
        ),
        ((*ADDRESSES, "--secondary-name", "fw1"), "is also the name of another one"),
        ((*ADDRESSES, "--port", "70000"), "--port"),
    ],
)
def test_init_refuses_before_any_node_is_asked(
    program: Program, nodes: Nodes, tmp_path: Path, flags: tuple[str, ...], said: str
) -> None:
    ran = program("config", "init", "--config", str(tmp_path / "c.toml"), "--pin", *flags)
    assert ran.code == 2
    assert said in ran.err and CANARY not in ran.err + ran.out
    assert not nodes.asked


def test_a_place_that_cannot_be_written(program: Program, nodes: Nodes, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = program("config", "init", "--config", str(tmp_path / "file/c.toml"), *ADDRESSES, "--pin")
    assert ran.code == 2 and "cannot be written" in ran.err


def test_check(program: Program) -> None:
    ran = program("config", "check")
    assert (ran.code, ran.out) == (0, f"{program.config}: no faults (main)\n")


def test_check_lists_everything(program: Program) -> None:
    text = program.config.read_text().replace("role", "rolle").replace('"fw2"', '"fw 2"')
    program.config.write_text(text)
    ran = program("config", "check")
    assert (ran.code, ran.out) == (2, "")
    places = [
        line.removeprefix(f"{program.config}:").partition(":")[0] for line in ran.err.splitlines()
    ]
    assert places == ["4", "6", "8", "9", "10"]


def test_check_looks_at_files_and_secrets_of_every_pair(program: Program) -> None:
    second = program.config.read_text().partition("[[pair]]")[2].replace('"main"', '"other"')
    pair = second.replace(
        "[[pair.node]]", '[pair.snmp]\ncommunity = "env:NOT_SET"\n[[pair.node]]', 1
    )
    program.config.write_text(program.config.read_text() + "[[pair]]" + pair)
    ran = program("config", "check")
    assert ran.code == 2 and "the variable NOT_SET is not set" in ran.err
    assert program("config", "check", "--pair", "main").code == 0
    assert program("config", "check", "--pair", "none").code == 2
    assert program("status", "--pair", "other").code == 2


def test_show(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNITY", CANARY)
    text = program.config.read_text().replace(
        "[[pair.node]]", '[pair.snmp]\ncommunity = "env:COMMUNITY"\n[[pair.node]]', 1
    )
    program.config.write_text(text)
    ran = program("config", "show")
    assert ran.code == 0
    assert CANARY not in ran.out
    rows = {line.split()[0]: line for line in ran.out.splitlines()}
    assert rows["pair[main].node[fw1].snmp.community"].endswith("the pair's table, line 5")
    assert "env:COMMUNITY" in rows["pair[main].node[fw1].snmp.community"]
    assert rows["pair[main].poll"].split()[1:] == ["1s", "default"]
    document = json.loads(program("config", "show", "--json", "--pair", "main").out)
    assert document["file"] == str(program.config) and document["chosen_by"] == "--config"
    by_key = {row["key"]: row for row in document["settings"]}
    assert by_key["pair[main].node[fw2].role"] == {
        "key": "pair[main].node[fw2].role",
        "value": "secondary",
        "origin": "file",
        "line": 12,
    }


def test_a_broken_file_never_shows_a_literal_secret(program: Program) -> None:
    text = program.config.read_text()
    for broken in (
        text + f'[pair.node.snmp]\ncommunity = "{CANARY}"\n',
        text + f'[pair.node.snmp]\ncomunity = "{CANARY}"\n',
        text + f'[pair.node.ssh]\npassword = "{CANARY}"\n',
        text + f'[pair.node.ssh]\npassphrase = ["{CANARY}"]\n',
        text + f'[pair.node.snmp]\ncommunity = "{CANARY}\n',
        text + f"[pair.node.snmp]\ncommunity = {CANARY}\n",
        text + f'[pair.node.ssh]\nprivilege = "{CANARY}"\nuser = "{CANARY} "\nhost = "{CANARY}/"\n',
    ):
        program.config.write_text(broken)
        for args in (
            ("config", "check"),
            ("config", "show"),
            ("status", "--json"),
            ("check",),
            ("config", "show", "--json"),
        ):
            ran = program(*args)
            assert ran.code in (2, 3)
            assert CANARY not in ran.out + ran.err
