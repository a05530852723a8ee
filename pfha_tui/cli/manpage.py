"""`man`: the manual page in roff, made of click's commands and options and of the exit codes."""

import re
from collections.abc import Iterator
from inspect import cleandoc

import click

from pfha_tui import __version__
from pfha_tui.cli import output
from pfha_tui.cli.diagnostics import PROGRAM
from pfha_tui.cli.exits import ExitCode
from pfha_tui.config.locations import ENVIRONMENT_VARIABLE
from pfha_tui.domain.language import mark, tr
from pfha_tui.ui import diff_keys, keymap, texts
from pfha_tui.ui.commands import COMMANDS

EXITS = {
    ExitCode.OK: mark("Done."),
    ExitCode.FINDINGS: mark("The pair is not healthy, or has warnings (only with --exit-code)."),
    ExitCode.USAGE: mark(
        "The command line or the configuration is at fault, or there is no terminal for the console."
    ),
    ExitCode.UNREACHABLE: mark("No node could be reached; trying again later may help."),
    ExitCode.TIMEOUT: mark("No confirmed answer came in time."),
    ExitCode.UNVERIFIED: mark(
        "Executed, but not verified, or taken back; or the journal was changed."
    ),
    ExitCode.REFUSED: mark("Refused: read-only, an unmet condition, or not confirmed by you."),
    ExitCode.INTERNAL: mark("A fault of the program itself."),
    ExitCode.OUTPUT: mark("The output could not be written: a full disk, say."),
    ExitCode.NO_PERMISSION: mark(
        "The system does not permit it to this account, or has no such thing."
    ),
    ExitCode.INTERRUPTED: mark("Interrupted from the keyboard."),
    ExitCode.PIPE_CLOSED: mark("Whoever read the output went away."),
    ExitCode.TERMINATED: mark("Ended by SIGTERM or SIGHUP."),
}

FILES = (
    ("~/.config/pfha-tui/config.toml", mark("The configuration.")),
    ("~/.config/pfha-tui/themes/*.toml", mark("Themes of your own.")),
    ("~/.local/state/pfha-tui/theme", mark("The theme last kept in the console.")),
    ("~/.local/state/pfha-tui/journal.jsonl", mark("The record of all actions.")),
    (
        "~/.local/state/pfha-tui/refused/",
        mark("Refused logins that are not to be tried again yet."),
    ),
    (
        "~/.local/state/pfha-tui/last-fault.txt",
        mark("Places in the code of the last fault of the program itself."),
    ),
)

ENVIRONMENT = (
    (ENVIRONMENT_VARIABLE, mark("Names another configuration file; --config comes first.")),
    ("NO_COLOR", mark("Set to anything: no colours.")),
    ("LC_ALL, LC_MESSAGES, LANG", mark("The language, unless --lang names it.")),
    ("XDG_CONFIG_HOME, XDG_STATE_HOME", mark("Stand for ~/.config and ~/.local/state.")),
    (
        "TERM, COLORTERM",
        mark(
            "With sixteen colours the console starts in the theme terminal; dumb means no colours."
        ),
    ),
)


def run(root: click.Group) -> ExitCode:
    """Print the page."""
    output.block(page(root))
    return ExitCode.OK


def page(root: click.Group) -> str:
    """The whole page for this group of commands."""
    summary, *rest = _paragraphs(root)
    lines = [
        f'.TH {_text(PROGRAM.upper())} 1 "" {_quoted(f"{PROGRAM} {__version__}")}',
        ".SH NAME",
        f"{_text(PROGRAM)} \\- {_text(_uncapped(summary))}",
        ".SH SYNOPSIS",
        *_synopsis(root),
        f".SH {_text(tr('Description').upper())}",
        *_blocks([summary, *rest]),
        f".SH {_text(tr('Options').upper())}",
    ]
    with click.Context(root, info_name=PROGRAM, **root.context_settings) as context:
        lines += [*_options(context), f".SH {_text(tr('Commands').upper())}"]
        for each in _walk(context):
            lines += [f".SS {_quoted(each.command_path)}", *_usage(each)]
            lines += [*_blocks(_paragraphs(each.command)), *_options(each)]
    keys = [
        (f"{', '.join(keymap.labels(one, ascii_only=True))} ({one.id})", tr(one.help))
        for one in COMMANDS
    ]
    sections = (
        (tr("Keys"), keys),
        (tr(texts.HELP_DIFF), [(one.label, tr(one.help)) for one in diff_keys.KEYS]),
        (tr("Exit codes"), [(str(code.value), tr(said)) for code, said in EXITS.items()]),
        (tr("Environment"), [(name, tr(said)) for name, said in ENVIRONMENT]),
        (tr("Files"), [(name, tr(said)) for name, said in FILES]),
    )
    for title, entries in sections:
        lines.append(f".SH {_quoted(title.upper())}")
        for name, said in entries:
            lines += [".TP", f".B {_quoted(name)}", _text(said)]
    return "\n".join(lines) + "\n"


def _walk(context: click.Context) -> Iterator[click.Context]:
    """Every command below the group of a context that is not hidden, in the order of `--help`, in one of its own."""
    group = context.command
    assert isinstance(group, click.Group)
    for name in sorted(group.commands):
        command = group.commands[name]
        if command.hidden:
            continue
        with click.Context(command, parent=context, info_name=name) as each:
            yield each
            if isinstance(command, click.Group):
                yield from _walk(each)


def _paragraphs(command: click.Command) -> list[str]:
    english = cleandoc(command.help or "")
    text = tr(english)
    return [" ".join(part.split()) for part in text.split("\n\n")] if text else []


def _blocks(paragraphs: list[str]) -> list[str]:
    return [line for part in paragraphs for line in (".PP", _text(part))]


def _synopsis(root: click.Group) -> list[str]:
    return [f".B {_text(PROGRAM)}", _text(f"[{tr('OPTIONS')}] [{tr('COMMAND')} ...]")]


def _usage(context: click.Context) -> list[str]:
    pieces = context.command.collect_usage_pieces(context)
    return [f".B {_quoted(context.command_path)}", _text(" ".join(pieces))]


def _options(context: click.Context) -> list[str]:
    lines: list[str] = []
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context)
        if record is None or not isinstance(parameter, click.Option):
            continue
        names, said = record
        english = cleandoc(parameter.help or "")
        said = said.replace(english, tr(english), 1)
        lines += [".TP", f".B {_quoted(names)}", _text(said)]
    return lines


def _uncapped(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _text(text: str) -> str:
    """The text as roff shows it unchanged: its own signs escaped, no line begins with a command."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    escaped = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in escaped)
    return re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.MULTILINE)


def _quoted(text: str) -> str:
    """The text as one argument of a roff request."""
    return '"' + _text(text).replace('"', '""') + '"'
