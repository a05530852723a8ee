"""The commands that act: options, the gate, the operator's word, exit codes, both forms."""

import json
import signal
import threading
import time
from typing import Any

import pytest
from cli_actions import BLOCKED, FINE, WARNED, Acting, read_only
from cli_pairs import LOST, Program, pair

from pfha_tui import wiring
from pfha_tui.actions.model import Method, Result, Verb
from pfha_tui.domain.verdict import VerdictKind

VERBS: list[tuple[tuple[str, ...], Verb, str | None]] = [
    (("maintenance", "enter", "fw1"), Verb.MAINTENANCE_ENTER, "fw1"),
    (("maintenance", "leave", "fw1"), Verb.MAINTENANCE_LEAVE, "fw1"),
    (("switchover",), Verb.SWITCHOVER, None),
    (("failback",), Verb.FAILBACK, None),
    (
        ("failover", "--force", "--confirm", "fw1", "--reason", "fan"),
        Verb.FAILOVER,
        None,
    ),
    (("carp", "enable", "fw1"), Verb.CARP_ENABLE, "fw1"),
    (("carp", "disable", "fw1"), Verb.CARP_DISABLE, "fw1"),
    (("demotion", "reset", "fw1"), Verb.DEMOTION_RESET, "fw1"),
    (("sync", "now"), Verb.SYNC_NOW, None),
    (("pfsync", "bulk", "fw1"), Verb.PFSYNC_BULK, "fw1"),
    (("reboot", "fw1"), Verb.REBOOT, "fw1"),
]
WORDS = [words for words, _, _ in VERBS]


@pytest.fixture
def acting(program: Program, monkeypatch: pytest.MonkeyPatch) -> Acting:
    return Acting(program, monkeypatch)


class TestEveryVerb:
    def test_all_are_here(self) -> None:
        assert {verb for _, verb, _ in VERBS} == set(Verb)

    @pytest.mark.parametrize(("words", "verb", "node"), VERBS)
    def test_yes_answers_the_prompt(
        self, acting: Acting, words: tuple[str, ...], verb: Verb, node: str | None
    ) -> None:
        ran = acting(*words, "--yes")
        assert ran.code == 0
        (plan,) = acting.operator.done
        assert (plan.request.verb, plan.request.node) == (verb, node)
        reversible = verb in (Verb.SYNC_NOW, Verb.PFSYNC_BULK, Verb.DEMOTION_RESET)
        assert plan.request.confirmed == (None if reversible else "fw1")
        assert ran.out.startswith("CONFIRMED: fw2 serves.\n")
        assert ran.err == "lock: locks taken on fw1 and fw2\ndo: demoting fw1\n"
        assert acting.run.feeds[-1].closed

    @pytest.mark.parametrize("words", WORDS)
    def test_a_plan_touches_nothing(self, acting: Acting, words: tuple[str, ...]) -> None:
        ran = acting(*words, "--plan")
        assert (ran.code, ran.err, acting.operator.done) == (0, "", [])
        for text in (
            "demote it",
            "/sbin/sysctl net.inet.carp.demotion=120  (as root)",
            "taken back by /sbin/sysctl net.inet.carp.demotion=-120",
            "on fw1 itself after 40 s, unless it is called off",
            "fw2  WAN VHID 1  BACKUP -> MASTER",
            "1.0 s to 4.5 s",
            "Nothing is expected to be lost.",
            "undo: Fail back.",
            "note: A boot ends it too.",
            "around it: lock on fw1 and fw2: lockf /tmp/pfha-tui.lock",
            "[ok] fw2 can take over.",
        ):
            assert text in ran.out

    @pytest.mark.parametrize("words", WORDS)
    def test_the_gate_is_not_passed_by_yes(self, acting: Acting, words: tuple[str, ...]) -> None:
        acting.operator.found = [(BLOCKED, FINE)]
        ran = acting(*words, "--yes")
        assert (ran.code, ran.out, acting.operator.done) == (6, "", [])
        assert ran.err == "Refused: fw2 is demoted by 240.\n"

    @pytest.mark.parametrize("words", WORDS)
    def test_a_plan_that_the_gate_refuses_ends_with_6(
        self, acting: Acting, words: tuple[str, ...]
    ) -> None:
        acting.operator.found = [(BLOCKED, FINE)]
        ran = acting(*words, "--plan")
        assert (ran.code, acting.operator.done) == (6, [])
        assert "[refuses] fw2 is demoted by 240." in ran.out

    @pytest.mark.parametrize("words", WORDS)
    @pytest.mark.parametrize("plan", [(), ("--plan",)])
    def test_without_a_terminal_nobody_can_be_asked(
        self, acting: Acting, words: tuple[str, ...], plan: tuple[str, ...]
    ) -> None:
        ran = acting(*words, *plan)
        assert acting.operator.done == []
        if not plan:
            assert (ran.code, ran.out) == (6, "")
            assert ran.err == (
                "Refused: nobody can be asked here without a terminal; --yes answers beforehand.\n"
            )

    @pytest.mark.parametrize("words", WORDS)
    @pytest.mark.parametrize("how", ["flag", "file"])
    def test_read_only_refuses_before_anything_is_opened(
        self, acting: Acting, words: tuple[str, ...], how: str
    ) -> None:
        if how == "file":
            read_only(acting.run)
        ran = acting(*(["--read-only"] if how == "flag" else []), *words, "--yes")
        assert (ran.code, ran.out, acting.opened) == (6, "", [])
        assert ran.err.startswith("Refused: main is read-only")
        assert acting.run.feeds == []

    @pytest.mark.parametrize("words", [words for words, _, node in VERBS if node is not None])
    def test_a_node_that_is_not_there(self, acting: Acting, words: tuple[str, ...]) -> None:
        ran = acting(*[word.replace("fw1", "fw3") for word in words], "--yes")
        assert (ran.code, ran.err) == (2, 'main has no node "fw3"; its nodes are fw1, fw2.\n')


