"""Judges from what both nodes show whether an action came to what it should."""

from collections.abc import Callable, Iterator

from pfha_tui.actions.model import Evidence, Expectation, Plan, Result
from pfha_tui.actions.proof import Proof
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.view import PairView, Side, Standing
from pfha_tui.domain.view import look as side_by_side
from pfha_tui.domain.wording import listed

Picture = tuple[Evidence, ...]


def look(expectation: Expectation, snapshot: PairSnapshot, proof: Proof) -> Picture:
    """What was expected beside what both nodes show, in a steady order; `holds` None: not to be seen.

    It says of each node that it answers, first. No text in it changes with time alone.
    """
    view = side_by_side(snapshot.primary, snapshot.secondary, snapshot.at)
    found = [_answers(side) for side in view.sides]
    for read in _READERS:
        found.extend(read(expectation, view, proof))
    return tuple(found)


def _side(view: PairView, name: str) -> Side:
    return next(side for side in view.sides if side.name == name)


def _evidence(
    node: str, what: str, expected: str, found: str | None, holds: bool | None = None
) -> Evidence:
    """`found` None: it cannot be seen; `holds` None otherwise: as expected and found are the same words."""
    if found is None:
        return Evidence(node, what, expected, tr("not known"), None)
    return Evidence(node, what, expected, found, expected == found if holds is None else holds)


def _answers(side: Side) -> Evidence:
    words = {
        Standing.KNOWN: tr("yes"),
        Standing.STALE: tr("no longer"),
        Standing.NOT_YET: tr("not yet"),
    }
    found = words.get(side.standing, tr("no"))
    return Evidence(side.name, tr("answers"), tr("yes"), found, True if side.known else None)


def _roles(expectation: Expectation, view: PairView, _: Proof) -> Iterator[Evidence]:
    """A VHID that should be in INIT may be gone as well: pfSense takes its addresses away with CARP."""
    vips = {vip.label: vip for vip in view.vips}
    names = [side.name for side in view.sides]
    for line in expectation.roles:
        if line.after is None:
            continue
        what = tr("role of {vip}").format(vip=line.label)
        side, vip = _side(view, line.node), vips.get(line.label)
        if not side.known:
            yield _evidence(line.node, what, line.after.value, None)
            continue
        state = vip.state(names.index(line.node)) if vip is not None else None
        gone = line.after is CarpState.INIT and state is None
        found = state.value if state is not None else tr("not there")
        yield _evidence(line.node, what, line.after.value, found, gone or state is line.after)


def _maintenance(expectation: Expectation, view: PairView, _: Proof) -> Iterator[Evidence]:
    for node, wanted in expectation.maintenance:
        side = _side(view, node)
        flag = side.current(side.node.maintenance)
        found = _switch(flag) if flag is not None else None
        yield _evidence(node, tr("maintenance flag"), _switch(wanted), found)


def _skews(expectation: Expectation, view: PairView, _: Proof) -> Iterator[Evidence]:
    for node, wanted in expectation.advskew:
        side = _side(view, node)
        live = {
            role.advskew
            for role in side.node.roles
            if role.state is not None and role.advskew is not None
        }
        found = listed([str(skew) for skew in sorted(live)]) if side.known and live else None
        yield _evidence(node, tr("advskew of every VHID"), str(wanted), found)


def _sysctls(expectation: Expectation, view: PairView, _: Proof) -> Iterator[Evidence]:
    for node, on in expectation.allow:
        side = _side(view, node)
        found = _switch(side.allow) if side.allow is not None else None
        yield _evidence(node, "net.inet.carp.allow", _switch(on), found)
    for node, wanted in expectation.demotion:
        side = _side(view, node)
        carp = side.current(side.node.carp)
        known = carp is not None and carp.demotion is not None
        found = str(carp.demotion) if known and carp is not None else None
        yield _evidence(node, "net.inet.carp.demotion", str(wanted), found)


