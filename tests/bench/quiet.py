"""A quiet pair polled once a second: CPU time of the console, bytes to the terminal."""

import time

from tests.bench.common import console, cpu_s, lab_config, say
from tests.support.terminal import Terminal

SECONDS = 20.0


def measure() -> None:
    """After the first seconds, in which logs are read and the verdict is confirmed."""
    with lab_config() as config, Terminal(console(config)) as terminal:
        terminal.wait_for(b"MASTER")
        terminal.drain(6.0)
        bytes_before, cpu_before, start = (
            terminal.received,
            cpu_s(terminal.pid),
            time.perf_counter(),
        )
        terminal.drain(SECONDS)
        span = time.perf_counter() - start
        cpu = cpu_s(terminal.pid) - cpu_before
        rate = (terminal.received - bytes_before) / span
    say("quiet pair at 1 Hz: CPU", f"{100 * cpu / span:.1f} % of a core")
    say("quiet pair at 1 Hz: to the terminal", f"{rate / 1000:.2f} kB/s")
