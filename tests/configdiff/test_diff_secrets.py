"""No secret of a configuration is ever in what is shown, whatever element it stands in."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Iterator
from functools import cache
from itertools import zip_longest

import pytest
from diff_pairs import healthy

from pfha_tui.cli.diff_json import document
from pfha_tui.configdiff import engine, told, visible
from pfha_tui.configdiff.conditions import TESTS
from pfha_tui.configdiff.engine import ComparisonFault, compare, compare_revisions
from pfha_tui.configdiff.model import Report
from pfha_tui.lab.configxml.dump import dump
from pfha_tui.lab.configxml.tree import Tree, Value
from pfha_tui.parsers.configxml import ConfigXml, parse_config
from pfha_tui.parsers.errors import ParseError

_NAMED = """
accountkey authorizedkeys auth_pass auth_server_shared_secret auth_server_shared_secret2 auth_user backwardsyncpassword
bcrypt-hash cert_key community crypto_password crypto_password2 ddnsdomainkey encryption_password etpro_code etprocode
gold_password influx_pass ipsecpsk keydata ldap_bindpw ldapbindpass ldap_pass maxmind_key md5-hash md5password
md5sigkey nt-hash oinkmastercode pass passphrase password passwordagain pkcs11pin pre-shared-key presharedkey
privatekey proxypass proxy_passwd proxyuser prv radius_secret radmac_secret redis_password rocommunity secret secret2
serverauthkey sha512-hash shared_key stats_password tls tlspsk_secret varuserspassword varuserssecret varusersmotp
webrootftppassword dns_azurekey dns_ovhpassword dns_cfsecret dns_gdtoken dns_nspwd dns_nspw new_password omapi_key
trapstring api apikey userkey vouchersyncpass wpa_eap_inner_password backwardsyncuser device_key custom_options
"""
SECRETS = tuple(_NAMED.split())
"""What status_output.inc filters, and what it forgets."""

_VISIBLE = """
version dhcpbackend time description username mode interface vhid advskew advbase uniqid descr type subnet subnet_bits
source destination network address port tracker ipprotocol protocol direction quick floating gateway sched statetype
icmptype associated-rule-id target target_subnet local-port name detail position month day hour rangedescr monitor
weight item trigger defaultgw4 defaultgw6 from to domain dnsserver ntpserver failover_peerip mac ipaddr hostname
defaultleasetime maxleasetime ramode rapriority active_interface outgoing_interface host ip tls_hostname
system_domain_local_zone_type ikeid iketype remote-gateway lifetime dhgroup hash-algorithm prf-algorithm keylen reqid
netbits pfsgroup pinghost authentication_method nat_traversal mobike dpd_delay dpd_maxfail myid_type peerid_type
hash-algorithm-option vpnid dev_mode local_port tunnel_network local_network maxclients dns_domain dns_server1 topology
verbosity_level data_ciphers data_ciphers_fallback ping_method keepalive_interval keepalive_timeout common_name
server_list authmode tls_type caref certref dh_length ecdh_curve digest refid trust randomserial serial method scope
uid gid groupname priv member nextuid nextgid if ipaddrv6 subnetv6 tag vlanif members proto laggif pfsyncenabled
pfsyncinterface pfsyncpeerip synchronizetoip language timezone timeservers optimization maximumstates
maximumtableentries disablenatreflection sshguard_threshold sshguard_blocktime max_procs dashboardcolumns sshdkeyonly
zone role
enable minute mday month wday who pollport bindip remoteserver sourceip ipproto nentries statepolicy port protocol
"""
SHOWN = frozenset(_VISIBLE.split())
"""The elements of the lab's configuration whose text may appear: this list is the test's own, and is read by people."""

_MARK = re.compile(r"zq\d+[ps]qz")


@cache
def planted_tree() -> Tree:
    """A healthy configuration with an element of every secret name in sections of every kind."""
    extra: Tree = {name: "x" for name in SECRETS}
    root = dict(healthy()[0].root)
    for section in (
        "snmpd",
        "system",
        "hasync",
        "unbound",
        "notifications",
        "dyndnses",
        "newpackage",
    ):
        there = root.get(section)
        root[section] = {**(there if isinstance(there, dict) else {}), **extra}
    root["captiveportal"] = {"guests": {"zone": "guests", **extra}}
    root["kea"] = {"ha": {"role": "primary", **extra}}
    for section, name in (
        ("openvpn", "openvpn-client"),
        ("ipsec", "mobilekey"),
        ("dyndnses", "dyndns"),
    ):
        there = root[section]
        assert isinstance(there, dict)
        root[section] = {**there, name: [{"name": "one", "vpnid": "7", "ident": "i", **extra}]}
    packages = root["installedpackages"]
    assert isinstance(packages, dict)
    root["installedpackages"] = {
        **packages,
        "acme": {"config": [{"name": "one", "descr": "d", **extra}]},
    }
    return root


Mark = dict[str, tuple[str, ...]]


def plant(
    value: Value,
    side: str,
    marks: Mark,
    chosen: frozenset[tuple[str, ...]] | None,
    path: tuple[str, ...] = (),
    within: str = "{}",
) -> Value:
    """The tree with a mark in every text, or in those at one path only; `marks` tells which stands where.

    `within` is the text that the mark is put in.
    """
    if isinstance(value, dict):
        return {
            name: plant(child, side, marks, chosen, (*path, name), within)
            for name, child in value.items()
        }
    if isinstance(value, list):
        return [plant(child, side, marks, chosen, path, within) for child in value]
    if not value or (chosen is not None and path not in chosen):
        return value
    mark = f"zq{len(marks)}{side}qz"
    marks[mark] = path
    return within.replace("{}", mark)


def paths(value: Value, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, child in value.items():
            yield from paths(child, (*path, name))
    elif isinstance(value, list):
        for child in value:
            yield from paths(child, path)
    elif value:
        yield path


def read(root: Value) -> ConfigXml:
    assert isinstance(root, dict)
    return parse_config(dump(root, "24.0"))


def outputs(report: Report) -> str:
    texts = [repr(report), json.dumps(document(report, everything=True))]
    for form in (told.lines, told.unified, told.markdown):
        texts.extend(form(report, everything=True))
    return "\n".join(texts)


def assert_clean(said: str, marks: Mark) -> None:
    leaked = {marks[mark] for mark in _MARK.findall(said)}
    assert not {path for path in leaked if path[-1] not in SHOWN}
    assert not {path for path in leaked if any(step in SECRETS for step in path)}
    assert not {path for path in leaked if path[0] == "installedpackages" and path[1] != "package"}


def test_a_mark_in_every_text() -> None:
    marks: Mark = {}
    first, second = (read(plant(planted_tree(), side, marks, None)) for side in "ps")
    assert len(marks) > 1000
    assert_clean(outputs(compare(first, second)), marks)
    assert_clean(outputs(compare_revisions(first, second)), marks)
    assert_clean(repr(first) + str(first), marks)


def test_a_mark_in_the_texts_of_each_path() -> None:
    tree = planted_tree()
    plain = read(tree)
    by_section: dict[str, list[tuple[str, ...]]] = {}
    for path in dict.fromkeys(paths(tree)):
        by_section.setdefault("/".join(path[:2]), []).append(path)
    assert sum(map(len, by_section.values())) > 500
    # One path of each section at a time, so that an entry is found again, and its field shown.
    for chosen in zip_longest(*by_section.values()):
        marks: Mark = {}
        other = read(plant(tree, "s", marks, frozenset(filter(None, chosen))))
        assert_clean(outputs(compare(plain, other)), marks)


SECRET_PARTS = (
    "https://u:{}@lists.example.net/drop.txt",
    "https://{}@lists.example.net/drop.txt 192.0.2.1",
    "https://lists.example.net/drop.txt?token={}",
    "192.0.2.1 https://lists.example.net/a/b?id=1&key={}#top",
    "https://lists.example.net/#access_token={}",
    "https://u:p/{}@lists.example.net",
    "https://u:p?{}@lists.example.net",
    "login:{}@lists.example.net",
    "lists.example.net/drop.txt?token={}",
    "password: {}",
)
"""Where a secret stands in what else may be shown."""


@pytest.mark.parametrize("within", SECRET_PARTS)
def test_a_secret_inside_of_every_text(within: str) -> None:
    marks: Mark = {}
    first, second = (read(plant(planted_tree(), side, marks, None, within=within)) for side in "ps")
    assert len(marks) > 1000
    for report in (compare(first, second), compare_revisions(first, second)):
        assert not _MARK.search(outputs(report))


@pytest.mark.parametrize("within", SECRET_PARTS)
def test_a_secret_inside_of_a_text_that_is_shown(within: str) -> None:
    paths_of_one = (
        ("aliases", "alias", "address"),
        ("aliases", "alias", "descr"),
        ("filter", "rule", "descr"),
        ("gateways", "gateway_item", "monitor"),
        ("system", "timeservers"),
    )
    plain = read(planted_tree())
    for path in paths_of_one:
        marks: Mark = {}
        other = read(plant(planted_tree(), "s", marks, frozenset({path}), within=within))
        assert marks
        assert not _MARK.search(outputs(compare(plain, other)))


def test_of_an_address_only_login_and_query_are_hidden() -> None:
    path = ("aliases", "alias", "address")
    url = "https://u:pw@lists.example.net:8443/drop.txt?token=t#x 192.0.2.1 2001:db8::/32"
    shown = visible.shown("aliases", path, url)
    assert shown == (
        f"https://{visible.HIDDEN}@lists.example.net:8443/drop.txt?{visible.HIDDEN} "
        "192.0.2.1 2001:db8::/32"
    )
    assert visible.text(shown) == shown
    assert visible.text("admin@192.0.2.1 (Local Database): why? #1") == (
        "admin@192.0.2.1 (Local Database): why? #1"
    )


@pytest.mark.parametrize("name", SECRETS)
def test_the_name_of_a_secret_is_enough(name: str) -> None:
    for section in visible.ALLOWED:
        assert visible.shown(section, (section, name), "zq1pqz") == visible.HIDDEN
        assert (
            visible.shown(section, (section, name, "descr"), "zq1pqz") == visible.HIDDEN
            or name == "api"
        )


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "$2y$10$vE/vD.0fo9KyW6YuN0KLGfgW3/Yazsf78NVZU..QrzNat54n1xAMD",
        "admin password: hunter2",
        "mot de passe : s3cret",
        "0123456789abcdef0123456789abcdef",
    ],
)
def test_what_looks_like_a_secret_is_hidden_in_a_description_too(text: str) -> None:
    assert visible.shown("filter", ("filter", "rule", "descr"), text) == visible.HIDDEN


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert visible.shown("filter", ("filter", "rule", "descr"), "a\x1b[2Jb") == "a\ufffd[2Jb"


def test_a_broken_file_is_not_quoted() -> None:
    marks: Mark = {}
    planted = plant(planted_tree(), "p", marks, None)
    assert isinstance(planted, dict)
    raw = dump(planted, "24.0")
    for broken in (
        raw[: len(raw) // 2],
        raw.replace(b"</descr>", b"</desc>"),
        b"<!DOCTYPE a>" + raw,
    ):
        with pytest.raises(ParseError) as caught:
            parse_config(broken)
        assert not _MARK.search(str(caught.value) + repr(caught.value))
        assert not _MARK.search("".join(traceback.format_exception(caught.value)))


def test_a_crash_report_holds_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    marks: Mark = {}
    first, second = (read(plant(planted_tree(), side, marks, None)) for side in "ps")

    def fail(case: object) -> bool:
        raise ValueError(repr(first.root))

    monkeypatch.setitem(TESTS, "always", fail)
    with pytest.raises(ComparisonFault) as caught:
        compare(first, second)
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    # Only the frames of the product: the test's own hold the marks.
    inside = "".join(frames.format()).partition(engine.__file__)[2]
    assert inside
    assert_clean(inside, marks)
    assert "ValueError" in str(caught.value)
