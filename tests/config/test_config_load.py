"""Configuration files, good and bad: every fault named with its line and its mend."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.config import schema
from pfha_tui.config.load import load, parse
from pfha_tui.config.problems import ConfigError, NoConfiguration
from pfha_tui.config.settings import Configuration

GOOD = """\
# Two firewalls
schema = 1

[[pair]]
name = "main"
environment = "lab"
poll = "500ms"

[pair.ssh]
user = "root"
port = 2222

[pair.snmp]
community = "env:COMMUNITY"

[[pair.node]]
name = "fw1"
role = "primary"
address = "10.0.0.1"

[pair.node.ssh]
port = 22
host_keys = ["SHA256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]

[[pair.node]]
name = "fw2"
role = "secondary"
address = "2001:DB8::2"
snmp = false
"""


def faults(text: str) -> list[str]:
    """Each fault as `line key: what; mend`."""
    with pytest.raises(ConfigError) as caught:
        parse(text, Path("c.toml"))
    return [str(problem).removeprefix("c.toml:") for problem in caught.value.problems]


def test_good_file() -> None:
    loaded = parse(GOOD, Path("c.toml"))
    (pair,) = loaded.pairs
    one, two = pair.nodes
    assert (pair.name, pair.own.get("poll"), pair.own.get("environment")) == ("main", 0.5, "lab")
    assert one.ssh is not None and two.ssh is not None
    assert (one.ssh.get("port"), two.ssh.get("port")) == (22, 2222)
    assert (one.ssh.get("user"), two.ssh.get("user")) == ("root", "root")
    assert two.own.get("address") == "2001:db8::2"
    assert str(one.snmp.get("community") if one.snmp else None) == "env:COMMUNITY"
    assert two.snmp is None


def provenance(loaded: Configuration, key: str) -> tuple[object, str, int | None]:
    (found,) = [setting for setting in loaded.settings() if setting.key == key]
    return found.value, found.origin, found.line


def test_provenance() -> None:
    loaded = parse(GOOD, Path("c.toml"))
    assert provenance(loaded, "pair[main].poll") == ("500ms", "file", 7)
    assert provenance(loaded, "pair[main].read_only") == (False, "default", None)
    assert provenance(loaded, "pair[main].node[fw1].ssh.port") == (22, "file", 22)
    assert provenance(loaded, "pair[main].node[fw2].ssh.port") == (2222, "the pair's table", 11)
    assert provenance(loaded, "pair[main].node[fw1].snmp.community") == (
        "env:COMMUNITY",
        "the pair's table",
        14,
    )
    assert provenance(loaded, "pair[main].node[fw2].snmp") == (False, "not used", None)
    value, origin, line = provenance(loaded, "pair[main].node[fw2].ssh.host")
    assert (value, line) == (None, None) and "the node's address" in origin


BAD = {
    'poll = "500ms"': [
        ('poll = "0.5"', "7: pair[main].poll: is not a duration such as 500ms, 10s or 1m"),
        ('poll = "1h"', "7: pair[main].poll: must lie between 200ms and 1m; mend the duration"),
        (
            "poll = 1",
            '7: pair[main].poll: must be a duration in quotes, such as "1s", not a whole number; write poll = "1s"',
        ),
        ('pol = "1s"', '7: pair[main].pol: is not a key of this table; did you mean "poll"?'),
        (
            "read_only = 1",
            "7: pair[main].read_only: must be true or false, not a whole number; write read_only = true",
        ),
        (
            'user = "x"',
            "7: pair[main].user: is not a key of this table; it belongs to the table ssh",
        ),
    ],
    'environment = "lab"': [
        (
            'environment = "test"',
            "6: pair[main].environment: is not one of the known words; use production, lab",
        ),
    ],
    "schema = 1": [
        ("schema = 2", "2: schema: must be 1; this program reads no other form"),
        ('schema = "1"', "2: schema: must be a whole number, not a text; write schema = 1"),
        ("schema = true", "2: schema: must be a whole number, not true or false; write schema = 1"),
        (
            "schema = 1.0",
            "2: schema: must be a whole number, not a number with a point; write schema = 1",
        ),
        (
            "schema = 2020-01-01",
            "2: schema: must be a whole number, not a date or time; write schema = 1",
        ),
        ("", '1: has no "schema" (version of this file\'s form); add it'),
    ],
    "port = 2222": [
        ("port = 0", "11: pair[main].ssh.port: must lie between 1 and 65535; mend the number"),
        (
            'host = "x"',
            "11: pair[main].ssh.host: cannot be the same for both nodes; "
            "set it for each node under [pair.node.ssh]",
        ),
        (
            'password = "hunter2"',
            "11: pair[main].ssh.password: is not a key of this table; "
            "passwords are never used: name an identity_file or an agent_identity",
        ),
        (
            'passphrase = "env:P"',
            "11: pair[main].node[fw1].ssh.passphrase: has no identity_file to open; name the key, or drop it",
        ),
        (
            'identity_file = "a"\nagent_identity = "b"',
            "12: pair[main].node[fw1].ssh.agent_identity: stands beside identity_file, "
            "but exactly one identity is offered; keep one of the two",
        ),
        (
            'proxy_jump = "-oProxyCommand=x"',
            "11: pair[main].ssh.proxy_jump: has characters that do not belong there; "
            "allowed: see the reference of this key",
        ),
    ],
    'community = "env:COMMUNITY"': [
        (
            'community = "hunter2"',
            "14: pair[main].snmp.community: a secret may not be written out here; "
            "give a reference: env:NAME, file:/path or keyring:service/name",
        ),
        (
            "community = 12345678",
            "14: pair[main].snmp.community: a secret may not be written out here; "
            "give a reference: env:NAME, file:/path or keyring:service/name",
        ),
        (
            'community = "env:hunter2 "',
            "14: pair[main].snmp.community: is not a complete env: reference; "
            "the forms are env:NAME, file:/path or keyring:service/name",
        ),
        (
            'version = "3"',
            "16: pair[main].node[fw1].snmp: speaks SNMP version 3 but lacks user, "
            "auth_key, priv_key; add it, or set snmp = false",
        ),
    ],
    'role = "secondary"': [
        (
            'role = "primary"',
            '27: pair[main].node[fw2].role: both nodes are "primary"; make one "secondary"',
        ),
        (
            "",
            '25: pair[main].node[fw2]: has no "role" (the part it plays by configuration); add it',
        ),
    ],
    'address = "10.0.0.1"': [
        (
            'address = "10.0.0.1/24"',
            "19: pair[main].node[fw1].address: is neither an IP address nor a host name; "
            "no port and no prefix length here",
        ),
        (
            'address = "10.0.0.1.1"',
            "19: pair[main].node[fw1].address: is neither an IP address nor a host name; "
            "no port and no prefix length here",
        ),
    ],
    'address = "2001:DB8::2"': [
        (
            f'address = "{name}"',
            "28: pair[main].node[fw2].address: is neither an IP address nor a host name; "
            "no port and no prefix length here",
        )
        for name in (
            "fw2..example.com",
            ".example.com",
            f"{'a' * 64}.example.com",
            ".".join(["a" * 63] * 4),
            "-fw2",
            "fw2-",
            "",
        )
    ]
    + [
        (
            'address = "fe80::77"',
            "28: pair[main].node[fw2].address: is a link-local address, which says nothing without an interface; "
            "write it as fe80::77%eth0, with this machine's own",
        )
    ],
    'host_keys = ["SHA256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]': [
        (
            'host_keys = ["aa:bb"]',
            '23: pair[main].node[fw1].ssh.host_keys: holds something else than "SHA256:…" '
            "with 43 characters; copy them from ssh-keygen -lf",
        ),
        (
            "host_keys = []",
            "23: pair[main].node[fw1].ssh.host_keys: is an empty list; "
            "leave the key out to let known_hosts decide",
        ),
    ],
    'name = "fw2"': [
        (
            'name = "FW1"',
            "26: pair[main].node[FW1].name: is also the name of another one in line 17; give each its own name",
        ),
        (
            'name = "f|w"',
            "26: pair[main].node[f|w].name: has characters that do not belong there; "
            "allowed: letters, digits, dot, dash and underscore, at most 40",
        ),
        (
            f'name = "{"f" * 41}"',
            "26: pair[main].node[#2].name: is longer than 40 characters; "
            "allowed: letters, digits, dot, dash and underscore, at most 40",
        ),
    ],
}


@pytest.mark.parametrize(
    ("old", "new", "fault"), [(old, new, fault) for old, rows in BAD.items() for new, fault in rows]
)
def test_one_fault_is_named_with_its_line_and_nothing_else_is(
    old: str, new: str, fault: str
) -> None:
    assert GOOD.count(old) == 1
    assert faults(GOOD.replace(old, new)) == [fault]


def test_what_is_no_table_is_a_fault() -> None:
    text = GOOD.replace('[pair.snmp]\ncommunity = "env:COMMUNITY"\n', "").replace(
        "[pair.ssh]", "[pair.x]"
    )
    text = text.replace('poll = "500ms"', "ssh = 3\nsnmp = true")
    assert faults(text) == [
        "7: pair[main].ssh: must be a table, not a whole number; or false to switch it off",
        "8: pair[main].snmp: must be a table, not true or false; or false to switch it off",
        "10: pair[main].x: is not a key of this table; the keys here are "
        "name, environment, read_only, poll, ssh, snmp, node",
    ]


def test_equal_endpoints_are_one_machine_but_tunnels_are_two() -> None:
    same = GOOD.replace("2001:DB8::2", "10.0.0.1").replace("port = 2222\n", "")
    assert faults(same) == [
        "27: pair[main].node[fw2].address: both nodes are reached by ssh at 10.0.0.1 port 22; "
        "give each node its own address (never a CARP VIP)"
    ]
    assert parse(GOOD.replace("2001:DB8::2", "10.0.0.1"), Path("c.toml")).pairs


def test_a_node_without_any_way_in_is_a_fault() -> None:
    text = GOOD.replace("snmp = false", "snmp = false\nssh = false")
    assert faults(text) == [
        "25: pair[main].node[fw2]: uses neither SSH nor SNMP; keep ssh, or add [pair.node.snmp]"
    ]


@pytest.mark.parametrize(("count", "has"), [(1, "1 node"), (3, "3 nodes")])
def test_a_pair_has_two_nodes(count: int, has: str) -> None:
    head, *nodes = GOOD.split("[[pair.node]]")
    third = nodes[1].replace("fw2", "fw3").replace("::2", "::3")
    text = "[[pair.node]]".join([head, *[*nodes, third][:count]])
    what = f"4: pair[main]: has {has}, not two; write two [[pair.node]] tables"
    assert what in faults(text)


def test_pairs_have_different_names() -> None:
    again = GOOD.partition("[[pair]]")[2].replace("10.0.0.1", "10.0.1.1").replace("::2", "::4")
    second = GOOD.count("\n") + 2
    assert faults(GOOD + "[[pair]]" + again) == [
        f"{second}: pair[main].name: is also the name of another one in line 5; give each its own name"
    ]


def test_every_fault_is_collected_in_the_order_of_the_file() -> None:
    text = GOOD.replace('environment = "lab"', 'envronment = "lab"').replace(
        "port = 22\n", "port = -1\n"
    )
    text = text.replace('role = "secondary"', 'role = "backup"')
    assert [fault.partition(":")[0] for fault in faults(text)] == ["6", "22", "27"]


TWICE = "a key or a table stands there for the second time"


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("schema = \n", "1: is not TOML: there is no value"),
        ("schema = 1\nschema = 1\n", f"2: is not TOML: {TWICE}"),
        ("[pair]\nname = 1\n[pair.ssh]\na = 1\n\na = 2\n", f"6: is not TOML: {TWICE}"),
        ("[[pair]]\n[[pair.node]]\n[pair.node.ssh]\n[pair.node.ssh]\n", f"4: is not TOML: {TWICE}"),
        ("schema = 1\n\n[[pair]\n", "3: is not TOML: a text, a list or a table is not closed"),
        ("a = [1,\n2\n", "2: is not TOML: a text, a list or a table is not closed"),
        ('a = """x\n', "1: is not TOML: a text, a list or a table is not closed"),
        ("a = {b = 1", "1: is not TOML: a text, a list or a table is not closed"),
        ('a = "x\n', "1: is not TOML: a text has no closing quote on its line"),
        ('a = "x\x07y"\n', "1: is not TOML: a control character stands there"),
        ('a = "C:\\x"\n', "1: is not TOML: a backslash in double quotes must be doubled"),
        ("a b\n", '1: is not TOML: a key has no "=" after it'),
        ("a = 1 2\n", "1: is not TOML: something more follows the value"),
        ("a = 2024-02-31\n", "1: is not TOML: there is no such date or time"),
        ("= 1\n", "1: is not TOML: there is neither a key nor a table"),
        pytest.param("a = " + "[" * 100_000, " is not TOML: ", id="deep"),
        ("x = {b = 1, b = 2}", f"1: is not TOML: {TWICE}"),
        ("\x00", "1: is not TOML: "),
    ],
)
def test_what_is_not_toml_is_said_with_its_line(text: str, start: str) -> None:
    (fault,) = faults(text)
    assert fault.startswith(start)


