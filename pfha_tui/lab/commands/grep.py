"""grep: the host's own, given the text of a node's file."""

import subprocess
from getopt import GetoptError, gnu_getopt

from pfha_tui.lab import tools
from pfha_tui.lab.commands import files
from pfha_tui.lab.commands.reply import REAL, Reply, usage
from pfha_tui.lab.node import Node

_OPTIONS = "EFGHLachilnoqsvwxA:B:C:e:m:"
"""Those that FreeBSD's and GNU's grep share and that name no file."""
_PATIENCE = 2.0
"""Seconds after which a search is given up, as the whole lab waits for it; back-references can take years."""


def grep(node: Node, words: list[str], uid: int) -> Reply:
    """`grep [OPTION ...] PATTERN FILE`; without a file it is a filter, and the real one."""
    try:
        options, rest = gnu_getopt(words, _OPTIONS)
    except GetoptError:
        # Options that only the host's own may know; for a filter it is asked.
        plain = [word for word in words if not word.startswith("-")]
        return REAL if len(plain) < 2 else _usage()
    if not any(name == "-e" for name, _ in options):
        options, rest = options + [("-e", pattern) for pattern in rest[:1]], rest[1:]
    if not rest:
        return REAL
    counts = [value for name, value in options if name in ("-A", "-B", "-C", "-m")]
    if len(rest) > 1 or not all(value.isascii() and value.isdecimal() for value in counts):
        return _usage()
    text, problem = files.read(node, rest[0], uid)
    if problem:
        return Reply(err=f"grep: {rest[0]}: {problem}\n", code=2)
    return _search(options, rest[0], text)


def _search(options: list[tuple[str, str]], path: str, text: str) -> Reply:
    try:
        done = subprocess.run(
            ["grep", "-a", f"--label={path}", *_words(options), "-"],
            executable=tools.need("grep"),
            input=text.encode(errors="surrogateescape"),
            capture_output=True,
            env={"LC_ALL": "C"},
            timeout=_PATIENCE,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Reply(err="grep: the expression takes the lab too long\n", code=2)
    out, err = (each.decode(errors="surrogateescape") for each in (done.stdout, done.stderr))
    return Reply(out, err, done.returncode)


def _words(options: list[tuple[str, str]]) -> list[str]:
    """Options as they were given; each value, even an empty one, is a word of its own."""
    return [
        word
        for name, value in options
        for word in ([name, value] if f"{name[1]}:" in _OPTIONS else [name])
    ]


def _usage() -> Reply:
    return usage(
        "grep",
        "[-EFGHLachilnoqsvwx] [-A num] [-B num] [-C num] [-m num] [-e pattern] [pattern] [file]",
    )