class TestWish:
    def test_method_lease_and_reason(self, acting: Acting) -> None:
        acting("switchover", "--method", "maintenance", "--reason", "new fan", "--yes")
        acting("switchover", "--method", "demotion", "--yes")
        acting("maintenance", "enter", "fw2", "--for", "90m", "--yes")
        first, second, third = acting.operator.asked
        assert (first.method, first.reason) == (Method.MAINTENANCE, "new fan")
        assert second.method is Method.DEMOTION
        assert (third.lease_s, third.node) == (5400.0, "fw2")

    @pytest.mark.parametrize("words", [("--for", "169h"), ("--for", "0s"), ("--for", "soon")])
    def test_a_lease_that_is_none(self, acting: Acting, words: tuple[str, ...]) -> None:
        assert acting("maintenance", "enter", "fw2", *words, "--yes").code == 2
        assert acting.operator.asked == []

    def test_nothing_to_plan(self, acting: Acting) -> None:
        acting.operator.unplannable = "fw1 is not in maintenance."
        ran = acting("maintenance", "leave", "fw1", "--yes")
        assert (ran.code, ran.err) == (6, "fw1 is not in maintenance.\n")


class TestResult:
    @pytest.mark.parametrize(
        ("result", "code", "said"),
        [
            (Result.CONFIRMED, 0, "CONFIRMED"),
            (Result.CONTRADICTED, 5, "CONTRADICTED"),
            (Result.UNKNOWN, 5, "UNKNOWN"),
            (Result.REVERTED, 5, "TAKEN BACK"),
            (Result.REFUSED, 6, "REFUSED"),
        ],
    )
    @pytest.mark.parametrize("form", [(), ("--json",)])
    def test_exit_codes(
        self, acting: Acting, result: Result, code: int, said: str, form: tuple[str, ...]
    ) -> None:
        acting.operator.result = result
        ran = acting("switchover", "--yes", *form)
        assert ran.code == code
        if form:
            told = json.loads(ran.out)
            assert (told["result"], told["id"], told["took_s"]) == (result.value, "1a1b1c1d", 2.34)
            assert told["evidence"][0]["expected"] == "MASTER"
        else:
            assert ran.out.splitlines()[0] == f"{said}: fw2 serves."
            assert "in the journal as 1a1b1c1d" in ran.out

    def test_what_did_not_hold_is_told_with_what_was_expected(self, acting: Acting) -> None:
        acting.operator.result = Result.CONTRADICTED
        assert "fw2: WAN vhid 1: expected MASTER, found BACKUP" in acting("failback", "--yes").out

    def test_the_documented_form_of_a_plan(self, acting: Acting) -> None:
        ran = acting("switchover", "--plan", "--json")
        told = json.loads(ran.out)
        assert (told["schema"], told["verb"], told["risk"]) == (1, "switchover", "role-changing")
        assert told["steps"][0]["command"] == ["/sbin/sysctl", "net.inet.carp.demotion=120"]
        assert told["steps"][0]["undo"] == [["/sbin/sysctl", "net.inet.carp.demotion=-120"]]
        assert (told["result"], told["permitted"], told["id"]) == (None, True, None)
        assert told["undo_request"] == {"verb": "failback", "node": None, "method": None}
        assert told["roles"][1] == {
            "node": "fw2",
            "interface": "vtnet0",
            "vhid": 1,
            "label": "WAN VHID 1",
            "before": "BACKUP",
            "after": "MASTER",
        }

    def test_a_refusal_is_told_in_both_places(self, acting: Acting) -> None:
        acting.operator.found = [(BLOCKED,)]
        ran = acting("switchover", "--yes", "--json")
        told = json.loads(ran.out)
        assert (ran.code, told["result"], told["permitted"]) == (6, "refused", False)
        assert told["findings"][0]["id"] == "peer-demoted"
        assert "Refused: " in ran.err


