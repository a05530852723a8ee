"""The catalogues hold every text of the code, whole and compiled."""

import gettext
import io
import string
import tomllib
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from pfha_tui.actions import needs
from pfha_tui.actions.model import Method, Verb
from pfha_tui.cli.language import LANGUAGES
from pfha_tui.configdiff import apart
from pfha_tui.domain import events, reading, snapshot, target, verdict
from pfha_tui.domain.wording import WORDS
from pfha_tui.ui.themes import TITLES
from tests.messages import catalogue, source
from tests.messages.unwrapped import english_words, frozen, unwrapped

FILES = catalogue.files()

NETSTAT = "the statistics' names, as netstat(1) prints them"
STYLE = "a style of rich's"
FAULT = "a fault of the program itself, which nobody can bring about from outside"
ELSEWHERE = "an enumeration's value for programs; wording.WORDS has it for people"
MACHINE = "the plugin's output is English in every locale"
COMMAND = "a command to type"
NAME = "a name"
SYSTEM = "the system's words, which system_errors.reason translates"
SEARCHED = "searched for in what another program says"
SCRIPT = "shell script, and sentences that are wrapped"
LOGGED = "a line for the nodes' system log, whose language is English"
ELEMENTS = "names of elements of config.xml, parted by blanks"

ALLOWED = {
    ("pfha_tui/parsers/netstat_text.py", None): NETSTAT,
    ("pfha_tui/actions/commands.py", "a demotion is changed by 1 to {}"): FAULT,
    ("pfha_tui/actions/gate.py", "only the gate makes permits"): FAULT,
    ("pfha_tui/actions/takeback.py", "{} undo {} {} {} ended, journal {}"): LOGGED,
    ("pfha_tui/actions/journal.py", "an action's id is 8 to 32 hexadecimal digits"): FAULT,
    ("pfha_tui/actions/journal.py", "a command that is fed something is not written down"): FAULT,
    (
        "pfha_tui/actions/needs.py",
        needs.rule(needs.NEEDS[Verb.SWITCHOVER, Method.DEMOTION][2]),
    ): COMMAND,
    ("pfha_tui/cli/check.py", None): MACHINE,
    ("pfha_tui/domain/reading.py", "not permitted"): ELSEWHERE,
    ("pfha_tui/domain/reading.py", "not there"): ELSEWHERE,
    ("pfha_tui/domain/reading.py", "not understood"): ELSEWHERE,
    ("pfha_tui/domain/reading.py", "timed out"): ELSEWHERE,
    ("pfha_tui/domain/reading.py", "no connection"): ELSEWHERE,
    ("pfha_tui/cli/status_table.py", "bold green"): STYLE,
    ("pfha_tui/cli/status_table.py", "bold cyan"): STYLE,
    ("pfha_tui/cli/status_table.py", "bold yellow"): STYLE,
    ("pfha_tui/cli/status_table.py", "bold magenta"): STYLE,
    ("pfha_tui/cli/status_table.py", "bold red"): STYLE,
    ("pfha_tui/collector/catalogue.py", "^failover peer"): SEARCHED,
    ("pfha_tui/collector/catalogue.py", "a revision's time is seconds since the epoch"): FAULT,
    ("pfha_tui/configdiff/visible.py", None): ELEMENTS,
    ("pfha_tui/configdiff/apart.py", apart._PROGRAM): COMMAND,
    ("pfha_tui/config/load.py", "pfha-tui config init"): COMMAND,
    ("pfha_tui/cli/watch.py", "no feed runs"): FAULT,
    ("pfha_tui/ui/keymap.py", "pfha-tui keys"): COMMAND,
    ("pfha_tui/ui/facts/services.py", "ISC dhcpd"): NAME,
    ("pfha_tui/ui/pictures.py", "No such file or directory"): SYSTEM,
    ("pfha_tui/ui/pictures.py", "File exists"): SYSTEM,
    ("pfha_tui/ui/raw_view.py", None): SEARCHED,
    ("pfha_tui/config/secrets.py", "keyring set {} {}"): COMMAND,
    ("pfha_tui/config/positions.py", None): SEARCHED,
    ("pfha_tui/parsers/ntpq.py", "No association"): SEARCHED,
    ("pfha_tui/parsers/pfctl.py", "current entries"): SEARCHED,
    ("pfha_tui/transports/ssh/errors.py", "too many authentication failures"): SEARCHED,
    ("pfha_tui/transports/ssh/errors.py", "hash mismatch"): SEARCHED,
    ("pfha_tui/transports/snmp/client.py", "unreachable: tries is at least 1"): FAULT,
    ("pfha_tui/transports/snmp/values.py", None): FAULT,
    ("pfha_tui/transports/ssh/frames.py", "a command needs words without NUL characters"): FAULT,
    ("pfha_tui/transports/ssh/stream.py", None): SCRIPT,
    ("pfha_tui/transports/ssh/watchdog.py", None): SCRIPT,
    ("pfha_tui/wiring.py", "{} is not reached by SSH"): FAULT,
}
"""What may stay as it is, and why; a file without a text is allowed as a whole."""


