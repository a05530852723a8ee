"""One value of the file to the type that its key wants, or a sentence that says why not."""

import ipaddress
from typing import Any

from pfha_tui.config import schema
from pfha_tui.config.durations import format_duration, parse_duration
from pfha_tui.config.schema import Field, Kind
from pfha_tui.config.secrets import SecretError, parse_reference

_NOUNS = {
    Kind.TEXT: "a text in quotes",
    Kind.ADDRESS: "an address in quotes",
    Kind.INTEGER: "a whole number",
    Kind.BOOLEAN: "true or false",
    Kind.DURATION: 'a duration in quotes, such as "1s"',
    Kind.CHOICE: "a text in quotes",
    Kind.FINGERPRINTS: "a list of fingerprints in quotes",
    Kind.PATH: "a path in quotes",
    Kind.TABLE: "a table",
    Kind.TABLES: "an array of tables",
}
_TYPES: dict[Kind, type] = {
    Kind.INTEGER: int,
    Kind.BOOLEAN: bool,
    Kind.FINGERPRINTS: list,
    Kind.TABLE: dict,
    Kind.TABLES: list,
}


def convert(field: Field, raw: object) -> Any:
    """The value that the key wants: text, number, boolean, tuple of texts, seconds or SecretRef.

    Raises ValueError("what is wrong; how to mend it"); what a secret key holds is never repeated.
    """
    if field.kind is Kind.SECRET:
        return _secret(raw)
    if field.kind is Kind.TABLE and raw is False and field.can_be_off:
        return raw
    if type(raw) is not _TYPES.get(field.kind, str):
        mend = "or false to switch it off" if field.can_be_off else ""
        raise ValueError(f"must be {_NOUNS[field.kind]}, not {_name(raw)}; {mend}")
    return _CHECKS[field.kind](field, raw)


def _secret(raw: object) -> object:
    try:
        return parse_reference(raw if isinstance(raw, str) else "")
    except SecretError as error:
        raise ValueError(str(error)) from None


def _text(field: Field, raw: str) -> str:
    if field.pattern is not None and not field.pattern.fullmatch(raw):
        allowed = {
            id(schema.PAIR_NAME): "letters, digits, space, dot, dash and underscore, at most 40",
            id(schema.NODE_NAME): "letters, digits, dot, dash and underscore, at most 40",
        }.get(id(field.pattern), "see the reference of this key")
        raise ValueError(f"has characters that do not belong there; allowed: {allowed}")
    return raw


def _address(field: Field, raw: str) -> str:
    try:
        return str(ipaddress.ip_address(raw))
    except ValueError:
        pass
    numeric = raw.replace(".", "").isdigit()
    if numeric or not schema.HOST.fullmatch(raw):
        raise ValueError(
            "is neither an IP address nor a host name; no port and no prefix length here"
        )
    return raw


def _integer(field: Field, raw: int) -> int:
    if not field.low <= raw <= field.high:
        if field.low == field.high:
            raise ValueError(f"must be {field.low:g}; this program reads no other form")
        raise ValueError(f"must lie between {field.low:g} and {field.high:g}; mend the number")
    return raw


def _duration(field: Field, raw: str) -> float:
    seconds = parse_duration(raw)
    if not field.low <= seconds <= field.high:
        low, high = format_duration(field.low), format_duration(field.high)
        raise ValueError(f"must lie between {low} and {high}; mend the duration")
    return seconds


def _choice(field: Field, raw: str) -> str:
    if raw not in field.choices:
        raise ValueError(f"is not one of the known words; use {', '.join(field.choices)}")
    return raw


def _fingerprints(field: Field, raw: list[object]) -> tuple[str, ...]:
    if not raw:
        raise ValueError("is an empty list; leave the key out to let known_hosts decide")
    prints = tuple(text.rstrip("=") for text in raw if isinstance(text, str))
    if len(prints) != len(raw) or not all(map(schema.FINGERPRINT.fullmatch, prints)):
        raise ValueError(
            'holds something else than "SHA256:…" with 43 characters; copy them from ssh-keygen -lf'
        )
    return prints


def _path(field: Field, raw: str) -> str:
    if not raw or not raw.isprintable():
        raise ValueError("is not a path; name a file")
    return raw


def _tables(field: Field, raw: list[object]) -> list[object]:
    if not raw or not all(isinstance(element, dict) for element in raw):
        raise ValueError(f"must be an array of tables; write [[…{field.key}]]")
    return raw


_CHECKS: dict[Kind, Any] = {
    Kind.TEXT: _text,
    Kind.ADDRESS: _address,
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: lambda field, raw: raw,
    Kind.DURATION: _duration,
    Kind.CHOICE: _choice,
    Kind.FINGERPRINTS: _fingerprints,
    Kind.PATH: _path,
    Kind.TABLE: lambda field, raw: raw,
    Kind.TABLES: _tables,
}


def _name(raw: object) -> str:
    names = {
        str: "a text",
        bool: "true or false",
        int: "a whole number",
        float: "a number with a point",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(raw), "a date or time")
