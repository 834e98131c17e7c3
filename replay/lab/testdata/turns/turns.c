/* Threads that start together behind a barrier, count under a mutex, and lose counts without one. */
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 4, ROUNDS = 5, STEPS = 20000 };
static pthread_barrier_t gate;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile long bare;
static int arrived[THREADS * ROUNDS], n;

static void *work(void *arg)
{
	pthread_barrier_wait(&gate);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < STEPS; i++)
			bare = bare + 1;
		pthread_mutex_lock(&lock);
		arrived[n++] = (int)(long)arg;
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	pthread_barrier_init(&gate, NULL, THREADS);
	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, (void *)i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < n; i++)
		printf("%d ", arrived[i]);
	printf("%ld\n", bare);
	return 0;
}
