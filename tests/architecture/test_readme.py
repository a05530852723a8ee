"""The README names what the program does."""

import re
import shlex
from pathlib import Path

from pfha_tui.collector.catalogue import READS
from pfha_tui.transports.ssh.stream import LOG

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def test_the_sudo_list_is_the_catalogue_s() -> None:
    block = README.split("without password and nothing more:")[1].split("```")[1]
    listed = {line for line in block.splitlines() if line}
    needed = {" ".join(command.argv) for command in (*READS, LOG.command) if command.root}
    assert listed == needed
    assert all(shlex.split(line)[0].startswith("/") for line in listed)


def test_every_picture_is_there_and_every_one_is_shown() -> None:
    shown = set(re.findall(r"!\[[^]]*\]\((tests/screenshots/[a-z-]+\.svg)\)", README))
    root = Path(__file__).parents[2]
    there = {str(path.relative_to(root)) for path in root.glob("tests/screenshots/*.svg")}
    assert shown == there
