"""The commands that act on a pair, and those that read the journal of it, as click sees them."""

from collections.abc import Callable
from typing import Any

import click

from pfha_tui.cli.diagnostics import Failure
from pfha_tui.cli.parameters import Duration, options, where
from pfha_tui.cli.spoken import SpokenGroup

Command = Callable[..., Any]

LONGEST_LEASE = "168h"
_METHOD = click.Choice(["demotion", "maintenance"])


def _acting(command: Command) -> Command:
    """What every command that acts takes, handed on as one `wish`, beside the options of the program."""

    @click.option(
        "--plan", is_flag=True, help="Print plan and findings of the gate; touch nothing."
    )
    @click.option("--json", "json_", is_flag=True, help="Print the documented JSON form.")
    @click.option("--reason", metavar="TEXT", default="", help="Why; it stands in the journal.")
    @click.option("--yes", is_flag=True, help="Answer the prompt; the gate decides all the same.")
    @click.option(
        "--timeout",
        type=Duration(),
        default="20s",
        show_default=True,
        help="Longest wait for facts.",
    )
    @where
    @click.pass_context
    def wrapped(
        ctx: click.Context,
        /,
        config: str | None,
        pair: str | None,
        plan: bool,
        json_: bool,
        reason: str,
        yes: bool,
        timeout: float,
        **given: Any,
    ) -> int:
        from pfha_tui.cli.actions import Wish

        wish = Wish(plan, json_, reason, yes, timeout, given.pop("confirm", None))
        chosen = options(ctx, config, pair)
        try:
            return int(command(chosen, wish, **given))
        except Failure as failure:
            if json_:
                _print_refusal(failure, command.__name__, chosen.pair, given.get("node"))
            raise

    wrapped.__name__, wrapped.__doc__ = command.__name__, command.__doc__
    # click reads the parameters from here, the last one first: those of the command itself come before these.
    shared = wrapped.__click_params__  # type: ignore[attr-defined]
    wrapped.__click_params__ = [  # type: ignore[attr-defined]
        *shared,
        *getattr(command, "__click_params__", []),
    ]
    return wrapped


def _print_refusal(failure: Failure, name: str, pair: str | None, node: str | None) -> None:
    """Nothing has been changed where one of these commands fails: its document says so, and why."""
    from pfha_tui.cli import output
    from pfha_tui.cli.actions_json import refusal

    verb = name.replace("_", "-")
    output.dump(refusal(verb, pair, node, failure.sentences, failure.code))


def _act(options_: Any, wish: Any, verb: str, **request: Any) -> int:
    from pfha_tui.actions.model import Method, Request, Verb
    from pfha_tui.cli.actions import run

    method = request.pop("method", None)
    asked = Request(
        Verb(verb),
        method=Method(method) if method is not None else None,
        reason=wish.reason,
        **request,
    )
    return run(options_, wish, asked)


_node = click.argument("node", metavar="NODE")
_method = click.option(
    "--method",
    type=_METHOD,
    help="demotion (until the next boot; the default) or pfSense's persistent maintenance.",
)


@click.group(cls=SpokenGroup)
def maintenance() -> None:
    """Enter or leave pfSense's persistent CARP maintenance mode on a node."""


@maintenance.command("enter")
@_acting
@click.option(
    "--for",
    "lease_s",
    type=Duration(LONGEST_LEASE),
    help="How long it is meant to last; told when it is over, never left by itself.",
)
@_node
def maintenance_enter(options_: Any, wish: Any, node: str, lease_s: float | None) -> int:
    """Put NODE into persistent maintenance: the other one serves, over reboots too.

    Exit codes of all commands that act: 0 confirmed, 2 usage or configuration, 3 no node reachable, 4 no
    confirmed facts in time, 5 done but not verified (or taken back), 6 refused.
    """
    return _act(options_, wish, "maintenance-enter", node=node, lease_s=lease_s)


@maintenance.command("leave")
@_acting
@_node
def maintenance_leave(options_: Any, wish: Any, node: str) -> int:
    """Take NODE out of persistent maintenance; if it is the primary, it serves again."""
    return _act(options_, wish, "maintenance-leave", node=node)


@click.command(cls=SpokenGroup.command_class)
@_acting
@_method
def switchover(options_: Any, wish: Any, method: str | None) -> int:
    """Hand all VIPs of the node that serves over to the other one, gracefully.

    By a demotion just large enough, so that the demoted node still takes over if the other one loses a
    link; it ends with `failback`, or with the next boot.
    """
    return _act(options_, wish, "switchover", method=method)


@click.command(cls=SpokenGroup.command_class)
@_acting
def failback(options_: Any, wish: Any) -> int:
    """Give the VIPs back to the primary: take our demotion and our maintenance from it."""
    return _act(options_, wish, "failback")


