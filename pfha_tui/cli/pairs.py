"""All pairs that a command is for: those that can be watched, and why the others cannot."""

from dataclasses import replace

from pfha_tui.cli.diagnostics import Failure
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options, configuration, pair_target
from pfha_tui.config.problems import ConfigError
from pfha_tui.config.resolve import find_pair
from pfha_tui.config.resolve import pair_target as resolve
from pfha_tui.config.secrets import SecretKind, SecretRef
from pfha_tui.config.settings import Configuration, PairConfig
from pfha_tui.domain.target import BrokenPair, Environment, PairTarget


def wanted_pairs(options: Options) -> tuple[PairTarget | BrokenPair, ...]:
    """The pair that the options name, else all of the configuration in its order.

    A file or secret at fault breaks its own pair only. Raises Failure (USAGE) where that leaves none, and
    for whatever is wrong with the configuration itself.
    """
    if options.pair is not None:
        return (pair_target(options),)
    loaded = configuration(options)
    if len(loaded.pairs) == 1:
        return (pair_target(options),)
    pairs = tuple(_resolved(loaded, pair, options) for pair in loaded.pairs)
    broken = [pair for pair in pairs if isinstance(pair, BrokenPair)]
    if len(broken) == len(pairs):
        raise Failure(ExitCode.USAGE, *(fault for pair in broken for fault in pair.faults))
    return pairs


def resolved_again(broken: BrokenPair, options: Options) -> PairTarget | BrokenPair:
    """The pair by the configuration as it is now; still broken, with the faults of now, where it has any."""
    try:
        loaded = configuration(options)
        return _resolved(loaded, find_pair(loaded, broken.name), options)
    except (ConfigError, Failure) as error:
        faults = (
            tuple(str(error).splitlines()) if isinstance(error, ConfigError) else error.sentences
        )
        return replace(broken, why=faults[0], faults=faults)


def _resolved(loaded: Configuration, pair: PairConfig, options: Options) -> PairTarget | BrokenPair:
    try:
        target = resolve(loaded, pair)
    except ConfigError as error:
        first = error.problems[0]
        key = first.key.removeprefix(f"{pair.label}.")
        return BrokenPair(
            pair.name,
            f"{key}: {first.what}" if key else first.what,
            tuple(str(error).splitlines()),
            options.read_only or bool(pair.own.get("read_only", False)),
            Environment(pair.own.get("environment", Environment.PRODUCTION)),
            _uses_keyring(pair),
        )
    return replace(target, read_only=True) if options.read_only else target


def _uses_keyring(pair: PairConfig) -> bool:
    tables = [table for node in pair.nodes for table in (node.ssh, node.snmp) if table is not None]
    values = [entry.value for table in tables for entry in table.entries.values()]
    return any(isinstance(v, SecretRef) and v.kind is SecretKind.KEYRING for v in values)
