"""Commands on files, directories and sockets: cat, find, gzip, head, ln, ls, mkdir, mv, nc -U, readlink, rm,
rmdir, stat, tail, test."""

import fnmatch
import gzip as gzip_format
import io
import re
import time
from functools import partial
from getopt import GetoptError, gnu_getopt

from pfha_tui.lab.commands import services
from pfha_tui.lab.commands.reply import REAL, Follow, Reply, usage
from pfha_tui.lab.node import Node
from pfha_tui.lab.pfsense import LOG, Files

DEVD = "/var/run/devd.pipe"
VOLATILE = "/var/run/"
"""Emptied at boot."""
SCRATCH = "/tmp/"
"""Where directories can be made; those above one are taken to be there."""


def cat(node: Node, words: list[str], uid: int) -> Reply:
    """`cat FILE ...`; without a file it is a filter, and the real one."""
    if not words or words[0].startswith("-"):
        return REAL
    out, err = "", ""
    for path in words:
        text, problem = read(node, path, uid)
        out, err = out + text, err + (f"cat: {path}: {problem}\n" if problem else "")
    return Reply(out, err, 1 if err else 0)


def find(node: Node, words: list[str], uid: int) -> Reply:
    """`find FOLDER -maxdepth 1 -name PATTERN [-type s] [-exec nc -U {} ;]`, as far as sockets go."""
    match words:
        case [folder, "-maxdepth", "1", "-name", pattern, *rest]:
            if rest[:2] == ["-type", "s"]:
                rest = rest[2:]
        case _:
            rest = ["?"]
    if rest and rest != ["-exec", "/usr/bin/nc", "-U", "{}", ";"]:
        return usage("find", "folder -maxdepth 1 -name pattern [-type s] [-exec nc -U {} ;]")
    found = [
        f"{folder}/{name}"
        for name in _names(node, folder)
        if fnmatch.fnmatchcase(name, pattern) and f"{folder}/{name}" in _sockets(node)
    ]
    if not rest:
        return Reply("".join(f"{path}\n" for path in found))
    replies = [nc(node, ["-U", path], uid) for path in found]
    return Reply("".join(each.out for each in replies), "".join(each.err for each in replies))


def ln(node: Node, words: list[str], uid: int) -> Reply:
    """`ln -sfn TARGET PATH` below /var/run."""
    match words:
        case ["-sfn", target, path] if path.startswith(VOLATILE):
            if uid != 0:
                return Reply(err=f"ln: {path}: Permission denied\n", code=1)
            node.links[path] = target
            return Reply()
        case _:
            return usage("ln", "-sfn source_file target_file")


def mkdir(node: Node, words: list[str], uid: int) -> Reply:
    """`mkdir PATH` below /tmp."""
    match words:
        case [path] if path.startswith(SCRATCH):
            if path in node.folders:
                return Reply(err=f"mkdir: {path}: File exists\n", code=1)
            node.folders[path] = uid
            return Reply()
        case _:
            return usage("mkdir", "directory")


def rmdir(node: Node, words: list[str], uid: int) -> Reply:
    """`rmdir PATH` of a directory that was made below /tmp."""
    match words:
        case [path] if path.startswith(SCRATCH):
            if problem := _locked(node, path, uid):
                return Reply(err=f"rmdir: {path}: {problem}\n", code=1)
            if any(each.startswith(f"{path}/") for each in node.folders):
                return Reply(err=f"rmdir: {path}: Directory not empty\n", code=1)
            del node.folders[path]
            return Reply()
        case _:
            return usage("rmdir", "directory")


def mv(node: Node, words: list[str], uid: int) -> Reply:
    """`mv PATH PATH` of an empty directory that was made below /tmp; one that is there takes it in."""
    match words:
        case [old, new] if old.startswith(SCRATCH) and new.startswith(SCRATCH):
            if problem := _locked(node, old, uid):
                return Reply(err=f"mv: {old}: {problem}\n", code=1)
            into = f"{new}/{old.rpartition('/')[2]}" if new in node.folders else new
            node.folders[into] = node.folders.pop(old)
            return Reply()
        case _:
            return usage("mv", "source target")


