"""What `nc -U PATH` does on FreeBSD with an empty stdin: copy the socket to stdout until it closes."""

import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as peer:
    peer.connect(sys.argv[2])
    while data := peer.recv(4096):
        os.write(1, data)
