"""Makes handshakes of one kind with a TLS server, one after another, and counts their ends.

    tls_attacker.py HOST PORT NAME KIND COUNT

NAME is the name that the server has a certificate for. Prints one line for each different end:
the number of times, and the bytes or the error with which the server ended the handshake.
"""
import collections
import socket
import ssl
import struct
import sys

HOST, PORT, NAME, KIND, COUNT = sys.argv[1], int(sys.argv[2]), *sys.argv[3:5], int(sys.argv[5])
RESET = struct.pack("ii", 1, 0)


def context(protocol):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.set_alpn_protocols([protocol])
    return made


def client_hello(name, protocol="http/1.1"):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context(protocol).wrap_bio(incoming, outgoing, server_hostname=name)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()


def finish(conn):
    """Ends the sending direction, and returns what the server sent, at most its first record."""
    conn.shutdown(socket.SHUT_WR)
    received = conn.recv(16384)
    while conn.recv(16384):
        pass
    return received[:7].hex(" ") if received[:1] == b"\x15" else "%d bytes" % bool(received)


def request(conn):
    with CONTEXT.wrap_socket(conn, server_hostname=NAME) as secure:
        secure.sendall(b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % NAME.encode())
        return secure.recv(16384)[:12].decode()


CONTEXT = context("http/1.1")
HELLO = client_hello(NAME)
FIRST_BYTES = {
    "garbage": b"\x16\x03\x01\xff\xffgarbage",
    "half": HELLO[: len(HELLO) // 2],
    "reset": HELLO[: len(HELLO) // 2],
    "left": HELLO,
    "name": client_hello("other.test"),
    "protocol": client_hello(NAME, "h2"),
}


def attack(conn):
    if KIND == "good":
        return request(conn)
    conn.sendall(FIRST_BYTES[KIND])
    if KIND != "reset":
        return finish(conn)
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    return "reset"


ends = collections.Counter()
for _ in range(COUNT):
    with socket.create_connection((HOST, PORT), timeout=30) as conn:
        try:
            ends[attack(conn)] += 1
        except (ssl.SSLError, OSError) as error:
            ends[getattr(error, "reason", None) or type(error).__name__] += 1
for end, count in ends.most_common():
    print(count, end)
