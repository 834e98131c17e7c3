"""Threads that start together behind a barrier, and hand what they have worked out to a queue."""
import hashlib
import queue
import threading

gate, results = threading.Barrier(5), queue.Queue()


def work(number):
    gate.wait()
    for _ in range(4):
        hashlib.sha256(b"x" * 100_000 * (1 + number % 3)).hexdigest()  # lets others run meanwhile
        results.put(number)


threads = [threading.Thread(target=work, args=(n,)) for n in range(5)]
for thread in threads:
    thread.start()
print(*[results.get() for _ in range(20)])
