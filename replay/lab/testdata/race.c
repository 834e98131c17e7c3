/* Four threads that each append a letter. */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char letters[] = "abcd", order[sizeof letters];
static int done;

static void *append(void *letter)
{
	pthread_mutex_lock(&lock);
	order[done++] = *(char *)letter;
	pthread_mutex_unlock(&lock);
	return NULL;
}

int main(void)
{
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, append, &letters[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	puts(order);
	return 0;
}