def _locked(node: Node, path: str, uid: int) -> str:
    """Why an account may not take a directory below /tmp away, whose sticky bit leaves that to root and its owner."""
    if path not in node.folders:
        return "No such file or directory"
    return "" if uid in (0, node.folders[path]) else "Operation not permitted"


def readlink(node: Node, words: list[str], uid: int) -> Reply:
    """`readlink PATH`: silent, with exit code 1, where there is no link."""
    if len(words) != 1 or words[0].startswith("-"):
        return usage("readlink", "file")
    target = node.links.get(words[0])
    return Reply(code=1) if target is None else Reply(target + "\n")


def rm(node: Node, words: list[str], uid: int) -> Reply:
    """`rm -f PATH` of a link below /var/run."""
    match words:
        case ["-f", path] if path.startswith(VOLATILE):
            if uid != 0 and path in node.links:
                return Reply(err=f"rm: {path}: Permission denied\n", code=1)
            node.links.pop(path, None)
            return Reply()
        case _:
            return usage("rm", "-f file")


def gzip(node: Node, words: list[str], uid: int) -> Reply:
    """`gzip -c FILE`; its bytes are text with surrogates, as replies have them."""
    if len(words) != 2 or words[0] != "-c":
        return usage("gzip", "-c file")
    text, problem = read(node, words[1], uid)
    if problem:
        return Reply(err=f"gzip: can't stat: {words[1]}: {problem}\n", code=1)
    packed = gzip_format.compress(text.encode(), mtime=0)
    return Reply(packed.decode("utf-8", "surrogateescape"))


def ls(node: Node, words: list[str], uid: int) -> Reply:
    """`ls [-1al] FILE|FOLDER`, one name a line; -a adds nothing, as nothing there is hidden."""
    options = "".join(word[1:] for word in words if word.startswith("-"))
    paths = [word for word in words if not word.startswith("-")]
    if len(paths) != 1 or not set(options) <= set("1al"):
        return usage("ls", "[-1al] path")
    path = paths[0]
    if _is_folder(node, path):
        folder = path.rstrip("/")
        shown = {name: f"{folder}/{name}" for name in _names(node, folder)}
    elif path in Files(node) or path in _sockets(node):
        shown = {path: path}
    else:
        return Reply(err=f"ls: {path}: No such file or directory\n", code=1)
    line = partial(_listed, node) if "l" in options else _named
    return Reply("".join(f"{line(name, each)}\n" for name, each in shown.items()))


def _named(name: str, path: str) -> str:
    return name


def _listed(node: Node, name: str, path: str) -> str:
    """A line of `ls -l`: what is no file has no size here, and the age of the boot."""
    files = Files(node)
    kind = "d" if _is_folder(node, path) else "s" if path in _sockets(node) else "-"
    rights = "rwxr-xr-x" if kind == "d" else "rw-------"
    size = files.size(path) if kind == "-" else 0
    when = time.gmtime(files.modified(path) if kind == "-" else node.boottime)
    day = f"{time.strftime('%b', when)} {when.tm_mday:2d} {time.strftime('%H:%M', when)}"
    return f"{kind}{rights}  1 root  wheel  {size:8d} {day} {name}"


def nc(node: Node, words: list[str], uid: int) -> Reply:
    """`nc -U SOCKET`: devd's events until it is killed, a gateway's report, or Kea's answer to status-get.

    Whatever Kea is asked, it is taken for that question.
    """
    if len(words) != 2 or words[0] != "-U":
        return usage("nc", "-U path")
    path = words[1]
    if path == DEVD:
        return Reply(follow=Follow.DEVD)
    if path not in _sockets(node):
        return Reply(err=f"nc: {path}: No such file or directory\n", code=1)
    if uid != 0:
        return Reply(err=f"nc: {path}: Permission denied\n", code=1)
    if path == services.KEA:
        return Reply(services.kea_status(node) or "")
    return Reply(services.report(node, services.sockets(node)[path]))


