"""What is done around the steps of a plan, in words."""

import shlex
from collections.abc import Iterator

from pfha_tui.actions.commands import LOCK, TOKEN, announce, mark
from pfha_tui.actions.model import Plan
from pfha_tui.domain.language import tr


def around(plan: Plan) -> Iterator[str]:
    """What the executor does beside the steps of a plan, one clause each with its command. ID is the action's, TEXT
    what is known only then: who, when, the journal's head."""

    def said(what: str, words: tuple[str, ...], *, root: bool = False) -> str:
        shown = shlex.join(words) + (f"  ({tr('as root')})" if root else "")
        return tr("{what}: {detail}").format(what=what, detail=shown)

    both = tr("lock on {first} and {second}").format(first=plan.node, second=plan.peer)
    yield said(both, ("lockf", LOCK))
    yield said(tr("lines in both system logs"), announce("TEXT").argv)
    for step in plan.steps:
        if step.demotion:
            link = mark("TEXT")
            yield said(tr("mark on {node}").format(node=step.node), link.argv, root=link.root)
        if step.watchdog_s is not None:
            text = tr("the watchdog's token on {node}").format(node=step.node)
            yield said(text, ("/bin/mkdir", f"{TOKEN}ID"))
