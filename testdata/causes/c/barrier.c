/* Rowers meet at a barrier twice: who comes when is written down under a lock, who wakes the rest is the barrier's affair. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "seeded.h"

enum { ROWERS = 6 };
static pthread_barrier_t gate, finish;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_[ROWERS], logged, cox = -1;
static uint32_t stroke[ROWERS];

static void *row(void *arg)
{
	int me = (int)(intptr_t)arg;
	pthread_barrier_wait(&gate);
	for (int i = 0; i < 20000; i++)
		stroke[me] = stroke[me] * 1664525u + 1013904223u;
	pthread_mutex_lock(&lock);
	log_[logged++] = me;
	pthread_mutex_unlock(&lock);
	if (pthread_barrier_wait(&finish) == PTHREAD_BARRIER_SERIAL_THREAD)
		cox = me;
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	seeded_state = strtoull(argv[1], NULL, 10);
	pthread_t rowers[ROWERS];
	pthread_barrier_init(&gate, NULL, ROWERS);
	pthread_barrier_init(&finish, NULL, ROWERS);
	for (int i = 0; i < ROWERS; i++)
		stroke[i] = (uint32_t)seeded();
	for (int i = 0; i < ROWERS; i++)
		if (pthread_create(&rowers[i], NULL, row, (void *)(intptr_t)i))
			return 1;
	for (int i = 0; i < ROWERS; i++)
		pthread_join(rowers[i], NULL);
	printf("{\"event\":\"start\",\"boat\":%u,\"thread\":%u}\n", (unsigned)(seeded() % 900), (unsigned)(seeded() % ROWERS));
	printf("{\"event\":\"row\",\"lanes\":[");
	for (int i = 0; i < ROWERS; i++)
		printf("%s%d", i ? "," : "", log_[i]);
	printf("],\"strokes\":[");
	for (int i = 0; i < ROWERS; i++)
		printf("%s%" PRIu32, i ? "," : "", stroke[i]);
	printf("]}\n{\"event\":\"land\",\"seed\":%d,\"medal\":\"rower %d\"}\n", cox, log_[0]);
	return 0;
}