def test_inline_tables_say_the_same() -> None:
    text = (
        'schema = 1\npair = [{name = "p", node = [\n'
        '  {name = "a", role = "primary", address = "h1"},\n'
        '  {name = "b", role = "secondary", address = "h2", ssh = {prt = 1}},\n]}]\n'
    )
    assert faults(text) == [
        '2: pair[p].node[b].ssh.prt: is not a key of this table; did you mean "port"?'
    ]
    assert parse(text.replace("prt", "port"), Path("c.toml")).pairs[0].nodes[1].name == "b"


def test_a_node_with_its_own_identity_drops_the_pairs() -> None:
    text = GOOD.replace("port = 2222", 'identity_file = "k"\npassphrase = "env:P"')
    text = text.replace("port = 22\n", 'agent_identity = "k.pub"\n')
    one, two = parse(text, Path("c.toml")).pairs[0].nodes
    assert one.ssh is not None and "identity_file" not in one.ssh and "passphrase" not in one.ssh
    assert two.ssh is not None and two.ssh.get("identity_file") == "k"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(NoConfiguration, match="there is no such file; run: pfha-tui config init"):
        load(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)
    with pytest.raises(ConfigError):
        load(Path("nul\0byte"))
    (tmp_path / "latin").write_bytes(b"schema = 1\n# caf\xe9\n")
    with pytest.raises(ConfigError, match=r"latin:2: is not UTF-8 text; save it as UTF-8"):
        load(tmp_path / "latin")
    (tmp_path / "big").write_bytes(b"#" * 2_000_000)
    with pytest.raises(ConfigError, match="longer than 1 MiB"):
        load(tmp_path / "big")


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(GOOD, encoding="utf-8-sig")
    assert load(path).pairs == parse(GOOD, path).pairs
    path.write_bytes(b"\xef\xbb\xbfa=1\n\xe9")
    with pytest.raises(ConfigError, match=r"c\.toml:2: is not UTF-8 text"):
        load(path)


