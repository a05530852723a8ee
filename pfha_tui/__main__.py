"""`python -m pfha_tui` is the command `pfha-tui`."""

from pfha_tui.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
