"""Why a command that ended badly did so: not allowed, not there, or simply failed."""

import re
from typing import Final

from pfha_tui.domain.command import Output
from pfha_tui.domain.language import tr
from pfha_tui.domain.reading import ErrorKind, ReadError
from pfha_tui.domain.text import said as spoken

_NO_SUDO: Final = re.compile(rb"/sudo: (command )?not found|/sudo: No such file", re.IGNORECASE)
_NOT_PERMITTED: Final = re.compile(
    rb"a password is required|a terminal is required|no tty present|not in the sudoers"
    rb"|is not allowed to|may not run sudo|must be owned by uid 0|must be setuid root|effective uid is not 0"
    rb"|permission denied|operation not permitted|not permitted",
    re.IGNORECASE,
)
_MISSING: Final = re.compile(
    rb"no such file or directory|not found|unknown oid|does not exist"
    rb"|unknown show modifier|illegal option|unrecognized option",
    re.IGNORECASE,
)


def classify(output: Output) -> ReadError | None:
    """Tell why a command has no answer; None if it exited with 0.

    The wording is that of sudo(8), sh(1), pfctl(8) and sysctl(8) in the C locale. Commands whose exit
    code 1 is an answer (grep -c, test) are for the caller to except. An option that this version of a
    tool does not know counts as not there. The message holds the first line
    of the device's own words, cleaned and shortened (`text.said`).
    """
    if output.exit_code == 0:
        return None
    said = output.stderr
    name = output.command.argv[0]
    if _NO_SUDO.search(said):
        return ReadError(
            ErrorKind.NOT_PERMITTED,
            tr("{program} needs root, and sudo is not installed").format(program=name),
        )
    if _NOT_PERMITTED.search(said):
        return ReadError(ErrorKind.NOT_PERMITTED, _message(name, output))
    if output.exit_code == 127 or _MISSING.search(said):
        return ReadError(ErrorKind.MISSING, _message(name, output))
    return ReadError(ErrorKind.FAILED, _message(name, output))


def _message(name: str, output: Output) -> str:
    said = spoken(output.stderr) or tr("no message")
    text = tr("{program} ended with exit code {code}: {said}")
    return text.format(program=name, code=output.exit_code, said=said)
