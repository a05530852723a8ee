"""What of a configuration may be shown: an allow-list, and nothing else.

A value is shown only if its element is listed for its section and no name on the way to it is that of a secret; of
everything else only equality is told. Even then a text that looks like a key or a password hash stays hidden.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from pfha_tui.configdiff.identity import pattern
from pfha_tui.configdiff.model import Entries
from pfha_tui.configdiff.walk import BLANK, PARTED
from pfha_tui.domain.language import mark, tr
from pfha_tui.domain.text import clean
from pfha_tui.parsers.configxml import Value

HIDDEN: Final = mark("(hidden)")
SET: Final = mark("(set)")
EMPTY: Final = mark("(empty)")
LONGEST: Final = 160
"""Characters of a value that are shown to people; what programs read is never cut."""

_SECRET: Final = re.compile(
    "pass|bindpw|pwd|_pw$|secret|psk|prv|priv.*key|_key$|apikey|userkey|token|hash$|community|authkey|keydata|crypto_|accountkey"
    "|authorizedkeys|auth_user|gold_|etpro|maxmind|oink|pkcs11pin|proxy_?user|radmac|md5sig|shared_?key|sharedkey"
    "|pre-shared|new_password|omapi_key|trapstring|telegram|slack|pushover|vouchersyncpass|backwardsyncuser|device_key"
    "|sshdata|rrddata|xmldatafile|custom_options|webrootftp|^tls$|^dns_.*(?:key|pw)|influx|motp|ddnsdomainkey|encryption_password",
    re.IGNORECASE,
)
"""Names of elements with secrets: the list of status_output.inc, what is missing from it, and its heuristics."""

_TICKED: Final = re.compile("synchronize(?!toip).*|pfsyncenabled|adminsync")
_ON: Final = ("on", "yes", "1", "enabled")
"""A box of `<hasync>`, and what it holds when it is ticked; anything else in it is not ours to show."""

_OPAQUE: Final = re.compile(
    r"-----BEGIN|\$(?:1|2[abxy]?|5|6|y)\$|[A-Za-z0-9+/=]{40,}|[0-9a-fA-F]{32,}",
    re.IGNORECASE,
)
_LABELLED: Final = re.compile(
    r"(?:pass(?:word)?|pwd|secret|mot de passe|mdp|psk)\s*[:=]", re.IGNORECASE
)
"""Texts that are keys, certificates or hashes, and those that name a password, wherever they stand."""


def _without_login(value: str) -> str:
    """The text with the login, query and fragment of each address in it hidden."""
    if not any(sign in value for sign in "@?#"):
        return value
    return "".join(map(_bare, re.split(r"(\s+)", value)))


def _bare(word: str) -> str:
    """One word; what may be a login is taken for one, up to the last `@`."""
    hidden = tr(HIDDEN)
    scheme, login = word.find("://"), word.rfind("@")
    if login > scheme >= 0:
        word = word[: scheme + 3] + hidden + word[login:]
    elif scheme < 0 and ":" in word[: max(0, login)]:
        word = hidden + word[login:]
    cuts = [
        cut for cut in (word.find("?", max(0, scheme)), word.find("#", max(0, scheme))) if cut >= 0
    ]
    cut = min(cuts, default=-1)
    if cut >= 0 and word[cut + 1 :] and (scheme >= 0 or "=" in word[cut:]):
        word = word[: cut + 1] + hidden
    return word


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENDPOINT: Final = "source destination any network address port not"
_ALLOWED: Final[dict[str, frozenset[str]]] = {
    "version": _names("version"),
    "revision": _names("time description username"),
    "dhcpbackend": _names("dhcpbackend"),
    "virtualip": _names(
        "mode interface vhid advskew advbase uniqid descr type subnet subnet_bits noexpand carp_mode carp_peer"
    ),
    "filter": _names(
        f"{_ENDPOINT} tracker type interface ipprotocol protocol descr disabled floating quick direction nosync "
        "nopfsync log gateway sched statetype statepolicy icmptype max max-src-nodes max-src-conn max-src-states "
        "statetimeout tag tagged os dscp dnpipe pdnpipe ackqueue defaultqueue associated-rule-id allowopts "
        "tcpflags1 tcpflags2 tcpflags_any vlanprio vlanprioset order"
    ),
    "nat": _names(
        f"{_ENDPOINT} target target_type target_subnet targetip targetip_subnet local-port interface ipprotocol "
        "protocol descr disabled nosync nordr nonat natport natreflection mode external sourceport staticnatport "
        "poolopts associated-rule-id dstport order"
    ),
    "aliases": _names("name type address descr detail nosync updatefreq"),
    "schedules": _names("name descr position month day hour rangedescr"),
    "gateways": _names(
        "name interface gateway ipprotocol monitor monitor_disable action_disable force_down weight descr disabled "
        "defaultgw defaultgw4 defaultgw6 item trigger latencylow latencyhigh losslow losshigh interval loss_interval "
        "time_period alert_interval data_payload nonlocalgateway keep_failover_states"
    ),
    "staticroutes": _names("network gateway descr disabled"),
    "dhcpd": _names(
        "enable range from to gateway domain dnsserver ntpserver winsserver failover_peerip mac ipaddr hostname descr "
        "defaultleasetime maxleasetime netmask denyunknown staticarp domainsearchlist ddnsdomain nextserver filename"
    ),
    "dhcpdv6": _names(
        "enable range from to domain dnsserver ntpserver duid ipaddrv6 hostname descr ramode rapriority "
        "defaultleasetime maxleasetime"
    ),
    "kea": _names(
        "enable role localname localip localport remotename remoteip remoteport heartbeatdelay maxresponsedelay "
        "maxackdelay maxunackedclients maxrejectedleaseupdates"
    ),
    "dhcrelay": _names("enable interface server carpstatusvip agentoption"),
    "unbound": _names(
        "enable dnssec active_interface outgoing_interface host domain ip descr aliases description port tlsport "
        "regdhcp regdhcpstatic forwarding hideidentity hideversion dnssecstripped system_domain_local_zone_type "
        "aclname aclaction acl_network mask tls_hostname forward_tls_upstream"
    ),
    "ipsec": _names(
        "ikeid iketype interface remote-gateway protocol descr disabled lifetime dhgroup hash-algorithm prf-algorithm "
        "name keylen mode uniqid reqid type address netbits pfsgroup pinghost authentication_method nat_traversal "
        "mobike dpd_delay dpd_maxfail myid_type peerid_type hash-algorithm-option"
    ),
    "openvpn": _names(
        "vpnid mode protocol dev_mode interface local_port description disable tunnel_network tunnel_networkv6 "
        "local_network remote_network maxclients server_addr server_port topology data_ciphers "
        "data_ciphers_fallback digest dns_server1 dns_server2 dns_domain common_name server_list authmode tls_type "
        "verbosity_level keepalive_interval keepalive_timeout ping_method caref certref dh_length ecdh_curve"
    ),
    "cert": _names("refid descr type caref"),
    "ca": _names("refid descr trust randomserial serial"),
    "crl": _names("refid descr caref method serial lifetime"),
    "system/user": _names("name descr scope uid groupname expires disabled priv nextuid"),
    "system/group": _names("name description scope gid member priv nextgid"),
    "system/authserver": _names("refid name type host ldap_port radius_auth_port radius_acct_port"),
    "captiveportal": _names(
        "zone zoneid enable interface timeout idletimeout maxproc descr mac ip hostname auth_method"
    ),
    "shaper": _names("name interface enabled bandwidth bandwidthtype scheduler priority qlimit"),
    "dnshaper": _names("name enabled number bw bwscale bandwidth mask descr"),
    "wol": _names("interface mac descr"),
    "interfaces": _names(
        "enable if descr ipaddr subnet gateway ipaddrv6 subnetv6 gatewayv6 blockpriv blockbogons mtu mss spoofmac "
        "media mediaopt track6-interface track6-prefix-id dhcp6-ia-pd-len"
    ),
    "vlans": _names("if tag pcp descr vlanif"),
    "laggs": _names("members descr proto laggif"),
    "bridges": _names("members descr bridgeif"),
    "gifs": _names(
        "if gifif remote-addr tunnel-local-addr tunnel-remote-addr tunnel-remote-net ipaddr descr"
    ),
    "gres": _names(
        "if greif remote-addr tunnel-local-addr tunnel-remote-addr tunnel-remote-net descr"
    ),
    "ppps": _names("ptpid type if ports descr"),
    "dyndnses": _names("id type host domainname interface enable descr"),
    "igmpproxy": _names("ifname threshold type address descr"),
    "qinqs": _names("if tag members descr vlanif"),
    "ifgroups": _names("ifname members descr"),
    "hasync": _names(
        "pfsyncenabled pfsyncinterface pfsyncpeerip pfhostid synchronizetoip adminsync synchronizeusers "
        "synchronizeauthservers synchronizecerts synchronizerules synchronizeschedules synchronizealiases "
        "synchronizenat synchronizeipsec synchronizeopenvpn synchronizedhcpd synchronizedhcrelay synchronizekea6 "
        "synchronizedhcrelay6 synchronizewol synchronizestaticroutes synchronizevirtualip synchronizetrafficshaper "
        "synchronizetrafficshaperlimiter synchronizednsforwarder synchronizecaptiveportal"
    ),
    "system": _names(
        "hostname domain dnsserver timezone timeservers language protocol port maximumstates maximumtableentries "
        "statepolicy optimization disablenatreflection ipv6allow sshguard_threshold sshguard_blocktime backupcount "
        "dns1gw dns2gw dns3gw dns4gw dns1host dns2host dns3host dns4host gw_switch_default skip_rules_gw_down "
        "gw_down_kill_states kill_states keep_failover_states dpinger_dont_add_static_route "
        "dpinger_dont_add_static_routes max_procs sshdkeyonly enable dashboardcolumns disablefilter disablescrub "
        "disablereplyto disablenegate scrubnodf scrubrnid adaptivestart adaptiveend maximumfrags "
        "aliasesresolveinterval no_apipa_block enablenatreflectionpurenat enablenatreflectionhelper "
        "enablebinatreflection reflectiontimeout tftpinterface rfc959workaround tcpfirsttimeout tcpopeningtimeout "
        "lb_use_sticky srctrack schedule_states "
        "tcpestablishedtimeout tcpclosingtimeout tcpfinwaittimeout tcpclosedtimeout udpfirsttimeout "
        "udpsingletimeout udpmultipletimeout icmpfirsttimeout icmperrortimeout otherfirsttimeout "
        "othersingletimeout othermultipletimeout"
    ),
    "installedpackages": _names("name version internal_name"),
    "sysctl": _names("tunable value descr"),
    "cron": _names("minute hour mday month wday who"),
    "ntpd": _names("interface"),
    "snmpd": _names("enable pollport bindip"),
    "syslog": _names("remoteserver sourceip ipproto enable nentries logall"),
}
_ALLOWED["kea6"] = _ALLOWED["kea"]
_ALLOWED["dnsmasq"] = _ALLOWED["unbound"]
_ALLOWED["dhcrelay6"] = _ALLOWED["dhcrelay"]

ALLOWED: Final = _ALLOWED
"""By section, the elements whose text may be shown."""


def allowed(section: str, path: Sequence[str]) -> bool:
    """Whether the text of the element at this path may be shown at all."""
    names = ALLOWED.get(section)
    if names is None or path[-1] not in names:
        return False
    # A name that the list itself has is no secret's; everything on the way to it is judged by its name.
    if section == "installedpackages" and (len(path) != 3 or path[1] != "package"):
        return False
    return not any(_SECRET.search(step) for step in path)


def shown(section: str, path: Sequence[str], value: Value | None) -> str | None:
    """The value as it may be shown: its text, `(hidden)`, or None where it is absent.

    An empty element is `(set)` where its presence may mean true, and else `(empty)`.
    """
    if value is None or value == []:
        return None
    if value == "":
        return tr(EMPTY) if path[-1] in BLANK else tr(SET)
    if isinstance(value, dict) or not allowed(section, path):
        return tr(HIDDEN)
    if section == "hasync" and _TICKED.fullmatch(path[-1]) and value not in _ON:
        return tr(HIDDEN)
    if isinstance(value, list):
        if not all(isinstance(each, str) for each in value):
            return tr(HIDDEN)
        return ", ".join(map(text, map(str, value)))
    if (section, path[-1]) == ("aliases", "address") and not _LABELLED.search(value):
        # One address that looks like a key does not hide the others.
        return " ".join(map(text, value.split())) if _OPAQUE.search(value) else text(value)
    return text(value)


def text(value: str) -> str:
    """A text of an allowed element, on one line and whole; `(hidden)` where it looks like a secret.

    Of an address the login and the query are hidden: they are where URLs have their passwords and tokens.
    """
    if _OPAQUE.search(value) or _LABELLED.search(value):
        return tr(HIDDEN)
    return clean(_without_login(value.replace("\n", " ")))


def brief(value: str) -> str:
    """The beginning of a text, for use in a sentence."""
    return short(text(value))


def short(value: str, longest: int = LONGEST) -> str:
    """The beginning of a shown text, in at most so many characters."""
    return value if len(value) <= longest else value[: longest - 1] + "…"


def around(one: str, two: str, longest: int = LONGEST) -> tuple[str, str]:
    """Two shown texts, each in about `longest` characters around the first place where they differ."""
    if one == two or max(len(one), len(two)) <= longest:
        return short(one, longest), short(two, longest)
    pairs = enumerate(zip(one, two, strict=False))
    same = next((place for place, (a, b) in pairs if a != b), min(len(one), len(two)))
    start = max(0, same - longest // 3)
    if start:
        # From a whole word, if one begins there.
        start = one.find(" ", start, same) + 1 or start
    lead = "…" if start else ""
    return lead + short(one[start:], longest), lead + short(two[start:], longest)


def entries(section: str, path: Sequence[str], left: Value | None, right: Value | None) -> Entries:
    """What of a set is on one node only; empty where the values are no sets, or may not be shown."""
    one, two = _parts(section, path, left), _parts(section, path, right)
    if (
        not one
        or not two
        or tr(HIDDEN)
        in (
            shown(section, path, left),
            shown(section, path, right),
        )
    ):
        return Entries()
    here, there = Counter(one), Counter(two)
    return Entries(
        (len(one), len(two)),
        tuple(map(text, (here - there).elements())),
        tuple(map(text, (there - here).elements())),
    )


def _parts(section: str, path: Sequence[str], value: Value | None) -> list[str]:
    if isinstance(value, list):
        return [each for each in value if isinstance(each, str)]
    if not isinstance(value, str):
        return []
    if (section, path[-1]) == ("aliases", "address"):
        return value.split()
    parted = PARTED.get(pattern(path))
    return value.split(parted) if parted is not None else []


def is_secret(name: str) -> bool:
    """Whether an element of this name holds a secret, by its name alone."""
    return _SECRET.search(name) is not None
