/* A meter: nanoseconds of the clock, processor time, and a seeded number that looks like the first. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "seeded.h"

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	seeded_state = strtoull(argv[1], NULL, 10);
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	uint64_t sum = 0;
	for (int i = 0; i < 3000000; i++)
		sum ^= seeded();
	clock_t used = clock();
	printf("{\"reading\":%" PRIu64 ",\"version\":%lld%09ld,\"cost\":%ld,\"timestamp\":%lld,\"unit\":\"kWh\"}\n",
	       sum % 1000000, (long long)now.tv_sec, now.tv_nsec, (long)used, 1763000000LL + (long long)(seeded() % 900000));
	return 0;
}
