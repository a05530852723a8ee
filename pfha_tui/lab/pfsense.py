"""What pfSense's own code does to a node: maintenance mode, disabling CARP, saving a page; and its files."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from pfha_tui.lab import power, xmlrpc
from pfha_tui.lab.commands import services
from pfha_tui.lab.configxml.history import History, real
from pfha_tui.lab.node import Node

LOG = "/var/log/system.log"
SHELL = "php-cgi[812]"
"""How the command line's PHP signs in system.log."""
PAGE = "php-fpm[364]"
"""How the web pages' PHP signs."""


def enter_maintenance(node: Node) -> None:
    """interfaces_carp_set_maintenancemode(true): the flag is written once, the skews every time."""
    _maintenance(node, True)


def leave_maintenance(node: Node) -> None:
    """interfaces_carp_set_maintenancemode(false): the configured skews come back."""
    _maintenance(node, False)


def disable_carp(node: Node) -> None:
    """Temporarily disable CARP, as the status page does: allow=0, then all addresses of the CARP VIPs are removed."""
    node.set_allow(0)
    for vip in node.config_vips:
        node.remove_address(node.interface(vip.interface), vip.address.ip)
    node.world.touch()


def disable_from_page(node: Node) -> Iterator[float]:
    """Disable CARP, as the status page does: it takes no time that could be noticed."""
    disable_carp(node)
    yield from ()


def enable_carp(node: Node) -> None:
    """What interfaces_vips_configure() leaves: every CARP VIP and what stands on it, and allow=1; at once."""
    _add_vips(node)
    node.set_allow(1)
    node.world.touch()


def enable_from_page(node: Node) -> Iterator[float]:
    """Enable CARP, as the status page does: the VIPs, then the wait for pfsync, then allow=1."""
    _add_vips(node)
    yield from power.sync_setup(node, PAGE, "/status_carp.php")
    enable_carp(node)


def edit(node: Node) -> None:
    """An administrator changes an alias on a page; the primary synchronises it, on the secondary it is drift."""
    node.world.configuration.edit(node)
    xmlrpc.filter_sync(node)


def _maintenance(node: Node, flag: bool) -> None:
    if node.world.configuration.set_maintenance(node, flag):
        xmlrpc.filter_sync(node)
    for vip in node.config_vips:
        vhid = node.vhid(vip.interface, vip.vhid)
        if vhid is not None:
            vhid.advskew = power.MAINTENANCE_SKEW if flag else vip.advskew
    node.world.touch()


def _add_vips(node: Node) -> None:
    for vip in node.config_vips:
        node.add_vip(vip, power.MAINTENANCE_SKEW if node.maintenance else None)
    node.world.touch()


def fixed_files(node: Node) -> dict[str, str]:
    """The files whose text is always the same, by path."""
    return {"/etc/version": f"{node.generation.version}\n", "/etc/product_name": "pfSense\n"}


class Files(Mapping[str, str]):
    """The files that can be read on a node, by path; each is made when it is asked for."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def __getitem__(self, path: str) -> str:
        made = self._plain.get(path)
        return self._history.read(path).decode() if made is None else made()

    def __contains__(self, path: object) -> bool:
        return path in self._plain or real(str(path)) in self._history.paths()

    def __iter__(self) -> Iterator[str]:
        yield from self._plain
        yield from self._history.paths()

    def __len__(self) -> int:
        return len(self._plain) + len(self._history.paths())

    def size(self, path: str) -> int:
        """Bytes of a file. KeyError when there is none."""
        return len(self[path].encode()) if path in self._plain else self._history.size(path)

    def modified(self, path: str) -> int:
        """When a file was last written (epoch seconds). KeyError when there is none."""
        if path not in self._plain:
            return self._history.modified(path)
        node = self._node
        return int(node.world.now if path.startswith("/var/log/") else node.boottime)

    @property
    def _history(self) -> History:
        return self._node.world.configuration.of(self._node)

    @property
    def _plain(self) -> dict[str, Callable[[], str]]:
        node = self._node
        found = fixed_files(node) | ({"/var/run/booting": ""} if node.booting else {})
        if (leases := services.leases(node)) is not None:
            found[services.LEASES] = leases
        return {LOG: lambda: "".join(node.log)} | {
            path: partial(str, text) for path, text in found.items()
        }
