"""Finds the texts of the package: what is passed to the language, and what click shows as help."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from inspect import cleandoc
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "pfha_tui"

CLICK = (
    "Aborted!",
    "Choose from:\n\t{choices}",
    "Commands",
    "Error: {message}",
    "Error: invalid input",
    "Got unexpected extra argument ({args})",
    "Invalid value for {param_hint}: {message}",
    "Invalid value: {message}",
    "Missing argument",
    "Missing command.",
    "Missing option",
    "Missing parameter",
    "No such command {name!r}.",
    "No such option {name!r}.",
    "No such option: {name}",
    "Option {name!r} does not take a value.",
    "Option {name!r} requires an argument.",
    "Options",
    "Show the version and exit.",
    "Show this message and exit.",
    "Try '{command} {option}' for help.",
    "Usage:",
    "default: {default}",
    "required",
    "{value!r} is not a valid {number_type}.",
    "{value!r} is not one of {choices}.",
    "{value} is not in the range {range}.",
)
"""What click says by itself, through gettext, where this program lets it speak."""


TABLES = {
    ("pfha_tui/domain/causes.py", "CauseKind"): (1,),
}
"""Records whose arguments, counted from 0, are texts that `tr` translates where they are shown."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text for the catalogue: plural and context are None where it has none."""

    id: str
    plural: str | None
    context: str | None
    file: str


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package by its path from the root; the lab speaks as the firewalls do."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "lab" not in path.relative_to(PACKAGE).parts[:1]:
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def texts() -> Iterator[Text]:
    """Every text of the code; those that are not written out are `unwritten`."""
    for file, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                words = [literal(each) for each in told(node, file, tree)]
                if words and None not in words:
                    yield from _texts(name_of(node.func), [word or "" for word in words], file)
            elif isinstance(node, ast.FunctionDef) and _is_command(node):
                doc = ast.get_docstring(node)
                if doc:
                    yield Text(doc, None, None, file)
    for text in CLICK:
        yield Text(text, None, None, "click")


def unwritten() -> Iterator[str]:
    """The places where something else than a literal is passed: no catalogue can hold that."""
    for file, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and any(
                literal(each) is None for each in told(node, file, tree)
            ):
                yield f"{file}:{node.lineno}"


def told(node: ast.Call, file: str, tree: ast.Module) -> list[ast.expr]:
    """The arguments of a call that have to be literals, for they are texts."""
    name = name_of(node.func)
    if (file, name) in TABLES:
        return [node.args[place] for place in TABLES[file, name]]
    if name in ("option", "argument", "Option"):
        return [keyword.value for keyword in node.keywords if keyword.arg == "help"]
    if name not in spoken(tree) or _looked_up(node):
        return []
    return node.args[:2] if name in ("ntr", "ptr") else node.args[:1]


@cache
def spoken(tree: ast.Module) -> frozenset[str]:
    """The functions of the language that a module imports."""
    return frozenset(
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "pfha_tui.domain.language"
        for alias in node.names
    )


def _texts(name: str, words: list[str], file: str) -> Iterator[Text]:
    if name == "ntr":
        yield Text(words[0], words[1], None, file)
    elif name == "ptr":
        yield Text(words[1], None, words[0], file)
    else:
        for word in words:
            text = cleandoc(word) if name in ("option", "argument", "Option") else word
            yield Text(text, None, None, file)


def _looked_up(node: ast.Call) -> bool:
    """tr(table[key]), tr(field.help), tr(word.value): the text stands elsewhere, in mark()."""
    return name_of(node.func) == "tr" and isinstance(
        node.args[0], ast.Name | ast.Attribute | ast.Subscript
    )


def _is_command(node: ast.FunctionDef) -> bool:
    calls = [each for each in node.decorator_list if isinstance(each, ast.Call)]
    return any(name_of(call.func) in ("command", "group") for call in calls)


def name_of(function: ast.expr) -> str:
    """The last word of what is called."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def literal(node: ast.expr) -> str | None:
    """The text of a literal, None for anything else, an f-string above all."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
