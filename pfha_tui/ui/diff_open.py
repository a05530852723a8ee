"""The comparison of a watched pair, ready to be shown: what of it the screen asks, over the pair's feed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pfha_tui.collector.feed import Feed
from pfha_tui.configdiff import live
from pfha_tui.configdiff.model import Report
from pfha_tui.configdiff.rules import with_own
from pfha_tui.configdiff.told import markdown
from pfha_tui.ui import pictures
from pfha_tui.ui.diff_pair import DiffPair
from pfha_tui.ui.options import ConsoleOptions
from pfha_tui.ui.present import Scene
from pfha_tui.ui.screens.diff import DiffScreen

__all__ = ["DiffScreen", "pair_of"]


def pair_of(feed: Feed, options: ConsoleOptions, scene: Scene, subject: str) -> DiffPair:
    """The wishes of the comparison's screen; `subject` begins the names of saved reports."""
    rules = with_own(options.expected)
    one, two = (node.name for node in feed.target.nodes)

    async def save(report: Report) -> Path:
        moment = scene.local(options.clock()[1])
        name = pictures.file_name(f"{subject}-diff", moment)
        # Thousands of differences take their time to be written.
        return await asyncio.to_thread(_save, report, name)

    return DiffPair(
        nodes=(one, two),
        compare=lambda: live.compare_watched(feed, options.clock()[1], rules),
        revisions=lambda node: live.revisions_watched(feed, node),
        past=lambda span, names: live.compare_past(feed, span.node, span.old, span.new, names),
        save=save,
        local=scene.local,
    )


def _save(report: Report, name: str) -> Path:
    text = "\n".join(markdown(report, everything=True)) + "\n"
    return pictures.save(text, name, pictures.folders(), ".md")
