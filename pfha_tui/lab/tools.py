"""The host's own programs, which do a node's work where that shows nothing of the host."""

import os
import shutil


def find(name: str) -> str | None:
    """The path of the program of this name, if the host has one."""
    return shutil.which(name, path=os.defpath + ":/usr/bin:/bin:/sbin:/usr/sbin")


def need(name: str) -> str:
    """As `find`; FileNotFoundError when there is none."""
    found = find(name)
    if found is None:
        raise FileNotFoundError(f"the lab needs the program {name!r}")
    return found
