"""Writing the tree as pfSense's dump_xml_config() does, up to configuration version 24.x.

Every text goes through PHP's htmlentities(), inside CDATA as well as outside. So CDATA holds a literal `&amp;`, and
outside it stand entities such as `&uuml;` that no strict XML parser knows.
"""

from __future__ import annotations

import re
from html.entities import codepoint2name

from pfha_tui.lab.configxml.tree import Tree, Value

ROOT = "pfsense"

_CDATA = re.compile(
    "aclname|auth_pass|auth_prompt|auth_user|certca|certname|city|common_name|descr|detail|email|"
    "encryption_password|hint|ldap_attr|ldap_authcn|ldap_basedn|ldap_basedomain|ldap_bind|ldapbind|"
    "ldap_extended_query|ldap_filter|ldap_pam_groupdn|ldap_pass|ldap_user|login_banner|organization|password|"
    "rangedescr|state|text|username|varusersusername|varuserspassword"
)
"""Names that begin so are written as CDATA (is_cdata_entity)."""

_SPECIAL = re.compile("[&<>\"'\x80-\U0010ffff]")
_ENTITIES = {code: f"&{name};" for code, name in codepoint2name.items()}
_ENTITIES_AND_QUOTE = {**_ENTITIES, ord("'"): "&#039;"}

PHP8 = (22, 9)
"""The configuration version of pfSense 2.7.0, whose PHP 8 escapes the single quote too."""


def version_number(version: str) -> tuple[int, ...]:
    """A configuration version such as `21.7`, for comparing."""
    return tuple(int(part) for part in version.split("."))


def dump(root: Tree, version: str) -> bytes:
    """config.xml for this tree; the version decides whether single quotes are escaped."""
    table = _ENTITIES_AND_QUOTE if version_number(version) >= PHP8 else _ENTITIES
    lines = ['<?xml version="1.0"?>\n', f"<{ROOT}>\n"]
    _children(root, 1, lines, table)
    lines.append(f"</{ROOT}>\n")
    return "".join(lines).encode()


def _children(tree: Tree, depth: int, lines: list[str], table: dict[int, str]) -> None:
    for name, value in tree.items():
        if isinstance(value, list):
            for entry in value:
                _element(name, entry, depth, lines, table)
        else:
            _element(name, value, depth, lines, table)


def _element(name: str, value: Value, depth: int, lines: list[str], table: dict[int, str]) -> None:
    indent = "\t" * depth
    if isinstance(value, dict) and value:
        lines.append(f"{indent}<{name}>\n")
        _children(value, depth + 1, lines, table)
        lines.append(f"{indent}</{name}>\n")
    elif not isinstance(value, str) or value == "":
        lines.append(f"{indent}<{name}></{name}>\n")
    else:
        if _SPECIAL.search(value):
            value = value.translate(table)
        if _CDATA.match(name):
            value = f"<![CDATA[{value}]]>"
        lines.append(f"{indent}<{name}>{value}</{name}>\n")
