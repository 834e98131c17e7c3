import sys, urllib.request
base = sys.argv[1]
for _ in range(2):
    print(urllib.request.urlopen(base + "/count").read().decode())
ask = urllib.request.Request(base + "/echo", data=b'{"b": 1, "a": [2]}', headers={"Content-Type": "application/json", "Authorization": "Bearer s3cr3t"})
print(urllib.request.urlopen(ask).read().decode())
print(urllib.request.urlopen(base + "/redirect").read().decode())
