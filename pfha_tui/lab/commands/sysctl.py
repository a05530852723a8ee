"""sysctl: the tree of names that the console reads, and the few that it may write."""

import re
import time

from pfha_tui.lab import system
from pfha_tui.lab.commands.reply import Reply, usage
from pfha_tui.lab.node import Node

CARP = "net.inet.carp"

_WRITABLE = {
    f"{CARP}.preempt": "carp_preempt",
    f"{CARP}.log": "carp_log",
    f"{CARP}.ifdown_demotion_factor": "carp_ifdown_factor",
    f"{CARP}.senderr_demotion_factor": "carp_senderr_factor",
    f"{CARP}.dscp": "carp_dscp",
    "net.pfsync.carp_demotion_factor": "pfsync_demotion_factor",
}
"""Names whose value is just stored; demotion and allow have rules of their own."""


def tree(node: Node) -> dict[str, str]:
    """Every name with its value as text, in the order in which the kernel lists a branch."""
    values: dict[str, object] = {
        f"{CARP}.ifdown_demotion_factor": node.carp_ifdown_factor,
        f"{CARP}.senderr_demotion_factor": node.carp_senderr_factor,
        f"{CARP}.demotion": node.carp_demotion,
        f"{CARP}.log": node.carp_log,
        f"{CARP}.preempt": node.carp_preempt,
        f"{CARP}.dscp": node.carp_dscp,
        f"{CARP}.allow": node.carp_allow,
        "net.pfsync.pfsync_buckets": 2 * system.PROCESSORS,
        "net.pfsync.carp_demotion_factor": node.pfsync_demotion_factor,
        "kern.ostype": "FreeBSD",
        "kern.osrelease": node.generation.release,
        "kern.osreldate": node.generation.reldate,
        "kern.version": node.generation.kernel_line + "\n",
        "kern.hostname": node.hostname,
        "kern.boottime": _boottime(node),
        "kern.cp_time": " ".join(str(ticks) for ticks in system.processor_ticks(node)),
        "kern.cp_times": " ".join(
            str(ticks) for each in system.ticks_by_processor(node) for ticks in each
        ),
        "vm.loadavg": f"{{ {' '.join(f'{value:.2f}' for value in system.load_averages(node))} }}",
        "hw.ncpu": system.PROCESSORS,
        "hw.physmem": system.PHYSICAL_MEMORY,
        "hw.pagesize": system.PAGE,
    }
    for name, pages in system.memory_pages(node).items():
        values[f"vm.stats.vm.v_{name}_count"] = pages
    return {name: str(value) for name, value in values.items()}


def answer(node: Node, words: list[str], uid: int) -> Reply:
    """Answer `sysctl [-i] [-n] [-e] NAME[=VALUE] ...`."""
    options = ""
    while words and words[0].startswith("-"):
        options += words.pop(0)[1:]
    if not words or not set(options) <= set("ine"):
        return usage("sysctl", "[-i] [-n] [-e] name[=value] ...")
    out, err, code = "", "", 0
    known = tree(node)
    for word in words:
        name, equals, value = word.partition("=")
        matches = [leaf for leaf in known if leaf == name or leaf.startswith(name + ".")]
        if not matches:
            if "i" not in options:
                err, code = err + f"sysctl: unknown oid '{name}'\n", 1
        elif equals:
            reply = _write(node, name, value, uid, known)
            out, err, code = out + reply.out, err + reply.err, max(code, reply.code)
            known = tree(node)
        else:
            separator = "=" if "e" in options else ": "
            out += "".join(
                ("" if "n" in options else leaf + separator) + known[leaf] + "\n"
                for leaf in matches
            )
    return Reply(out, err, code)


def _write(node: Node, name: str, value: str, uid: int, known: dict[str, str]) -> Reply:
    if uid != 0:
        return Reply(err=f"sysctl: {name}={value}: Operation not permitted\n", code=1)
    number = int(value) if re.fullmatch("[+-]?[0-9]{1,10}", value) else None
    if number is None or not -(2**31) <= number < 2**31:
        return Reply(err=f"sysctl: invalid integer '{value}'\n", code=1)
    if name == f"{CARP}.demotion":
        # Writing adds: the one sysctl of its kind.
        node.demote(number, "sysctl")
    elif name == f"{CARP}.allow":
        node.set_allow(number)
    elif name in _WRITABLE:
        setattr(node, _WRITABLE[name], number)
    else:
        return Reply(err=f"sysctl: oid '{name}' is read only\n", code=1)
    node.world.touch()
    return Reply(f"{name}: {known[name]} -> {tree(node)[name]}\n")


def _boottime(node: Node) -> str:
    seconds = int(node.boottime)
    stamp = time.gmtime(seconds)
    words = (
        f"{time.strftime('%a %b', stamp)} {stamp.tm_mday:2d} {time.strftime('%H:%M:%S %Y', stamp)}"
    )
    return f"{{ sec = {seconds}, usec = {int(node.boottime % 1 * 1e6)} }} {words}"
