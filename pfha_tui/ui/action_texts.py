"""The words of the dialogs that act, in English; `tr` where they are shown gives them in the language in use."""

from pfha_tui.actions.model import Result, Stage, Verb, Weight
from pfha_tui.domain.language import mark

VERBS = {
    Verb.MAINTENANCE_ENTER: mark("enter maintenance"),
    Verb.MAINTENANCE_LEAVE: mark("leave maintenance"),
    Verb.SWITCHOVER: mark("switch over"),
    Verb.FAILBACK: mark("fail back"),
    Verb.FAILOVER: mark("fail over by force"),
    Verb.CARP_ENABLE: mark("enable CARP"),
    Verb.CARP_DISABLE: mark("disable CARP"),
    Verb.DEMOTION_RESET: mark("reset the demotion"),
    Verb.SYNC_NOW: mark("sync the configuration"),
    Verb.PFSYNC_BULK: mark("fetch all states"),
    Verb.REBOOT: mark("reboot"),
}
"""What the button says."""

STAGES = {
    Stage.CONNECT: mark("connect"),
    Stage.LOCK: mark("lock"),
    Stage.CHECK: mark("check"),
    Stage.RECORD: mark("record"),
    Stage.ARM: mark("arm the undo"),
    Stage.DO: mark("do"),
    Stage.VERIFY: mark("verify"),
    Stage.REVERT: mark("take back"),
    Stage.CLOSE: mark("close"),
}

RESULTS = {
    Result.CONFIRMED: mark("CONFIRMED"),
    Result.CONTRADICTED: mark("CONTRADICTED"),
    Result.UNKNOWN: mark("UNKNOWN"),
    Result.REVERTED: mark("TAKEN BACK"),
    Result.REFUSED: mark("REFUSED"),
}

WEIGHTS = {
    Weight.BLOCK: mark("refuses"),
    Weight.WARN: mark("warns"),
    Weight.FINE: mark("ok"),
}

CHANGES_ROLES = mark("changes roles")
REVERSIBLE = mark("reversible")
COMMANDS = mark("commands")
EXPECTED = mark("expected")
LOST = mark("lost")
UNDO = mark("undo")
NOTE = mark("note")
AROUND = mark("around it")
AS_ROOT = mark("as root")
TAKEN_BACK_BY = mark("taken back by {command}")
WATCHDOG = mark("on {node} itself after {age}, unless it is called off")
DURATION = mark("{least} to {most} until it is confirmed; waits up to {wait}")
NO_ROLES = mark("no role is meant to change")
NOT_FORESEEN = mark("not foreseen")

PLAN = mark("The plan")
GATE = mark("What the gate finds")
FACTS_OLD = mark("facts {age} old")
ASKING = mark("asking")
NO_FINDINGS = mark("Nothing speaks against it.")

REASON = mark("reason")
REASON_HINT = mark("why; it goes into the journal")
REASON_WANTED = mark("why; without it nothing is done")
LEASE = mark("for minutes")
LEASE_HINT = mark("empty: until it is ended")
LEASE_MINUTES = "30"
TYPE_NAME = mark("type {node}")
TYPE_HINT = mark("the name of the node")
CANCEL = mark("Cancel")
BACK = mark("Back")

WHY_REFUSED = mark("refused: {finding}")
WHY_ASKING = mark("the gate has not answered yet")
WHY_OLD = mark("the facts are {age} old")
WHY_NAME = mark("the name of the node is missing")
WHY_WRONG = mark("that is not the name of the node")
WHY_REASON = mark("the reason is missing")
WHY_LEASE = mark("the minutes are a number from 1 to {most}")
WHY_FAILED = mark("the gate failed: {reason}")

KEYS_ASK = mark("Tab next field   PgUp PgDn scroll   Esc cancel")
KEYS_RUN = mark("PgUp PgDn scroll   Esc: the action goes on without this page")
KEYS_DONE = mark("PgUp PgDn scroll   Esc back")
GOES_ON = mark(
    "The action goes on and is not stopped here. Esc again: back to the pair, its stage stands in the banner."
)
PROGRESS = mark("Under way")
ELAPSED = mark("{age} so far")
TOOK = mark("took {age}")
RECORDED = mark("in the journal as {id}")
RESULT = mark("How it ended")
EVIDENCE = mark("evidence")
EXPECTED_FOUND = mark("expected {expected}, found {found}")
BROKE = mark(
    "The console's own part failed ({reason}). What was done is in the journal; look at the pair."
)

BANNER = mark("{what} {node}: {stage}, {age}")

CHOOSE = mark("On which node?")
CHOOSE_HINT = mark("Enter takes it, Esc goes back")
NOT_YET = mark("Nothing is known of the pair yet; try again in a moment.")
LEFT_BEHIND = mark("What was to be planned for {pair} is dropped: {pair} is not shown any more.")
NO_OPERATOR = mark("Nothing can be changed here: {reason}.")
READ_ONLY = mark("the pair is read-only")
NOTHING_TO_UNDO = mark("There is nothing to undo: no action of this session, none unfinished.")
STILL_ACTING = mark(
    "An action is under way ({what}). Press the key again to leave it: its undo stays where the plan put it."
)

LEFT_TITLE = mark("An action was begun and never ended")
LEFT_WHAT = mark("{title} ({pair}), begun {clock}, {age} ago, by {who}.")
LEFT_FIRES = mark("{node} takes it back by itself in {age}, unless it is called off.")
LEFT_FIRED = mark("{node} was to take it back by itself {age} ago.")
LEFT_UNDO = mark("Undo: {undo}")
LEFT_NONE = mark("Nothing on the node waits to take it back.")
DAMAGED = mark("journal damaged")
DAMAGED_HINT = mark("An action may be lost from the journal: `pfha-tui journal verify`")
LATER = mark("Later")
UNDO_NOW = mark("Undo it now")
CLOSE_IT = mark("No undo needed")
CLOSE_REASON = mark("the reason, to close it without an undo")
CLOSED = mark("Closed in the journal: {title}.")
CLOSE_FAILED = mark("It cannot be closed: {reason}.")
KEYS_LEFT = mark("Tab next   Enter press   Esc later")

TERMS = (
    (
        mark("switchover"),
        mark(
            "the serving node hands its VIPs over in order, by a demotion just large enough; a boot ends it"
        ),
    ),
    (
        mark("failback"),
        mark("back to the primary: our own demotion or maintenance there is taken away"),
    ),
    (
        mark("forced failover"),
        mark("a switchover that the gate's warnings do not hold back; it wants a reason"),
    ),
    (
        mark("gate"),
        mark(
            "the conditions an action must meet, asked with every snapshot and once more before the first change"
        ),
    ),
    (
        mark("lease"),
        mark("how long maintenance is meant to last; when over it is said, but nothing changes"),
    ),
    (
        mark("CONFIRMED"),
        mark("both nodes showed twice what the plan foresaw; an exit code alone proves nothing"),
    ),
    (
        mark("unfinished"),
        mark(
            "an action in the journal without an end: the console or the node went away meanwhile"
        ),
    ),
)
"""Terms of the help page, where there are commands that act."""