def test_a_link_local_address_keeps_its_interface() -> None:
    loaded = parse(GOOD.replace("2001:DB8::2", "FE80::77%eth0"), Path("c.toml"))
    assert loaded.pairs[0].nodes[1].own.get("address") == "fe80::77%eth0"


KEYS = sorted(
    {
        field.key
        for t in (
            schema.ROOT,
            schema.DIFF,
            schema.EXPECTED,
            schema.PAIR,
            schema.NODE,
            schema.SSH,
            schema.SNMP,
        )
        for field in t
    }
)
SCALARS = st.one_of(
    st.booleans().map(lambda b: str(b).lower()),
    st.integers().map(str),
    st.floats().map(lambda f: repr(f) if f == f and abs(f) != float("inf") else "nan"),
    st.text("abc:/=.0 é", max_size=8).map(lambda t: f'"{t}"'),
    st.sampled_from(
        ['"env:X"', '"primary"', '"secondary"', '"3"', '"1s"', "[]", "{}", '["a", 1]', "1979-05-27"]
    ),
)
LINES = st.one_of(
    st.tuples(st.sampled_from(KEYS), SCALARS).map(lambda kv: f"{kv[0]} = {kv[1]}"),
    st.sampled_from(
        [
            "[[pair]]",
            "[[pair.node]]",
            "[pair.ssh]",
            "[pair.node.ssh]",
            "[pair.node.snmp]",
            "[pair]",
            "",
            "# c",
        ]
    ),
    st.text(max_size=12),
)


