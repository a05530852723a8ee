"""Power as a firewall lives through it: what happens in a boot and in a shutdown, and how long each takes.

FreeBSD 12 boots as the recorded pair did. Since 2.7 pfSense keeps CARP off (net.inet.carp.allow=0) from early in
the boot to its end, and turns it off first when it shuts down. Where sshd starts within rc.bootup is not documented;
here it is before the wait for pfsync. Any part of a boot ends with the power (see `Node.run`).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfha_tui.lab.node import Node

BOOTUP = ("php-cgi", "rc.bootup")
"""How the boot's PHP signs in system.log."""
MAINTENANCE_SKEW = 254
SYNC_LOOPS = 30
"""How often interfaces_sync_setup() looks for `syncok: 0`, a second apart, after a first second."""
REST_STEPS, REST_STEP = 10, 4.0
"""The rest of rc.bootup after pfsync: packages, VPNs, graphs, in so many steps of so many seconds."""
HALT_SECONDS = 6.0
"""From the start of a shutdown to its end; sshd is gone after a third of it."""
FIRMWARE_SECONDS = 5.0
"""From the reset to the boot loader."""


def boot(node: "Node") -> Iterator[float]:
    """From power-on to the end of rc.bootup."""
    node.world.accrue()
    node.world.touch()
    node.start()
    yield 4.0
    node.links.clear()
    _kernel(node)
    if node.generation.modern:
        yield from _modern(node)
    else:
        yield from _early(node)
    node.booting = False
    node.world.touch()
    node.syslog("root", "Bootup complete")


def shutdown(node: "Node") -> Iterator[float]:
    """`shutdown -p now`, the page's Halt: ends without power."""
    node.syslog("shutdown", "power-down by root:")
    yield from _halt(node)


def reboot(node: "Node") -> Iterator[float]:
    """`/etc/rc.reboot`, the page's Reboot: the power does not go, but nothing of the running system survives."""
    node.syslog("reboot", "rebooted by root")
    yield from _halt(node)
    node.run_firmware(FIRMWARE_SECONDS, node.boot)


def sync_setup(node: "Node", program: str, script: str) -> Iterator[float]:
    """interfaces_sync_setup(): pfsync is set up, which asks for a bulk update, and then waited for."""
    node.request_bulk()
    yield from wait_for_pfsync(node, program, script)


def wait_for_pfsync(node: "Node", program: str, script: str) -> Iterator[float]:
    """The wait of interfaces_sync_setup(): its loop ends at `syncok: 0`, which reads inverted.

    So it lasts 31 s when all is well, and 1 s while an update is pending; FreeBSD 12 never prints `syncok`, and always
    lasts 31 s. `program` and `script` name who waits, for the log.
    """
    node.syslog(program, f"{script}: waiting for pfsync...")
    yield 1.0
    loops = 0
    while loops < SYNC_LOOPS and not (node.generation.modern and node.bulk_pending):
        loops += 1
        node.world.touch()
        yield 1.0
    node.syslog(program, f"{script}: pfsync done in {loops} seconds.")
    node.syslog(program, f"{script}: Configuring CARP settings finalize...")


def _early(node: "Node") -> Iterator[float]:
    """Up to 2.6: the VIPs are up before pfsync has been waited for."""
    yield 2.0
    _links(node)
    yield 1.0
    node.request_bulk()
    yield 1.0
    _services(node)
    yield 1.0
    _vips(node)
    yield from wait_for_pfsync(node, *BOOTUP)
    yield 3.0


def _modern(node: "Node") -> Iterator[float]:
    """Since 2.7: CARP is off until everything else is done."""
    node.set_allow(0)
    yield 2.0
    _links(node)
    yield 2.0
    _vips(node)
    yield 2.0
    _services(node)
    yield from sync_setup(node, *BOOTUP)
    for _ in range(REST_STEPS):
        node.world.touch()
        yield REST_STEP
    node.set_allow(1)


def _kernel(node: "Node") -> None:
    node.kernel("---<<BOOT>>---")
    node.kernel(f"{node.generation.kernel_line} amd64")
    node.kernel("Timecounters tick every 10.000 msec")
    for interface in node.interfaces:
        if interface.ethernet:
            node.kernel(
                f"{interface.name}: <VirtIO Networking Adapter> on virtio_pci{interface.index - 1}"
            )
            node.kernel(f"{interface.name}: Ethernet address: {interface.mac}")


def _links(node: "Node") -> None:
    for interface in node.interfaces:
        if interface.link and (interface.ethernet or interface.name == "lo0"):
            node.event(f"!system=IFNET subsystem={interface.name} type=LINK_UP")
            node.kernel(f"{interface.name}: link state changed to UP")


def _services(node: "Node") -> None:
    node.serving_network = True
    node.tell()


def _vips(node: "Node") -> None:
    node.world.touch()
    node.run_up()
    for vip in node.config_vips:
        node.add_vip(vip, MAINTENANCE_SKEW if node.maintenance else None)
    node.syslog("php-cgi", "rc.bootup: Creating rrd update script")


def _halt(node: "Node") -> Iterator[float]:
    node.halting = True
    node.world.touch()
    if node.generation.modern:
        node.set_allow(0)
    yield HALT_SECONDS / 3
    node.syslog("syslogd", "exiting on signal 15")
    node.serving_network = False
    node.tell()
    yield HALT_SECONDS * 2 / 3
    node.power_off()
