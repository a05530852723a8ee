"""config.xml and its index of revisions, as pfSense writes them and as nobody should."""

from __future__ import annotations

import gzip
import random

import pytest
from diff_pairs import VERSIONS, healthy
from hypothesis import given, settings
from hypothesis import strategies as st

from pfha_tui.configdiff.history import parse_index
from pfha_tui.configdiff.remote import inflate
from pfha_tui.lab.configxml.dump import dump
from pfha_tui.lab.configxml.history import serialise
from pfha_tui.lab.configxml.pair import pair_histories
from pfha_tui.lab.configxml.tree import reread
from pfha_tui.parsers.configxml import LISTS, MAX_BYTES, Value, parse_config
from pfha_tui.parsers.errors import ParseError
from tests.support.school import school_pair


def without_empty_entries(value: Value) -> Value:
    """As pfSense's own reader leaves it: empty entries of lists are gone."""
    if isinstance(value, list):
        return [without_empty_entries(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {name: without_empty_entries(each) for name, each in value.items()}
    return {name: each for name, each in kept.items() if each != "" or name not in LISTS}


@pytest.mark.parametrize("version", VERSIONS)
def test_what_pfsense_wrote_is_read_back(version: str) -> None:
    for config in healthy(version):
        read = parse_config(config.xml)
        assert read.root == without_empty_entries(reread(config.root))
        assert read.version == version
        assert read.revision.time == config.time
        assert read.revision.description == config.description


def xml(inner: str) -> bytes:
    return f'<?xml version="1.0"?>\n<pfsense>{inner}</pfsense>\n'.encode()


def test_named_entities_stand_outside_cdata_and_double_ones_inside() -> None:
    raw = xml(
        "<hostname>b&uuml;ro</hostname><descr><![CDATA[A &amp; B &lt;c&gt; &eacute;t&eacute; &#039;x&#039;]]></descr>"
    )
    assert parse_config(raw).root == {"hostname": "büro", "descr": "A & B <c> été 'x'"}


def test_what_is_no_entity_stays_as_it_is() -> None:
    raw = xml("<descr><![CDATA[a &b; &#0; &#xD800; &#1114112; &amp;amp; c&d]]></descr>")
    assert parse_config(raw).root == {"descr": "a &b; &#0; &#xD800; &#1114112; &amp; c&d"}


def test_an_entity_within_cdata_is_not_made_one_of_xml() -> None:
    assert parse_config(xml("<descr><![CDATA[&eacute;]]></descr>")).root == {"descr": "é"}


def test_newer_files_have_their_letters_as_they_are() -> None:
    assert parse_config(xml("<hostname>büro</hostname>")).root == {"hostname": "büro"}


def test_presence_is_kept_and_lists_of_one_are_lists() -> None:
    raw = xml(
        "<a><enable></enable></a><filter><rule><disabled/></rule></filter><x>1</x><x>2</x><vip></vip>"
    )
    assert parse_config(raw).root == {
        "a": {"enable": ""}, "filter": {"rule": [{"disabled": ""}]}, "x": ["1", "2"],
    }  # fmt: skip


HOSTILE = {
    "entity bomb": b'<!DOCTYPE l [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]><pfsense>&c;</pfsense>',
    "external entity": b'<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]><pfsense>&e;</pfsense>',
    "external document type": b'<!DOCTYPE p SYSTEM "http://192.0.2.1/x.dtd"><pfsense/>',
    "too large": b"<pfsense>" + b"x" * (50 * 1024 * 1024),
    "too deep": b"<pfsense>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</pfsense>",
    "too many": b"<pfsense>" + b"<a/>" * 1_000_001 + b"</pfsense>",
    "empty": b"",
    "not XML": b"config: yes",
    "NUL": b"<pfsense>\0</pfsense>",
    "UTF-16": "<pfsense><a>1</a></pfsense>".encode("utf-16"),
    "another product": b"<opnsense><version>1</version></opnsense>",
    "text": b"<pfsense>text</pfsense>",
    "two roots": b"<pfsense><a>1</a></pfsense><pfsense/>",
    "unknown entity": b"<pfsense><a>&nosuch;</a></pfsense>",
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_give_one_sentence(raw: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        parse_config(raw)
    said = str(caught.value)
    assert said.startswith("config.xml") and "\n" not in said and len(said) < 200


def test_a_file_cut_off_anywhere_is_refused() -> None:
    raw = healthy()[0].xml
    chance = random.Random(7)
    for _ in range(60):
        end = chance.randrange(len(raw) - 2)
        with pytest.raises(ParseError):
            parse_config(raw[:end])
    with pytest.raises(ParseError, match="before it is complete"):
        parse_config(raw[: len(raw) // 2])


@settings(max_examples=150)
@given(st.binary(max_size=300))
def test_anything_is_read_or_refused(raw: bytes) -> None:
    for data in (raw, b"<pfsense>" + raw + b"</pfsense>"):
        try:
            parse_config(data)
        except ParseError as error:
            assert str(error)


names = st.sampled_from(["descr", "rule", "enable", "hosts", "name", "password", "zone"])
texts = st.text(
    st.characters(
        codec="utf-8", exclude_characters="\x7f", exclude_categories=["Cc", "Cs", "Cn", "Co"]
    ),
    max_size=12,
).filter(lambda text: ";" not in text and text == text.strip())


@settings(max_examples=100)
@given(st.dictionaries(names, texts.filter(bool), min_size=1, max_size=4))
def test_every_text_survives_writing_and_reading(tree: dict[str, str]) -> None:
    found = parse_config(dump({**tree}, "24.0")).root
    assert {
        name: value[0] if isinstance(value, list) else value for name, value in found.items()
    } == {name: value for name, value in tree.items()}


def test_gzip_is_undone_and_bombs_are_not() -> None:
    assert inflate(gzip.compress(b"text")) == b"text"
    with pytest.raises(ParseError, match="not compressed"):
        inflate(b"gzip: cannot open")
    with pytest.raises(ParseError, match="before it is complete"):
        inflate(gzip.compress(b"text" * 1000)[:-20])
    bomb = inflate(gzip.compress(b"\0" * (64 * 1024 * 1024)))
    assert len(bomb) == MAX_BYTES + 1
    with pytest.raises(ParseError, match="MiB"):
        parse_config(bomb)


def test_the_index_of_revisions_is_read() -> None:
    _, secondary = pair_histories(school_pair(), 1_790_000_000.0)
    revisions = parse_index(secondary.read("/cf/conf/backup/backup.cache"))
    assert [each.time for each in revisions] == [each.config.time for each in secondary.backups]
    assert [each.description for each in revisions] == [
        each.config.description for each in secondary.backups
    ]


def test_a_length_of_the_index_counts_bytes() -> None:
    raw = serialise(
        {1_700_000_000: {"description": 'é "; }', "version": "24.0", "filesize": 9}}
    ).encode()
    assert [each.description for each in parse_index(raw)] == ['é "; }']


@pytest.mark.parametrize(
    "raw",
    [b"a:1:{", b'a:1:{i:1;s:9:"x";}', b"O:8:\"stdClass\":0:{}", b"a:2:{i:1;i:2;}", b"x" * (2 * 1024 * 1024),
     b"a:1:{i:1;" * 20 + b"}" * 20, b"i:1;"],
)  # fmt: skip
def test_a_broken_index_gives_one_sentence(raw: bytes) -> None:
    with pytest.raises(ParseError):
        parse_index(raw)


def test_no_index_is_no_revision() -> None:
    assert parse_index(b"") == ()


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_index_is_read_or_refused(raw: bytes) -> None:
    try:
        parse_index(raw)
    except ParseError as error:
        assert str(error)
