"""Pure: how old a section is, and what is wrong with it, in words."""

from dataclasses import dataclass, replace
from typing import Any

from pfha_tui.domain.language import tr
from pfha_tui.domain.reading import ErrorKind, Freshness, Reading
from pfha_tui.domain.snapshot import LinkState, LinkStatus, NodeSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.domain.wording import word
from pfha_tui.ui import present, texts
from pfha_tui.ui.line import EMPTY, Line, Tone, line, plain, retone, wrap
from pfha_tui.ui.present import Scene

MESSAGE_CELLS = 80
SENTENCE_ROWS = 5
TOLD_AGE_S = 10.0


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether a section's value may be shown as the present, and the remark to put beside it; `aside` is its
    age where that needs no remark, for a row with room to spare."""

    stale: bool
    remark: Line = EMPTY
    aside: Line = EMPTY

    def show(self, text: Line) -> Line:
        """The line as it is, or all of it greyed where the value is stale."""
        return retone(text, Tone.MUTED) if self.stale else text


def condition(reading: Reading[Any], scene: Scene) -> Condition:
    """Judge a section at the scene's moment: fresh needs no remark, late and stale tell age and error. The
    age of a fresh value counts as worth telling from 10 s on.

    What the node said last and could not be understood is told at once, however young the value before it.
    """
    freshness = reading.freshness(scene.now)
    if freshness is Freshness.NEVER:
        return Condition(True, never_read(reading))
    garbled = reading.error is not None and reading.error.kind is ErrorKind.PARSE
    age = reading.age(scene.now) or 0.0
    old = tr(texts.OLD).format(age=present.age(age))
    if freshness is Freshness.FRESH and not garbled:
        return Condition(False, aside=line((old, Tone.MUTED)) if age >= TOLD_AGE_S else EMPTY)
    # A lost connection is told once, at the top of the pane; other errors belong to their section.
    error = reading.error
    told = error is None or error.kind is ErrorKind.TRANSPORT
    reason = "" if error is None or told else f"{word(error.kind)}, "
    return Condition(freshness is Freshness.STALE, line((f"{reason}{old}", Tone.WARN)))


def never_read(reading: Reading[Any]) -> Line:
    """Why a section has no value at all: `not permitted`, `not understood: …`, or `not yet read`."""
    if reading.error is None:
        return line((tr(texts.NOT_YET_READ), Tone.MUTED))
    quiet = reading.error.kind in (ErrorKind.NOT_PERMITTED, ErrorKind.MISSING)
    text = word(reading.error.kind)
    if not quiet and reading.error.message:
        first = wrap(reading.error.message, MESSAGE_CELLS, 1)
        text = tr("{what}: {detail}").format(what=text, detail=plain(first[0])) if first else text
    return line((text, Tone.MUTED if quiet else Tone.WARN))


def link_line(name: str, link: LinkStatus, scene: Scene) -> Line:
    """One transport in a few words: `ssh 0.4 s`, `ssh silent for 1.4 s`, `snmp down`."""
    state = link_state(link, scene)
    tone = Tone.MUTED if link.state is LinkState.LIVE else state[0][1]
    return line((f"{name} ", tone), state)


def link_state(link: LinkStatus, scene: Scene) -> Line:
    """How one transport does: `0.4 s`, `silent for 1.4 s`, `down`."""
    heard = None if link.heard_at is None else scene.now - link.heard_at
    match link.state:
        case LinkState.OFF:
            return line((tr(texts.OFF), Tone.MUTED))
        case LinkState.LIVE:
            return line(present.age(heard))
        case LinkState.SUSPECT:
            silent = tr(texts.SILENT).format(
                age=present.age(scene.now - link.since if heard is None else heard)
            )
            return line((silent, Tone.WARN))
        case LinkState.CONNECTING:
            return line((word(link.state), Tone.MUTED))
        case LinkState.DOWN:
            return line((tr(texts.DOWN), Tone.WARN))
        case LinkState.STOPPED:
            return line((tr(texts.STOPPED), Tone.BAD))


def told_above(link: LinkStatus) -> bool:
    """Whether a transport's trouble has a sentence of its own above the pane's content."""
    return link.state in (LinkState.DOWN, LinkState.STOPPED) and bool(link.detail)


def trouble_lines(node: NodeSnapshot, scene: Scene, cells: int, rows: int = 8) -> tuple[Line, ...]:
    """What keeps a node from being read, why, and what is being tried; nothing where all is well."""
    said: list[tuple[str, Tone]] = []
    if node.reachable is None:
        said.append((tr(texts.CONNECTING).format(address=node.address), Tone.MUTED))
    elif node.reachable is False:
        text = tr(texts.UNREACHABLE)
        if node.unreachable_why:
            text = tr("{what}: {detail}").format(what=text, detail=node.unreachable_why)
        said.append((f"✗ {text}", Tone.BAD))
    for name, link in (("ssh", node.ssh), ("snmp", node.snmp_link)):
        if told_above(link):
            told = bool(link.detail) and link.detail in node.unreachable_why
            detail = _detail(replace(link, detail="") if told else link, scene)
            if detail:
                tone = Tone.BAD if link.state is LinkState.STOPPED else Tone.WARN
                said.append((tr("{what}: {detail}").format(what=name, detail=detail), tone))
    lines: list[Line] = []
    for number, (sentence, tone) in enumerate(said):
        # Each sentence that follows is sure of one row.
        room = rows - len(lines) - (len(said) - number - 1)
        lines += wrap(sentence, cells, min(SENTENCE_ROWS, max(1, room)), tone)
    return tuple(lines[:rows])


def _detail(link: LinkStatus, scene: Scene) -> str:
    """The transport's own sentence, with the countdown to the next try or the key that starts one."""
    parts = [link.detail] if link.detail else []
    if link.state is LinkState.STOPPED:
        again = tr(texts.PRESS_TO_RETRY).format(key=scene.retry_key)
        told = tr(texts.STOPPED)
        if link.detail:
            told = tr("{what}: {detail}").format(what=told, detail=link.detail)
        parts = [told, again]
    elif link.next_try_at is not None and link.next_try_at > scene.now:
        parts.append(tr(texts.NEXT_TRY).format(age=present.age(link.next_try_at - scene.now)))
    return clean(tr("; ").join(parts))
