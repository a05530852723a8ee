"""ifconfig: FreeBSD 12's text as recorded, and that of 14 and later as their sources describe it."""

from collections.abc import Callable, Iterable, Iterator

from pfha_tui.lab.commands import ifconfig_change
from pfha_tui.lab.commands.reply import Reply
from pfha_tui.lab.interface import Address, Interface, Kind
from pfha_tui.lab.node import Node

_ND6 = "\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>"
_ND6_OFF = "\tnd6 options=29<PERFORMNUD,IFDISABLED,AUTO_LINKLOCAL>"
_OPTIONS = {
    Kind.PORT: (
        "6c00bb<RXCSUM,TXCSUM,VLAN_MTU,VLAN_HWTAGGING,JUMBO_MTU,VLAN_HWCSUM,VLAN_HWTSO,LINKSTATE,"
        "RXCSUM_IPV6,TXCSUM_IPV6>"
    ),
    Kind.LAGG: (
        "6400bb<RXCSUM,TXCSUM,VLAN_MTU,VLAN_HWTAGGING,JUMBO_MTU,VLAN_HWCSUM,VLAN_HWTSO,"
        "RXCSUM_IPV6,TXCSUM_IPV6>"
    ),
    Kind.VLAN: "600003<RXCSUM,TXCSUM,RXCSUM_IPV6,TXCSUM_IPV6>",
    Kind.LOOPBACK: "680003<RXCSUM,TXCSUM,LINKSTATE,RXCSUM_IPV6,TXCSUM_IPV6>",
    Kind.TUNNEL: "80000<LINKSTATE>",
}
_UP, _RUNNING, _PROMISC = 0x1, 0x40, 0x100
_LOWER_UP = (0x1000000, "LOWER_UP")
_ETHERNET = (
    (0x1, "UP"),
    (0x2, "BROADCAST"),
    (0x40, "RUNNING"),
    (0x100, "PROMISC"),
    (0x800, "SIMPLEX"),
    (0x8000, "MULTICAST"),
)
_FLAGS = {
    Kind.LOOPBACK: ((0x1, "UP"), (0x8, "LOOPBACK"), (0x40, "RUNNING"), (0x8000, "MULTICAST")),
    Kind.TUNNEL: ((0x1, "UP"), (0x10, "POINTOPOINT"), (0x40, "RUNNING"), (0x8000, "MULTICAST")),
    Kind.PSEUDO: ((0x1, "UP"), (0x40, "RUNNING")),
}
PEER = "\t      peer 224.0.0.18 peer6 ff02::12"
"""Where an advertisement goes when nobody configured unicast; printed since FreeBSD 14."""
_OPENER = 41203
"""Process number of OpenVPN."""


def answer(node: Node, words: list[str], uid: int) -> Reply:
    """Answer `ifconfig WORDS`; -v adds nothing to the lab's interfaces, as it added nothing to the recorded ones."""
    if words[:1] == ["-v"]:
        words = words[1:]
    if words in (["-a"], []):
        return Reply("".join(text(node, interface) for interface in node.interfaces))
    if words == ["-l"]:
        return Reply(" ".join(interface.name for interface in node.interfaces) + "\n")
    if len(words) == 2 and words[0] == "-g":
        members = [each.name for each in node.interfaces if words[1] in groups(each)]
        return Reply("".join(f"{name}\n" for name in members), code=0 if members else 1)
    if words[0].startswith("-"):
        return ifconfig_change.usage_reply()
    interface = next((each for each in node.interfaces if each.name == words[0]), None)
    if interface is None:
        return Reply(err=f"ifconfig: interface {words[0]} does not exist\n", code=1)
    if len(words) == 1:
        return Reply(text(node, interface))
    if uid != 0:
        return Reply(err="ifconfig: ioctl (SIOCAIFADDR): permission denied\n", code=1)
    return ifconfig_change.change(node, interface, words[1:])


def flags(interface: Interface) -> tuple[int, tuple[str, ...]]:
    """The interface flags as a number and as names, without those that only netlink has."""
    absent = 0 if interface.promiscuous else _PROMISC
    absent |= 0 if interface.admin_up else _UP | _RUNNING
    present = [
        (bit, name) for bit, name in _FLAGS.get(interface.kind, _ETHERNET) if not bit & absent
    ]
    return sum(bit for bit, _ in present), tuple(name for _, name in present)


def groups(interface: Interface) -> tuple[str, ...]:
    """The interface groups, as cloned interfaces get them."""
    match interface.kind:
        case Kind.PORT:
            return ()
        case Kind.TUNNEL:
            return ("tun", "openvpn")
        case Kind.VLAN:
            return ("vlan",)
        case _:
            return (interface.name.rstrip("0123456789"),)


def text(node: Node, interface: Interface) -> str:
    """One interface as ifconfig prints it."""
    body: dict[Kind, Callable[[Node, Interface], Iterator[str]]] = {
        Kind.LOOPBACK: _loopback,
        Kind.TUNNEL: _tunnel,
        Kind.PSEUDO: _pseudo,
    }
    lines = [
        _header(node, interface),
        *_head(node, interface),
        *body.get(interface.kind, _ethernet)(node, interface),
    ]
    return "".join(line + "\n" for line in lines)


