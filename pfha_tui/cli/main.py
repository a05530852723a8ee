"""The command line as click sees it: options and help. Each command imports what it needs when it runs."""

import os
import sys
from typing import Any

import click

from pfha_tui import __version__
from pfha_tui.cli import action_commands, diagnostics, language, output
from pfha_tui.cli.parameters import Duration, look, options, where
from pfha_tui.cli.spoken import SpokenGroup


@click.group(
    cls=SpokenGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@where
@click.option("--read-only", is_flag=True, help="Never offer a change.")
@look
@click.option("--theme", metavar="NAME", help="The theme to start with.")
@click.version_option(__version__, prog_name=diagnostics.PROGRAM, message="%(prog)s %(version)s")
@click.pass_context
def cli(
    ctx: click.Context,
    config: str | None,
    pair: str | None,
    read_only: bool,
    ascii_: bool,
    no_color: bool,
    theme: str | None,
) -> int | None:
    """Watch both firewalls of a pfSense high-availability pair on one screen.

    Without a command the console opens.
    """
    from pfha_tui.cli.options import Options

    ctx.obj = Options(config, pair, read_only, ascii_, no_color, theme)
    if ctx.invoked_subcommand is not None:
        return None
    from pfha_tui.cli.opening import run

    return run(ctx.obj)


@cli.command()
@click.option("--json", "json_", is_flag=True, help="Print the documented JSON form.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 unless the pair is healthy.")
@click.option("--timeout", type=Duration(), default="10s", show_default=True, help="Longest wait.")
@where
@look
@click.pass_context
def status(
    ctx: click.Context,
    json_: bool,
    exit_code: bool,
    timeout: float,
    config: str | None,
    pair: str | None,
    ascii_: bool,
    no_color: bool,
) -> int:
    """Say once how the pair stands: wait for a confirmed verdict, print it, end.

    Exit codes: 0 done, 1 findings (with --exit-code), 2 usage or configuration, 3 no node
    reachable, 4 no confirmed verdict in time.
    """
    from pfha_tui.cli.status import StatusOptions, run

    return run(
        options(ctx, config, pair, ascii_, no_color), StatusOptions(json_, exit_code, timeout)
    )


@cli.command()
@click.option("--json", "json_", is_flag=True, help="Print one JSON object per change.")
@click.option(
    "--plain", is_flag=True, help="Print one line per change, for logs and screen readers."
)
@where
@look
@click.pass_context
def watch(
    ctx: click.Context,
    json_: bool,
    plain: bool,
    config: str | None,
    pair: str | None,
    ascii_: bool,
    no_color: bool,
) -> int:
    """Watch without any way to change a firewall: the console, or every change as a line.

    The lines need no terminal and begin with the present status of each pair. They end with 0 on
    SIGTERM, 130 on Ctrl-C and 141 when the reader goes away.
    """
    from pfha_tui.cli.watch import WatchOptions, run

    return run(options(ctx, config, pair, ascii_, no_color), WatchOptions(json_, plain))


@cli.command()
@click.option("--timeout", type=Duration(), default="20s", show_default=True, help="Longest wait.")
@where
@click.pass_context
def check(ctx: click.Context, timeout: float, config: str | None, pair: str | None) -> int:
    """Monitoring plugin: one line with performance data, exit code 0, 1, 2 or 3.

    OK: healthy. WARNING: maintenance, failed-over, degraded, or healthy with warnings. CRITICAL:
    partial, split-brain, no-master. UNKNOWN: everything else, usage and connection errors too.
    Anything but OK is reported once it has stood for max(2 polls, 1.5 dead times), some 6 s.
    """
    from pfha_tui.cli.check import run

    return run(options(ctx, config, pair), timeout)


@cli.command()
@click.argument("places", nargs=-1, metavar="[PRIMARY SECONDARY]")
@click.option("--json", "form", flag_value="json", help="Print the documented JSON form.")
@click.option("--unified", "form", flag_value="unified", help="Print it as diff -u would.")
@click.option("--markdown", "form", flag_value="markdown", help="Print tables for a ticket.")
@click.option("--section", metavar="NAME", help="One section only: filter, virtualip, system, ...")
@click.option("--all", "all_", is_flag=True, help="Also what is expected, and who syncs what.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if anything must be looked at.")
@click.option("--timeout", type=Duration(), default="60s", show_default=True, help="Longest wait.")
@where
@look
@click.pass_context
def diff(
    ctx: click.Context,
    /,
    config: str | None,
    pair: str | None,
    ascii_: bool,
    no_color: bool,
    **given: Any,
) -> int:
    """Say what would behave differently after a failover, by both configurations.

    Without arguments both nodes are read. PRIMARY and SECONDARY are config.xml files, or nodes with
    an earlier revision: fw1@1700000000 by its time, fw1@-2 for two back; fw1@ alone lists them. Of
    secrets only whether they are equal is told. Exit codes: 0 done, 1 findings (with --exit-code), 2 usage or
    configuration, 3 a node cannot be reached, 4 no answer in time, 5 what a node sent is no
    configuration.
    """
    from pfha_tui.cli.diff import DiffOptions, run

    wish = DiffOptions(
        given["places"],
        given["form"] or "table",
        given["section"],
        given["all_"],
        given["exit_code"],
        given["timeout"],
    )
    return run(options(ctx, config, pair, ascii_, no_color), wish)


@cli.command()
@click.argument("interface")
@click.option("--json", "json_", is_flag=True, help="Print one JSON object per change.")
@click.option("--seconds", type=click.FloatRange(0.1, 86400), help="Stop after so many seconds.")
@click.option(
    "--password",
    "passwords",
    multiple=True,
    metavar="[VHID=]REF",
    help="Check digests: env:NAME, file:/path, keyring:service/name.",
)
@click.option(
    "--vip",
    "vips",
    multiple=True,
    metavar="VHID=IP[,IP]",
    help="All addresses of a VHID, which its digest covers.",
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 if anything must be looked at.")
def listen(
    interface: str,
    json_: bool,
    seconds: float | None,
    passwords: tuple[str, ...],
    vips: tuple[str, ...],
    exit_code: bool,
) -> int:
    """Say who advertises which VHID on a segment that this host is in; nothing is sent.

    Tells effective skews, intervals, jitter, double masters and foreign VRRP as they are heard, and
    a summary in the end. Needs root or CAP_NET_RAW. Exit codes: 0 done, 1 findings (with
    --exit-code), 2 usage, 3 the interface is down, 4 nobody advertised, 77 not permitted.
    """
    from pfha_tui.cli.listen import ListenOptions, run

    return run(ListenOptions(interface, json_, seconds, exit_code, passwords, vips))


@cli.group("config")
def config_group() -> None:
    """Make, check and show the configuration file."""


@config_group.command()
@click.option("--name", help='Name of the pair; "main" if not given.')
@click.option(
    "--environment",
    type=click.Choice(["production", "lab"]),
    default="production",
    show_default=True,
    help="What the pair is for; sets the banner.",
)
@click.option("--primary", metavar="ADDRESS", help="The primary's own address, not a VIP.")
@click.option("--secondary", metavar="ADDRESS", help="The secondary's own address, not a VIP.")
@click.option("--primary-name", default="fw1", show_default=True, help="Name of the primary.")
@click.option("--secondary-name", default="fw2", show_default=True, help="Name of the secondary.")
@click.option("--user", help="Login on both nodes.")
@click.option("--port", type=click.IntRange(1, 65535), help="SSH port of both nodes.")
@click.option("--identity-file", metavar="FILE", help="The private key to offer.")
@click.option("--agent-identity", metavar="FILE", help="Public key for which the agent signs.")
@click.option("--proxy-jump", metavar="[USER@]HOST[:PORT]", help="Jump hosts, as OpenSSH has them.")
@click.option("--ssh-config", metavar="FILE", help="OpenSSH client configuration to obey.")
@click.option(
    "--snmp-community", metavar="REF", help="SNMP v2c: env:NAME, file:/path, keyring:service/name."
)
@click.option(
    "--pin/--no-pin",
    default=None,
    help="Pin the host keys without asking, or leave it to known_hosts.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--config", metavar="FILE", help="The file to write.")
@click.pass_context
def init(ctx: click.Context, /, config: str | None, **given: Any) -> int:
    """Write a configuration for one pair, with both nodes' host keys pinned."""
    from pfha_tui.cli.config_init import InitOptions, run

    return run(options(ctx, config), InitOptions(**given))


@config_group.command("check")
@where
@click.option(
    "--live", is_flag=True, help="Also ask both nodes which actions the account may perform."
)
@click.option("--timeout", type=Duration(), default="20s", show_default=True, help="Longest wait.")
@click.pass_context
def config_check(
    ctx: click.Context, live: bool, timeout: float, config: str | None, pair: str | None
) -> int:
    """List every fault of the file, of the files it names and of its secrets.

    With --live the nodes are asked too, without changing anything: for each action whether this account
    could perform it, by its uid or by `sudo -n -l`.
    """
    from pfha_tui.cli.config_show import check

    chosen = options(ctx, config, pair)
    code = check(chosen)
    if not live:
        return code
    from pfha_tui.cli.privileges import live_check

    return live_check(chosen, timeout)


@config_group.command("show")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@where
@click.pass_context
def config_show(ctx: click.Context, json_: bool, config: str | None, pair: str | None) -> int:
    """Print every value in effect and where it came from; secrets only as references."""
    from pfha_tui.cli.config_show import show

    return show(options(ctx, config, pair), as_json=json_)


@cli.command()
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@click.option("--config", metavar="FILE", help="The configuration file to read.")
@click.pass_context
def keys(ctx: click.Context, json_: bool, config: str | None) -> int:
    """List the commands of the console with their keys, by the names that [keys] takes."""
    from pfha_tui.cli.keys import run

    return run(options(ctx, config), as_json=json_)


@cli.command()
def man() -> int:
    """Print the manual page: pfha-tui man | man -l -"""
    from pfha_tui.cli.manpage import run

    return run(cli)


@cli.group(invoke_without_command=True)
@click.option("--scenario", default="healthy", show_default=True, metavar="NAME", help="The scene.")
@click.option("--config-out", metavar="FILE", help="Where to write the configuration for it.")
@click.option(
    "--speed", type=click.FloatRange(0.01, 1000), default=1.0, help="World seconds per second."
)
@click.option("--freebsd", metavar="N[,N]", help="12, 14 or 15 for both nodes, or for each.")
@click.option("--until-eof", is_flag=True, hidden=True)
@click.pass_context
def lab(ctx: click.Context, /, **given: Any) -> int | None:
    """Run a simulated pair on loopback, with real SSH and SNMP, until interrupted."""
    if ctx.invoked_subcommand is not None:
        return None
    from pfha_tui.cli.lab import LabOptions, run_lab

    return run_lab(LabOptions(**given))


@lab.command("do", context_settings={"ignore_unknown_options": True})
@click.option("--config", metavar="FILE", help="The configuration of the lab, if several run.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def lab_do(ctx: click.Context, config: str | None, command: tuple[str, ...]) -> int:
    """Command a lab that runs: "pull fw1 lan", "power-off fw1", "status"; "help" lists all.

    Exit codes: 0 done, 2 no such command, 3 no lab runs, 4 the lab does not answer, 6 refused.
    """
    from pfha_tui.cli.lab import do

    return do(" ".join(command), options(ctx, config).config)


@cli.command()
@click.option("--scenario", default="story", show_default=True, metavar="NAME", help="The scene.")
@look
@click.pass_context
def demo(ctx: click.Context, scenario: str, ascii_: bool, no_color: bool) -> int:
    """Open the console on a simulated pair; touches nothing outside this machine."""
    from pfha_tui.cli.demo import run

    return run(options(ctx, ascii_=ascii_, no_color=no_color), scenario)


action_commands.register(cli)


def main(args: list[str] | None = None) -> int:
    """Entry point of `pfha-tui`; returns the exit code and never raises."""
    given = sys.argv[1:] if args is None else args
    plugin, plain = diagnostics.is_plugin(given), not output.accents()
    language.choose(given, os.environ, machine=plugin, ascii=plain)
    return diagnostics.run(cli, given)