class TestFacts:
    def test_no_node_is_reached(self, acting: Acting) -> None:
        acting.run.plays(pair(VerdictKind.UNKNOWN, fw1=LOST, fw2=LOST))
        ran = acting("switchover", "--yes")
        assert (ran.code, acting.operator.asked) == (3, [])
        assert "fw1 (192.0.2.1) cannot be reached: no route to host" in ran.err

    def test_no_verdict_in_time(self, acting: Acting) -> None:
        acting.run.plays(pair(confirmed=False))
        ran = acting("switchover", "--yes", "--timeout", "50ms")
        assert (ran.code, acting.operator.asked) == (4, [])
        assert ran.err == "No confirmed verdict within 0.05 s; nothing was done.\n"

    def test_a_forced_failover_does_not_wait_for_certainty(self, acting: Acting) -> None:
        acting.run.plays(pair(confirmed=False))
        words = ("failover", "--force", "--confirm", "fw1", "--reason", "fan", "--yes")
        assert acting(*words, "--timeout", "50ms").code == 0

    def test_what_ends_the_feed_is_no_traceback(
        self, acting: Acting, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened = wiring.open_feed

        def broken(target: Any) -> Any:
            feed = opened(target)

            async def run() -> None:
                feed.ran = False
                raise RuntimeError("canary")

            feed.run = run
            return feed

        monkeypatch.setattr(wiring, "open_feed", broken)
        ran = acting("switchover", "--yes")
        assert ran.code == 70 and "canary" not in ran.err


class TestForce:
    def test_it_has_to_be_said(self, acting: Acting) -> None:
        ran = acting("failover", "--reason", "fan", "--confirm", "fw1", "--yes")
        assert (ran.code, acting.operator.asked) == (2, [])
        assert "--force" in ran.err and "switchover" in ran.err

    def test_the_reason_is_required(self, acting: Acting) -> None:
        ran = acting("failover", "--force", "--confirm", "fw1", "--reason", "  ", "--yes")
        assert (ran.code, acting.operator.asked) == (2, [])

    def test_yes_is_not_enough(self, acting: Acting) -> None:
        ran = acting("failover", "--force", "--reason", "fan", "--yes")
        assert (ran.code, acting.operator.done) == (6, [])
        assert ran.err == "Refused: a forced failover wants --confirm fw1 beside --yes.\n"

    def test_the_other_node_named(self, acting: Acting) -> None:
        ran = acting("failover", "--force", "--reason", "fan", "--yes", "--confirm", "fw2")
        assert (ran.code, acting.operator.done) == (6, [])
        assert ran.err == "Refused: --confirm names fw2, but fw1 would lose its VIPs.\n"

    def test_warnings_do_not_hold_it_back(self, acting: Acting) -> None:
        acting.operator.found = [(WARNED,)]
        words = ("failover", "--force", "--reason", "fan", "--confirm", "fw1", "--yes")
        assert acting(*words).code == 0

    def test_its_plan_needs_nothing(self, acting: Acting) -> None:
        assert acting("failover", "--plan").code == 0


class TestPerson:
    @pytest.mark.parametrize("said", ["fw1", "FW1", " fw1 "])
    def test_the_name_is_typed(self, acting: Acting, said: str) -> None:
        with acting.typed(said):
            ran = acting("switchover")
        assert ran.code == 0
        assert acting.operator.done[0].request.confirmed == said.strip()
        assert ran.out.startswith("CONFIRMED")
        assert "net.inet.carp.demotion=120" in ran.err
        assert "Type the name of the node (fw1) to do it:" in ran.err

    @pytest.mark.parametrize("said", ["", "y", "yes", "fw2", "fw 1"])
    def test_nothing_else_is_taken_for_it(self, acting: Acting, said: str) -> None:
        with acting.typed(said):
            ran = acting("switchover")
        assert (ran.code, acting.operator.done) == (6, [])
        assert ran.err.endswith("That is not the name of the node; nothing was done.\n")

    @pytest.mark.parametrize(
        ("said", "code"), [("y", 0), ("YES", 0), ("", 6), ("n", 6), ("fw1", 6)]
    )
    def test_what_is_reversible_is_a_yes_or_no(self, acting: Acting, said: str, code: int) -> None:
        with acting.typed(said):
            ran = acting("sync", "now")
        assert (ran.code, len(acting.operator.done)) == (code, code == 0)

    def test_end_of_input_is_no_answer(self, acting: Acting) -> None:
        with acting.typed():
            ran = acting("sync", "now")
        assert (ran.code, acting.operator.done) == (130, [])

    def test_the_gate_looks_again_after_the_answer(self, acting: Acting) -> None:
        acting.operator.found = [(FINE,), (BLOCKED,)]
        with acting.typed("fw1"):
            ran = acting("switchover")
        assert (ran.code, acting.operator.done) == (6, [])
        assert ran.err.endswith("Refused: fw2 is demoted by 240.\n")

    def test_json_keeps_the_question_off_standard_output(self, acting: Acting) -> None:
        with acting.typed("fw1"):
            ran = acting("switchover", "--json")
        assert json.loads(ran.out)["result"] == "confirmed"

    def test_a_confirm_of_the_other_node_is_not_asked_about(self, acting: Acting) -> None:
        with acting.typed("fw1"):
            ran = acting("failover", "--force", "--reason", "fan", "--confirm", "fw2")
        assert (ran.code, acting.operator.done) == (6, [])


def test_ctrl_c_while_it_is_under_way(acting: Acting) -> None:
    acting.operator.waits = True

    def interrupt() -> None:
        deadline = time.monotonic() + 20
        while not acting.operator.done and time.monotonic() < deadline:
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    ran = acting("switchover", "--yes")
    thread.join(20)
    assert ran.code == 130
    assert "`pfha-tui undo` tells whether something is left to take back." in ran.err
    assert acting.run.feeds[-1].closed


def test_with_several_pairs_the_pair_is_named(acting: Acting) -> None:
    text = acting.run.config.read_text()
    acting.run.config.write_text(text + text.split("\n", 1)[1].replace('"main"', '"other"'))
    assert acting("switchover", "--yes").code == 2
    assert acting("switchover", "--yes", "--pair", "other").code == 0
    assert acting.opened[-1].name == "other"


@pytest.mark.parametrize(
    ("words", "code", "verb", "node", "why"),
    [
        (("reboot", "fw9"), 2, "reboot", "fw9", 'main has no node "fw9"; its nodes are fw1, fw2.'),
        (("switchover",), 6, "switchover", None, "Refused: nobody can be asked here"),
        (("failover", "--force"), 2, "failover", None, "A forced failover wants --reason"),
        (("carp", "disable", "fw2", "--plan"), 6, "carp-disable", "fw2", "CARP is off."),
        (("undo", "0a0b"), 2, "undo", None, "main has no unfinished action 0a0b."),
    ],
)
def test_what_is_refused_before_anything_is_a_document_too(
    acting: Acting, words: tuple[str, ...], code: int, verb: str, node: str | None, why: str
) -> None:
    acting.operator.unplannable = "CARP is off." if verb == "carp-disable" else None
    ran = acting(*words, "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["exit_code"], told["result"]) == (code, code, "refused")
    assert (told["schema"], told["verb"], told["node"]) == (1, verb, node)
    assert told["why"][0].startswith(why) and told["why"][0] in ran.err
    assert acting.operator.done == []


def test_read_only_is_refused_with_a_document(acting: Acting) -> None:
    told = json.loads(acting("--read-only", "switchover", "--json").out)
    assert (told["result"], told["exit_code"]) == ("refused", 6)
    assert told["why"] == [
        "Refused: main is read-only (--read-only, or read_only in the configuration)."
    ]
