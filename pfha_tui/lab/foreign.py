"""Routers on the pair's segments that do not belong to the pair."""

from dataclasses import dataclass

from pfha_tui.lab.carp import Advertisement


@dataclass(frozen=True, slots=True)
class Stranger:
    """A router that advertises a virtual host of its own, always, and hears nothing.

    With a VHID that the pair does not have on that segment it makes `bad vhid` rise; with one that it has,
    `bad authentication`, unless password and addresses are the pair's.
    """

    vhid: int
    password: str = "somebody else's"
    addresses: tuple[str, ...] = ()
    advbase: int = 1
    advskew: int = 0
    family: int = 4

    @property
    def advertisement(self) -> Advertisement:
        """What it sends."""
        seal = (self.password, tuple(sorted(self.addresses)))
        return Advertisement(self.vhid, self.advbase, self.advskew, seal, self.family)
