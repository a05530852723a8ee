"""The forms of ifconfig that change something: up, down, syncdev, addresses, and the settings of a virtual host."""

import ipaddress

from pfha_tui.lab.carp import State, Vhid
from pfha_tui.lab.commands.reply import Reply, usage
from pfha_tui.lab.interface import Interface
from pfha_tui.lab.node import Node
from pfha_tui.lab.vip import CarpVip


def change(node: Node, interface: Interface, words: list[str]) -> Reply:
    """`up`, `down`, `syncdev IF`, `[inet|inet6] ADDRESS -alias`, `[ADDRESS] vhid N ...`; never raises."""
    if words in (["up"], ["down"]):
        node.set_admin(interface.name, words == ["up"])
        return Reply()
    if words[0] in ("syncdev", "syncif") and interface.name == "pfsync0":
        return _sync_over(node, words[1:])
    words = [word for word in words if word not in ("inet", "inet6", "alias", "add")]
    address: str | None = None
    if words and ("." in words[0] or ":" in words[0]):
        address = words.pop(0)
    if words[:1] == ["prefixlen"] and len(words) > 1 and address is not None:
        address, words = f"{address}/{words[1]}", words[2:]
    try:
        if address is not None and words in (["-alias"], ["delete"], ["remove"]):
            return _remove(node, interface, address)
        settings = dict(zip(words[::2], words[1::2], strict=True))
        return _carp(node, interface, address, settings)
    except (ValueError, KeyError):
        return usage_reply()


def _sync_over(node: Node, words: list[str]) -> Reply:
    """`syncdev INTERFACE`: even with the present one pfsync asks its peer for all states (if_pfsync.c).

    Only interfaces that are on a segment are known here: without one there is nobody to send to.
    """
    if len(words) != 1:
        return usage_reply()
    interface = next((each for each in node.interfaces if each.name == words[0]), None)
    if interface is None:
        return Reply(err="ifconfig: SIOCSETPFSYNC: Device not configured\n", code=1)
    if interface.segment is None:
        return usage_reply()
    node.syncdev = words[0]
    node.request_bulk()
    node.world.touch()
    return Reply()


def usage_reply() -> Reply:
    """The answer to arguments that ifconfig does not know here."""
    return usage(
        "ifconfig",
        "[-v] [-a | -l | -g group | interface [up | down | address -alias | "
        "[address] vhid n [advskew n] [advbase n] [pass x] [state s]]]",
    )


def _remove(node: Node, interface: Interface, address: str) -> Reply:
    """`ADDRESS -alias`; an interface's own addresses stay, as the rest of the lab takes them to be there."""
    ip = ipaddress.ip_interface(address).ip
    if node.remove_address(interface, ip):
        return Reply()
    if any(each.ip.ip == ip for each in interface.addresses):
        return usage_reply()
    return Reply(err="ifconfig: ioctl (SIOCDIFADDR): Can't assign requested address\n", code=1)


def _carp(node: Node, interface: Interface, address: str | None, settings: dict[str, str]) -> Reply:
    if not settings.keys() <= {"vhid", "advskew", "advbase", "pass", "state"}:
        return usage_reply()
    number = int(settings["vhid"])
    advskew, advbase = int(settings.get("advskew", 0)), int(settings.get("advbase", 1))
    if not (1 <= number <= 255 and 0 <= advskew <= 254 and 1 <= advbase <= 255):
        return Reply(
            err="ifconfig: vhid must be between 1 and 255, advskew 0 to 254, advbase 1 to 255\n",
            code=1,
        )
    vhid = node.vhid(interface.name, number)
    if address is not None:
        _attach(node, interface, address, number, settings)
    elif vhid is None:
        return Reply(err="ifconfig: no such vhid, and no address to attach it to\n", code=1)
    else:
        _adjust(vhid, settings)
    node.world.touch()
    return Reply()


def _attach(
    node: Node, interface: Interface, address: str, number: int, settings: dict[str, str]
) -> None:
    """An address for a virtual host; what the command leaves out stays as the virtual host has it (0 and 1 if new)."""
    vhid = node.vhid(interface.name, number)
    skew, base, password = (
        (0, 1, "") if vhid is None else (vhid.advskew, vhid.advbase, vhid.password)
    )
    vip = CarpVip(
        interface.name, number, ipaddress.ip_interface(address), int(settings.get("advskew", skew)),
        interface.description, int(settings.get("advbase", base)), settings.get("pass", password),
    )  # fmt: skip
    node.add_vip(vip)


def _adjust(vhid: Vhid, settings: dict[str, str]) -> None:
    """Settings of a running virtual host: no timer is touched, the next advertisement carries them."""
    vhid.advskew = int(settings.get("advskew", vhid.advskew))
    vhid.advbase = int(settings.get("advbase", vhid.advbase))
    vhid.password = settings.get("pass", vhid.password)
    if "state" in settings:
        vhid.request(State(settings["state"].upper()))
