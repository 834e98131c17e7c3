// Prints what each way to read the wall clock says, and whether a sleep takes the time that it should.
#include <stdio.h>
#include <sys/time.h>
#include <time.h>

static long long ns(clockid_t id) {
	struct timespec t;
	clock_gettime(id, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(void) {
	struct timeval v;
	gettimeofday(&v, NULL);
	long long from = ns(CLOCK_MONOTONIC);
	printf("realtime %lld\n", ns(CLOCK_REALTIME));
	printf("coarse %lld\n", ns(CLOCK_REALTIME_COARSE));
	printf("timeofday %lld\n", v.tv_sec * 1000000LL + v.tv_usec);
	printf("time %lld\n", (long long)time(NULL));
	struct timespec pause = {0, 30000000};
	nanosleep(&pause, NULL);
	printf("slept %d\n", ns(CLOCK_MONOTONIC) - from >= 30000000);
	return 0;
}