@click.command(cls=SpokenGroup.command_class)
@_acting
@click.option("--force", is_flag=True, help="Required: say that the gate may not hold it back.")
@click.option("--confirm", metavar="NODE", help="The name of the node that loses its VIPs.")
@_method
def failover(options_: Any, wish: Any, force: bool, method: str | None) -> int:
    """As switchover, though the gate's conditions are not met; wants --reason, and --confirm.

    What the gate finds is told, and what will be lost. `switchover` is the way for a sound pair.
    """
    from pfha_tui.cli.actions import check_force

    check_force(force, wish)
    return _act(options_, wish, "failover", method=method)


@click.group(cls=SpokenGroup)
def carp() -> None:
    """Enable or disable CARP on a node, as pfSense's own playback does."""


@carp.command("enable")
@_acting
@_node
def carp_enable(options_: Any, wish: Any, node: str) -> int:
    """Enable CARP on NODE, and verify every address of it afterwards."""
    return _act(options_, wish, "carp-enable", node=node)


@carp.command("disable")
@_acting
@_node
def carp_disable(options_: Any, wish: Any, node: str) -> int:
    """Disable CARP on NODE: it takes part in nothing until it is enabled again."""
    return _act(options_, wish, "carp-disable", node=node)


@click.group(cls=SpokenGroup)
def demotion() -> None:
    """Reset a demotion that is left over."""


@demotion.command("reset")
@_acting
@_node
def demotion_reset(options_: Any, wish: Any, node: str) -> int:
    """Bring the demotion of NODE back to 0; refused while its cause is still there."""
    return _act(options_, wish, "demotion-reset", node=node)


@click.group(cls=SpokenGroup)
def sync() -> None:
    """Push the configuration from the primary to the secondary."""


@sync.command("now")
@_acting
def sync_now(options_: Any, wish: Any) -> int:
    """Push the configuration now, and prove on the secondary that it merged."""
    return _act(options_, wish, "sync-now")


@click.group(cls=SpokenGroup)
def pfsync() -> None:
    """Fetch the states again."""


@pfsync.command("bulk")
@_acting
@_node
def pfsync_bulk(options_: Any, wish: Any, node: str) -> int:
    """Let NODE ask its peer for all states, proved by its log's bulk done."""
    return _act(options_, wish, "pfsync-bulk", node=node)


@click.command(cls=SpokenGroup.command_class)
@_acting
@_node
def reboot(options_: Any, wish: Any, node: str) -> int:
    """Reboot NODE, and wait until it is back in its role; refused while it serves a VIP."""
    return _act(options_, wish, "reboot", node=node)


@click.command(cls=SpokenGroup.command_class)
@_acting
@click.option("--close", is_flag=True, help="Undo nothing: say in the journal that none is needed.")
@click.argument("id_", metavar="[ID]", required=False)
def undo(options_: Any, wish: Any, id_: str | None, close: bool) -> int:
    """Take back an action that was begun and never came to an end.

    Without ID the only one there is; with several they are listed. --close wants a --reason.
    """
    from pfha_tui.cli.undo import run

    return run(options_, wish, id_, close=close)


@click.group(cls=SpokenGroup)
def journal() -> None:
    """Show, verify or accept the record of all actions of this user."""


@journal.command("show")
@click.option("--json", "json_", is_flag=True, help="Print one JSON object per record.")
@click.option("--last", type=click.IntRange(1), metavar="N", help="The last N records only.")
@where
@click.pass_context
def journal_show(
    ctx: click.Context, json_: bool, last: int | None, config: str | None, pair: str | None
) -> int:
    """Print the records, the oldest first; with --pair those of one pair."""
    from pfha_tui.cli.journal import show

    return show(options(ctx, config, pair), as_json=json_, last=last)


@journal.command("verify")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@click.option("--head", metavar="HASH", help="A hash from a node's system log, to be looked for.")
def journal_verify(json_: bool, head: str | None) -> int:
    """Look through the whole journal for a record that was changed, moved or removed.

    Each record holds the hash of the one before. What was cut off at the end is found with --head: each
    action writes its hash to the system log of both nodes. Exit codes: 0 sound, 5 it is not.
    """
    from pfha_tui.cli.journal import verify

    return verify(as_json=json_, head=head)


@journal.command("accept")
@click.option("--reason", metavar="TEXT", required=True, help="Why; it stands in the journal.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def journal_accept(json_: bool, reason: str) -> int:
    """Take a damaged journal as it is, after a look at both nodes; until then nothing may be changed.

    What is damaged stays in the file, and `journal verify` goes on telling it. A change to what was accepted
    is told anew.
    """
    from pfha_tui.cli.journal import accept

    return accept(reason, as_json=json_)


def register(root: click.Group) -> None:
    """Add the commands to the program."""
    for command in (
        maintenance,
        switchover,
        failback,
        failover,
        carp,
        demotion,
        sync,
        pfsync,
        reboot,
        undo,
        journal,
    ):
        root.add_command(command)
