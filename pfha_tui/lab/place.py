"""Where labs keep their files: a private directory for each, held by a lock for as long as the lab lives."""

import contextlib
import fcntl
import os
import re
import shutil
import stat
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

PREFIX = "pfha-lab-"
LOCK = "lock"
CONTROL = "control"
"""The socket on which a lab takes commands."""
CONFIG = "config.path"
"""Names the lab's configuration file."""
LONGEST = 70
"""Bytes of a path to which a socket's name can still be added (sockaddr_un holds 104 to 108)."""
UNFINISHED = 60.0
"""Seconds after which a directory without a lock belongs to no lab that is only about to begin."""


def workshop() -> Path:
    """A directory whose path needs no quoting in a shell and whose files may be run. Raises OSError without one."""
    for place in _places():
        plain = (
            re.fullmatch(r"[\w./-]+", str(place)) is not None and len(os.fsencode(place)) <= LONGEST
        )
        if plain and os.access(place, os.W_OK) and not os.statvfs(place).f_flag & os.ST_NOEXEC:
            return place
    raise OSError(
        "the lab finds no directory for its programs: each is read-only, mounted noexec, or has a long or odd name"
    )


@contextlib.contextmanager
def directory() -> Iterator[Path]:
    """A new private directory, gone at the end; what killed labs left behind is removed first."""
    for left in _all():
        if not _held(left):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=workshop()) as name:
        path = Path(name)
        lock = os.open(path / f"{LOCK}.new", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.rename(path / f"{LOCK}.new", path / LOCK)
            yield path
        finally:
            os.close(lock)


def is_left(config: Path) -> bool:
    """Whether a file is the configuration of a lab that was killed before it could remove it, and of nothing else."""
    try:
        pairs = tomllib.loads(config.read_text())["pair"]
        homes = {Path(node["ssh"]["identity_file"]).parent for node in pairs[0]["node"]}
        home = homes.pop()
        labs = len(pairs) == 1 and pairs[0]["environment"] == "lab" and not homes
        return labs and home.name.startswith(PREFIX) and not (home.is_dir() and _held(home))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False


def running() -> list[Path]:
    """The directories of this user's labs that live, oldest first."""
    return sorted(
        (path for path in _all() if (path / CONTROL).exists() and _held(path)),
        key=lambda path: path.stat().st_ctime,
    )


def _places() -> list[Path]:
    found = [tempfile.gettempdir(), "/tmp", "/var/tmp"]
    with contextlib.suppress(RuntimeError):  # a user without HOME and without an account
        found.append(str(Path.home()))
    return [Path(place) for place in dict.fromkeys(found)]


def _all() -> Iterator[Path]:
    """This user's lab directories, in all places."""
    for place in _places():
        with contextlib.suppress(OSError):
            for path in place.glob(f"{PREFIX}*"):
                found = path.lstat()
                if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
                    yield path


def _held(path: Path) -> bool:
    """Whether the lab of a directory lives: it holds the lock, or is about to take it."""
    try:
        lock = os.open(path / LOCK, os.O_RDONLY)
    except FileNotFoundError:
        with contextlib.suppress(OSError):
            return time.time() - path.stat().st_mtime < UNFINISHED
        return False
    except OSError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False
