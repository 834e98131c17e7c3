/* Threads that take turns, and ask nobody while they wait for theirs. */
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 3, TURNS = 3 };
static volatile int turn;
static char order[TURNS + 1];

static void *work(void *arg)
{
	int me = (int)(long)arg;
	for (;;) {
		while (turn < TURNS && turn % THREADS != me)
			;
		if (turn >= TURNS)
			return NULL;
		order[turn] = (char)('a' + me);
		turn++;
	}
}

int main(void)
{
	pthread_t threads[THREADS];
	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, (void *)i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	puts(order);
	return 0;
}
