"""Forms of ifconfig that were not captured: described from the sources of FreeBSD 12 to 15."""

import pytest

from pfha_tui.domain.model import Address, CarpState, CarpVhid, Family, Interface, PfsyncInterface
from pfha_tui.parsers import ifconfig
from pfha_tui.parsers.errors import ParseError

HEAD = "vtnet0: flags=8943<UP,BROADCAST,RUNNING,PROMISC,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"


def one(*lines: str, head: str = HEAD) -> Interface:
    (found,) = ifconfig.parse(head + "".join(f"\t{line}\n" for line in lines))
    return found


def pfsync(*lines: str) -> PfsyncInterface | None:
    return one(*lines, head="pfsync0: flags=41<UP,RUNNING> metric 0 mtu 1500\n").pfsync


@pytest.mark.parametrize(
    ("head", "flags", "mtu"),
    [
        ("enc0: flags=0<> metric 0 mtu 1536", (), 1536),  # up to 13
        ("enc0: flags=0 metric 0 mtu 1536", (), 1536),  # 14 and later
        ("enc0: flags=0", (), None),
        ("em0: flags=1008943<UP,LOWER_UP> metric 0 mtu 1500", ("UP", "LOWER_UP"), 1500),
        ("lagg0_vlan220: flags=8802<BROADCAST,IFF_26> mtu 9000", ("BROADCAST", "IFF_26"), 9000),
    ],
)
def test_headers(head: str, flags: tuple[str, ...], mtu: int | None) -> None:
    (found,) = ifconfig.parse(head + "\n")
    assert (found.name, found.flags, found.mtu) == (head.split(":")[0], flags, mtu)
    assert found.up is ("UP" in flags)
    assert found.status is None and not found.link_down


def test_a_master_of_freebsd_14() -> None:
    found = one(
        "description: WAN",
        "options=4c00bb<RXCSUM,TXCSUM>",
        "ether 52:54:00:01:00:00",
        "inet 203.0.113.2 netmask 0xffffff00 broadcast 203.0.113.255",
        "inet 203.0.113.1 netmask 0xffffff00 broadcast 203.0.113.255 vhid 1",
        "groups: WAN_GROUP uplinks",
        "carp: MASTER vhid 1 advbase 1 advskew 0",
        "      peer 224.0.0.18 peer6 ff02::12",
        "carp: BACKUP vhid 3 advbase 2 advskew 100",
        "      peer 192.0.2.7 peer6 2001:db8::7",
        "media: Ethernet autoselect (10Gbase-T <full-duplex>)",
        "status: active",
        "nd6 options=29<PERFORMNUD,IFDISABLED,AUTO_LINKLOCAL>",
    )
    assert found.carp == (
        CarpVhid("vtnet0", 1, CarpState.MASTER, 1, 0, "224.0.0.18", "ff02::12"),
        CarpVhid("vtnet0", 3, CarpState.BACKUP, 2, 100, "192.0.2.7", "2001:db8::7"),
    )
    assert found.groups == ("WAN_GROUP", "uplinks")
    assert found.addresses[1] == Address(Family.INET, "203.0.113.1", 24, 1)


def test_the_order_of_lines_does_not_matter() -> None:
    lines = ["status: active", "carp: INIT vhid 7 advbase 1 advskew 0", "inet 10.0.0.1/8 vhid 7"]
    assert one(*lines) == one(*reversed(lines))


def test_spaces_and_carriage_returns_are_taken_for_what_they_were() -> None:
    text = HEAD + "\tstatus: active\n\tcarp: MASTER vhid 1 advbase 1 advskew 0\n"
    assert ifconfig.parse(text.replace("\t", "    ")) == ifconfig.parse(text)
    assert ifconfig.parse(text.replace("\n", "\r\n")) == ifconfig.parse(text)


def test_vrrp_of_freebsd_15() -> None:
    (group,) = one("vrrp: BACKUP vrid 5 prio 100 interval 100").carp
    assert (group.vhid, group.state, group.vrrp) == (5, CarpState.BACKUP, True)
    assert (group.priority, group.interval_cs) == (100, 100)


