"""Finds texts for a person that go past the language: prose in literals, and literals in known sinks."""

import ast
import re
from collections.abc import Iterator

from tests.messages import source

PROSE = re.compile(r"[A-Za-z]{2,}[,;:]? [a-z]{2,}")
WORD = re.compile(r"[A-Za-z]{2,}")

SINKS = {
    "Failure": (1, 2, 3),
    "Finding": (2,),
    "FrameError": (0,),
    "LinkStatus": (2,),
    "LoginInterrupted": (0,),
    "NetworkFailure": (0,),
    "NotInCatalogue": (0,),
    "NotToml": (1,),
    "OperatorNeeded": (0,),
    "ParseError": (1,),
    "Problem": (3, 4),
    "ReadError": (1,),
    "SecretError": (0, 1),
    "TransportError": (0,),
    "TransportTimeout": (0,),
    "Unfit": (0, 1),
    "Verdict": (1,),
    "WalkError": (0,),
    "ask": (0,),
    "block": (0,),
    "cause": (1,),
    "confirm": (0,),
    "fail": (0,),
    "notify": (0,),
    "ssh_link": (1,),
    "snmp_link": (1,),
    "warn": (0,),
}
"""Whose arguments, counted from 0, a person reads: even one word there is a text."""

CONDITIONS = "pfha_tui.actions.conditions.case"
IMPORTED = {(CONDITIONS, name): (1,) for name in ("block", "warn", "fine")}
"""The same for functions of a module that share a name with others: the id of a finding comes before its text."""


def unwrapped() -> Iterator[tuple[str, int, str]]:
    """File, line and text of each literal that a person may read and no catalogue holds."""
    for file, tree in source.modules():
        hidden = _hidden(tree, file)
        told = {id(each) for each in _told(tree)}
        for node in ast.walk(tree):
            text = _text(node)
            if text is None or id(node) in hidden:
                continue
            if PROSE.search(text) or (id(node) in told and WORD.search(text)):
                yield file, node.lineno, text  # type: ignore[attr-defined]


def _text(node: ast.AST) -> str | None:
    """The words of a literal; a field of an f-string counts as `{}`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (each.value if isinstance(each, ast.Constant) else "{}" for each in node.values)
        return "".join(str(part) for part in parts)
    return None


def _told(tree: ast.Module) -> Iterator[ast.AST]:
    sinks = {**SINKS, **_imported(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for place in sinks.get(source.name_of(node.func), ()):
                yield from node.args[place : place + 1]


def _imported(tree: ast.Module) -> dict[str, tuple[int, ...]]:
    """The sinks that a module imports by a name which means another one elsewhere."""
    return {
        alias.name: IMPORTED[node.module, alias.name]
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module is not None
        for alias in node.names
        if (node.module, alias.name) in IMPORTED
    }


def _hidden(tree: ast.Module, file: str) -> set[int]:
    """Nodes that no person reads: docstrings, what is wrapped, annotations, style sheets, parts of f-strings."""
    found: set[int] = set()
    for node in ast.walk(tree):
        inside: list[ast.AST] = []
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inside = [node.value]
        elif isinstance(node, ast.Call):
            name = source.name_of(node.func)
            inside = list(source.told(node, file, tree))
            if name in ("compile", "getattr", "setattr"):
                inside += node.args
            inside += [each.value for each in node.keywords if each.arg in ("help", "metavar")]
        elif isinstance(node, ast.Assign) and source.name_of(node.targets[0]) == "DEFAULT_CSS":
            inside = [node.value]
        elif isinstance(node, ast.JoinedStr):
            inside = [each for each in node.values if isinstance(each, ast.Constant)]
        elif isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
            inside = [node.annotation]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            inside = [node.returns]
        for each in inside:
            found.update(id(deep) for deep in ast.walk(each))
    return found


def frozen() -> Iterator[str]:
    """Where a text is translated while its module is being imported, before a language is chosen."""
    for file, tree in source.modules():
        waiting: list[ast.AST] = [tree]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                waiting += [*node.args.defaults, *filter(None, node.args.kw_defaults)]
                waiting += node.decorator_list
                continue
            if isinstance(node, ast.Lambda):
                continue
            if isinstance(node, ast.Call) and source.name_of(node.func) in ("tr", "ntr", "ptr"):
                yield f"{file}:{node.lineno}"
            waiting += ast.iter_child_nodes(node)


def english_words() -> Iterator[str]:
    """Where a word of ui/texts.py is used as it is, instead of through tr() or a Mark."""
    table = source.PACKAGE / "ui" / "texts.py"
    words = {
        target.id
        for node in ast.parse(table.read_text("utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for file, tree in source.modules():
        spoken = {
            id(argument)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and source.name_of(node.func) in ("tr", "Mark")
            for argument in node.args
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute) or id(node) in spoken:
                continue
            if isinstance(node.value, ast.Name) and node.value.id == "texts" and node.attr in words:
                yield f"{file}:{node.lineno}: {node.attr}"
