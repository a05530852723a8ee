"""One comparison as data: what came from the nodes, and what is to be known of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from pfha_tui.configdiff import remote
from pfha_tui.configdiff.engine import ComparisonFault, compare, compare_revisions, place
from pfha_tui.configdiff.model import Report, Rule
from pfha_tui.configdiff.rules import RULES
from pfha_tui.parsers.configxml import Revision
from pfha_tui.parsers.errors import ParseError


@dataclass(frozen=True, slots=True)
class Job:
    """Two configurations as `remote.read` gave them, and what `engine.compare` is to be told.

    With `one_node` they are two revisions of one node, the older one first, and no rule is asked.
    """

    first: bytes = field(repr=False)
    second: bytes = field(repr=False)
    names: tuple[str, str]
    revisions: tuple[Revision, ...] = ()
    rules: tuple[Rule, ...] = RULES
    now: float | None = None
    one_node: bool = False

    def run(self) -> Report:
        """Read and compare; takes up to a second or two, so not on a loop. Raises ParseError and ComparisonFault."""
        try:
            first, second = remote.unpacked(self.first), remote.unpacked(self.second)
        except ParseError:
            raise
        # As in `compare`: the frames below hold secrets.
        except Exception as error:
            raise ComparisonFault(place(error)) from None
        if self.one_node:
            return compare_revisions(first, second, names=self.names)
        return compare(
            first,
            second,
            names=self.names,
            revisions=self.revisions,
            rules=self.rules,
            now=self.now,
        )
