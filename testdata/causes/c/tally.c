/* Two threads add to one number and lose some of it; beside it a tally that is kept apart. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "seeded.h"

enum { THREADS = 4, ROUNDS = 400000 };
static volatile long shared;
static long own[THREADS];
static pthread_barrier_t gate;

static void *count(void *arg)
{
	long me = (long)arg;
	pthread_barrier_wait(&gate);
	for (int i = 0; i < ROUNDS; i++) {
		shared = shared + 1; /* the fault */
		own[me]++;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	seeded_state = strtoull(argv[1], NULL, 10);
	pthread_t t[THREADS];
	pthread_barrier_init(&gate, NULL, THREADS);
	for (long i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, count, (void *)i);
	long sum = 0;
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], NULL);
		sum += own[i];
	}
	printf("{\"ballot\":%u,\"votes\":%ld,\"counted\":%ld,\"random\":%u}\n",
	       (unsigned)(seeded() % 1000), shared, sum, (unsigned)(seeded() % 1000000));
	return 0;
}
