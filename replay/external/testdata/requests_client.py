import sys, requests
base = sys.argv[1]
with requests.Session() as s:
    for _ in range(2):
        print(s.get(base + "/count").text)
    print(s.post(base + "/echo", json={"b": 1, "a": [2]}, headers={"Authorization": "Bearer s3cr3t"}).text)
    print(s.get(base + "/redirect").text)
