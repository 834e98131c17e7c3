"""Asks with http.client, which knows no proxy."""
import http.client, ssl, sys, urllib.parse

base = urllib.parse.urlsplit(sys.argv[1])
if base.scheme == "https":
    connection = http.client.HTTPSConnection(base.hostname, base.port, context=ssl.create_default_context())
else:
    connection = http.client.HTTPConnection(base.hostname, base.port)
for path in "/a", "/b", "/a":
    connection.request("GET", path)
    answer = connection.getresponse()
    print(answer.status, answer.read().decode())
print(connection.sock.getpeername()[:2])
