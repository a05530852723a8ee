"""A gateway that dpinger watches on a simulated node."""

import ipaddress
from dataclasses import dataclass


@dataclass(slots=True)
class Gateway:
    """A monitored gateway: `latency` and `stddev` in seconds and `loss` in per cent, as faults leave them.

    While its interface has no carrier, all is lost whatever stands here.
    """

    name: str
    interface: str
    monitor: ipaddress.IPv4Address | ipaddress.IPv6Address
    latency: float = 0.0031
    stddev: float = 0.0004
    loss: int = 0
