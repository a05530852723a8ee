"""One value of the file to the type that its key wants, or a sentence that says why not."""

import ipaddress
from typing import Any

from pfha_tui.config import schema
from pfha_tui.config.durations import format_duration, parse_duration
from pfha_tui.config.schema import Field, Kind
from pfha_tui.config.secrets import SecretError, parse_reference
from pfha_tui.domain.language import mark, tr

_NOUNS = {
    Kind.TEXT: mark("a text in quotes"),
    Kind.ADDRESS: mark("an address in quotes"),
    Kind.INTEGER: mark("a whole number"),
    Kind.BOOLEAN: mark("true or false"),
    Kind.DURATION: mark('a duration in quotes, such as "1s"'),
    Kind.CHOICE: mark("a text in quotes"),
    Kind.FINGERPRINTS: mark("a list of fingerprints in quotes"),
    Kind.PATH: mark("a path in quotes"),
    Kind.KEYS: mark("a key in quotes, or a list of keys"),
    Kind.TEXTS: mark("a text in quotes, or a list of them"),
    Kind.TABLE: mark("a table"),
    Kind.TABLES: mark("an array of tables"),
}
_FORMS = {
    Kind.TEXT: '"…"',
    Kind.ADDRESS: '"192.0.2.1"',
    Kind.BOOLEAN: "true",
    Kind.DURATION: '"1s"',
    Kind.FINGERPRINTS: '["SHA256:…"]',
    Kind.PATH: '"…"',
    Kind.KEYS: '["q", "f10"]',
    Kind.TEXTS: '["…"]',
}
"""How a value of a kind is written, where the key itself does not tell."""
_TYPES: dict[Kind, type] = {
    Kind.INTEGER: int,
    Kind.BOOLEAN: bool,
    Kind.FINGERPRINTS: list,
    Kind.KEYS: list,
    Kind.TEXTS: list,
    Kind.TABLE: dict,
    Kind.TABLES: list,
}


