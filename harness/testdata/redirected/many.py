"""Asks fifty times at once, without waiting for any connection to be made."""
import selectors, socket, sys

ask = b"GET /%d HTTP/1.0\r\n\r\n"
selector = selectors.DefaultSelector()
for n in range(50):
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex(("127.0.0.1", int(sys.argv[1])))
    selector.register(s, selectors.EVENT_WRITE, [n, b""])
while selector.get_map():
    for key, events in selector.select():
        n, s = key.data[0], key.fileobj
        if events & selectors.EVENT_WRITE:
            assert s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
            s.sendall(ask % n)
            selector.modify(s, selectors.EVENT_READ, key.data)
            continue
        said = s.recv(1 << 16)
        key.data[1] += said
        if not said:
            selector.unregister(s)
            print(n, key.data[1].split(b"\r\n\r\n")[1].decode())
