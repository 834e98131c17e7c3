/* Steady. Threads grind their own shares, which are joined in the order they were dealt. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "seeded.h"

enum { THREADS = 4 };
struct share {
	uint64_t state;
	double sum;
};

static void *grind(void *arg)
{
	struct share *s = arg;
	for (int i = 0; i < 200000; i++) {
		s->state = s->state * 6364136223846793005u + 1442695040888963407u;
		s->sum += (double)(s->state >> 11) / 9007199254740992.0;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	seeded_state = strtoull(argv[1], NULL, 10);
	pthread_t t[THREADS];
	struct share s[THREADS];
	for (int i = 0; i < THREADS; i++) {
		s[i] = (struct share){ seeded(), 0 };
		pthread_create(&t[i], NULL, grind, &s[i]);
	}
	double sum = 0;
	printf("{\"shares\":[");
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], NULL);
		sum += s[i].sum;
		printf("%s%.17g", i ? "," : "", s[i].sum);
	}
	printf("],\"sum\":%.17g,\"order\":\"%08x\"}\n", sum, (unsigned)seeded());
	return 0;
}
