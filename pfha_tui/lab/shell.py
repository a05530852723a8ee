"""Which commands the lab answers for a node, and how they appear in text that a shell is about to run.

A node's shell is the host's own, run as the user who started the lab. That it meets the node and not the host by
accident is seen to by its PATH and by `rewrite`; neither keeps anybody out who means to get around them.
"""

import os
import re
from collections.abc import Callable

from pfha_tui.lab.commands import (
    basics,
    files,
    grep,
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
    "/usr/bin/grep": grep.grep,
    "/usr/bin/gzip": files.gzip,
    "/usr/bin/head": files.head,
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
    "/bin/mkdir": files.mkdir,
    "/bin/mv": files.mv,
    "/bin/rm": files.rm,
    "/bin/rmdir": files.rmdir,
    "/usr/bin/readlink": files.readlink,
    "/bin/date": basics.date,
    "/bin/hostname": basics.hostname,
    "/usr/bin/id": basics.identity,
    "/usr/bin/lockf": basics.lockf,
    "/usr/bin/logger": basics.logger,
    "/usr/bin/uname": basics.uname,
    "/usr/bin/whoami": basics.whoami,
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


def _paths(folder: str, names: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{name}" for name in names.split())


FILTERS = (
    *_paths("/bin", "echo expr kill pwd sh sleep"),
    *_paths(
        "/usr/bin",
        "awk basename comm cut diff dirname env false fold hexdump join nohup od paste printenv printf rev sed seq"
        " sort tee timeout tr true uniq wc xargs yes",
    ),
)
"""The host's own, where it has them: of themselves they tell nothing but what they are given."""

NOT_SIMULATED = (
    *_paths("/bin", "chmod cp csh dd pgrep pkill ps tcsh"),
    *_paths(
        "/sbin",
        "camcontrol gpart ipfw kldload kldstat md5 mount ping ping6 route sha256 umount zfs zpool",
    ),
    *_paths(
        "/usr/bin",
        "crontab drill egrep fetch fgrep fstat getent host last less more openssl procstat scp sockstat ssh su systat"
        " tar top touch vi vmstat w which who",
    ),
    *_paths(
        "/usr/sbin",
        "chown daemon iostat pciconf pkg pstat service swapinfo sysrc tcpdump traceroute",
    ),
    *_paths("/usr/local/bin", "curl php rrdtool"),
    "/usr/local/sbin/clog",
)
"""What a node has and the lab does not: it says so, with exit code 127."""


def answer(node: Node, path: str, words: list[str], uid: int) -> Reply:
    """Run one command on a node; a live world is brought up to date first."""
    node.world.catch_up()
    known = ANSWERS.get(path)
    return (
        known(node, words, uid)
        if known is not None
        else Reply(err=f"{path}: not found\n", code=127)
    )


_PATH = re.compile(
    rb"""(?<![\w./\\~}*-])/+
    (?=(?:bin|boot|cf|conf|etc|home|lib|lib64|libexec|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)(?![\w.-]))
    """,
    re.VERBOSE,
)
"""The beginning of an absolute path, on FreeBSD or on the host; those below /dev are the host's own."""
_CHANGE = re.compile(rb"(?<![\w./-])(cd[ \t]+)/(?=[\s;&|)]|$)")


def rewrite(text: bytes, root: str) -> bytes:
    """Turn the absolute paths in whole lines of shell text into paths below `root`, as a chroot would."""
    below = os.fsencode(root)
    text = _PATH.sub(lambda match: below + match[0], text)
    return _CHANGE.sub(lambda match: match[1] + below + b"/", text)
