"""Which commands the lab answers for a node, and how they appear in text that a shell is about to run."""

import re
from collections.abc import Callable

from pfha_tui.lab.commands import (
    basics,
    files,
    host,
    ifconfig,
    netstat,
    operate,
    pfctl,
    services,
    sysctl,
)
from pfha_tui.lab.commands.reply import Reply
from pfha_tui.lab.node import Node

Answer = Callable[[Node, list[str], int], Reply]

ANSWERS: dict[str, Answer] = {
    "/sbin/ifconfig": ifconfig.answer,
    "/sbin/sysctl": sysctl.answer,
    "/sbin/pfctl": pfctl.answer,
    "/usr/bin/netstat": netstat.answer,
    "/usr/sbin/arp": host.arp,
    "/usr/bin/find": files.find,
    "/usr/bin/grep": files.grep,
    "/usr/bin/gzip": files.gzip,
    "/usr/bin/nc": files.nc,
    "/usr/bin/stat": files.stat,
    "/usr/bin/tail": files.tail,
    "/usr/bin/uptime": host.uptime,
    "/usr/local/sbin/ntpq": services.ntpq,
    "/sbin/dmesg": host.dmesg,
    "/bin/df": host.df,
    "/bin/ls": files.ls,
    "/bin/cat": files.cat,
    "/bin/test": files.test,
    "/bin/ln": files.ln,
    "/bin/rm": files.rm,
    "/usr/bin/readlink": files.readlink,
    "/bin/date": basics.date,
    "/bin/hostname": basics.hostname,
    "/usr/bin/id": basics.identity,
    "/usr/bin/lockf": basics.lockf,
    "/usr/bin/logger": basics.logger,
    "/usr/bin/uname": basics.uname,
    "/sbin/reboot": operate.reboot,
    "/sbin/shutdown": operate.shutdown,
    "/sbin/halt": operate.halt,
    "/sbin/poweroff": operate.halt,
    "/etc/rc.reboot": operate.reboot,
    "/etc/rc.halt": operate.halt,
    "/etc/rc.filter_synchronize": operate.synchronise,
    "/usr/local/sbin/pfSctl": operate.pfsctl,
    "/usr/local/sbin/pfSsh.php": operate.pfssh,
}
"""Every command of FreeBSD and pfSense that a node knows, by absolute path."""

SUDO = ("/usr/local/bin/sudo", "/usr/bin/sudo")
"""Answered by a script of its own, which runs what follows it as uid 0."""


def answer(node: Node, path: str, words: list[str], uid: int) -> Reply:
    """Run one command on a node; a live world is brought up to date first."""
    node.world.catch_up()
    known = ANSWERS.get(path)
    return (
        known(node, words, uid)
        if known is not None
        else Reply(err=f"{path}: not found\n", code=127)
    )


class Rewriter:
    """Turns absolute paths of answered commands into those of their stand-ins below `root`, as a chroot would."""

    def __init__(self, root: str) -> None:
        self._root = root
        paths = "|".join(
            re.escape(path) for path in sorted((*ANSWERS, *SUDO), key=len, reverse=True)
        )
        self._pattern = re.compile(rf"(?<![\w./-])(?:{paths})(?![\w/.-])".encode())

    def rewrite(self, text: bytes) -> bytes:
        """Rewrite whole lines of shell text."""
        root = self._root.encode()
        return self._pattern.sub(lambda match: root + match[0], text)
