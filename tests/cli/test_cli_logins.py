"""`status` and `check` on real ports: what a login that cannot work costs, in time and in tries."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pfha_tui.cli.main import main
from tests.support.sshd import make_key


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
