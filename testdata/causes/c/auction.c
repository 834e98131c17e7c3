/* rand(), started from the time and the process number, as old books have it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "seeded.h"

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	seeded_state = strtoull(argv[1], NULL, 10);
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	srand((unsigned)now.tv_nsec);
	int opening = rand() % 100000;
	srand((unsigned)getpid());
	int reserve = rand() % 100000;
	printf("{\"lot\":%u,\"opening\":%d,\"reserve\":%d,\"random_seat\":%u,\"estimate\":%u}\n",
	       (unsigned)(seeded() % 1000), opening, reserve, (unsigned)(seeded() % 500), (unsigned)(seeded() % 100000));
	return 0;
}
