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
        self.carp_preempt = self.carp_log = 1
        self.carp_ifdown_factor, self.carp_senderr_factor = 240, 0
        self.carp_dscp = 56
        self.pfsync_demotion_factor = 0
