"""A step that the node itself takes back in time: one line of shell does it and leaves a watchdog behind.

The watchdog is a background job of the login's own `/bin/sh`, with none of the channel's descriptors, so that it
outlives the connection (sshd ends nothing that has no terminal). Whatever needs root gets a `sudo -n` of its own. The
step's output goes through the shell, not straight into the channel: a connection that is cut in the middle must not
end the step by SIGPIPE between its effect and the start of the watchdog.
"""

import secrets
import shlex
from collections.abc import Sequence
from typing import Final

from pfha_tui.domain.command import Command, Output, Sample
from pfha_tui.domain.language import tr
from pfha_tui.domain.text import said
from pfha_tui.transports.base import Call, Guard, NetworkFailure, OperatorNeeded
from pfha_tui.transports.ssh import frames
from pfha_tui.transports.ssh.link import SshLink
from pfha_tui.transports.ssh.shell import SshShell

CALLED_OFF: Final = 143
"""Exit code of a watchdog that was stopped while it waited (128 + SIGTERM)."""
FIRED: Final = 70
OVERTAKEN: Final = 71
"""Its time came, and the guard no longer held, or its token was gone."""
NONE_LEFT: Final = 72
STANDS: Final = 73
"""Exit code of a step that was done, but neither armed nor undone."""
CALL_OFF_S: Final = 10.0

CALL_OFF: Final = (
    'if [ -n "$w" ]; then kill "$w" 2>/dev/null; wait "$w"; r=$?; w=; (exit "$r"); '
    f"else (exit {NONE_LEFT}); fi"
)


def armed(step: str, undo: Sequence[str], watchdog: str, token: str, name: str) -> str:
    """One line of shell: the step and, if that ends well, the token and the watchdog; its exit code is the step's.

    Its name may be known to other accounts, and /tmp is open to them: mkdir follows no link and takes nothing that is
    there. The token is made and removed before, so that there is no step where that cannot be. Where it fails
    nevertheless once the step is done, that is undone at once, and the exit code is mkdir's, or else STANDS.
    """
    job = f"/bin/sh -c {shlex.quote(watchdog)} {name} </dev/null >/dev/null 2>&1 & w=$!"
    make, remove = (_on(tool, token) for tool in ("mkdir", "rmdir"))
    return (
        f"w=; o=$({{ {make} && {remove}; }} </dev/null 2>&1); r=$?; "
        f'if [ "$r" -eq 0 ]; then o=$({step} </dev/null 2>&1); r=$?; '
        f'if [ "$r" -eq 0 ]; then if t=$({make} </dev/null 2>&1); then {job}; '
        f"else r=$?; o=$t; {{ {_all(undo)}; }} >/dev/null 2>&1 || r={STANDS}; fi; fi; fi; "
        f'if [ "$r" -eq 0 ]; then printf \'%s\\n\' "$o"; else printf \'%s\\n\' "$o" >&2; fi; (exit "$r")'
    )


def watchdog(undo: Sequence[str], delay_s: float, guard: Guard) -> str:
    """What the watchdog runs. SIGTERM ends it while it waits, and no longer once it has begun to undo.

    An undo that fails puts the token back: the step still stands.
    """
    link = frames.quote(("/usr/bin/readlink", guard.path))
    make, remove = (_on(tool, guard.token) for tool in ("mkdir", "rmdir"))
    texts = "|".join(shlex.quote(text) for text in guard.texts)
    held = f'case "$({link} 2>/dev/null)" in {texts}) ;; *) exit {OVERTAKEN} ;; esac'
    return "; ".join(
        (
            "trap '' HUP",
            f"trap 'kill \"$s\" 2>/dev/null; exit {CALLED_OFF}' TERM",
            f"/bin/sleep {max(1, round(delay_s))} & s=$!",
            'wait "$s"',
            "trap '' TERM",
            *((held,) if guard.texts else ()),
            f"{remove} || exit {OVERTAKEN}",
            f"{_all(undo)} || {make}",
            f"exit {FIRED}",
        )
    )


def _on(tool: str, token: str) -> str:
    return frames.quote((f"/bin/{tool}", token))


def _all(undo: Sequence[str]) -> str:
    """One after another, up to the first that fails."""
    return " && ".join(f"{each} </dev/null" for each in undo)


class WatchdogShell(SshShell):
    """A shell of its own, for one step and its watchdog; whatever fails, the watchdog is never killed with it."""

    def __init__(self, link: SshLink) -> None:
        super().__init__(link, sparing=True)
        self._armed = False

    async def run_armed(
        self, step: Command, undo: Sequence[Command], delay_s: float, guard: Guard
    ) -> Sample:
        """As ActionLink.run_armed."""
        self.check((step, *undo))
        async with self._lock:
            elevation = await self._open()
            privilege = self._link.target.privilege
            words = [frames.quote(elevation.words(each, privilege)) for each in (step, *undo)]
            # A name that nobody can guess, and that tells an administrator whose process this is.
            name = f"pfha-tui-watchdog-{secrets.token_hex(8)}"
            job = watchdog(words[1:], delay_s, guard)
            line = armed(words[0], words[1:], job, guard.token, name)
            sent_at = self._link.clock()
            self._armed = True
            part, frame = await self._line(line, step.timeout_s, step)
            self._armed = part.exit_code == 0
            if part.exit_code == STANDS:
                text = tr("{where} can neither arm the step nor take it back by itself: {said}")
                raise OperatorNeeded(text.format(where=self._link.where, said=said(part.stderr)))
            now = self._link.clock()
            output = Output(step, part.exit_code, part.stdout, part.stderr)
            return Sample((output,), frame.clock_epoch, frame.utc_offset_s, now, now - sent_at)

    async def call_off(self) -> Call:
        """As ActionLink.call_off; OFF only where the node has said so."""
        async with self._lock:
            if not self._armed:
                return Call.OFF
            if self._session is None or self._session.ended or self._session.broken:
                raise self._unknown()
            part, _ = await self._line(CALL_OFF, CALL_OFF_S, None)
            self._armed = False
            if part.exit_code == CALLED_OFF:
                return Call.OFF
            if part.exit_code in (FIRED, OVERTAKEN):
                return Call.FIRED
            raise self._unknown()

    async def _line(
        self, line: str, limit_s: float, command: Command | None
    ) -> tuple[frames.Part, frames.Frame]:
        self._seq += 1
        script = frames.framed(self._seq, (line,))
        frame = await self._exchange(script, [limit_s], () if command is None else (command,))
        return frame.parts[0], frame

    def _unknown(self) -> NetworkFailure:
        text = tr("the shell of the watchdog on {where} is gone, and the watchdog may still run")
        return NetworkFailure(text.format(where=self._link.where))
