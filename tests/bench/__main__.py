"""`make bench`: what the console costs, as ratios of one run. `PARTS="frame quiet"` measures these only."""

import os
import platform
import sys
import time

from tests.bench import configdiff, event, frame, lab_start, many, node_cost, quiet

PARTS = {
    "frame": frame.measure,
    "quiet": quiet.measure,
    "event": event.measure,
    "node": node_cost.measure,
    "many": many.measure,
    "wall": event.measure_wall,
    "diff": configdiff.main,
    "lab": lab_start.measure,
}


def main() -> int:
    """Measure the parts named, else all; exit code 2 for a name that is none."""
    wanted = sys.argv[1:] or list(PARTS)
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    load = os.getloadavg()[0]
    today = time.strftime("%d %B %Y")
    print(f"{machine}, Python {platform.python_version()}, {today}, load {load:.1f} at the start")
    for name in wanted:
        PARTS[name]()
    return 0


raise SystemExit(main())
