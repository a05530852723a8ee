"""config.xml of the lab as a text: what pfSense's dump writes, and what a strict reader makes of it."""

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.lab.configxml import tree
from pfha_tui.lab.configxml.config import Config
from pfha_tui.lab.configxml.dump import dump
from tests.support import config_text
from tests.support.school import pair_configs, school_pair

NOW = 1_790_000_000.0

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])).map(str.strip)


def test_the_dump_is_the_one_of_pfsense() -> None:
    root: tree.Tree = {
        "version": "21.7",
        "system": {"hostname": "büro", "dnsserver": ["192.0.2.53"], "ipv6allow": "", "empty": {}},
        "filter": {"rule": [{"descr": 'A & B\'s <"Straße">', "disabled": ""}]},
        "aliases": {"alias": []},
    }
    assert dump(root, "21.7").decode() == (
        '<?xml version="1.0"?>\n'
        "<pfsense>\n"
        "\t<version>21.7</version>\n"
        "\t<system>\n"
        "\t\t<hostname>b&uuml;ro</hostname>\n"
        "\t\t<dnsserver>192.0.2.53</dnsserver>\n"
        "\t\t<ipv6allow></ipv6allow>\n"
        "\t\t<empty></empty>\n"
        "\t</system>\n"
        "\t<filter>\n"
        "\t\t<rule>\n"
        "\t\t\t<descr><![CDATA[A &amp; B's &lt;&quot;Stra&szlig;e&quot;&gt;]]></descr>\n"
        "\t\t\t<disabled></disabled>\n"
        "\t\t</rule>\n"
        "\t</filter>\n"
        "\t<aliases>\n"
        "\t</aliases>\n"
        "</pfsense>\n"
    )


def test_php_8_escapes_the_single_quote_and_php_7_does_not() -> None:
    root: tree.Tree = {"descr": "d'été"}
    assert b"[d'&eacute;t&eacute;]" in dump(root, "22.2")
    assert b"[d&#039;&eacute;t&eacute;]" in dump(root, "22.9")


@given(TEXTS)
def test_any_text_in_cdata_comes_back(words: str) -> None:
    root: tree.Tree = {"version": "23.3", "rule": [{"descr": words, "text": f"]]>{words}"}]}
    back = config_text.read(dump(root, "23.3"))
    assert back["rule"] == [{"descr": words, "text": f"]]>{words}"}]


@pytest.mark.parametrize("version", ["21.7", "22.2", "22.9", "23.3", "24.0"])
def test_both_files_are_well_formed_once_the_entities_are_replaced(version: str) -> None:
    facts = school_pair(
        version=version, vlans=10, ipv6=True, lagg=True, aliases=3, own_aliases=True
    )
    for config in pair_configs(facts, NOW):
        data = config.xml
        with pytest.raises(ElementTree.ParseError, match="undefined entity"):
            ElementTree.fromstring(data)
        assert config_text.read(data)["version"] == version
        assert data.startswith(b'<?xml version="1.0"?>\n<pfsense>\n\t<version>')
        assert data.endswith(b"\t</revision>\n</pfsense>\n")


@pytest.mark.parametrize("node", [0, 1])
def test_reading_the_file_gives_the_tree_that_was_dumped(node: int) -> None:
    config = pair_configs(school_pair(vlans=3, aliases=1, ipv6=True), NOW)[node]
    assert config_text.read(config.xml) == config.root


def test_a_list_of_one_is_still_a_list_and_presence_is_true() -> None:
    config = pair_configs(school_pair(), NOW)[0]
    assert len(config.entries("ca")) == 1
    disabled = [one for one in config.entries("filter", "rule") if "disabled" in one]
    assert disabled and all(one["disabled"] == "" for one in disabled)
    assert b"\t\t\t<disabled></disabled>\n" in config.xml
    assert b"<disabled>true" not in config.xml


def test_text_is_escaped_twice_inside_cdata_and_named_entities_stand_outside() -> None:
    text = pair_configs(school_pair(), NOW)[0].xml.decode()
    assert (
        "<descr><![CDATA[Files: &quot;commun&quot; &amp; '&eacute;l&egrave;ves']]></descr>" in text
    )
    assert "<syslocation>Saint-&Eacute;gr&egrave;ve, salle des serveurs</syslocation>" in text


