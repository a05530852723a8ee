"""`check`: one line and an exit code for monitoring (Nagios, Icinga, Checkmk, Zabbix, cron).

| verdict | state |
|---|---|
| healthy | OK; WARNING if there is a cause that weighs more than a note |
| maintenance, failed-over, degraded | WARNING: served, but not as it should be or not safely |
| partial, split-brain, no-master | CRITICAL: traffic is lost or may be at any moment |
| unknown, or no verdict in time | UNKNOWN |

Anything but OK must have stood for max(2 polls, 1.5 dead times) before it is reported, so that a clean
failover alarms nobody. Performance data: states and demotion of each node, VIPs that it is MASTER of, and
the age of what is known of it; of a node that does not tell them now the age alone.
"""

import asyncio
from typing import TYPE_CHECKING

from pfha_tui.cli import output
from pfha_tui.cli.diagnostics import Failure
from pfha_tui.cli.exits import ExitCode, PluginState
from pfha_tui.cli.options import Options, pair_target
from pfha_tui.cli.watching import (
    Observation,
    judged,
    nobody_reached,
    observe,
    unreachable_sentences,
)
from pfha_tui.domain.confirm import Confirmation, alarm_due, step
from pfha_tui.domain.election import dead_time
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import place_of
from pfha_tui.domain.verdict import Severity, Verdict, VerdictKind
from pfha_tui.domain.view import Side

if TYPE_CHECKING:
    from pfha_tui.domain.snapshot import NodeSnapshot, PairSnapshot

LEVELS = {
    VerdictKind.HEALTHY: PluginState.OK,
    VerdictKind.MAINTENANCE: PluginState.WARNING,
    VerdictKind.FAILED_OVER: PluginState.WARNING,
    VerdictKind.DEGRADED: PluginState.WARNING,
    VerdictKind.PARTIAL: PluginState.CRITICAL,
    VerdictKind.SPLIT_BRAIN: PluginState.CRITICAL,
    VerdictKind.NO_MASTER: PluginState.CRITICAL,
    VerdictKind.UNKNOWN: PluginState.UNKNOWN,
}
_MARKS = {Severity.ERROR: "!!", Severity.WARNING: "!", Severity.NOTE: "-"}


def run(options: Options, timeout_s: float) -> PluginState:
    """Judge the pair and print the plugin's lines. Raises Failure, which becomes UNKNOWN."""
    target = pair_target(options)
    alarm = Alarm(target.poll_s)
    seen = asyncio.run(observe(target, timeout_s, alarm.settled))
    if not seen.complete:
        raise Failure(*_not_settled(seen, alarm, timeout_s))
    for text in plugin_lines(seen.snapshot):
        output.line(text)
    return level(seen.snapshot.verdict)


def level(verdict: Verdict) -> PluginState:
    """The state that monitoring is told for a settled verdict."""
    state = LEVELS[verdict.kind]
    weighty = any(cause.severity is not Severity.NOTE for cause in verdict.causes)
    return PluginState.WARNING if state is PluginState.OK and weighty else state


def plugin_lines(snapshot: "PairSnapshot") -> list[str]:
    """The first line with performance data, then one line for each cause that weighs more than a note."""
    verdict = snapshot.verdict
    head = f"CARP {level(verdict).name} - {snapshot.pair} {verdict.kind.value}: {verdict.why}"
    causes = [
        f"{_MARKS[cause.severity]} {cause.id} {place_of(cause, snapshot)}".rstrip()
        + f": {cause.evidence}"
        for cause in verdict.causes
        if cause.severity is not Severity.NOTE
    ]
    perfdata = " ".join(_perfdata(snapshot))
    first = f"{_bare(head)} | {perfdata}" if perfdata else _bare(head)
    return [first, *map(_bare, causes)]


class Alarm:
    """Follows the snapshots and tells when their verdict may be reported."""

    def __init__(self, poll_s: float) -> None:
        self._poll_s = poll_s
        self._confirmation = Confirmation.initial()

    def settled(self, snapshot: "PairSnapshot") -> bool:
        """OK counts as soon as it is confirmed, anything else once it has stood for the alarm delay."""
        begun = snapshot.primary.sampled_from, snapshot.secondary.sampled_from
        self._confirmation = step(self._confirmation, snapshot.verdict, begun, snapshot.at)
        if not judged(snapshot):
            return False
        if level(snapshot.verdict) is PluginState.OK:
            return True
        roles = [role for node in snapshot.nodes for role in node.roles]
        return alarm_due(self._confirmation, snapshot.at, self._poll_s, dead_time(roles))


def _perfdata(snapshot: "PairSnapshot") -> list[str]:
    found: list[str] = []
    for node in snapshot.nodes:
        side = Side(node, snapshot.at)
        states, carp, limits = side.states, side.current(node.carp), side.current(node.limits)
        age = node.interfaces.age(snapshot.at)
        limit = limits.states if limits and limits.states is not None else ""
        if states is not None:
            found.append(f"{_label('states', node)}={states};;;0;{limit}".rstrip(";"))
        if carp is not None and carp.demotion is not None:
            found.append(f"{_label('demotion', node)}={carp.demotion}")
        if side.known:
            masters = sum(role.state is CarpState.MASTER for role in node.roles)
            found.append(f"{_label('masters', node)}={masters};;;0;{len(node.roles)}")
        if age is not None:
            found.append(f"{_label('age', node)}={age:.3f}s;;;0")
    return found


def _label(name: str, node: "NodeSnapshot") -> str:
    return "'" + f"{name}_{node.name}".replace("'", "").replace("=", "") + "'"


def _bare(text: str) -> str:
    """Without the bar that starts performance data."""
    return text.replace("|", "/")


def _not_settled(seen: Observation, alarm: "Alarm", timeout_s: float) -> tuple[ExitCode, str]:
    if nobody_reached(seen.snapshot):
        return ExitCode.UNREACHABLE, "; ".join(unreachable_sentences(seen.snapshot))
    verdict = seen.snapshot.verdict
    if not judged(seen.snapshot):
        return ExitCode.TIMEOUT, f"no confirmed verdict within {timeout_s:g} s"
    return (
        ExitCode.TIMEOUT,
        f"{verdict.kind.value} is confirmed but younger than the alarm delay after {timeout_s:g} s; "
        f"raise --timeout: {verdict.why}",
    )
