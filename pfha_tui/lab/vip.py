"""A CARP VIP of a node."""

from dataclasses import dataclass

from pfha_tui.lab.interface import Inet


@dataclass(slots=True)
class CarpVip:
    """A CARP VIP as the configuration holds it, and what somebody gave the kernel in place of that."""

    interface: str
    vhid: int
    address: Inet
    advskew: int
    description: str
    advbase: int = 1
    password: str = "lab-carp"
    wrong_password: str = ""
    """What somebody gave the kernel in place of it; empty when nobody did."""
    stacked: bool = False
    """Whether it is an IP alias that stands on a CARP VIP, and shares its virtual host."""

    @property
    def in_use(self) -> str:
        """The password that the kernel is given."""
        return self.wrong_password or self.password