def test_the_file_is_rich() -> None:
    config = pair_configs(school_pair(), NOW)[0]
    rules = config.entries("filter", "rule")
    assert len(rules) >= 60
    assert len({tree.text(one, "tracker") for one in rules}) == len(rules)
    assert {"carp", "pfsync", "tcp", "udp", "icmp"} <= {tree.text(one, "protocol") for one in rules}
    for flag in ("floating", "disabled", "nosync", "sched", "gateway", "associated-rule-id"):
        assert any(flag in one for one in rules), flag
    assert len(config.entries("aliases", "alias")) >= 25
    named = {tree.text(one, "name") for one in config.entries("aliases", "alias")}
    for one in rules:
        for side in ("source", "destination"):
            address = tree.text(one, side, "address")
            assert not address.isupper() or address in named, address
            port = tree.text(one, side, "port")
            assert not port.isupper() or port in named, port
    assert config.text("hasync", "password")
    for section in ("nat", "dhcpd", "unbound", "openvpn", "ipsec", "cert", "schedules", "gateways",
                    "staticroutes", "cron", "snmpd", "syslog", "installedpackages"):  # fmt: skip
        assert config.get(section), section


def test_services_name_vips_that_exist() -> None:
    config = pair_configs(school_pair(vlans=10, aliases=2), NOW)[0]
    vips = config.entries("virtualip", "vip")
    known = {f"_vip{tree.text(vip, 'uniqid')}" for vip in vips if tree.text(vip, "mode") == "carp"}
    assert len(known) == 12
    used = {tree.text(one, "interface") for one in config.entries("openvpn", "openvpn-server")}
    used |= {tree.text(one, "interface") for one in config.entries("ipsec", "phase1")}
    used |= {tree.text(one, "interface") for one in vips if tree.text(one, "mode") == "ipalias"}
    assert used and used <= known


def test_the_same_facts_and_time_give_the_same_bytes() -> None:
    assert pair_configs(school_pair(vlans=2), NOW) == pair_configs(school_pair(vlans=2), NOW)


def test_five_thousand_rules_make_a_file_of_some_megabytes() -> None:
    config = pair_configs(school_pair(rules=5000), NOW)[0]
    assert len(config.entries("filter", "rule")) >= 5000
    assert 4_000_000 < len(config.xml) < 6_000_000


def test_no_secret_is_in_a_repr() -> None:
    facts = school_pair()
    config = pair_configs(facts, NOW)[0]
    assert config.text("hasync", "password") not in repr(config)
    assert facts.vips[0].password not in repr(facts)


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(ValueError, match=r"24\.5"):
        pair_configs(school_pair(version="24.5"), NOW)


def test_paths_reach_list_entries_by_key_and_by_position() -> None:
    root: tree.Tree = {"vip": [{"uniqid": "a", "descr": "one"}, {"uniqid": "b"}], "wol": ""}
    assert tree.find(root, ("vip", "uniqid=b", "descr")) is None
    assert tree.text(root, "vip", "0", "descr") == "one"
    grown = tree.put(root, ("vip", "+"), {"uniqid": "c"})
    assert tree.text(grown, "vip", "2", "uniqid") == "c" and len(tree.entries(root, "vip")) == 2
    assert tree.put(root, ("wol", "wolentry", "+"), {"mac": "m"}) == {
        **root,
        "wol": {"wolentry": [{"mac": "m"}]},
    }
    assert tree.drop(grown, ("vip", "uniqid=a")) == {
        "vip": [{"uniqid": "b"}, {"uniqid": "c"}],
        "wol": "",
    }
    for wrong in (("vip", "uniqid=z", "descr"), ("vip", "7"), ("nothing", "here")):
        with pytest.raises(KeyError):
            tree.drop(root, wrong)
    with pytest.raises(KeyError):
        tree.put(root, ("vip", "uniqid=z", "descr"), "new")
    with pytest.raises(KeyError):
        tree.put({"version": "21.7"}, ("version", "below"), "new")


def test_a_config_without_a_revision_has_no_time() -> None:
    assert (Config({"version": "21.7"}).time, Config({"version": "21.7"}).description) == (0, "")
