"""date, hostname, id, lockf, logger, uname, whoami."""

import time

from pfha_tui.lab.commands.reply import Reply, usage
from pfha_tui.lab.node import Node


def date(node: Node, words: list[str], uid: int) -> Reply:
    """`date [-u] [+FORMAT]` by the node's clock, which is on UTC."""
    words = [word for word in words if word != "-u"]
    stamp = time.gmtime(node.world.now)
    if not words:
        return Reply(
            f"{time.strftime('%a %b', stamp)} {stamp.tm_mday:2d} {time.strftime('%H:%M:%S UTC %Y', stamp)}\n"
        )
    if len(words) != 1 or not words[0].startswith("+"):
        return usage("date", "[-u] [+format]")
    form = (
        words[0][1:]
        .replace("%s", str(int(node.world.now)))
        .replace("%z", "+0000")
        .replace("%Z", "UTC")
    )
    return Reply(time.strftime(form, stamp) + "\n")


def hostname(node: Node, words: list[str], uid: int) -> Reply:
    """`hostname [-s]`."""
    if words not in ([], ["-s"]):
        return usage("hostname", "[-s]")
    return Reply((node.name if words else node.hostname) + "\n")


def identity(node: Node, words: list[str], uid: int) -> Reply:
    """`id [-u|-un]`; pfSense's admin is uid 0 and called root."""
    name = "root" if uid == 0 else "monitor"
    match words:
        case ["-u"]:
            return Reply(f"{uid}\n")
        case ["-un"] | ["-u", "-n"] | ["-n", "-u"]:
            return Reply(f"{name}\n")
        case []:
            group = "0(wheel)" if uid == 0 else "65534(nobody)"
            return Reply(f"uid={uid}({name}) gid={group} groups={group}\n")
        case _:
            return usage("id", "[-u [-n]]")


def lockf(node: Node, words: list[str], uid: int) -> Reply:
    """`lockf -k -s -t 0 FILE /bin/cat`: the lock for as long as the filter lives, or EX_TEMPFAIL at once."""
    match words:
        case ["-k", "-s", "-t", "0", file, "/bin/cat"]:
            return Reply(hold=file)
        case _:
            return usage("lockf", "-k -s -t 0 file /bin/cat")


def logger(node: Node, words: list[str], uid: int) -> Reply:
    """`logger [-t TAG] [-p PRIORITY] [--] MESSAGE`."""
    tag, rest = "root" if uid == 0 else "monitor", list(words)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option == "--":
            break
        if option not in ("-t", "-p") or not rest:
            return usage("logger", "[-t tag] [-p priority] message ...")
        value = rest.pop(0)
        tag = value if option == "-t" else tag
    message = " ".join(rest)
    if message:
        node.syslog(tag, "".join(c if c.isprintable() else "?" for c in message))
    return Reply()


def uname(node: Node, words: list[str], uid: int) -> Reply:
    """`uname [-amnprsv]`: what the letters ask for, in an order of its own."""
    generation = node.generation
    fields = {
        "s": "FreeBSD", "n": node.hostname, "r": generation.release, "v": f"{generation.kernel_line} ", "m": "amd64",
        "p": "amd64",
    }  # fmt: skip
    asked = "".join(word.removeprefix("-") for word in words).replace("a", "snrvm") or "s"
    if not all(word.startswith("-") for word in words) or not set(asked) <= set(fields):
        return usage("uname", "[-amnprsv]")
    return Reply(" ".join(text for letter, text in fields.items() if letter in asked) + "\n")


def whoami(node: Node, words: list[str], uid: int) -> Reply:
    """`whoami`."""
    return usage("whoami", "") if words else identity(node, ["-un"], uid)