def _header(node: Node, interface: Interface) -> str:
    number, names = flags(interface)
    if node.generation.modern and _lower_up(interface):
        number, names = number | _LOWER_UP[0], (*names, _LOWER_UP[1])
    brackets = f"<{','.join(names)}>" if names or not node.generation.modern else ""
    return f"{interface.name}: flags={number:x}{brackets} metric 0 mtu {interface.mtu}"


def _lower_up(interface: Interface) -> bool:
    """Netlink's operational state: the carrier of Ethernet devices, for all others whether they are up.

    The port of an aggregation is of another type than Ethernet, and so counts among the others.
    """
    in_lagg = interface.kind is Kind.PORT and bool(interface.above)
    return interface.link if interface.ethernet and not in_lagg else interface.admin_up


def _head(node: Node, interface: Interface) -> Iterator[str]:
    if interface.description:
        yield f"\tdescription: {interface.description}"
    options = _OPTIONS.get(interface.kind)
    if options is not None:
        yield f"\toptions={options}"
    elif node.generation.modern:
        yield "\toptions=0"


def _ethernet(node: Node, interface: Interface) -> Iterator[str]:
    yield f"\tether {interface.mac}"
    if interface.hwaddr:
        yield f"\thwaddr {interface.hwaddr}"
    elif interface.kind is Kind.LAGG and node.generation.modern:
        yield "\thwaddr 00:00:00:00:00:00"
    in_lagg = interface.kind is Kind.PORT and bool(interface.above)
    if interface.addresses:
        local = f"\tinet6 {interface.link_local}%{interface.name} prefixlen 64 scopeid 0x{interface.index:x}"
        yield from _addresses(node, [local], interface.addresses)
    if interface.kind is Kind.LAGG:
        yield from _lagg(interface)
    if names := groups(interface):
        yield f"\tgroups: {' '.join(names)}"
    yield from _carp(node, interface)
    if interface.kind is Kind.VLAN:
        protocol = " vlanproto: 802.1q" if node.generation.modern else ""
        yield f"\tvlan: {interface.tag}{protocol} vlanpcp: 0 parent interface: {interface.below[0].name}"
    yield from _media(interface)
    yield _ND6 if interface.addresses and not in_lagg else _ND6_OFF


def _addresses(node: Node, local: Iterable[str], addresses: list[Address]) -> Iterator[str]:
    """Kernel order up to 13, which has the link-local address first; by family, IPv4 first, since 14."""
    lines = [*local, *(_inet(address) for address in addresses)]
    return iter(
        sorted(lines, key=lambda line: "inet6" in line) if node.generation.modern else lines
    )


def _carp(node: Node, interface: Interface) -> Iterator[str]:
    for vhid in node.vhids:
        if vhid.port is interface:
            yield f"\tcarp: {vhid.state} vhid {vhid.number} advbase {vhid.advbase} advskew {vhid.advskew}"
            if node.generation.modern:
                yield PEER


def _lagg(interface: Interface) -> Iterator[str]:
    yield "\tlaggproto lacp lagghash l2,l3,l4"
    for port in interface.below:
        active = port.link and port.admin_up
        shown = "1c<ACTIVE,COLLECTING,DISTRIBUTING>" if active else "0<>"
        yield f"\tlaggport: {port.name} flags={shown}"


def _media(interface: Interface) -> Iterator[str]:
    if interface.kind is Kind.PORT:
        yield "\tmedia: Ethernet 10Gbase-T <full-duplex>" + ("" if interface.link else " (none)")
    else:
        yield "\tmedia: Ethernet autoselect"
    yield "\tstatus: " + ("active" if interface.link else "no carrier")


def _loopback(node: Node, interface: Interface) -> Iterator[str]:
    local = (
        "\tinet6 ::1 prefixlen 128",
        f"\tinet6 fe80::1%lo0 prefixlen 64 scopeid 0x{interface.index:x}",
    )
    yield from _addresses(node, local, interface.addresses)
    yield "\tgroups: lo"
    yield _ND6


def _tunnel(node: Node, interface: Interface) -> Iterator[str]:
    yield from _addresses(node, (), interface.addresses)
    yield f"\tgroups: {' '.join(groups(interface))}"
    yield _ND6_OFF
    yield f"\tOpened by PID {_OPENER}"


def _pseudo(node: Node, interface: Interface) -> Iterator[str]:
    if interface.name == "pfsync0":
        version = node.generation.pfsync_version
        settings = f"syncdev: {node.syncdev} syncpeer: {node.syncpeer or '224.0.0.240'} maxupd: 128 defer: off"
        if version is None:
            yield f"\tpfsync: {settings}"
        else:
            yield f"\t{settings} version: {version}"
            yield f"\tsyncok: {0 if node.bulk_pending else 1}"
    yield f"\tgroups: {' '.join(groups(interface))}"


def _inet(address: Address) -> str:
    network = address.ip.network
    vhid = "" if address.vhid is None else f" vhid {address.vhid}"
    if network.version == 6:
        return f"\tinet6 {address.ip.ip} prefixlen {network.prefixlen}{vhid}"
    mask = f"netmask 0x{int(network.netmask):x}"
    if address.remote is not None:
        return f"\tinet {address.ip.ip} --> {address.remote} {mask}"
    if address.ip.is_loopback:
        return f"\tinet {address.ip.ip} {mask}"
    return f"\tinet {address.ip.ip} {mask} broadcast {network.broadcast_address}{vhid}"
