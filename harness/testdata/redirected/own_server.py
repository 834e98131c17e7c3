"""Waits for a server of its own, asks it, and speaks with a server that it is told of."""
import http.client, http.server, socket, sys, threading

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"its own")

    def log_message(self, *args):
        pass

try:
    socket.create_connection(("127.0.0.1", 1))
except OSError as e:
    print("nobody there:", type(e).__name__)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
connection.request("GET", "/")
print(connection.getresponse().read().decode())
server.shutdown()
for port in map(int, sys.argv[1:]):
    other = socket.create_connection(("127.0.0.1", port))
    other.sendall(b"\x00hello")
    print(other.recv(100))
