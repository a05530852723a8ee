"""`status` and `check` on real ports: what a login that cannot work costs, in time and in tries."""

import contextlib
import json
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from pfha_tui.cli.main import main
from tests.support.sshd import Sshd, make_key, running_sshd


def config(folder: Path, ports: tuple[int, int], identity: Path, *more: str) -> str:
    """A pair on loopback without SNMP; `more` are lines of the table ssh of each node."""
    lines = ["schema = 1", "[[pair]]", 'name = "main"', "[pair.ssh]"]
    lines += ['user = "root"', f'identity_file = "{identity}"']
    for name, role, port in (("fw1", "primary", ports[0]), ("fw2", "secondary", ports[1])):
        lines += ["[[pair.node]]", f'name = "{name}"', f'role = "{role}"']
        lines += ['address = "127.0.0.1"', "[pair.node.ssh]", f"port = {port}", *more]
    path = folder / "config.toml"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def pinned(letter: str) -> str:
    return f'host_keys = ["SHA256:{letter * 43}"]'


@pytest.fixture
def frozen() -> Iterator[tuple[int, int]]:
    """Two ports at which the kernel takes connections and nobody speaks."""
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(2)]
        for listener in found:
            listener.bind(("127.0.0.1", 0))
            listener.listen(16)
        yield found[0].getsockname()[1], found[1].getsockname()[1]


def test_nodes_whose_userland_is_frozen_cannot_be_reached(
    tmp_path: Path, frozen: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    key = make_key(tmp_path / "key")
    code = main(["--config", config(tmp_path, frozen, key, pinned("A")), "status"])
    told = capsys.readouterr().err
    assert code == 3
    assert told.count("accepts the connection, but does not speak SSH") == 2


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd-logins")) as server:
        yield server


def strikes(sshd: Sshd) -> int:
    """What sshguard counts: 10 points each, of 30 that block."""
    return sshd.log().count("Connection closed by authenticating user")


def refused(folder: Path, sshd: Sshd, frozen: tuple[int, int], key: Path) -> str:
    """A pair whose first node does not know this key; the second one does not speak."""
    pin = f'host_keys = ["{sshd.fingerprint}"]'
    return config(folder, (sshd.port, frozen[0]), key, pin)


def state_files() -> list[Path]:
    return sorted(Path(os.environ["XDG_STATE_HOME"]).glob("pfha-tui/refused/*"))


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(place))
    return place


def test_a_refused_login_is_not_tried_by_every_run_of_cron(
    tmp_path: Path, sshd: Sshd, frozen: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    key = make_key(tmp_path / "key")
    file = refused(tmp_path, sshd, frozen, key)
    before = strikes(sshd)
    main(["--config", file, "status"])
    assert "refused the key of user 'root'" in capsys.readouterr().err
    assert strikes(sshd) == before + 1
    for command in ("status", "check"):
        main(["--config", file, command])
        told = capsys.readouterr()
        assert "refused the key of user 'root'" in told.err + told.out
        assert "it is not tried again before" in told.err + told.out
        assert ("`pfha-tui config check --live`, or r in the console" in told.err) == (
            command == "status"
        )
    assert strikes(sshd) == before + 1
    (kept,) = state_files()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    noted = json.loads(kept.read_text())
    assert set(noted) == {"login", "key", "at", "why", "reason", "host_key"}

    main(["--config", file, "--lang", "fr", "status"])
    told = capsys.readouterr().err
    assert "a refusé la clé de l'utilisateur 'root'" in told and "refused" not in told

    main(["--config", refused(tmp_path, sshd, frozen, make_key(tmp_path / "other")), "status"])
    assert strikes(sshd) == before + 2
    assert "not tried again" not in capsys.readouterr().err


def test_without_a_place_to_remember_nothing_breaks(
    tmp_path: Path,
    state: Path,
    sshd: Sshd,
    frozen: tuple[int, int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    state.write_text("a file where a folder should be")
    file = refused(tmp_path, sshd, frozen, make_key(tmp_path / "key"))
    before = strikes(sshd)
    assert main(["--config", file, "status"]) == 3
    assert "refused the key" in capsys.readouterr().err
    assert strikes(sshd) == before + 1
