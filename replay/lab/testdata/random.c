// Prints what getrandom(2) does, at its edges.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

static unsigned char buf[1 << 20];

static void get(const char *what, void *at, size_t n, unsigned flags) {
	memset(buf, 0, sizeof buf);
	errno = 0;
	long got = syscall(SYS_getrandom, at, n, flags);
	unsigned sum = 0, zeros = 0;
	for (size_t i = 0; i < sizeof buf; i++) {
		sum = sum * 31 + buf[i];
		zeros += buf[i] == 0;
	}
	printf("%s: %ld %s %08x %s\n", what, got, errno ? strerror(errno) : "-", sum, zeros < sizeof buf - n * 98 / 100 ? "random" : "empty");
}

int main(void) {
	get("nothing", buf, 0, 0);
	get("one", buf + 1, 1, 0);
	get("unaligned", buf + 3, 257, GRND_NONBLOCK);
	get("random", buf, 4096, GRND_RANDOM);
	get("insecure", buf, 4097, 4);
	get("all", buf, sizeof buf, 0);
	get("both", buf, 16, GRND_RANDOM | 4);
	get("unknown flag", buf, 16, 64);
	get("bad pointer", (void *)8, 16, 0);
	// Two pages, the second of which may not be written.
	char *edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(edge + 4096, 4096, PROT_READ);
	get("edge", edge + 4090, 6, 0);
	get("read only", edge + 4096, 8, 0);
	return 0;
}