class Unfit(Exception):
    """The value does not fit its key: `what` is wrong, and `mend` says what to do (maybe nothing)."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what, mend)
        self.what = what
        self.mend = mend


def convert(field: Field, raw: object) -> Any:
    """The value that the key wants: text, number, boolean, tuple of texts, seconds or SecretRef.

    Raises Unfit; what a secret key holds is never repeated.
    """
    if field.kind is Kind.SECRET:
        return _secret(raw)
    if field.kind is Kind.TABLE and raw is False and field.can_be_off:
        return raw
    if field.kind in (Kind.KEYS, Kind.TEXTS) and type(raw) is str:
        raw = [raw]
    if type(raw) is not _TYPES.get(field.kind, str):
        mend = tr("or false to switch it off") if field.can_be_off else _form(field, raw)
        what = tr("must be {wanted}, not {found}")
        raise Unfit(what.format(wanted=tr(_NOUNS[field.kind]), found=_name(raw)), mend)
    return _CHECKS[field.kind](field, raw)


def _form(field: Field, raw: object) -> str:
    """How the key would be written rightly: a number that stood in quotes without them, else the usual or first one."""
    if field.kind in (Kind.TABLE, Kind.TABLES):
        written = f"[{field.key}]" if field.kind is Kind.TABLE else f"[[…{field.key}]]"
    elif field.kind is Kind.INTEGER:
        meant = raw if isinstance(raw, str) and raw.isdecimal() and len(raw) < 10 else None
        written = f"{field.key} = {meant or field.default or int(field.low)}"
    elif field.kind is Kind.CHOICE:
        written = f'{field.key} = "{field.default or field.choices[0]}"'
    else:
        written = f"{field.key} = {_FORMS[field.kind]}"
    return tr("write {form}").format(form=written)


def _secret(raw: object) -> object:
    try:
        return parse_reference(raw if isinstance(raw, str) else "")
    except SecretError as error:
        raise Unfit(error.what, error.mend) from None


def _text(field: Field, raw: str) -> str:
    if field.pattern is not None and not field.pattern.fullmatch(raw):
        mend = {
            id(schema.PAIR_NAME): tr(
                "allowed: letters, digits, space, dot, dash and underscore, at most 40"
            ),
            id(schema.NODE_NAME): tr(
                "allowed: letters, digits, dot, dash and underscore, at most 40"
            ),
        }.get(id(field.pattern), tr("allowed: see the reference of this key"))
        named = field.pattern in (schema.PAIR_NAME, schema.NODE_NAME)
        if named and len(raw) > schema.LONGEST_NAME:
            raise Unfit(
                tr("is longer than {most} characters").format(most=schema.LONGEST_NAME), mend
            )
        raise Unfit(tr("has characters that do not belong there"), mend)
    return raw


def address(raw: str) -> str:
    """An IP address in its usual form, or a host name as it is. Raises Unfit."""
    try:
        found = ipaddress.ip_address(raw)
    except ValueError:
        pass
    else:
        if found.version == 6 and found.is_link_local and found.scope_id is None:
            raise Unfit(
                tr("is a link-local address, which says nothing without an interface"),
                tr("write it as {address}, with this machine's own").format(
                    address=f"{found}%eth0"
                ),
            )
        return str(found)
    numeric = raw.replace(".", "").isdigit()
    if numeric or not schema.HOST.fullmatch(raw):
        raise Unfit(
            tr("is neither an IP address nor a host name"),
            tr("no port and no prefix length here"),
        )
    return raw


def _integer(field: Field, raw: int) -> int:
    if not field.low <= raw <= field.high:
        if field.low == field.high:
            what = tr("must be {number}").format(number=f"{field.low:g}")
            raise Unfit(what, tr("this program reads no other form"))
        low, high = f"{field.low:g}", f"{field.high:g}"
        what = tr("must lie between {low} and {high}").format(low=low, high=high)
        raise Unfit(what, tr("mend the number"))
    return raw


def _duration(field: Field, raw: str) -> float:
    try:
        seconds = parse_duration(raw)
    except ValueError as error:
        raise Unfit(str(error)) from None
    if not field.low <= seconds <= field.high:
        low, high = format_duration(field.low), format_duration(field.high)
        what = tr("must lie between {low} and {high}").format(low=low, high=high)
        raise Unfit(what, tr("mend the duration"))
    return seconds


def _choice(field: Field, raw: str) -> str:
    if raw not in field.choices:
        mend = tr("use {words}").format(words=", ".join(field.choices))
        raise Unfit(tr("is not one of the known words"), mend)
    return raw


def _fingerprints(field: Field, raw: list[object]) -> tuple[str, ...]:
    if not raw:
        raise Unfit(tr("is an empty list"), tr("leave the key out to let known_hosts decide"))
    prints = tuple(text.rstrip("=") for text in raw if isinstance(text, str))
    if len(prints) != len(raw) or not all(map(schema.FINGERPRINT.fullmatch, prints)):
        raise Unfit(
            tr('holds something else than "SHA256:…" with 43 characters'),
            tr("copy them from {command}").format(command="ssh-keygen -lf"),
        )
    return prints


def _keys(field: Field, raw: list[object]) -> tuple[str, ...]:
    keys = tuple(text for text in raw if isinstance(text, str))
    if len(keys) != len(raw):
        raise Unfit(tr("holds something else than keys in quotes"), tr('write it as ["q", "f10"]'))
    if not keys:
        raise Unfit(tr("is an empty list"), tr("leave it out to keep the command's own keys"))
    return keys


def _texts(field: Field, raw: list[object]) -> tuple[str, ...]:
    texts = tuple(text for text in raw if isinstance(text, str))
    if not texts or len(texts) != len(raw):
        raise Unfit(
            tr("is empty, or holds something else than texts in quotes"), tr("mend the list")
        )
    return texts


def _path(field: Field, raw: str) -> str:
    if not raw or not raw.isprintable():
        raise Unfit(tr("is not a path"), tr("name a file"))
    return raw


def _tables(field: Field, raw: list[object]) -> list[object]:
    if not raw or not all(isinstance(element, dict) for element in raw):
        mend = tr("write {form}").format(form=f"[[…{field.key}]]")
        raise Unfit(tr("must be an array of tables"), mend)
    return raw


_CHECKS: dict[Kind, Any] = {
    Kind.TEXT: _text,
    Kind.ADDRESS: lambda field, raw: address(raw),
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: lambda field, raw: raw,
    Kind.DURATION: _duration,
    Kind.CHOICE: _choice,
    Kind.FINGERPRINTS: _fingerprints,
    Kind.PATH: _path,
    Kind.KEYS: _keys,
    Kind.TEXTS: _texts,
    Kind.TABLE: lambda field, raw: raw,
    Kind.TABLES: _tables,
}


def _name(raw: object) -> str:
    names = {
        str: tr("a text"),
        bool: tr("true or false"),
        int: tr("a whole number"),
        float: tr("a number with a point"),
        list: tr("a list"),
        dict: tr("a table"),
    }
    return names.get(type(raw), tr("a date or time"))
