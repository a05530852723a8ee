"""SSH to the firewalls: one connection per node, one identity offered, strict host keys."""

from pfha_tui.transports.ssh.backoff import Backoff
from pfha_tui.transports.ssh.errors import LoginInterrupted
from pfha_tui.transports.ssh.hostkeys import HostKey, fetch, fingerprint
from pfha_tui.transports.ssh.link import SshLink
from pfha_tui.transports.ssh.node import SshNode
from pfha_tui.transports.ssh.pulse import Life, Pulse
from pfha_tui.transports.ssh.refusals import Refusals
from pfha_tui.transports.ssh.shell import SshShell
from pfha_tui.transports.ssh.stream import SshStream, StreamSource

__all__ = [
    "Backoff",
    "HostKey",
    "Life",
    "LoginInterrupted",
    "Pulse",
    "Refusals",
    "SshLink",
    "SshNode",
    "SshShell",
    "SshStream",
    "StreamSource",
    "fetch",
    "fingerprint",
]
