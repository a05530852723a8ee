"""The map of what is kept equal by whom, and what is wrong with the sync as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pfha_tui.configdiff import visible
from pfha_tui.configdiff.model import Alert, AlertKind, Coverage, Difference, Verdict
from pfha_tui.configdiff.sections import (
    ACCOUNTS_MERGED,
    BY_NAME,
    MAINTENANCE,
    MERGED,
    SYNCED,
    How,
    Sync,
)
from pfha_tui.configdiff.walk import ACCOUNTS, NUMBERS_OF
from pfha_tui.domain.language import tr
from pfha_tui.domain.verdict import Severity
from pfha_tui.domain.wording import duration
from pfha_tui.parsers.configxml import ConfigXml, Revision, Tree, Value

MERGE_TAKES_S: Final = 120
"""Seconds for which a change may be on its way to the other node, whose clock may differ by some of them."""

_SILENT: Final = frozenset({"revision", "lastchange", "version"})
"""Sections about which there is nothing to cover."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the secondary's revisions tell, the newest first."""

    merges: tuple[tuple[Revision, frozenset[str]], ...]
    """The merges, and the sections that each names."""
    edit: Revision | None
    """The newest revision that is neither a merge nor maintenance mode, if it is newer than every merge."""

    @property
    def merged_at(self) -> int | None:
        """When the secondary last merged anything (epoch seconds)."""
        return self.merges[0][0].time if self.merges else None

    def merged(self, section: str) -> int | None:
        """When it last merged a section; the accounts are named `system`."""
        name = section.partition("/")[0]
        for revision, sections in self.merges:
            if name in sections:
                return revision.time
        return None


def past_of(revisions: Iterable[Revision]) -> Past:
    """Read the secondary's revisions, in any order."""
    merges: list[tuple[Revision, frozenset[str]]] = []
    edit = None
    for revision in sorted(revisions, key=lambda each: -each.time):
        found = MERGED.match(revision.description)
        if found is not None:
            merges.append((revision, frozenset(found[2].split(", "))))
        elif ACCOUNTS_MERGED.match(revision.description) or MAINTENANCE.match(revision.description):
            continue
        elif not merges and edit is None and revision.time:
            edit = revision
    return Past(tuple(merges), edit)


def coverage(
    primary: Tree, secondary: Tree, sync: Sync, past: Past, found: Sequence[Difference]
) -> tuple[Coverage, ...]:
    """Every section that one of the two has: the synced ones first, then by name."""
    present = _sections(primary) | _sections(secondary)
    names = [each.section for each in SYNCED if each.section in present]
    names += sorted(present - set(names) - _SILENT)
    counts: dict[str, dict[Verdict, int]] = {}
    for each in found:
        of = counts.setdefault(each.section, {})
        of[each.verdict] = of.get(each.verdict, 0) + 1
    return tuple(_one(name, sync, past, counts.get(name, {})) for name in names)


def _one(name: str, sync: Sync, past: Past, counts: dict[Verdict, int]) -> Coverage:
    known, covered = BY_NAME.get(name), sync.covers(name)
    if name == "installedpackages":
        how = How.PACKAGES
    elif known is None or sync.version < known.since:
        how = How.NOTHING
    else:
        how = known.how if covered else How.OFF
    wrong = [counts.get(v, 0) for v in (Verdict.DRIFT, Verdict.MUST_MATCH, Verdict.UNSYNCED)]
    return Coverage(
        section=name,
        boxes=known.boxes if known is not None and sync.version >= known.since else (),
        synced=covered,
        how=tr(how.value),
        equal=not any(wrong),
        drift=wrong[0],
        must_match=wrong[1],
        unsynced=wrong[2],
        expected=counts.get(Verdict.EXPECTED, 0),
        last_merge=past.merged(name) if covered else None,
    )


def _sections(root: Tree) -> set[str]:
    names = {name for name, value in root.items() if value not in ("", [])}
    system = root.get("system")
    if isinstance(system, dict):
        names |= {f"system/{name}" for name in ACCOUNTS if name in system}
        if not set(system) - ACCOUNTS - set(NUMBERS_OF):
            names.discard("system")
    return names


def alerts(
    primary: ConfigXml,
    secondary: ConfigXml,
    sync: Sync,
    past: Past,
    names: tuple[str, str],
    now: float | None = None,
) -> tuple[Alert, ...]:
    """What is wrong with the sync itself, the most important first; `now` is in seconds since the epoch."""
    said = {"primary": names[0], "secondary": names[1]}
    here, there = _target(primary.root), _target(secondary.root)
    found: list[Alert] = []

    def say(kind: AlertKind, severity: Severity, text: str, **fields: str) -> None:
        found.append(Alert(kind, severity, text.format(**said, **fields)))

    if primary.version != secondary.version:
        say(AlertKind.VERSIONS_DIFFER, Severity.ERROR,
            tr("The sync is off: {primary} has configuration version {one}, {secondary} has {two}."),
            one=visible.brief(primary.version), two=visible.brief(secondary.version))  # fmt: skip
    if here and there:
        say(AlertKind.BOTH_SYNC, Severity.ERROR,
            tr("Both nodes have an address to sync to: they overwrite each other, or nothing is applied."))  # fmt: skip
    elif there:
        say(AlertKind.REVERSED, Severity.ERROR,
            tr("It is {secondary} that syncs to the other node, not {primary}: the order may be wrong."))  # fmt: skip
    elif not here:
        say(
            AlertKind.NO_TARGET,
            Severity.WARNING,
            tr("Nothing is synced: {primary} has no address to sync to."),
        )
    elif not sync.ticked:
        say(
            AlertKind.NOTHING_TICKED,
            Severity.WARNING,
            tr("Nothing is synced: on {primary} no box is ticked."),
        )
    if sync.works:
        _behind(primary, past, say, now)
    return tuple(found)


def _behind(primary: ConfigXml, past: Past, say: Callable[..., None], now: float | None) -> None:
    """Whether the secondary has not merged what the primary has, or was edited since."""
    merged, changed = past.merged_at, primary.revision
    if merged is None:
        say(AlertKind.NEVER_MERGED, Severity.WARNING,
            tr("No revision of {secondary} that is known here was merged from {primary}."))  # fmt: skip
    elif changed.time > merged:
        underway = now is not None and now - changed.time < MERGE_TAKES_S
        say(AlertKind.PRIMARY_NEWER, Severity.NOTE if underway else Severity.WARNING,
            tr("{primary} was changed {age} after the last merge on {secondary}: {what}"),
            age=duration(changed.time - merged), what=visible.brief(changed.description))  # fmt: skip
    if past.edit is not None:
        say(AlertKind.SECONDARY_EDITED, Severity.WARNING,
            tr("{secondary} was edited after its last merge; the next sync wipes that in synced sections: {what}"),
            what=visible.brief(past.edit.description))  # fmt: skip


def _target(root: Tree) -> str:
    hasync: Value | None = root.get("hasync")
    value = hasync.get("synchronizetoip") if isinstance(hasync, dict) else None
    return value if isinstance(value, str) else ""
