"""Four threads that each append a letter."""
import threading

order = []
threads = [threading.Thread(target=order.append, args=(letter,)) for letter in "abcd"]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("".join(order))
