"""Which language is spoken, and what stays English."""

import gettext
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pfha_tui.cli import language
from pfha_tui.cli.main import main
from pfha_tui.domain.language import mark, ntr, ptr, tr, use
from pfha_tui.domain.verdict import VerdictKind
from pfha_tui.domain.wording import abridged, decimal, listed, word


@pytest.fixture
def french() -> Iterator[None]:
    language.speak("fr")
    yield
    language.speak("en")


@pytest.mark.parametrize(
    ("flag", "environ", "spoken"),
    [
        (None, {}, "en"),
        (None, {"LANG": "fr_FR.UTF-8"}, "fr"),
        (None, {"LANG": "fr"}, "fr"),
        (None, {"LANG": "fr_CA@euro"}, "fr"),
        (None, {"LANG": "FR-fr"}, "fr"),
        (None, {"LANG": "C.UTF-8"}, "en"),
        (None, {"LANG": "de_DE.UTF-8"}, "en"),
        (None, {"LANG": "frp_IT"}, "en"),
        (None, {"LC_ALL": "en_GB", "LC_MESSAGES": "fr_FR", "LANG": "fr_FR"}, "en"),
        (None, {"LC_ALL": "", "LC_MESSAGES": "fr_FR", "LANG": "en_GB"}, "fr"),
        ("en", {"LC_ALL": "fr_FR"}, "en"),
        ("fr", {"LC_ALL": "C"}, "fr"),
        ("tlh", {"LANG": "fr_FR"}, "fr"),
    ],
)
def test_the_flag_decides_else_the_locale(
    flag: str | None, environ: dict[str, str], spoken: str
) -> None:
    assert language.chosen(flag, environ) == spoken


@pytest.mark.parametrize(
    ("args", "flag"),
    [
        ([], None),
        (["--lang", "fr"], "fr"),
        (["status", "--lang=fr", "--json"], "fr"),
        (["--lang", "fr", "status", "--lang", "en"], "en"),
        (["lab", "--", "--lang", "fr"], None),
        (["--lang"], None),
    ],
)
def test_the_flag_is_found_wherever_the_parser_takes_it(args: list[str], flag: str | None) -> None:
    assert language.flag_of(args) == flag


def test_english_needs_no_catalogue() -> None:
    use(None)
    assert tr("link up") == "link up"
    assert [ntr("a node", "nodes", n) for n in (0, 1, 2)] == ["nodes", "a node", "nodes"]
    assert ptr("decimal mark", ".") == "."
    assert mark("link up") == "link up"


@pytest.mark.usefixtures("french")
def test_french() -> None:
    assert tr("link up") == "lien actif"
    assert tr("no catalogue holds this") == "no catalogue holds this"
    assert tr("") == ""
    plural = ("has {count} node, not two", "has {count} nodes, not two")
    assert [ntr(*plural, n).format(count=n) for n in (0, 1, 3)] == [
        "a 0 nœud, pas deux",
        "a 1 nœud, pas deux",
        "a 3 nœuds, pas deux",
    ]
    assert decimal("0.4") == "0,4"
    assert listed(["a", "b", "c"]) == "a, b et c"
    assert abridged(list("abcdefg")) == "a, b, c et 4 autres"
    assert word(VerdictKind.DEGRADED) == "dégradé"


def test_without_accents() -> None:
    language.speak("fr", language.fold)
    try:
        assert tr("give each node its own address (never a CARP VIP)").isascii()
        assert "noeud" in tr("give each node its own address (never a CARP VIP)")
        assert ntr("has {count} node, not two", "has {count} nodes, not two", 3).isascii()
        assert ptr("decimal mark", ".") == ","
    finally:
        language.speak("en")


def test_folding_keeps_what_is_no_letter() -> None:
    assert language.fold("● nœud « é » → Œ") == '● noeud " e " → OE'


@pytest.mark.parametrize("command", [[], ["status"], ["check"], ["config", "init"], ["demo"]])
def test_help_is_french_from_top_to_bottom(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--lang", "fr", "--help"]) == (3 if command == ["check"] else 0)
    said = capsys.readouterr().out
    if command == ["check"]:
        assert said.startswith("Usage: ")
        return
    assert said.startswith("Usage : ")
    assert "Affiche cette aide" in said
    for english in ("Show this", "Options:\n\n", " the ", "default:"):
        assert english not in said


def test_usage_errors_are_french(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "fr", "status", "--timeout", "soon"]) == 2
    said = capsys.readouterr().err
    assert "n'est pas une durée" in said and "Essayez : pfha-tui status --help" in said
    assert main(["--lang", "tlh"]) == 2
    assert "'tlh'" in capsys.readouterr().err


def test_configuration_faults_are_french(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "config.toml"
    file.write_text("schema = 2\nword = 1\n")
    assert main(["--lang", "fr", "config", "check", "--config", str(file)]) == 2
    said = capsys.readouterr().err
    assert f"{file}:1: schema: doit être 1 ; ce programme ne lit aucune autre forme" in said


def test_what_programs_read_is_english(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    missing = str(tmp_path / "none.toml")
    assert main(["check", "--config", missing]) == 3
    assert capsys.readouterr().out.startswith("CARP UNKNOWN - There is no configuration at ")
    assert main(["--lang", "fr", "status", "--json", "--config", missing]) == 2
    assert "There is no configuration" in capsys.readouterr().err
    assert main(["status", "--config", missing]) == 2
    assert "Il n'y a pas de configuration" in capsys.readouterr().err


def test_json_of_the_settings_is_english(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "config.toml"
    nodes = (("fw1", "primary", 1), ("fw2", "secondary", 2))
    file.write_text(
        'schema = 1\n[[pair]]\nname = "main"\n'
        + "".join(
            f'[[pair.node]]\nname = "{name}"\nrole = "{role}"\naddress = "192.0.2.{last}"\n'
            for name, role, last in nodes
        )
    )
    assert main(["--lang", "fr", "config", "show", "--json", "--config", str(file)]) == 0
    origins = {each["origin"] for each in json.loads(capsys.readouterr().out)["settings"]}
    assert "default" in origins
    assert main(["--lang", "fr", "config", "show", "--config", str(file)]) == 0
    assert "défaut" in capsys.readouterr().out


def test_yes_is_understood_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    from pfha_tui.cli import output

    answers = iter(["o", "oui", "y", "", "n"])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(answers))
    language.speak("fr")
    try:
        assert [output.confirm("Épingler ?") for _ in range(5)] == [True, True, True, False, False]
    finally:
        language.speak("en")


def test_clicks_own_words_come_from_the_catalogue() -> None:
    language.speak("fr")
    try:
        assert gettext.gettext("Usage:") == "Usage :"
    finally:
        language.speak("en")
    assert gettext.gettext("Usage:") == "Usage:"
