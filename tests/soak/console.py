"""The console as a process of its own that writes what it holds, a JSON line at each sample.

Usage: python -m tests.soak.console CONFIG SAMPLES SECONDS
"""

import asyncio
import gc
import json
import os
import resource
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TextIO

from pfha_tui.cli.main import main


def descriptors() -> tuple[int, int]:
    """Open file descriptors, and how many of them are sockets."""
    sockets = 0
    names = os.listdir("/proc/self/fd")
    for name in names:
        try:
            sockets += os.readlink(f"/proc/self/fd/{name}").startswith("socket:")
        except OSError:
            continue
    return len(names), sockets


def sample(loop: asyncio.AbstractEventLoop) -> dict[str, float]:
    """What the process holds now; to be called in the loop's own thread."""
    gc.collect()
    files, sockets = descriptors()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "at": time.monotonic(),
        "rss_kib": pages * resource.getpagesize() / 1024,
        "objects": len(gc.get_objects()),
        "tasks": len(asyncio.all_tasks(loop)),
        "threads": threading.active_count(),
        "files": files,
        "sockets": sockets,
        "cpu_s": usage.ru_utime + usage.ru_stime,
    }


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The screen's event loop, once there is one."""
    loops = (o for o in gc.get_objects() if isinstance(o, asyncio.AbstractEventLoop))
    return next((loop for loop in loops if loop.is_running()), None)


def keep_sampling(file: TextIO, seconds: float) -> None:
    """A thread: ask the loop for a sample each so many seconds; at the end tell which types there are most of."""
    loop = None
    while loop is None:
        time.sleep(0.5)
        loop = running_loop()
    own = loop

    def write() -> None:
        file.write(json.dumps(sample(own)) + "\n")
        file.flush()

    while not own.is_closed():
        own.call_soon_threadsafe(write)
        time.sleep(seconds)


if __name__ == "__main__":
    config, samples, seconds = sys.argv[1:]
    out = Path(samples).open("w", encoding="utf-8")  # noqa: SIM115 (until the end of the process)
    threading.Thread(target=keep_sampling, args=(out, float(seconds)), daemon=True).start()
    code = main(["--config", config])
    kinds = Counter(type(thing).__qualname__ for thing in gc.get_objects())
    out.write(json.dumps({"kinds": kinds.most_common(25)}) + "\n")
    out.close()
    sys.exit(code)
