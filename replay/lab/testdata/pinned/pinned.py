"""Prints a line of what the source that is named gives: python3 pinned.py SOURCE FOLDER."""
import concurrent.futures
import hashlib
import os
import random
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import uuid


def clock():
    return time.time(), time.time_ns(), time.ctime()


def usual():
    return random.random(), random.sample(range(99), 5), uuid.uuid4()


def secure():
    return secrets.token_hex(8), random.SystemRandom().random(), os.urandom(8).hex()


def device():
    with open("/dev/urandom", "rb") as f:
        return f.read(8).hex()


def hashes():
    return hash("a"), list({chr(97 + n) * 3 for n in range(12)})


def addresses():
    return id(object()), object(), hash(object()), list({type("C", (), {})() for _ in range(5)})


def pids():
    return os.getpid(), os.getppid(), subprocess.run(["sh", "-c", "echo $$"], capture_output=True).stdout


def births():
    order = []
    threads = [threading.Thread(target=order.append, args=(c,)) for c in "abcdefgh"]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return "".join(order)


def work():
    order = []

    def append(c):
        for _ in range(100_000):
            order.append(c)

    threads = [threading.Thread(target=append, args=(c,)) for c in "abcd"]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return hashlib.md5("".join(order).encode()).hexdigest()


def pool():
    def task(n):
        sum(range(20_000))
        return n

    with concurrent.futures.ThreadPoolExecutor(4) as executor:
        return [f.result() for f in concurrent.futures.as_completed([executor.submit(task, n) for n in range(12)])]


def processes():
    for p in [subprocess.Popen(["printf", c]) for c in "abcdefgh"]:
        p.wait()
    return ""


def monotonic():
    return time.monotonic_ns(), time.perf_counter_ns()


def cputime():
    return time.process_time_ns(), time.thread_time_ns(), os.times()[:4]


def temporary():
    return os.path.basename(tempfile.mkdtemp()), os.path.basename(tempfile.NamedTemporaryFile().name)


def listing():
    return os.listdir(sys.argv[2])


def filetime():
    with tempfile.TemporaryFile() as f:
        return os.fstat(f.fileno()).st_mtime_ns


print(globals()[sys.argv[1]]())