def test_vhids_keep_the_kernels_order_and_belong_to_their_interface() -> None:
    vhids = (1, 8, 3, 4, 10)
    text = "".join(
        f"{name}: flags=1<UP> mtu 1500\n"
        + "".join(f"\tcarp: BACKUP vhid {vhid} advbase 1 advskew 100\n" for vhid in vhids)
        for name in ("igb0.100", "igb1")
    )
    for found in ifconfig.parse(text):
        assert tuple((each.interface, each.vhid) for each in found.carp) == tuple(
            (found.name, vhid) for vhid in vhids
        )


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("inet 0.0.0.0 netmask 0x0", Address(Family.INET, "0.0.0.0", 0)),
        ("inet 10.1.2.3 netmask 0xff000000", Address(Family.INET, "10.1.2.3", 8)),
        (
            "inet 10.1.2.3 netmask 255.255.240.0 broadcast 10.1.15.255",
            Address(Family.INET, "10.1.2.3", 20),
        ),
        ("inet 10.8.0.1 --> 10.8.0.2 netmask 0xffffffff", Address(Family.INET, "10.8.0.1", 32)),
        ("inet 10.8.0.1/24 --> 10.8.0.2", Address(Family.INET, "10.8.0.1", 24)),
        (
            "inet 192.0.2.1/24 broadcast 192.0.2.255 vhid 12",
            Address(Family.INET, "192.0.2.1", 24, 12),
        ),
        ("inet6 fe80::1%igb1.100 prefixlen 64 scopeid 0x5", Address(Family.INET6, "fe80::1", 64)),
        ("inet6 2001:DB8::1 prefixlen 64 vhid 1", Address(Family.INET6, "2001:db8::1", 64, 1)),
        (
            "inet6 2001:db8::2 prefixlen 64 deprecated autoconf pltime 0 vltime infty vhid 9",
            Address(Family.INET6, "2001:db8::2", 64, 9),
        ),
        (
            "inet6 fe80::1%gif0 --> fe80::2%gif0 prefixlen 128",
            Address(Family.INET6, "fe80::1", 128),
        ),
        ("inet6 fe80::1%lo0/64 scopeid 0x2", Address(Family.INET6, "fe80::1", 64)),
    ],
)
def test_addresses(line: str, address: Address) -> None:
    assert one(line).addresses == (address,)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (  # 12
            ["pfsync: syncdev: vtnet2 syncpeer: 172.16.1.3 maxupd: 128 defer: off"],
            PfsyncInterface("vtnet2", "172.16.1.3", 128, False),
        ),
        (  # pfSense on 12
            ["pfsync: syncdev: igb2 maxupd: 128 defer: on", "syncok: 1"],
            PfsyncInterface("igb2", None, 128, True, syncok=True),
        ),
        (  # 13
            ["syncdev: igb2 syncpeer: fe80::2%igb2 maxupd: 128 defer: off", "syncok: 0"],
            PfsyncInterface("igb2", "fe80::2", 128, False, syncok=False),
        ),
        (  # 14
            [
                "syncdev: igb2 syncpeer: 172.16.1.3 maxupd: 128 defer: off version: 1400",
                "syncok: 1",
            ],
            PfsyncInterface("igb2", "172.16.1.3", 128, False, 1400, True),
        ),
        (  # 14, not configured
            ["syncpeer: 0.0.0.0 maxupd: 128 defer: off version: 1301", "syncok: 1"],
            PfsyncInterface(None, "0.0.0.0", 128, False, 1301, True),
        ),
        (["groups: pfsync"], None),  # 12, not configured
    ],
)
def test_pfsync_generations(lines: list[str], expected: PfsyncInterface | None) -> None:
    assert pfsync(*lines) == expected


def test_pfsync_of_freebsd_14_without_its_tab() -> None:
    text = (
        "pfsync0: flags=0 metric 0 mtu 1500\n"
        "maxupd: 128 defer: off version: 1400\n\tsyncok: 1\n\tgroups: pfsync\n"
        "lo0: flags=8049<UP,LOOPBACK> metric 0 mtu 16384\n"
    )
    found, after = ifconfig.parse(text)
    assert found.pfsync == PfsyncInterface(None, None, 128, False, 1400, True)
    assert found.groups == ("pfsync",)
    assert after.name == "lo0"


def test_a_peer_belongs_only_to_the_carp_line_right_above() -> None:
    (group,) = one(
        "carp: MASTER vhid 1 advbase 1 advskew 0", "status: active", "peer 192.0.2.9 peer6 ::"
    ).carp
    assert (group.peer, group.peer6) == (None, None)


