"""`config check --live`: which actions this account could perform on each node, found out by reading only.

An account with uid 0 may run whatever is there, which `test -x` tells of each program. For another one `sudo -n -l
COMMAND` tells of each command whether sudoers permits it, and the list of all its rules whether one of them wants a
password: then sudo does not tell which it would be.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfha_tui.actions.needs import NEEDS, rule
from pfha_tui.cli import output
from pfha_tui.cli.diagnostics import warn
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options, pair_target
from pfha_tui.domain.command import Command, Output
from pfha_tui.domain.language import tr
from pfha_tui.domain.target import Privilege
from pfha_tui.domain.wording import decimal

if TYPE_CHECKING:
    from pfha_tui.domain.target import NodeTarget
    from pfha_tui.transports.base import NodeLink

WHO = Command("id", ("/usr/bin/id", "-u"))
SUDOS = ("/usr/local/bin/sudo", "/usr/bin/sudo")
"""Where sudo is on pfSense and FreeBSD, and elsewhere."""
NEEDED = tuple(dict.fromkeys(command for needed in NEEDS.values() for command in needed))
PROGRAMS = {
    path: Command(f"program-{path}", ("/bin/test", "-x", path))
    for path in dict.fromkeys(command.argv[0] for command in NEEDED)
}
"""What looks whether the programs of all actions are there."""
_PASSWORD = re.compile(rb"^\s+\([^)]*\)(?!.*\bNOPASSWD:)", re.MULTILINE)
_FALSE = 1
_NOT_FOUND = 127


@dataclass(frozen=True, slots=True)
class Account:
    """What a node said of the account: its uid, which PROGRAMS it does not find, whether it elevates by sudo, which of
    NEEDED sudo permits it, and whether a rule of sudo wants a password. `sudo` is None where there is none, or where it
    is not to be used."""

    uid: int | None
    missing: frozenset[str]
    sudo: str | None = None
    permitted: frozenset[Command] = frozenset()
    password: bool = False


def live_check(options: Options, timeout_s: float) -> ExitCode:
    """Ask both nodes, and print a line for each action on each, with the programs that the node lacks, or the entries
    that sudoers lacks. UNREACHABLE where one does not answer.

    Raises Failure.
    """
    target = pair_target(options)
    code = ExitCode.OK
    for node, found in asyncio.run(_ask_all(target.nodes, timeout_s)):
        if isinstance(found, str):
            warn(f"{node.name}: {found}")
            code = ExitCode.UNREACHABLE
            continue
        for way, needed in NEEDS.items():
            able, *lacking = _able(found, needed)
            output.line(f"{node.name}  {' '.join(filter(None, way)):<22}  {able}")
            for entry in lacking:
                output.line(f"    {entry}")
    if target.read_only:
        text = tr("{pair} is read-only: none of it would be done.")
        output.line(text.format(pair=target.name))
    return code


def _able(account: Account, needed: tuple[Command, ...]) -> list[str]:
    """Whether this account could perform an action that needs these commands, and if not, the programs that the node
    lacks, or the entries that sudoers lacks."""
    if account.uid != 0 and account.sudo is None:
        return [tr("no: it needs root, and this account has no sudo")]
    # What sudo permits it has found, maybe where this account may not look.
    lacking = [c for c in needed if c.root and c not in account.permitted]
    gone = dict.fromkeys(c.argv[0] for c in lacking if c.argv[0] in account.missing)
    if gone:
        return [tr("no: the node lacks"), *gone]
    if account.sudo is None:
        return [tr("yes: uid 0")]
    if lacking:
        return [tr("no: sudoers lacks"), *dict.fromkeys(map(rule, lacking))]
    if account.password:
        return [tr("perhaps: sudo permits it, but one of its rules wants a password")]
    return [tr("yes: sudo permits it")]


async def _ask_all(
    nodes: "tuple[NodeTarget, ...]", timeout_s: float
) -> "list[tuple[NodeTarget, Account | str]]":
    found = await asyncio.gather(*(_ask(node, timeout_s) for node in nodes))
    return list(zip(nodes, found, strict=True))


async def _ask(node: "NodeTarget", timeout_s: float) -> Account | str:
    """What the node says of the account, or one sentence why it does not."""
    from pfha_tui import wiring
    from pfha_tui.transports.base import TransportError

    asked = {path: _listing(path) for path in SUDOS}
    wanted = {
        WHO,
        *PROGRAMS.values(),
        *(one for listed in asked.values() for one in listed.values()),
    }
    link = wiring.open_link(node, frozenset(wanted))
    if link is None:
        return tr("it is not reached by SSH, so nothing can be changed on it")
    privilege = node.ssh.privilege if node.ssh is not None else Privilege.NONE
    try:
        async with asyncio.timeout(timeout_s):
            await link.open()
            return await _account(link, privilege)
    except TimeoutError:
        return tr("no answer within {seconds} s").format(seconds=decimal(f"{timeout_s:g}"))
    except TransportError as error:
        return str(error)
    finally:
        await link.close()


async def _account(link: "NodeLink", privilege: Privilege) -> Account:
    who, *looks = (await link.run([WHO, *PROGRAMS.values()])).outputs
    said = who.stdout.strip()
    uid = int(said) if said.isdigit() and len(said) < 11 else None
    missing = frozenset(p for p, o in zip(PROGRAMS, looks, strict=True) if o.exit_code == _FALSE)
    if privilege is Privilege.NONE or (uid == 0 and privilege is Privilege.AUTO):
        return Account(uid, missing)
    for path in SUDOS:
        listed = _listing(path)
        rules = (await link.run([listed[None]])).outputs[0]
        if rules.exit_code == _NOT_FOUND:
            continue
        outputs = (await link.run([listed[command] for command in NEEDED])).outputs
        permitted = {c for c, o in zip(NEEDED, outputs, strict=True) if o.exit_code == 0}
        return Account(uid, missing, path, frozenset(permitted), _wants_password(rules))
    return Account(uid, missing)


def _listing(sudo: str) -> dict[Command | None, Command]:
    """What asks this sudo for all its rules (None), and whether it permits each command; nothing is run by it."""
    words: dict[Command | None, Command] = {
        None: Command("sudo-list", (sudo, "-n", "-l"), timeout_s=5.0)
    }
    for command in NEEDED:
        argv = (sudo, "-n", "-l", *command.argv)
        words[command] = Command(f"sudo-{command.id}", argv, timeout_s=5.0)
    return words


def _wants_password(rules: Output) -> bool:
    """A rule for this account has no NOPASSWD, or the rules are not told without a password."""
    return rules.exit_code != 0 or _PASSWORD.search(rules.stdout) is not None
