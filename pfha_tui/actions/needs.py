"""What an account must be able to run on a node, action by action; sudo's rules are written from it."""

from pfha_tui.actions import commands
from pfha_tui.actions.model import Method, Verb
from pfha_tui.domain.command import Command
from pfha_tui.domain.mark import OwnMark, write

_AMOUNT = 120
_MARK = commands.mark(write(OwnMark("0a0b0c0d", _AMOUNT, 1_700_000_000, "operator")))
_DEMOTION = (
    commands.demote(_AMOUNT),
    commands.demote(-_AMOUNT),
    _MARK,
    commands.UNMARK,
)
_MAINTENANCE = (commands.MAINTENANCE_ON, commands.MAINTENANCE_OFF)

NEEDS: dict[tuple[Verb, Method | None], tuple[Command, ...]] = {
    (Verb.MAINTENANCE_ENTER, None): _MAINTENANCE,
    (Verb.MAINTENANCE_LEAVE, None): _MAINTENANCE,
    (Verb.SWITCHOVER, Method.DEMOTION): _DEMOTION,
    (Verb.SWITCHOVER, Method.MAINTENANCE): _MAINTENANCE,
    (Verb.FAILBACK, Method.DEMOTION): _DEMOTION,
    (Verb.FAILBACK, Method.MAINTENANCE): _MAINTENANCE,
    (Verb.FAILOVER, Method.DEMOTION): _DEMOTION,
    (Verb.FAILOVER, Method.MAINTENANCE): _MAINTENANCE,
    (Verb.CARP_ENABLE, None): (commands.CARP_ON, commands.CARP_OFF),
    (Verb.CARP_DISABLE, None): (commands.CARP_ON, commands.CARP_OFF),
    (Verb.DEMOTION_RESET, None): _DEMOTION[:2],
    (Verb.SYNC_NOW, None): (commands.SYNC, commands.REVISION),
    (Verb.PFSYNC_BULK, None): (commands.bulk("vtnet2"),),
    (Verb.REBOOT, None): (commands.REBOOT,),
}
"""Commands of each action, of a handover by either method (of a failback from either), with what takes them back, and
what is read as root to prove it; those with a figure, a mark or a device in them stand for all of their kind."""

_KINDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        commands.demote(_AMOUNT).argv[:1],
        "/sbin/sysctl ^net[.]inet[.]carp[.]demotion=-?[0-9]+$",
    ),
    (
        _MARK.argv[:2],
        "/bin/ln ^-sfn pfha-tui:1:[0-9a-f]+:-?[0-9]+:[0-9]+:[A-Za-z0-9_.@-]+ /var/run/pfha-tui[.]mark$",
    ),
    (
        commands.bulk("vtnet2").argv[:3],
        "/sbin/ifconfig ^pfsync0 syncdev [A-Za-z0-9_.]+$",
    ),
)


def rule(command: Command) -> str:
    """The entry for sudoers (of sudo 1.9.10 or later, which knows regular expressions) that permits this command or
    all of its kind, and nothing else. It holds no comma, at which pfSense's sudo package would cut it."""
    for words, found in _KINDS:
        if command.argv[: len(words)] == words:
            return found
    # Without arguments in sudoers any would be permitted; "" permits none.
    return " ".join(command.argv) if len(command.argv) > 1 else f'{command.argv[0]} ""'
