"""The import contracts, as a tool reads them and as the interpreter does them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = (
    *("actions", "cli", "collector", "config", "configdiff", "domain", "listen"),
    *("parsers", "transports", "ui", "wiring"),
)
PRODUCT = tuple(f"pfha_tui.{part}" for part in PARTS)


def test_no_part_is_forgotten() -> None:
    parts = {path.stem for path in (ROOT / "pfha_tui").iterdir() if path.suffix in ("", ".py")}
    assert parts - {*PARTS, "__pycache__"} == {"__init__", "__main__", "lab", "locale"}


def test_import_contracts() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("pfha_tui", ("asyncio", "click", "textual")),
        ("pfha_tui.domain.snapshot", ("asyncio", "logging", "textual", "asyncssh", "pysnmp")),
        ("pfha_tui.domain.judge", ("asyncio", "logging", "textual", "asyncssh", "pysnmp")),
        ("pfha_tui.parsers.ifconfig", ("asyncio", "logging", "textual", "asyncssh", "pysnmp")),
        ("pfha_tui.parsers.log", ("asyncio", "logging", "textual", "asyncssh", "pysnmp")),
        ("pfha_tui.parsers.snmp", ("asyncio", "logging", "textual", "asyncssh", "pysnmp")),
        ("pfha_tui.transports.base", ("textual", "asyncssh", "pysnmp", "proxmoxer")),
        ("pfha_tui.transports.snmp", ("textual", "asyncssh", "proxmoxer")),
        (
            "pfha_tui.transports.ssh",
            (
                "textual",
                "pysnmp",
                "proxmoxer",
                "pfha_tui.transports.ssh.actor",
                "pfha_tui.transports.ssh.watchdog",
            ),
        ),
        ("pfha_tui.collector.coordinator", ("textual", "asyncssh", "pysnmp", "proxmoxer", "click")),
        ("pfha_tui.config.load", ("textual", "asyncssh", "pysnmp", "proxmoxer", "asyncio")),
        (
            "pfha_tui.ui.app",
            ("asyncssh", "pysnmp", "proxmoxer", "click", "pfha_tui.actions.execute"),
        ),
        ("pfha_tui.cli.main", ("textual", "asyncssh", "pysnmp", "proxmoxer", "rich", "asyncio")),
        ("pfha_tui.wiring", ("textual", "asyncssh", "pysnmp", "proxmoxer", "pfha_tui.actions")),
        ("pfha_tui.actions.execute", ("textual", "asyncssh", "pysnmp", "click", "pfha_tui.ui")),
        ("pfha_tui.configdiff.engine", ("textual", "asyncssh", "pysnmp", "proxmoxer", "click")),
        ("pfha_tui.listen.segment", ("textual", "asyncssh", "pysnmp", "proxmoxer", "click")),
        ("pfha_tui.lab", ("textual", *PRODUCT)),
        ("pfha_tui.lab.scenarios", ("textual", *PRODUCT)),
    ],
)
def test_import_brings_nothing_forbidden(module: str, forbidden: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print([m for m in {forbidden!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.strip() == "[]"