def _addresses(expectation: Expectation, view: PairView, _: Proof) -> Iterator[Evidence]:
    for node, device, vhid, address in expectation.addresses:
        side = _side(view, node)
        what = tr("{address} on {interface}").format(address=address, interface=device)
        wanted = tr("VHID {vhid}").format(vhid=vhid)
        interface = side.interface(device)
        if not side.known or interface is None:
            yield _evidence(node, what, wanted, None)
            continue
        there = [one for one in interface.addresses if one.address == address]
        if not there:
            found = tr("not there")
        elif there[0].vhid is None:
            found = tr("without a VHID")
        else:
            found = tr("VHID {vhid}").format(vhid=there[0].vhid)
        yield _evidence(node, what, wanted, found)


def _merge(expectation: Expectation, view: PairView, proof: Proof) -> Iterator[Evidence]:
    if expectation.merge_on is None:
        return
    what, wanted = tr("newest revision"), tr("a merge, after the action began")
    revision = proof.revision
    if revision is None or proof.merge_after is None:
        yield _evidence(expectation.merge_on, what, wanted, None)
        return
    holds = revision.merged and revision.time >= proof.merge_after
    found = tr("an older one") if revision.time < proof.merge_after else revision.description
    yield _evidence(expectation.merge_on, what, wanted, found, holds)


def _bulk(expectation: Expectation, view: PairView, proof: Proof) -> Iterator[Evidence]:
    if expectation.bulk_on is None:
        return
    words = {True: "done", False: "fail"}
    found = words[proof.bulk_done] if proof.bulk_done is not None else None
    yield _evidence(expectation.bulk_on, tr("pfsync bulk in the log"), "done", found)


def _boot(expectation: Expectation, view: PairView, proof: Proof) -> Iterator[Evidence]:
    node = expectation.boot_of
    if node is None:
        return
    side = _side(view, node)
    system = side.current(side.node.system)
    boot = system.boottime if system else None
    what, wanted = tr("boot"), tr("later than before")
    if boot is None or proof.boot_before is None:
        yield _evidence(node, what, wanted, None)
    else:
        later = boot > proof.boot_before + BOOT_SLACK_S
        found = wanted if later else tr("the same as before")
        yield _evidence(node, what, wanted, found)
    booting = side.current(side.node.booting)
    found_booting = _switch(not booting) if booting is not None else None
    yield _evidence(node, tr("boot has ended"), _switch(True), found_booting)


BOOT_SLACK_S = 5
"""kern.boottime moves a little when the clock is set."""


def _switch(on: bool) -> str:
    return tr("on") if on else tr("off")


_READERS: tuple[Callable[[Expectation, PairView, Proof], Iterator[Evidence]], ...] = (
    _roles,
    _maintenance,
    _skews,
    _sysctls,
    _addresses,
    _merge,
    _bulk,
    _boot,
)


class Verifier:
    """Watches a pair until it is settled what an action came to.

    The first snapshot only says which samples are too old: those that were under way when the last command ran.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._began: float | None = None
        self._picture: Picture | None = None
        self._seen_at = 0.0
        self._settled = False
        self.evidence: Picture = ()
        """What was last seen."""

    def step(self, snapshot: PairSnapshot, proof: Proof) -> Result | None:
        """Fold in the next snapshot; None while nothing is settled.

        CONFIRMED once two equal samples of both nodes show all that was expected; CONTRADICTED once they show
        something else and what was expected should long have come (the plan's longest duration); UNKNOWN when
        neither came within the plan's `verify_s`.
        """
        self.evidence = look(self._plan.expectation, snapshot, proof)
        if self._began is None:
            self._began = snapshot.at
            return None
        took_s = snapshot.at - self._began
        begun = min(each.sampled_from for each in snapshot.nodes)
        if begun > self._began:
            self._fold(begun, snapshot.at)
        if self._settled:
            holds = [each.holds for each in self.evidence]
            if all(holds):
                return Result.CONFIRMED
            overdue = took_s >= self._plan.duration_s[1]
            if overdue and False in holds and None not in holds:
                return Result.CONTRADICTED
        return Result.UNKNOWN if took_s >= self._plan.verify_s else None

    def _fold(self, begun: float, at: float) -> None:
        if self.evidence != self._picture:
            self._picture, self._seen_at, self._settled = self.evidence, at, False
        elif begun > self._seen_at:
            self._settled = True
