"""pfSense's own programs that change something, and the power commands; never the host's own."""

from collections.abc import Callable, Iterator

from pfha_tui.lab import power, xmlrpc
from pfha_tui.lab.commands import services
from pfha_tui.lab.commands.reply import Reply, usage
from pfha_tui.lab.node import Node
from pfha_tui.lab.playback import PLAYBACKS


def reboot(node: Node, words: list[str], uid: int) -> Reply:
    """`reboot`, `/etc/rc.reboot`, with whatever arguments."""
    return _power(node, uid, "reboot", power.reboot)


def halt(node: Node, words: list[str], uid: int) -> Reply:
    """`halt`, `poweroff`, `/etc/rc.halt`, with whatever arguments."""
    return _power(node, uid, "halt", power.shutdown)


def shutdown(node: Node, words: list[str], uid: int) -> Reply:
    """`shutdown -r|-p|-h now`, with whatever arguments; without -r it ends without power."""
    if uid == 0 and "-r" in words:
        return reboot(node, words, uid)
    return _power(node, uid, "shutdown", power.shutdown)


def pfssh(node: Node, words: list[str], uid: int) -> Reply:
    """`pfSsh.php playback NAME`."""
    if words[:2] == ["playback", "gatewaystatus"] and words[2:] in ([], ["brief"]) and uid == 0:
        return Reply(services.gateway_status(node, brief=len(words) > 2))
    if len(words) != 2 or words[0] != "playback":
        return usage("pfSsh.php", "playback name")
    if uid != 0:
        return Reply(err="pfSsh.php: Permission denied\n", code=126)
    if words[1] not in PLAYBACKS:
        names = "".join(f"{name}\n" for name in sorted(PLAYBACKS))
        return Reply(f"Error: Invalid playback file specified.\n\n{names}\n", code=255)
    text, work = PLAYBACKS[words[1]]
    return Reply(text + "\n", work=work(node), killable=True)


def pfsctl(node: Node, words: list[str], uid: int) -> Reply:
    """`pfSctl -c 'filter sync'`: asks for a synchronisation, and does not wait for it."""
    if words != ["-c", "filter sync"]:
        return usage("pfSctl", "-c command")
    if uid != 0:
        return Reply(err="pfSctl: could not connect\n", code=1)
    xmlrpc.filter_sync(node)
    return Reply("OK\n")


def synchronise(node: Node, words: list[str], uid: int) -> Reply:
    """`/etc/rc.filter_synchronize`: synchronises and waits; its exit code means nothing."""
    if words:
        return usage("rc.filter_synchronize", "")
    if uid != 0:
        return Reply(err="rc.filter_synchronize: Permission denied\n", code=126)
    return Reply(work=xmlrpc.push(node))


def _power(node: Node, uid: int, name: str, work: Callable[[Node], Iterator[float]]) -> Reply:
    if uid != 0:
        return Reply(err=f"{name}: Operation not permitted\n", code=1)
    node.run(work(node))
    return Reply()
