"""Stands beside a program that has no network: brings up its loopback, and lets the platform alone reach its port.

Usage: relay.py [DESCRIPTOR PORT]. The descriptor is a socket that listens outside; what connects there is passed on to
the port inside, byte for byte.
"""

import fcntl
import signal
import socket
import struct
import sys

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def pump(source: socket.socket, target: socket.socket) -> None:
    """One direction of a connection, until its end is passed on too."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for each in (source, target):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def serve(connection: socket.socket, port: int) -> None:
    import threading

    with connection:
        try:
            inside = socket.create_connection(("127.0.0.1", port))
        except OSError:
            return
        with inside:
            for each in (connection, inside):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=pump, args=(inside, connection), daemon=True)
            back.start()
            pump(connection, inside)
            back.join()


def main() -> None:
    import threading

    # Stopping is the program's affair; it may still have answers to give.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    listener = socket.socket(fileno=int(sys.argv[1]))
    listener.setblocking(True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, int(sys.argv[2])), daemon=True).start()


if __name__ == "__main__":
    if sys.argv[1:] == ["up"]:
        bring_up_loopback()
    else:
        main()
