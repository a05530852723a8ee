"""What `nc HOST PORT` does: copy stdin to a TCP connection, and what comes back to stdout, until one of them ends."""

import os
import select
import socket
import sys

with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as peer:
    ways = {0: peer.fileno(), peer.fileno(): 1}
    while True:
        for source in select.select([*ways], [], [])[0]:
            data = os.read(source, 65536)
            if not data:
                sys.exit()
            while data:
                data = data[os.write(ways[source], data) :]
