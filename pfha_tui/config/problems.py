"""What is wrong with a configuration, said so that it can be mended."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pfha_tui.domain.language import tr

KeyPath = tuple[str | int, ...]
"""Where a key stands: the names of the tables around it and the places in lists of tables, then its own."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: `line` counts from 1 (None when the whole file is meant), `key` is the path of the key,
    `what` says what is wrong and `mend` what to do. No field ever holds a secret."""

    file: Path
    line: int | None
    key: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        place = str(self.file) if self.line is None else f"{self.file}:{self.line}"
        subject = f"{self.key}: " if self.key else ""
        return f"{place}: {subject}{self.sentence}"

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, without the place."""
        if not self.mend:
            return self.what
        return tr("{what}; {mend}").format(what=self.what, mend=self.mend)


class ConfigError(Exception):
    """A configuration cannot be used; `problems` holds every fault that was found, at least one."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class NoConfiguration(ConfigError):
    """There is no configuration file at the place where it is looked for."""


def distinct(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each fault once (a key that holds for both nodes is found at fault twice), in the order of the file."""
    first: dict[tuple[int | str, str], Problem] = {}
    for problem in problems:
        first.setdefault((problem.line or problem.key, problem.what), problem)
    return tuple(sorted(first.values(), key=lambda problem: problem.line or 0))
