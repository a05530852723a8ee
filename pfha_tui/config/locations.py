"""Where the configuration and the program's own notes live (XDG base directories)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from pfha_tui.domain.language import mark

APP = "pfha-tui"
ENVIRONMENT_VARIABLE = "PFHA_TUI_CONFIG"
USUAL_PLACE = mark("the usual place")


@dataclass(frozen=True, slots=True)
class Location:
    """Path of the configuration file, and what chose it: a flag, a variable, or USUAL_PLACE, for `tr`."""

    path: Path
    chosen_by: str


def config_location(flag: str | None = None, environ: Mapping[str, str] | None = None) -> Location:
    """The file to read: `--config`, else $PFHA_TUI_CONFIG, else config.toml in the XDG config place."""
    named = (os.environ if environ is None else environ).get(ENVIRONMENT_VARIABLE)
    if flag:
        return Location(Path(os.path.expanduser(flag)), "--config")
    if named:
        return Location(Path(os.path.expanduser(named)), f"${ENVIRONMENT_VARIABLE}")
    return Location(platformdirs.user_config_path(APP) / "config.toml", USUAL_PLACE)


def state_dir() -> Path:
    """Where notes that outlive a run are kept (XDG state place); not created here."""
    return platformdirs.user_state_path(APP)
