"""Running what needs root from an account that is not root: `sudo -n` before single commands only."""

from dataclasses import dataclass
from typing import Final

from pfha_tui.domain.command import Command
from pfha_tui.domain.target import Privilege
from pfha_tui.transports.ssh.frames import Part

SUDO_PATHS: Final = ("/usr/local/bin/sudo", "/usr/bin/sudo")

PROBES: Final = (
    ("/usr/bin/id", "-u"),
    *(("test", "-x", path) for path in SUDO_PATHS),
)
"""Asked once when a shell opens (`test` is the shell's own): who are we, and is there a sudo?"""


@dataclass(frozen=True, slots=True)
class Elevation:
    """What the node said to the probes: `uid` is None when id(1) gave none."""

    uid: int | None
    sudo: str | None

    def words(self, command: Command, privilege: Privilege) -> tuple[str, ...]:
        """The command line for this account.

        AUTO without any sudo on the node runs it plainly: the node's own refusal is the better message.
        """
        if not command.root or privilege is Privilege.NONE:
            return command.argv
        if privilege is Privilege.SUDO:
            return (self.sudo or SUDO_PATHS[0], "-n", *command.argv)
        if self.uid == 0 or self.sudo is None:
            return command.argv
        return (self.sudo, "-n", *command.argv)


def from_probes(parts: tuple[Part, ...]) -> Elevation:
    """Read the answers to PROBES, in their order."""
    said = parts[0].stdout.strip()
    uid = int(said) if parts[0].exit_code == 0 and said.isdigit() and len(said) < 11 else None
    found = (path for path, part in zip(SUDO_PATHS, parts[1:], strict=True) if part.exit_code == 0)
    return Elevation(uid, next(found, None))
