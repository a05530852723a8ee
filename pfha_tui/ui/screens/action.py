"""The dialog before an action: its plan, what the gate finds now, and what the operator has to say to it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from pfha_tui.actions.model import Finding, Plan, Risk, Verb, Weight
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.target import Environment
from pfha_tui.domain.text import clean, same_name
from pfha_tui.ui import action_texts as texts
from pfha_tui.ui import action_view, present
from pfha_tui.ui.line import Line, Tone, line, wrap
from pfha_tui.ui.present import Scene
from pfha_tui.ui.screens.dialog import Dialog
from pfha_tui.ui.verdict_view import OLD_AFTER_S
from pfha_tui.ui.widgets.lines import Lines, Panel
from pfha_tui.ui.widgets.push import Push

MOST_MINUTES = 7 * 24 * 60
REASON_CELLS = 200
LEAST_GATE = 4
AMPLE_ROWS = 30
WHY_ROWS = 4
OTHER_ROWS = 14
"""Head, verdict, least plan and gate, three fields, buttons and keys."""
Findings = Callable[[Plan], tuple[Finding, ...]]


class ActionScreen(Dialog[Plan | None]):
    """Ends with the plan as the operator completed it, or None; it changes nothing itself.

    `findings` asks the gate, in a thread, with every moment that is shown; the button that acts is dead while
    the gate refuses, has not answered, or judges by facts that are too old.
    """

    DEFAULT_CSS = """
    ActionScreen #action-plan { height: 1fr; min-height: 3; }
    ActionScreen #action-gate { height: 4; }
    ActionScreen .label { width: 22; height: 1; }
    ActionScreen #action-why { height: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "cancel", ""),
        ("down", "app.focus_next", ""),
        ("up", "app.focus_previous", ""),
        ("pagedown", "page(1)", ""),
        ("pageup", "page(-1)", ""),
    ]

    def __init__(
        self, plan: Plan, kind: Environment, findings: Findings, *, ascii_only: bool
    ) -> None:
        super().__init__(plan.pair, kind, ascii_only=ascii_only)
        self._plan = plan
        self._ask = findings
        self._found: tuple[Finding, ...] | None = None
        self._failure = ""
        self._asking = self._once_more = False
        self._gate_height = self._why_height = 0

    def compose(self) -> ComposeResult:
        """Head, verdict, plan, findings, fields, buttons, keys."""
        plain, plan = self.ascii_only, self._plan
        yield Lines(ascii_only=plain, id="head")
        yield Lines(ascii_only=plain, id="dialog-verdict")
        yield Panel(ascii_only=plain, id="action-plan")
        yield Panel(ascii_only=plain, id="action-gate")
        hint = texts.REASON_WANTED if plan.request.forced else texts.REASON_HINT
        yield from self._field("reason", hint, plan.request.reason, REASON_CELLS)
        if plan.request.verb is Verb.MAINTENANCE_ENTER:
            yield from self._field("lease", texts.LEASE_HINT, texts.LEASE_MINUTES, 5)
        if plan.risk is Risk.ROLE_CHANGING:
            yield from self._field("name", texts.TYPE_HINT)
        yield Lines(ascii_only=plain, id="action-why")
        with Horizontal(classes="buttons"):
            yield Push(tr(texts.CANCEL), ascii_only=plain, id="action-cancel")
            label = tr(texts.VERBS[plan.request.verb])
            yield Push(label, ascii_only=plain, id="action-go", enabled=False)
        yield Lines(ascii_only=plain, id="dialog-keys")

    def _field(self, name: str, hint: str, value: str = "", most: int = 0) -> ComposeResult:
        with Horizontal(classes="field"):
            label = Lines(ascii_only=self.ascii_only, id=f"label-{name}")
            label.add_class("label")
            yield label
            yield Input(
                value, placeholder=tr(hint), compact=True, id=f"field-{name}", max_length=most
            )

    def on_mount(self) -> None:
        """What is to be typed has the focus, else Cancel."""
        # A screen that is closed before it is laid out has nothing in it.
        if not self.query("#dialog-keys"):
            return
        first = {"reason": self._plan.request.forced, "name": self._role_changing}
        wanted = [f"#field-{name}" for name, needed in first.items() if needed]
        self.query_one(wanted[0] if wanted else "#action-cancel").focus()
        self.redraw()

    @property
    def _role_changing(self) -> bool:
        return self._plan.risk is Risk.ROLE_CHANGING

    @property
    def _go(self) -> Push:
        return self.query_one("#action-go", Push)

    def _typed(self, name: str) -> str:
        found = self.query(f"#field-{name}").results(Input)
        return next((field.value for field in found), "")

    @property
    def completed(self) -> Plan:
        """The plan with reason, lease and typed name as they stand in the fields."""
        minutes = self._minutes()
        request = replace(
            self._plan.request,
            reason=clean(self._typed("reason")).strip(),
            lease_s=minutes * 60.0 if minutes else self._plan.request.lease_s,
            confirmed=self._typed("name") if self._role_changing else None,
        )
        return replace(self._plan, request=request)

    def _minutes(self) -> int | None:
        """The minutes of the lease; None without one, 0 where what was typed is none."""
        text = self._typed("lease").strip()
        if not text:
            return None
        known = text.isascii() and text.isdigit() and 0 < int(text) <= MOST_MINUTES
        return int(text) if known else 0

    def show(self, snapshot: PairSnapshot, scene: Scene) -> None:
        """Judge by this moment."""
        super().show(snapshot, scene)
        self._check()

    def _check(self) -> None:
        """Ask the gate, or once more when it has answered."""
        if self._asking:
            self._once_more = True
        elif self.is_mounted:
            self._asking = True
            self._ask_gate()

    @work(group="gate", exit_on_error=False)
    async def _ask_gate(self) -> None:
        try:
            self._once_more = True
            while self._once_more:
                self._once_more = False
                self._found = await asyncio.to_thread(self._ask, self.completed)
                self._failure = ""
        except Exception as error:
            # Whatever it is, nothing is done without the gate's answer.
            self._found, self._failure = None, clean(str(error) or type(error).__name__)
        finally:
            self._asking = False
        self.redraw()

    def why_not(self) -> str:
        """Why nothing can be done now, in a sentence; empty where it can."""
        if self._failure:
            return tr(texts.WHY_FAILED).format(reason=self._failure)
        if self._found is None or self.seen is None:
            return tr(texts.WHY_ASKING)
        age = self._age()
        if age > OLD_AFTER_S:
            return tr(texts.WHY_OLD).format(age=present.age(age))
        finding = action_view.blocking(self._found)
        if finding is not None:
            return tr(texts.WHY_REFUSED).format(finding=finding.text)
        if self._minutes() == 0:
            return tr(texts.WHY_LEASE).format(most=MOST_MINUTES)
        wish = self.completed.request
        if wish.forced and not wish.reason:
            return tr(texts.WHY_REASON)
        if self._role_changing and not same_name(wish.confirmed or "", self._plan.node):
            return tr(texts.WHY_WRONG) if wish.confirmed else tr(texts.WHY_NAME)
        return ""

    def _age(self) -> float:
        """How old the facts are by which the gate judges."""
        if self.seen is None:
            return 0.0
        snapshot, scene = self.seen
        return max(0.0, scene.now - snapshot.at)

    def draw(self, snapshot: PairSnapshot, scene: Scene) -> None:
        """Plan, findings, fields, and whether it can be done."""
        plan = self._plan
        self.draw_head(plan.node, plan.title, scene)
        panel = self.query_one("#action-plan", Panel)
        title = line((tr(texts.PLAN), Tone.STRONG))
        rows = action_view.plan_rows(plan, panel.inner.width, panel.inner.height)
        panel.fill(title, action_view.risk(plan), rows)
        self._draw_gate()
        self._draw_fields()
        why = self.why_not()
        if why and self._go.has_focus:
            self.query_one("#action-cancel").focus()
        self._go.set(enabled=not why)
        tone = Tone.BAD if self._found and action_view.blocking(self._found) else Tone.WARN
        self._draw_why(why, tone)
        self.draw_keys(tr(texts.KEYS_ASK))

    def _draw_why(self, why: str, tone: Tone) -> None:
        """Why it cannot be done, whole, above the buttons; there is a row for it at all times."""
        told = self.query_one("#action-why", Lines)
        most = min(WHY_ROWS, max(1, self.size.height - OTHER_ROWS))
        rows = wrap(why, self.size.width - 2, most, tone)
        if self._why_height != max(1, len(rows)):
            told.styles.height = self._why_height = max(1, len(rows))
        told.draw(tuple(line(" ", row) for row in rows))

    def _draw_gate(self) -> None:
        panel = self.query_one("#action-gate", Panel)
        cells = panel.inner.width
        if self._found is None:
            said = self._failure or tr(texts.ASKING)
            rows: tuple[Line, ...] = (line((said, Tone.WARN)),)
        else:
            rows = action_view.finding_rows(self._found, cells)
        height = min(len(rows) + 2, self._gate_rows(cells))
        if self._gate_height != height:
            panel.styles.height = self._gate_height = height
        age = self._age()
        tone = Tone.WARN if age > OLD_AFTER_S else Tone.MUTED
        badge = line((tr(texts.FACTS_OLD).format(age=present.age(age)), tone))
        panel.fill(line((tr(texts.GATE), Tone.STRONG)), badge, rows)

    def _gate_rows(self, cells: int) -> int:
        """How many rows the findings may have; where there are few, what is well gives way to the plan."""
        third = max(LEAST_GATE, min(self.size.height // 3, self.size.height - OTHER_ROWS))
        if self.size.height >= AMPLE_ROWS:
            return third
        bad = [one for one in self._found or () if one.weight is not Weight.FINE]
        return min(third, max(LEAST_GATE, len(action_view.finding_rows(bad, cells)) + 2))

    def _draw_fields(self) -> None:
        node = action_view.short(self._plan.node)
        words = {
            "reason": tr(texts.REASON),
            "lease": tr(texts.LEASE),
            "name": tr(texts.TYPE_NAME).format(node=node),
        }
        for name, said in words.items():
            for label in self.query(f"#label-{name}").results(Lines):
                label.draw((line(" ", (said, Tone.STRONG if name == "name" else Tone.PLAIN)),))

    @on(Input.Changed)
    def _changed(self) -> None:
        # What was found of the plan as it stood before says nothing of it as it stands now.
        self._check()
        self.redraw()

    @on(Input.Submitted)
    def _next_field(self, message: Input.Submitted) -> None:
        """Enter goes on to the next field, and from the last one to the button where that lives, never further."""
        fields = list(self.query(Input))
        place = fields.index(message.input)
        if place + 1 < len(fields):
            fields[place + 1].focus()
        elif self._go.enabled:
            self._go.focus()

    @on(Push.Pressed, "#action-go")
    def _pressed(self) -> None:
        # The button may have been pressed in the moment in which the gate changed its mind.
        if not self.why_not():
            self.dismiss(self.completed)

    @on(Push.Pressed, "#action-cancel")
    def action_cancel(self) -> None:
        """End with nothing done."""
        self.dismiss(None)

    def action_page(self, pages: int) -> None:
        """Scroll the plan, whatever has the focus."""
        self.query_one("#action-plan", Panel).action_page(pages)
