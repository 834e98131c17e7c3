// Makes one kind of call 20,000 times.
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
	struct timespec t;
	char buf[16];
	for (int i = 0; i < 20000; i++) {
		if (!strcmp(argv[1], "clock")) clock_gettime(CLOCK_REALTIME, &t);
		if (!strcmp(argv[1], "getrandom") && getrandom(buf, sizeof buf, 0) != sizeof buf) return 1;
		if (!strcmp(argv[1], "open")) close(open("/dev/null", O_RDONLY));
		if (!strcmp(argv[1], "device")) close(open("/dev/urandom", O_RDONLY));
		if (!strcmp(argv[1], "getppid")) getppid();
	}
	return 0;
}