@given(st.lists(LINES, max_size=25).map("\n".join))
def test_any_text_is_a_configuration_or_a_config_error(text: str) -> None:
    try:
        loaded = parse(text, Path("c.toml"))
    except ConfigError as error:
        assert error.problems
        count = text.count("\n") + 1
        assert all(p.line is None or 1 <= p.line <= count for p in error.problems)
    else:
        assert loaded.settings()


@given(
    st.lists(
        st.one_of(
            st.just("# comment"),
            st.just(""),
            st.sampled_from(
                ["x{} = 1", 'x{} = """\na\nb"""', "x{} = [\n 1, # one\n 2,\n]", "x{}.y = {{a = 1}}"]
            ),
            st.sampled_from(["[t{}]", "[[l.m]]", "[t{}.u.v]", " [ s{} ] # c"]),
        ),
        max_size=20,
    )
)
def test_lines_are_those_of_the_text(pieces: list[str]) -> None:
    from pfha_tui.config.positions import parse as positions

    numbered = [piece.format(index) for index, piece in enumerate(pieces)]
    lines = positions("\n".join(numbered) + "\n").lines
    start = 1
    for index, piece in enumerate(numbered):
        for path, line in lines.items():
            if str(path[-1]) in (f"x{index}", f"t{index}", f"s{index}"):
                assert line == start
        start += piece.count("\n") + 1
    assert len([p for p in lines if str(p[-1])[0] in "xts" and p[-1] != "m"]) >= sum(
        piece.lstrip(" [").startswith(("x", "t", "s")) for piece in numbered
    )


EXPECTED = """
[[diff.expected]]
id = "our-dns"
paths = "unbound/hosts/**"
reason = "one resolver per site"
"""


def test_expected_differences_are_read_with_their_lines() -> None:
    loaded = parse(GOOD + EXPECTED, Path("c.toml"))
    (values,) = loaded.expected
    assert values.get("paths") == ("unbound/hosts/**",)
    assert values.line("reason") == len(GOOD.splitlines()) + 5
    shown = {one.key: one.value for one in loaded.settings()}
    assert shown["diff.expected[#1].id"] == "our-dns"


def test_expected_differences_at_fault() -> None:
    first = len(GOOD.splitlines()) + 2
    wrong = EXPECTED.replace('"unbound/hosts/**"', "[1]").replace("reason", "why")
    assert faults(GOOD + wrong) == [
        f'{first}: diff.expected[#1]: has no "reason" (why, as `diff --all` is to say it); add it',
        f"{first + 2}: diff.expected[#1].paths: is empty, or holds something else than texts in quotes; "
        "mend the list",
        f"{first + 3}: diff.expected[#1].why: is not a key of this table; the keys here are id, paths, reason",
    ]
    assert "must be an array of tables" in faults(GOOD + "[diff]\nexpected = []\n")[0]
