"""Worlds of the lab in other shapes than the recorded one, and how its commands are run on them."""

import re
import shlex
from functools import cache

from pfha_tui.lab import shell
from pfha_tui.lab.commands.reply import Reply
from pfha_tui.lab.generation import F12, Generation
from pfha_tui.lab.topology import PLAIN, Topology
from pfha_tui.lab.world import World
from tests.support.lab_pair import START

SETTLED = 180.0
"""Seconds after power-on when every generation has finished its boot and elected."""


def fresh(
    topology: Topology = PLAIN,
    generations: tuple[Generation, Generation] = (F12, F12),
    *,
    seed: int = 1,
) -> World:
    """Both nodes switched on together, and settled."""
    world = World(start=START, seed=seed, topology=topology, generations=generations)
    for node in world.nodes:
        node.boot()
    world.advance(SETTLED)
    return world


@cache
def settled(topology: Topology = PLAIN, generation: Generation = F12) -> World:
    """As `fresh`, but one for all who only look."""
    return fresh(topology, (generation, generation))


def run(world: World, line: str, *, node: str = "fw1", uid: int = 0) -> Reply:
    """One command line, its first word an absolute path, on a node."""
    path, *words = shlex.split(line)
    return shell.answer(world.node(node), path, words, uid)


def out(world: World, line: str, *, node: str = "fw1") -> str:
    """The output of a command that has nothing to complain about."""
    reply = run(world, line, node=node)
    assert (reply.code, reply.err) == (0, ""), line
    return reply.out


def masked(text: str) -> list[str]:
    """Lines without what differs from hour to hour: numbers, hashes, plurals, month names, blanks before numbers."""
    text = re.sub(r"0x[0-9a-f]+|(?<=id: )[0-9a-f]+", "HEX", text)
    text = re.sub(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d+", "MONTH N", text)
    text = re.sub(r" +[+-]?[0-9]+\.[0-9]+", " N", re.sub(r" +[0-9]+(?![0-9.:])", " N", text))
    text = re.sub(r"[0-9]+", "N", text)
    return [re.sub(r"^(\t+/?N .*?)s\b(?= |$)", r"\1", line) for line in text.splitlines()]
