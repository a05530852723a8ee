"""The sysctls of one node that decide what its CARP and its pfsync do."""


class Tunables:
    """As a boot of pfSense leaves them."""

    carp_allow = 1
    carp_demotion = 0
    carp_preempt = carp_log = 1
    carp_ifdown_factor = 240
    carp_senderr_factor = 0
    carp_dscp = 56
    pfsync_demotion_factor = 0

    def reset_tunables(self) -> None:
        """Set them anew, but for allow and demotion, which have effects and rules of their own."""
        for name in vars(Tunables).keys() & vars(self).keys() - {"carp_allow", "carp_demotion"}:
            delattr(self, name)
