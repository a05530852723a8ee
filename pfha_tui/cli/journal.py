"""`journal`: the record of all actions, and whether it is as it was written."""

import json
from datetime import datetime
from typing import TYPE_CHECKING

from pfha_tui.cli import output
from pfha_tui.cli.diagnostics import Failure, warn
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options
from pfha_tui.domain.language import ntr, tr

if TYPE_CHECKING:
    from pfha_tui.actions.journal import Record, Verdict


def show(options: Options, *, as_json: bool, last: int | None) -> ExitCode:
    """Print the records, of one pair or of all. Raises Failure where the file cannot be read."""
    from pfha_tui.actions import chain, journal

    try:
        records = list(chain.read(journal.usual_path()))
    except journal.JournalError as error:
        raise Failure(ExitCode.OUTPUT, str(error)) from None
    if options.pair is not None:
        records = [record for record in records if record["pair"] in (options.pair, "")]
    for record in records[-last:] if last is not None else records:
        if as_json:
            output.line(json.dumps(record, ensure_ascii=True, sort_keys=True))
        else:
            output.line(told(record))
    if not records and not as_json:
        warn(tr("The journal has no records yet."))
    return ExitCode.OK


def verify(*, as_json: bool, head: str | None) -> ExitCode:
    """Say whether the journal is as it was written, and holds the record with this hash. Raises Failure."""
    from pfha_tui.actions import chain, journal

    path = journal.usual_path()
    try:
        found = journal.verify(path)
        known = head is None or any(r["hash"] == head.lower() for r in chain.read(path))
    except journal.JournalError as error:
        raise Failure(ExitCode.OUTPUT, str(error)) from None
    fault = found.fault
    if fault is None and not known:
        fault = tr("No record has the hash {hash}: the journal was cut off or replaced.").format(
            hash=head
        )
    if as_json:
        output.dump(
            {
                "schema": 1,
                "file": str(path),
                "sound": fault is None,
                "records": found.records,
                "head": found.head,
                "torn": found.torn,
                "fault": fault,
            }
        )
    elif fault is None:
        output.line(_sound(found))
    else:
        output.line(f"{path}: {fault}")
    return ExitCode.OK if fault is None else ExitCode.UNVERIFIED


def accept(reason: str, *, as_json: bool) -> ExitCode:
    """Take a damaged journal as it is, and write that into it. Raises Failure."""
    from pfha_tui.actions import journal
    from pfha_tui.wiring import operator_name

    if not reason.strip():
        raise Failure(ExitCode.USAGE, tr("It wants --reason; it stands in the journal."))
    path = journal.usual_path()
    try:
        fault = journal.Journal(path, operator_name()).accept(reason.strip())
    except journal.JournalError as error:
        raise Failure(ExitCode.OUTPUT, str(error)) from None
    if as_json:
        output.dump({"schema": 1, "file": str(path), "accepted": fault})
    elif fault is None:
        output.line(tr("There is nothing to accept: the journal is not damaged."))
    else:
        output.line(tr("Accepted in the journal: {fault}").format(fault=fault))
    return ExitCode.OK


def told(record: "Record") -> str:
    """One record as a line: when, pair, action, kind, and what there is to say of it."""
    columns = (_when(record), record["pair"] or "-", record["id"] or "-", record["kind"])
    return "  ".join((*columns, _said(record))).rstrip()


def _when(record: "Record") -> str:
    try:
        return datetime.fromtimestamp(record["time"]).astimezone().isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return "?"


def _said(record: "Record") -> str:
    """The plan's title with owner and reason, the result with its sentence, or the facts of a note."""
    kind = record["kind"]
    if kind == "begun":
        said = tr("{title}, by {who}").format(title=record.get("title"), who=record.get("who"))
        return f"{said}: {record['reason']}" if record.get("reason") else said
    if kind == "ended":
        return f"{record.get('result', '')}: {record.get('text', '')}"
    chained = ("seq", "time", "pair", "id", "kind", "prev", "hash", "who")
    facts = {key: value for key, value in record.items() if key not in chained}
    return " ".join(f"{key}={_fact(value)}" for key, value in sorted(facts.items()))


def _fact(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=True)


def _sound(found: "Verdict") -> str:
    said = ntr("{count} record, sound", "{count} records, sound", found.records)
    text = said.format(count=found.records)
    if found.torn:
        torn = ntr("{count} torn line is told of", "{count} torn lines are told of", found.torn)
        text += "; " + torn.format(count=found.torn)
    return f"{text}; {found.head}"
