"""What an account needs: all that the plans run, and not more; held against the real sudo."""

import os
import shlex
import shutil
import subprocess
from itertools import product
from pathlib import Path

import pytest
from action_pairs import MARK, fw1, fw2, maintained, pair, switched

from pfha_tui.actions import commands
from pfha_tui.actions.model import Method, Request, Unplannable, Verb
from pfha_tui.actions.needs import NEEDS, rule
from pfha_tui.actions.plan import build
from pfha_tui.collector import catalogue
from pfha_tui.domain.command import Command
from pfha_tui.domain.mark import write
from pfha_tui.transports.ssh.stream import LOG
from tests.domain.domain_pairs import B, M, X, reading

ALL = tuple(command for needed in NEEDS.values() for command in needed)
README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


ENTRIES = {rule(command) for command in ALL if command.root}


def planned() -> dict[tuple[Verb, Method | None], set[Command]]:
    """What the plans of each verb run, on pairs of all sorts."""
    pairs = (
        pair(),
        switched(),
        maintained(),
        pair(fw1(B, B, 254, demotion=120, mark=reading((MARK,)), maintenance=reading(True))),
        pair(fw1(demotion=240), fw2(M, M)),
        pair(fw1(), fw2(X, X, allow=False)),
    )
    found: dict[tuple[Verb, Method | None], set[Command]] = {
        (verb, method): set() for verb in Verb for method in (None, *Method)
    }
    for verb, snapshot, node, method in product(Verb, pairs, ("fw1", "fw2", None), (None, *Method)):
        try:
            plan = build(Request(verb, node, method), snapshot)
        except Unplannable:
            continue
        found[verb, method] |= plan.commands
    return found


def test_every_command_of_every_plan_is_among_the_needs() -> None:
    found = planned()
    for (verb, method), needed in NEEDS.items():
        runs = found[verb, method]
        assert runs, verb
        if verb is Verb.FAILBACK:  # whichever holds the node back, if need be both
            needed = tuple(c for (v, _), each in NEEDS.items() if v is verb for c in each)
        permitted = {rule(command) for command in needed}
        assert {rule(command) for command in runs if command.root} <= permitted, verb


def test_no_entry_has_a_comma_or_a_shell() -> None:
    for entry in ENTRIES:
        assert "," not in entry
        assert entry.startswith("/") and not entry.startswith("/bin/sh")


def entries() -> list[str]:
    """What the README tells to put into sudoers."""
    section = README.split("\n## Least privilege\n")[1].split("\n## ")[0]
    blocks = section.split("```")[1::2]
    return [line for block in blocks for line in block.splitlines() if line]


def test_the_readme_has_every_entry() -> None:
    assert set(entries()) >= ENTRIES


PERMITTED = [
    commands.demote(1).argv,
    commands.demote(-239).argv,
    commands.demote(10_000).argv,
    commands.mark(write(MARK)).argv,
    commands.bulk("vtnet2").argv,
    commands.bulk("lagg0.100").argv,
    *(command.argv for command in (*ALL, *catalogue.PERMITTED) if command.root),
    catalogue.backup(1_700_000_000).argv,
    LOG.command.argv,
]
FORBIDDEN = [
    ("/sbin/sysctl", "net.inet.carp.allow=0"),
    ("/sbin/sysctl", "net.inet.carp.demotion=0", "net.inet.carp.allow=0"),
    ("/sbin/sysctl", "net.inet.carp.demotion=1", "-f", "/tmp/x"),
    ("/sbin/sysctl", "netXinet.carp.demotion=1"),
    ("/sbin/sysctl", "-f", "/tmp/net.inet.carp.demotion=1"),
    ("/bin/ln", "-sfn", "/etc/passwd", commands.MARK),
    ("/bin/ln", "-sfn", "pfha-tui:1:0a:1:1:me", "/etc/rc"),
    ("/bin/ln", "-sfn", "pfha-tui:1:0a:1:1:me /etc/x", commands.MARK),
    ("/bin/ln", "-sfn", "pfha-tui:1:0a:1:1:me", "/tmp/x", commands.MARK),
    ("/bin/rm", "-f", "/etc/rc"),
    ("/bin/rm", "-f", commands.MARK, "/etc/rc"),
    ("/sbin/ifconfig", "pfsync0", "syncdev", "vtnet2", "down"),
    ("/sbin/ifconfig", "vtnet0", "down"),
    ("/sbin/ifconfig", "pfsync0", "syncdev", ""),
    ("/usr/local/sbin/pfSsh.php",),
    ("/usr/local/sbin/pfSsh.php", "playback", "changepassword"),
    ("/etc/rc.reboot", "-x"),
    ("/bin/sh", "-c", "id"),
    ("/usr/bin/gzip", "-c", "/cf/conf/backup/config-1.xml", "/etc/master.passwd"),
    ("/usr/bin/gzip", "-c", "/cf/conf/backup/config-1.xml/../../../../etc/master.passwd"),
    ("/usr/bin/grep", "-A", "3", "^failover peer", "/etc/master.passwd"),
    ("/usr/bin/tail", "-n", "2000", "/etc/master.passwd"),
    ("/usr/bin/nc", "-U", "/var/run/php-fpm.socket"),
]

TRY = """
set -e
room=$1 sudoers=$2 stand_ins=$3
mount -t tmpfs tmpfs "$room"
mkdir "$room/upper" "$room/work" "$room/root"
mount -t overlay overlay -o lowerdir=/,upperdir="$room/upper",workdir="$room/work" "$room/root"
mount --rbind /dev "$room/root/dev"
mount --rbind /proc "$room/root/proc"
cp "$sudoers" "$room/root/etc/sudoers"
rm -rf "$room/root/etc/sudoers.d"
for file in $stand_ins; do
  mkdir -p "$room/root${file%/*}"
  rm -f "$room/root$file"
  echo '#!/bin/sh' > "$room/root$file"
  chmod 755 "$room/root$file"
done
while IFS= read -r line; do
  eval "set -- $line"
  if chroot "$room/root" setpriv --reuid=65534 --regid=65534 --clear-groups sudo -n -l "$@" >/dev/null 2>&1
  then echo yes; else echo no; fi
done
"""


def why_not() -> str | None:
    """Why the real sudo cannot be asked here; None if it can."""
    if os.geteuid() != 0:
        return "another sudoers file needs root"
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    tools = ("unshare", "mount", "chroot", "setpriv", "sudo")
    missing = [tool for tool in tools if shutil.which(tool, path=path) is None]
    return f"not installed: {', '.join(missing)}" if missing else None


def test_the_real_sudo_permits_just_that(tmp_path: Path) -> None:
    if (why := why_not()) is not None:
        pytest.skip(why)
    sudoers = tmp_path / "sudoers"
    sudoers.write_text(f"nobody ALL=(root) NOPASSWD: {', '.join(entries())}\n")
    sudoers.chmod(0o440)
    room = tmp_path / "room"
    room.mkdir()
    programs = sorted({argv[0] for argv in PERMITTED})
    asked = [*PERMITTED, *FORBIDDEN]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", TRY, "sh", str(room), str(sudoers), " ".join(programs)],
        input="".join(f"{shlex.join(argv)}\n" for argv in asked),
        capture_output=True,
        text=True,
        timeout=150,
        check=True,
    )
    told = dict(zip(asked, done.stdout.split(), strict=True))
    assert [argv for argv in PERMITTED if told[argv] != "yes"] == []
    assert [argv for argv in FORBIDDEN if told[argv] != "no"] == []
