"""Forks twice, as daemons do, so that init would inherit the grandchild; it keeps every pipe."""
import os
import sys
import time

print('{"seed": %s}' % (sys.argv[1] if len(sys.argv) > 1 else 0), flush=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
os.wait()