def stat(node: Node, words: list[str], uid: int) -> Reply:
    """`stat -f FORMAT FILE` with %m, %z and %N."""
    if len(words) != 3 or words[0] != "-f":
        return usage("stat", "-f format file")
    path = words[2]
    files = Files(node)
    if path not in files:
        return Reply(err=f"stat: {path}: stat: No such file or directory\n", code=1)
    values = {"%m": str(files.modified(path)), "%z": str(files.size(path)), "%N": path}
    return Reply(re.sub(r"%[mzN]", lambda match: values[match[0]], words[1]) + "\n")


def tail(node: Node, words: list[str], uid: int) -> Reply:
    """`tail [-n N | -N | -c N] [-F|-f] FILE`; without a file it is a filter, and the real one."""
    return _excerpt(node, words, uid, "tail", "c:n:Ff")


def head(node: Node, words: list[str], uid: int) -> Reply:
    """`head [-n N | -N | -c N] FILE`; without a file it is a filter, and the real one."""
    return _excerpt(node, words, uid, "head", "c:n:")


def _excerpt(node: Node, words: list[str], uid: int, name: str, letters: str) -> Reply:
    """The first (head) or last (tail) lines or bytes of a file; only the log can be followed."""
    wrong = usage(
        name, f"[-n count | -count | -c bytes] {'[-F | -f] ' if 'F' in letters else ''}[file]"
    )
    words = [re.sub("^-(?=[0-9])", "-n", word) for word in words]
    try:
        options, paths = gnu_getopt(words, letters)
    except GetoptError:
        return wrong
    if not paths:
        return REAL
    unit, count = next((each for each in reversed(options) if each[1]), ("-n", "10"))
    if len(paths) > 1 or not re.fullmatch("[0-9]{1,9}", count):
        return wrong
    text, problem = read(node, paths[0], uid)
    if problem:
        return Reply(err=f"{name}: {paths[0]}: {problem}\n", code=1)
    octets = text.encode(errors="surrogateescape")
    lines = io.BytesIO(octets).readlines()
    there = len(octets if unit == "-c" else lines)
    first = max(0, there - int(count)) if name == "tail" else 0
    part = slice(first, first + int(count))
    chosen = octets[part] if unit == "-c" else b"".join(lines[part])
    follows = paths == [LOG] and any(option in ("-F", "-f") for option, _ in options)
    shown = chosen.decode(errors="surrogateescape")
    return Reply(shown, follow=Follow.LOG if follows else None)


def test(node: Node, words: list[str], uid: int) -> Reply:
    """`test -d|-e|-f|-r|-s|-S FILE` on the node's files; every other test is the real one."""
    if (
        len(words) != 2
        or words[0] not in ("-d", "-e", "-f", "-r", "-s", "-S")
        or not words[1].startswith("/")
    ):
        return REAL
    option, path = words
    is_folder = _is_folder(node, path)
    if option == "-d" or (option in ("-e", "-r") and is_folder):
        return Reply(code=0 if is_folder else 1)
    is_socket = path in _sockets(node)
    there = is_socket if option == "-S" else read(node, path, 0)[1] == ""
    return Reply(code=0 if there or (option == "-e" and is_socket) else 1)


def read(node: Node, path: str, uid: int) -> tuple[str, str]:
    """The text of a file, or why it cannot be read."""
    text = Files(node).get(path)
    if text is None:
        return "", "No such file or directory"
    if uid != 0 and path.startswith("/var/log/"):
        return "", "Permission denied"
    return text, ""


def _sockets(node: Node) -> set[str]:
    kea = {services.KEA} if services.kea_status(node) is not None else set()
    return {DEVD, *services.sockets(node), *kea}


def _names(node: Node, folder: str) -> list[str]:
    """The names of files, sockets and folders in a folder, sorted."""
    start = folder.rstrip("/") + "/"
    paths = {*Files(node), *_sockets(node), *node.folders}
    return sorted(
        {path[len(start) :].partition("/")[0] for path in paths if path.startswith(start)}
    )


def _is_folder(node: Node, path: str) -> bool:
    folder = path.rstrip("/")
    return bool(path) and (
        f"{folder}/" in (SCRATCH, VOLATILE) or folder in node.folders or bool(_names(node, path))
    )
