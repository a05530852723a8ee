"""ifconfig, in FreeBSD 12's text."""

import ipaddress
from collections.abc import Iterator

from pfha_tui.lab.carp import State, Vhid
from pfha_tui.lab.commands.reply import Reply, usage
from pfha_tui.lab.interface import Address, Interface
from pfha_tui.lab.node import CarpVip, Node

_OPTIONS = (
    "6c00bb<RXCSUM,TXCSUM,VLAN_MTU,VLAN_HWTAGGING,JUMBO_MTU,VLAN_HWCSUM,VLAN_HWTSO,LINKSTATE,"
    "RXCSUM_IPV6,TXCSUM_IPV6>"
)
_ND6 = "\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>"
_UP, _RUNNING, _PROMISC = 0x1, 0x40, 0x100
_ETHERNET = (
    (0x1, "UP"),
    (0x2, "BROADCAST"),
    (0x40, "RUNNING"),
    (0x100, "PROMISC"),
    (0x800, "SIMPLEX"),
    (0x8000, "MULTICAST"),
)
_LOOPBACK = ((0x1, "UP"), (0x8, "LOOPBACK"), (0x40, "RUNNING"), (0x8000, "MULTICAST"))
_PSEUDO = ((0x1, "UP"), (0x40, "RUNNING"))


def answer(node: Node, words: list[str], uid: int) -> Reply:
    """Answer `ifconfig WORDS`."""
    if words in (["-a"], []):
        return Reply("".join(text(node, interface) for interface in node.interfaces))
    if words == ["-l"]:
        return Reply(" ".join(interface.name for interface in node.interfaces) + "\n")
    try:
        interface = next(i for i in node.interfaces if i.name == words[0])
    except StopIteration:
        if words[0].startswith("-"):
            return _usage()
        return Reply(err=f"ifconfig: interface {words[0]} does not exist\n", code=1)
    if len(words) == 1:
        return Reply(text(node, interface))
    if uid != 0:
        return Reply(err="ifconfig: ioctl (SIOCAIFADDR): permission denied\n", code=1)
    return _change(node, interface, words[1:])


def flags(interface: Interface) -> tuple[int, str]:
    """The interface flags as a number and as the names between the brackets."""
    table = _ETHERNET if interface.ethernet else _LOOPBACK if interface.name == "lo0" else _PSEUDO
    absent = 0 if interface.promiscuous else _PROMISC
    absent |= 0 if interface.admin_up else _UP | _RUNNING
    present = [(bit, name) for bit, name in table if not bit & absent]
    return sum(bit for bit, _ in present), ",".join(name for _, name in present)


def text(node: Node, interface: Interface) -> str:
    """One interface as ifconfig prints it."""
    number, names = flags(interface)
    lines = [f"{interface.name}: flags={number:x}<{names}> metric 0 mtu {interface.mtu}"]
    if interface.ethernet:
        lines += _ethernet(node, interface)
    elif interface.name == "lo0":
        lines += [
            "\toptions=680003<RXCSUM,TXCSUM,LINKSTATE,RXCSUM_IPV6,TXCSUM_IPV6>",
            "\tinet6 ::1 prefixlen 128",
            f"\tinet6 fe80::1%lo0 prefixlen 64 scopeid 0x{interface.index:x}",
            "\tinet 127.0.0.1 netmask 0xff000000",
            "\tgroups: lo",
            _ND6,
        ]
    else:
        if interface.name == "pfsync0":
            lines.append(
                f"\tpfsync: syncdev: {node.syncdev} syncpeer: {node.syncpeer} maxupd: 128 defer: off"
            )
        lines.append(f"\tgroups: {interface.name.rstrip('0')}")
    return "".join(line + "\n" for line in lines)


def _ethernet(node: Node, interface: Interface) -> Iterator[str]:
    yield f"\tdescription: {interface.description}"
    yield f"\toptions={_OPTIONS}"
    yield f"\tether {interface.mac}"
    yield f"\tinet6 {interface.link_local}%{interface.name} prefixlen 64 scopeid 0x{interface.index:x}"
    for address in interface.addresses:
        yield _inet(address)
    for vhid in node.vhids:
        if vhid.port is interface:
            yield f"\tcarp: {vhid.state} vhid {vhid.number} advbase {vhid.advbase} advskew {vhid.advskew}"
    yield "\tmedia: Ethernet 10Gbase-T <full-duplex>" + ("" if interface.link else " (none)")
    yield "\tstatus: " + ("active" if interface.link else "no carrier")
    yield _ND6


def _inet(address: Address) -> str:
    network = address.ip.network
    line = f"\tinet {address.ip.ip} netmask 0x{int(network.netmask):x} broadcast {network.broadcast_address}"
    return line if address.vhid is None else f"{line} vhid {address.vhid}"


def _change(node: Node, interface: Interface, words: list[str]) -> Reply:
    """The changing forms: up, down, ADDRESS -alias, [ADDRESS alias] vhid N with its settings."""
    if words in (["up"], ["down"]):
        node.set_admin(interface.name, words == ["up"])
        return Reply()
    words = [word for word in words if word != "inet"]
    address: str | None = None
    if words and "." in words[0]:
        address = words.pop(0)
    if address is not None and words in (["-alias"], ["delete"], ["remove"]):
        gone = node.remove_address(interface, ipaddress.IPv4Interface(address).ip)
        return (
            Reply()
            if gone
            else Reply(
                err="ifconfig: ioctl (SIOCDIFADDR): Can't assign requested address\n", code=1
            )
        )
    if words[-1:] == ["alias"] or words[-1:] == ["add"]:
        words.pop()
    try:
        settings = dict(zip(words[::2], words[1::2], strict=True))
        return _carp(node, interface, address, settings)
    except (ValueError, KeyError):
        return _usage()


def _carp(node: Node, interface: Interface, address: str | None, settings: dict[str, str]) -> Reply:
    if not settings.keys() <= {"vhid", "advskew", "advbase", "pass", "state"}:
        return _usage()
    number = int(settings["vhid"])
    advskew, advbase = int(settings.get("advskew", 0)), int(settings.get("advbase", 1))
    if not (1 <= number <= 255 and 0 <= advskew <= 254 and 1 <= advbase <= 255):
        return Reply(
            err="ifconfig: vhid must be between 1 and 255, advskew 0 to 254, advbase 1 to 255\n",
            code=1,
        )
    vhid = node.vhid(interface.name, number)
    if address is not None:
        vip = CarpVip(
            interface.name, number, ipaddress.IPv4Interface(address), advskew, interface.description, advbase,
            settings.get("pass", ""),
        )  # fmt: skip
        node.add_vip(vip)
    elif vhid is None:
        return Reply(err="ifconfig: no such vhid, and no address to attach it to\n", code=1)
    else:
        _adjust(vhid, settings)
    node.world.touch()
    return Reply()


def _adjust(vhid: Vhid, settings: dict[str, str]) -> None:
    """Settings of a running virtual host: no timer is touched, the next advertisement carries them."""
    vhid.advskew = int(settings.get("advskew", vhid.advskew))
    vhid.advbase = int(settings.get("advbase", vhid.advbase))
    vhid.password = settings.get("pass", vhid.password)
    if "state" in settings:
        vhid.request(State(settings["state"].upper()))


def _usage() -> Reply:
    return usage(
        "ifconfig",
        "[-a | -l | interface [up | down | address -alias | "
        "[address] vhid n [advskew n] [advbase n] [pass x] [state s]]]",
    )
