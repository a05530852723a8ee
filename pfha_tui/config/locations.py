"""Where the configuration and the program's own notes live (XDG base directories)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

APP = "pfha-tui"
ENVIRONMENT_VARIABLE = "PFHA_TUI_CONFIG"


@dataclass(frozen=True, slots=True)
class Location:
    """Path of the configuration file, and in words what chose it."""

    path: Path
    chosen_by: str


def config_location(flag: str | None = None, environ: Mapping[str, str] | None = None) -> Location:
    """The file to read: `--config`, else $PFHA_TUI_CONFIG, else config.toml in the XDG config place."""
    named = (os.environ if environ is None else environ).get(ENVIRONMENT_VARIABLE)
    if flag:
        return Location(Path(flag).expanduser(), "--config")
    if named:
        return Location(Path(named).expanduser(), f"${ENVIRONMENT_VARIABLE}")
    return Location(platformdirs.user_config_path(APP) / "config.toml", "the usual place")


def state_dir() -> Path:
    """Where notes that outlive a run are kept (XDG state place); not created here."""
    return platformdirs.user_state_path(APP)
