"""cat, grep, stat, tail, test and nc -U: the commands that look at the node's files."""

import re

from pfha_tui.lab import pfsense
from pfha_tui.lab.commands.reply import REAL, Follow, Reply, usage
from pfha_tui.lab.node import Node

LOG = "/var/log/system.log"
DEVD = "/var/run/devd.pipe"


def cat(node: Node, words: list[str], uid: int) -> Reply:
    """`cat FILE ...`; without a file it is a filter, and the real one."""
    if not words or words[0].startswith("-"):
        return REAL
    out, err = "", ""
    for path in words:
        text, problem = _read(node, path, uid)
        out, err = out + text, err + (f"cat: {path}: {problem}\n" if problem else "")
    return Reply(out, err, 1 if err else 0)


def grep(node: Node, words: list[str], uid: int) -> Reply:
    """`grep [-c|-q|-F|-E|-i] PATTERN FILE`; without a file it is a filter, and the real one."""
    options, rest = _options(words)
    if len(rest) < 2:
        return REAL
    if not set(options) <= set("cqFEi") or len(rest) > 2:
        return usage("grep", "[-cqFEi] pattern [file]")
    text, problem = _read(node, rest[1], uid)
    if problem:
        return Reply(err=f"grep: {rest[1]}: {problem}\n", code=2)
    try:
        pattern = re.escape(rest[0]) if "F" in options else rest[0]
        expression = re.compile(pattern, re.IGNORECASE if "i" in options else 0)
    except re.error as error:
        return Reply(err=f"grep: {error.msg}\n", code=2)
    lines = [line for line in text.splitlines(keepends=True) if expression.search(line)]
    out = "" if "q" in options else f"{len(lines)}\n" if "c" in options else "".join(lines)
    return Reply(out, code=0 if lines else 1)


def stat(node: Node, words: list[str], uid: int) -> Reply:
    """`stat -f FORMAT FILE` with %m, %z and %N."""
    if len(words) != 3 or words[0] != "-f":
        return usage("stat", "-f format file")
    path = words[2]
    files = pfsense.files(node)
    if path not in files:
        return Reply(err=f"stat: {path}: stat: No such file or directory\n", code=1)
    size = len(files[path].encode())
    values = {"%m": str(pfsense.modified(node, path)), "%z": str(size), "%N": path}
    return Reply(re.sub(r"%[mzN]", lambda match: values[match[0]], words[1]) + "\n")


def tail(node: Node, words: list[str], uid: int) -> Reply:
    """`tail [-n N] [-F|-f] FILE`; without a file it is a filter, and the real one."""
    count, follow, path = 10, False, None
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in ("-F", "-f"):
            follow = True
        elif word.startswith("-n"):
            try:
                count = int(word[2:] or rest.pop(0))
            except (ValueError, IndexError):
                return usage("tail", "[-n count] [-F | -f] [file]")
        elif word.startswith("-"):
            return usage("tail", "[-n count] [-F | -f] [file]")
        else:
            path = word
    if path is None:
        return REAL
    text, problem = _read(node, path, uid)
    if problem:
        return Reply(err=f"tail: {path}: {problem}\n", code=1)
    lines = text.splitlines(keepends=True)
    out = "".join(lines[len(lines) - count :] if 0 < count < len(lines) else lines if count else [])
    return Reply(out, follow=Follow.LOG if follow and path == LOG else None)


def test(node: Node, words: list[str], uid: int) -> Reply:
    """`test -e|-f|-s|-S FILE` on the node's files; every other test is the real one."""
    if (
        len(words) != 2
        or words[0] not in ("-e", "-f", "-r", "-s", "-S")
        or not words[1].startswith("/")
    ):
        return REAL
    there = (words[1] == DEVD) if words[0] == "-S" else words[1] in {*pfsense.files(node), DEVD}
    return Reply(code=0 if there else 1)


def nc(node: Node, words: list[str], uid: int) -> Reply:
    """`nc -U /var/run/devd.pipe`: devd's events until it is killed."""
    if words == ["-U", DEVD]:
        return Reply(follow=Follow.DEVD)
    if words[:1] == ["-U"] and len(words) == 2:
        return Reply(err=f"nc: {words[1]}: No such file or directory\n", code=1)
    return usage("nc", "-U path")


def _options(words: list[str]) -> tuple[str, list[str]]:
    options, rest = "", list(words)
    while rest and rest[0].startswith("-") and len(rest[0]) > 1:
        word = rest.pop(0)
        if word == "--":
            break
        options += word[1:]
    return options, rest


def _read(node: Node, path: str, uid: int) -> tuple[str, str]:
    """The text of a file, or why it cannot be read."""
    text = pfsense.files(node).get(path)
    if text is None:
        return "", "No such file or directory"
    if uid != 0 and path.startswith("/var/log/"):
        return "", "Permission denied"
    return text, ""