def test_vlans_laggs_and_what_is_passed_over() -> None:
    old = one("vlan: 100 vlanpcp: 0 parent interface: igb1")
    new = one("vlan: 220 vlanproto: 802.1q vlanpcp: 0 parent interface: lagg0")
    unset = one("vlan: 0 vlanproto: 0x0000 vlanpcp: 0 parent interface: <none>")
    assert (old.vlan, old.vlan_parent) == (100, "igb1")
    assert (new.vlan, new.vlan_parent) == (220, "lagg0")
    assert (unset.vlan, unset.vlan_parent) == (0, None)
    lagg = one(
        "laggproto lacp lagghash l2,l3,l4",
        "laggport: igb0 flags=1c<ACTIVE,COLLECTING,DISTRIBUTING>",
        "laggport: igb1 flags=0<>",
    )
    assert lagg.lagg_ports == ("igb0", "igb1")
    bridge = one(
        "id 00:00:00:00:00:00 priority 32768 hellotime 2 fwddelay 15",
        "maxage 20 holdcnt 6 proto rstp maxaddr 2000 timeout 1200",
        "member: igb1 flags=143<LEARNING,DISCOVER,AUTOEDGE,AUTOPTP>",
        "        ifmaxaddr 0 port 2 priority 128 path cost 2000000",
        "options a,b",
        "hwaddr 58:9c:fc:00:00:01",
        "plugged: SFP/SFP+/SFP28 10G Base-SR (LC)",
        "peer 192.0.2.9 peer6 ::",
        "syncok: 1",
    )
    assert bridge == one()


def test_a_description_cannot_pose_as_another_line() -> None:
    hostile = (
        "uplink\x0b\tcarp: MASTER vhid 9 advbase 1 advskew 0\x85\u2028\tstatus: no carrier\x1b[2J"
    )
    found = one(f"description: {hostile}", "status: active")
    assert found.carp == () and found.status == "active"
    assert found.description.count("\ufffd") == 6
    assert "\x1b" not in found.description


@pytest.mark.parametrize(
    "line",
    [
        "carp:",
        "carp: master vhid 1 advbase 1 advskew 0",
        "carp: MASTER vhid 1 advbase 1",
        "carp: MASTER vhid 0 advbase 1 advskew 0",
        "carp: MASTER vhid 256 advbase 1 advskew 0",
        "carp: MASTER vhid 1 advbase 1 advskew 999",
        "carp: MASTER vhid 1 advbase 1 advskew -1",
        "carp: MASTER vhid \u0661 advbase 1 advskew 0",
        "carp:MASTER vhid 1 advbase 1 advskew 0",
        "carp MASTER vhid 1 advbase 1 advskew 0",
        "vrrp: MASTER vrid 1 prio 999 interval 100",
        "vrrp: UP",
        "inet",
        "inet 203.0.113.1",
        "inet 203.0.113.300 netmask 0xffffff00",
        "inet 203.0.113.1 netmask 0xff00ff00",
        "inet 203.0.113.1 netmask 0x1ffffffff",
        "inet 203.0.113.1 netmask",
        "inet 203.0.113.1/33",
        "inet 203.0.113.1/24 vhid 0",
        "inet 203.0.113.1/24 vhid 1 vhid 2",
        "inet 203.0.113.1/24 vhid x",
        "inet6 fe80::zz prefixlen 64",
        "inet6 fe80::1 prefixlen 129",
        "inet6 203.0.113.1 prefixlen 24",
    ],
)
def test_a_malformed_line_fails_and_is_named(line: str) -> None:
    with pytest.raises(ParseError) as caught:
        one("status: active", line)
    assert caught.value.section == "ifconfig"
    assert caught.value.line_no == 3
    assert caught.value.line.startswith(line.split()[0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "\tstatus: active\n",
        "ifconfig: interface vtnet9 does not exist\n",
        HEAD + "Login incorrect\n",
        HEAD + HEAD,
        "vtnet0: flags=8943 metric 0 mtu 1500\n",
        HEAD + 2 * "\tcarp: MASTER vhid 1 advbase 1 advskew 0\n",
        HEAD + "\tcarp: MASTER vhid 1 advbase 1 advskew 0\n\t      peer here\n",
    ],
)
def test_text_of_another_kind_fails(text: str) -> None:
    with pytest.raises(ParseError):
        ifconfig.parse(text)


@pytest.mark.parametrize(
    "line",
    [
        "syncdev: igb2 maxupd: many defer: off",
        "syncdev: igb2 maxupd: 128 defer: perhaps",
        "syncdev: igb2 syncpeer: nobody maxupd: 128",
        "syncdev:",
        "syncdev: igb2 maxupd: 128 maxupd: 128",
        "syncok: 2",
    ],
)
def test_a_malformed_pfsync_line_fails(line: str) -> None:
    with pytest.raises(ParseError):
        pfsync(line)


def test_a_carp_key_is_neither_kept_nor_shown() -> None:
    found = one('carp: MASTER vhid 1 advbase 1 advskew 0 key "hunter2"')
    assert "hunter2" not in repr(found)
    with pytest.raises(ParseError) as caught:
        one('carp: MASTER vhid 0 advbase 1 advskew 0 key "hunter2"')
    assert "hunter2" not in str(caught.value) + repr(caught.value)
