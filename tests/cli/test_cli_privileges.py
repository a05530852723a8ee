"""`config check --live`: which actions the account could perform, without performing any."""

from collections.abc import Callable, Collection

import pytest
from cli_actions import read_only
from cli_pairs import Program

from pfha_tui import wiring
from pfha_tui.actions.model import Verb
from pfha_tui.actions.needs import NEEDS
from pfha_tui.domain.command import Command, Output
from pfha_tui.domain.target import NodeTarget
from pfha_tui.transports.base import NetworkFailure
from tests.support.fake_link import FakeLink

SUDO = "/usr/local/bin/sudo"
RULES = b"""Matching Defaults entries for ops on fw1:
    env_keep+=PKG_CACHEDIR

User ops may run the following commands on fw1:
    (root) NOPASSWD: /sbin/sysctl ^net[.]inet[.]carp[.]demotion=-?[0-9]+$, /sbin/pfctl -s
        memory
"""


class Nodes:
    """Both nodes' logins: what each may run is kept, and what it answers is told beforehand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.links: dict[str, FakeLink] = {}
        self.permitted: dict[str, frozenset[Command]] = {}
        self.answers: Callable[[Command], Output] = lambda command: uid(command, 0)

        def open_link(node: NodeTarget, commands: frozenset[Command]) -> FakeLink:
            self.permitted[node.name] = commands
            self.links[node.name] = link = FakeLink(self.answers)
            link.refusal = self.refusals.get(node.name)
            return link

        self.refusals: dict[str, NetworkFailure] = {}
        monkeypatch.setattr(wiring, "open_link", open_link)


@pytest.fixture
def nodes(monkeypatch: pytest.MonkeyPatch) -> Nodes:
    return Nodes(monkeypatch)


def uid(command: Command, number: int, lacks: Collection[str] = ()) -> Output:
    if command.argv[:2] == ("/bin/test", "-x"):
        return Output(command, 1 if command.argv[2] in lacks else 0, b"")
    assert command.argv == ("/usr/bin/id", "-u")
    return Output(command, 0, f"{number}\n".encode())


def account(
    rules: bytes = RULES,
    may: Callable[[tuple[str, ...]], bool] = lambda argv: True,
    at: str = SUDO,
    lacks: Collection[str] = (),
) -> Callable[[Command], Output]:
    """An account that is not root, with these rules of sudo."""

    def answer(command: Command) -> Output:
        if command.argv[0] in ("/usr/bin/id", "/bin/test"):
            return uid(command, 2001, lacks)
        assert command.argv[1:3] == ("-n", "-l")
        if command.argv[0] != at:
            return Output(command, 127, b"", b"sh: not found")
        if len(command.argv) == 3:
            return Output(command, 0 if rules else 1, rules)
        return Output(command, 0 if may(command.argv[3:]) else 1, b"")

    return answer


def test_root_may_all(program: Program, nodes: Nodes) -> None:
    ran = program("config", "check", "--live")
    assert (ran.code, ran.err) == (0, "")
    first, *lines = ran.out.splitlines()
    assert first.endswith("no faults (main)")
    assert len(lines) == 2 * len(NEEDS) and all(line.endswith("yes: uid 0") for line in lines)
    assert all(link.closed == 1 for link in nodes.links.values())
    assert [len(link.asked) for link in nodes.links.values()] == [1, 1]


PFSENSE = ("/usr/local/sbin/pfSsh.php", "/etc/rc.filter_synchronize")


def test_root_cannot_run_what_is_not_there(program: Program, nodes: Nodes) -> None:
    nodes.answers = lambda command: uid(command, 0, PFSENSE)
    told = by_action(program("config", "check", "--live").out)
    for name in ("maintenance-enter", "switchover maintenance", "carp-disable"):
        assert told[name] == ["no: the node lacks", PFSENSE[0]]
    assert told["sync-now"] == ["no: the node lacks", PFSENSE[1]]
    for name in ("switchover demotion", "demotion-reset", "pfsync-bulk", "reboot"):
        assert told[name] == ["yes: uid 0"]


def test_what_is_not_there_is_not_sought_in_sudoers(program: Program, nodes: Nodes) -> None:
    nodes.answers = account(may=lambda argv: argv[0] not in PFSENSE, lacks=PFSENSE)
    assert by_action(program("config", "check", "--live").out)["sync-now"] == [
        "no: the node lacks",
        PFSENSE[1],
    ]
    nodes.answers = account(lacks=PFSENSE)
    assert by_action(program("config", "check", "--live").out)["sync-now"] == [
        "yes: sudo permits it"
    ]


@pytest.mark.parametrize("at", ["/usr/local/bin/sudo", "/usr/bin/sudo"])
def test_by_sudo_command_by_command(program: Program, nodes: Nodes, at: str) -> None:
    nodes.answers = account(may=lambda argv: argv[0] not in ("/bin/ln", "/etc/rc.reboot"), at=at)
    ran = program("config", "check", "--live")
    told = by_action(ran.out)
    assert told["sync-now"] == ["yes: sudo permits it"]
    assert told["demotion-reset"] == ["yes: sudo permits it"]
    lacking, entry = told["switchover demotion"]
    assert lacking == "no: sudoers lacks" and entry.startswith("/bin/ln ^-sfn pfha-tui:1:")
    assert told["failback demotion"] == [lacking, entry]
    assert told["switchover maintenance"] == ["yes: sudo permits it"]
    assert told["reboot"] == ["no: sudoers lacks", '/etc/rc.reboot ""']


def test_a_handover_by_maintenance_has_needs_of_its_own(program: Program, nodes: Nodes) -> None:
    nodes.answers = account(may=lambda argv: "playback" not in argv)
    told = by_action(program("config", "check", "--live").out)
    lacking = [
        "no: sudoers lacks",
        "/usr/local/sbin/pfSsh.php playback enablecarpmaint",
        "/usr/local/sbin/pfSsh.php playback disablecarpmaint",
    ]
    for verb in ("switchover", "failover", "failback"):
        assert told[f"{verb} maintenance"] == lacking
        assert told[f"{verb} demotion"] == ["yes: sudo permits it"]
    assert told["maintenance-enter"] == told["maintenance-leave"] == lacking


def by_action(out: str) -> dict[str, list[str]]:
    """What is said of each action on the first node, with the lines that belong to it."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in out.splitlines()[1:]:
        if line.startswith("    "):
            found[name].append(line.strip())
            continue
        node, action, able = (part for part in line.split("  ") if part)
        name = f"{node} {action.strip()}"
        found[name] = [able.strip()]
    return {
        key.removeprefix("fw1 "): lines for key, lines in found.items() if key.startswith("fw1 ")
    }