def forms(message: Message) -> list[str]:
    """The translations of a message: one, or one for each plural form."""
    found = message.string
    return list(found) if isinstance(found, tuple | list) else [found]


def fields(text: str) -> set[str]:
    """The named fields of a template, with their conversion."""
    parsed = string.Formatter().parse(text)
    return {f"{name}!{how or ''}" for _, name, _, how in parsed if name is not None}


def ids(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def test_there_is_a_catalogue_for_every_language_but_english() -> None:
    assert {path.parts[-3] for path in FILES} == set(LANGUAGES) - {"en"}


def test_every_text_is_a_literal() -> None:
    assert list(source.unwritten()) == []
    assert [text for text in source.texts() if not text.id.strip()] == []


def test_no_text_is_translated_before_a_language_is_chosen() -> None:
    """Mend it with mark("…") there, and tr where it is shown."""
    assert list(frozen()) == []


def test_the_words_of_the_screen_are_translated_where_they_are_shown() -> None:
    assert list(english_words()) == []


def test_no_text_goes_past_the_language() -> None:
    """Mend it with tr("…"), or name it in ALLOWED with a reason."""
    found = {
        f"{file}:{line}: {text!r}"
        for file, line, text in unwrapped()
        if (file, text) not in ALLOWED and (file, None) not in ALLOWED
    }
    assert sorted(found) == []


def test_what_is_allowed_is_still_there() -> None:
    found = {(file, text) for file, _, text in unwrapped()}
    gone = [
        allowed
        for allowed in ALLOWED
        if allowed not in found and allowed not in {(file, None) for file, _ in found}
    ]
    assert gone == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parts[-3])
class TestCatalogue:
    def test_holds_every_text_of_the_code_and_no_other(self, path: Path) -> None:
        """If it does not: make messages."""
        wanted = {(text.id, text.plural, text.context) for text in source.texts()}
        found = {
            (ids(message)[0], ids(message)[1] if message.pluralizable else None, message.context)
            for message in catalogue.read(path)
            if message.id
        }
        assert found == wanted

    def test_is_translated_whole_and_for_certain(self, path: Path) -> None:
        messages = [message for message in catalogue.read(path) if message.id]
        assert [message.id for message in messages if not all(forms(message))] == []
        assert [message.id for message in messages if message.fuzzy] == []

    def test_has_the_fields_of_the_english_text(self, path: Path) -> None:
        for message in catalogue.read(path):
            wanted = set().union(*(fields(id) for id in ids(message)))
            for form in forms(message) if message.id else ():
                assert fields(form) == wanted, form

    def test_begins_and_ends_as_the_english_text(self, path: Path) -> None:
        for message in catalogue.read(path):
            for form in forms(message) if message.id and not message.context else ():
                assert form.endswith("\n") == ids(message)[0].endswith("\n"), form
                assert form.endswith(".") == ids(message)[0].endswith("."), form
                assert "\u00a0" not in form and "\t" not in form.replace(":\n\t", ""), form

    def test_is_compiled(self, path: Path) -> None:
        """If it is not: make messages."""
        with path.with_suffix(".mo").open("rb") as file:
            there = gettext.GNUTranslations(file)
        fresh = gettext.GNUTranslations(io.BytesIO(catalogue.compiled(catalogue.read(path))))
        for message in catalogue.read(path):
            if not message.id:
                continue
            first, *rest = ids(message)
            for number in (0, 1, 2, 7):
                if rest:
                    asked = (first, rest[0], number)
                    assert there.ngettext(*asked) == fresh.ngettext(*asked)
            if message.context:
                context = str(message.context)
                assert there.pgettext(context, first) == fresh.pgettext(context, first)
            elif not rest:
                assert there.gettext(first) == fresh.gettext(first)


def test_every_word_of_the_enumerations_has_a_translation() -> None:
    shown = (
        verdict.VerdictKind,
        verdict.Severity,
        reading.ErrorKind,
        snapshot.LinkState,
        target.NodeRole,
        target.Environment,
        events.EventKind,
    )
    assert {member.value for kind in shown for member in kind} == set(WORDS)


def test_the_themes_that_come_along_have_translated_titles() -> None:
    files = sorted((source.ROOT / "themes").glob("*.toml"))
    assert {tomllib.loads(path.read_text("utf-8"))["title"] for path in files} == set(TITLES)
