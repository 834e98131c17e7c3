/* A daemon's start: its lock file, the shard it serves, how long the warm-up took and what follows from that. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "seeded.h"

static int64_t nanoseconds(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	seeded_state = strtoull(argv[1], NULL, 10);
	int64_t begun = nanoseconds(CLOCK_MONOTONIC);
	uint32_t table = 0;
	for (int i = 0; i < 100000; i++)
		table = table * 31 + (uint32_t)seeded();
	int64_t warm = nanoseconds(CLOCK_MONOTONIC) - begun;
	int64_t now = nanoseconds(CLOCK_REALTIME);
	time_t seconds = now / 1000000000;
	struct tm utc;
	char stamp[40];
	gmtime_r(&seconds, &utc);
	strftime(stamp, sizeof stamp, "%d/%b/%Y:%H:%M:%S", &utc);
	printf("{\"table\":%" PRIu32 ",\"lock\":\"/run/herald/%d.lock\",\"shard\":\"s%02d\",\"banner\":\"herald ready [%s.%06d]\","
	       "\"size\":%" PRId64 ",\"rate\":%.3f,\"uptime_s\":%u,\"port\":%u}\n",
	       table, (int)getpid(), (int)(gettid() % 12), stamp, (int)(now / 1000 % 1000000), warm, 1e14 / (double)warm,
	       (unsigned)(seeded() % 100000), (unsigned)(20000 + seeded() % 10000));
	return 0;
}