def test_nothing_but_the_question_may_be_run(program: Program, nodes: Nodes) -> None:
    nodes.answers = account()
    program("config", "check", "--live")
    for allowed in nodes.permitted.values():
        words = {command.argv for command in allowed}
        assert ("/usr/bin/id", "-u") in words
        rest = [
            argv for argv in words if argv[:2] not in (("/usr/bin/id", "-u"), ("/bin/test", "-x"))
        ]
        assert all(argv[1:3] == ("-n", "-l") for argv in rest)
        assert all(not command.root and not command.stdin for command in allowed)


@pytest.mark.parametrize(
    "rules",
    [RULES + b"    (ALL) ALL\n", RULES.replace(b"NOPASSWD: ", b""), b""],
    ids=["one-more", "the-only", "untold"],
)
def test_a_rule_that_wants_a_password_makes_it_uncertain(
    program: Program, nodes: Nodes, rules: bytes
) -> None:
    nodes.answers = account(rules)
    ran = program("config", "check", "--live")
    assert all("perhaps: sudo permits it" in line for line in ran.out.splitlines()[1:])


def test_without_sudo_nothing_can_be_changed(program: Program, nodes: Nodes) -> None:
    nodes.answers = account(at="/nowhere")
    ran = program("config", "check", "--live")
    assert all("no: it needs root" in line for line in ran.out.splitlines()[1:])


def test_a_node_that_does_not_answer(program: Program, nodes: Nodes) -> None:
    nodes.refusals["fw2"] = NetworkFailure("no route to host")
    ran = program("config", "check", "--live")
    assert (ran.code, ran.err) == (3, "fw2: no route to host\n")
    assert len(ran.out.splitlines()) == 1 + len(NEEDS)


def test_a_node_that_hangs(program: Program, nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(self: FakeLink) -> None:
        import asyncio

        await asyncio.Event().wait()

    monkeypatch.setattr(FakeLink, "open", hang)
    ran = program("config", "check", "--live", "--timeout", "50ms")
    assert (ran.code, ran.err) == (
        3,
        "fw1: no answer within 0.05 s\nfw2: no answer within 0.05 s\n",
    )


def test_read_only_is_said(program: Program, nodes: Nodes) -> None:
    read_only(program)
    ran = program("config", "check", "--live")
    assert ran.out.splitlines()[-1] == "main is read-only: none of it would be done."


def test_without_live_no_node_is_asked(program: Program, nodes: Nodes) -> None:
    assert program("config", "check").code == 0
    assert nodes.links == {}


def test_every_action_has_its_needs() -> None:
    assert {verb for verb, _ in NEEDS} == set(Verb)
