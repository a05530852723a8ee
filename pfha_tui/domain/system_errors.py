"""The operating system's own words for a failure, in the language in use."""

import os

from pfha_tui.domain.language import mark, tr

KNOWN = (
    mark("Cannot assign requested address"),
    mark("Connection refused"),
    mark("Connection reset by peer"),
    mark("Connection timed out"),
    mark("File exists"),
    mark("Host is down"),
    mark("Is a directory"),
    mark("Name or service not known"),
    mark("Network is down"),
    mark("Network is unreachable"),
    mark("No address associated with hostname"),
    mark("No route to host"),
    mark("No space left on device"),
    mark("No such file or directory"),
    mark("Not a directory"),
    mark("Operation not permitted"),
    mark("Permission denied"),
    mark("Read-only file system"),
    mark("Temporary failure in name resolution"),
    mark("Too many levels of symbolic links"),
)
"""What strerror(3) and getaddrinfo(3) say of the failures that an operator meets; others stay as they are."""


def reason(error: OSError) -> str:
    """Why the system refused, a few words; the error's own text where it has no such words.

    asyncio puts the address where strerror(3)'s words belong ("Connect call failed"), so the number decides;
    getaddrinfo's numbers are negative and have words of their own.
    """
    if error.errno is not None and error.errno > 0:
        words = os.strerror(error.errno)
        return tr(words)
    return tr(error.strerror) if error.strerror else str(error) or type(error).__name__
