"""Processor and memory of a simulated node, derived from its traffic."""

from pfha_tui.lab import states, traffic
from pfha_tui.lab.node import Node

PAGE = 4096
PHYSICAL_MEMORY = 4_252_860_416
PAGES = 1_006_870
STATHZ = 127
STATE_LIMIT = states.STATE_LIMIT
FRAGMENT_LIMIT = 5_000
PROCESSORS = traffic.PROCESSORS


def processor_ticks(node: Node) -> tuple[int, int, int, int, int]:
    """kern.cp_time: user, nice, system, interrupt, idle ticks since boot, all processors together."""
    total = max(0.0, node.world.now - node.boottime) * STATHZ * PROCESSORS
    busy = min(total, node.counters.busy * STATHZ)
    user, system, interrupt = busy * 0.12, busy * 0.38, busy * 0.50
    return int(user), 0, int(system), int(interrupt), int(total - busy)


def ticks_by_processor(node: Node) -> list[list[int]]:
    """kern.cp_times: the same for each processor; together they are kern.cp_time."""
    total = processor_ticks(node)
    shares = [[ticks // PROCESSORS for ticks in total] for _ in range(PROCESSORS - 1)]
    return [*shares, [ticks - sum(given) for ticks, *given in zip(total, *shares, strict=True)]]


def load_averages(node: Node) -> tuple[float, float, float]:
    """vm.loadavg over 1, 5 and 15 minutes."""
    now = node.world.now
    share = node.counters.states / 12_000
    return tuple(  # type: ignore[return-value]
        0.05
        + 0.22 * min(1.5, share) * sum(traffic.load(now - back) for back in (0, span / 2, span)) / 3
        for span in (60, 300, 900)
    )


def memory_pages(node: Node) -> dict[str, int]:
    """Page counts by the middle of their sysctl name; they add up to page_count."""
    wired = 180_000 + int(node.counters.states * 0.35)
    active, inactive, laundry = 61_000, 118_000, 900
    free = PAGES - wired - active - inactive - laundry
    return {
        "page": PAGES, "free": free, "active": active, "inactive": inactive, "wire": wired, "laundry": laundry,
    }  # fmt: skip
