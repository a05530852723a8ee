"""Healthy pairs of the lab, changed by hand, read and compared by the product."""

from __future__ import annotations

from functools import cache

from drifts import Change, same

from pfha_tui.configdiff.engine import compare
from pfha_tui.configdiff.model import Report
from pfha_tui.lab.configxml.config import Config
from pfha_tui.parsers.configxml import ConfigXml, parse_config
from tests.support.school import pair_configs, school_pair

NOW = 1_790_000_000.0
VERSIONS = ("21.7", "22.9", "23.3", "24.0")
NEWEST = "24.0"


@cache
def healthy(version: str = NEWEST, rules: int = 60) -> tuple[Config, Config]:
    facts = school_pair(
        version=version, vlans=2, aliases=2, own_aliases=True, lagg=True, ipv6=True, rules=rules
    )
    return pair_configs(facts, NOW)


def read(config: Config) -> ConfigXml:
    return parse_config(config.xml)


def changed(config: Config, change: Change) -> Config:
    return Config(change(config.root))


def compared(secondary: Change = same, primary: Change = same, version: str = NEWEST) -> Report:
    one, two = healthy(version)
    return compare(read(changed(one, primary)), read(changed(two, secondary)))
