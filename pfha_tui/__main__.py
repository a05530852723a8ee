"""The command `pfha-tui`, also as `python -m pfha_tui`."""

import sys


def main() -> int:
    """Load the command line and run it; Ctrl-C while it loads ends as quietly as later."""
    try:
        from pfha_tui.cli.main import main as run
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return 130
    return run()


if __name__ == "__main__":
    raise SystemExit(main())
