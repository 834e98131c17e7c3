/* Render tiles with four threads, as text. Fault: tiles are listed in order of completion. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "seeded.h"

enum { THREADS = 4, TILES = 24, SAMPLES = 250000 };

static uint64_t seed;
static struct { int tile; double brightness; } done[TILES];
static int next_tile, finished;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static double render(int tile)
{
	uint64_t rng = seed + (uint64_t)tile * 1000003;
	double inside = 0;
	for (int n = 0; n < SAMPLES; n++) {
		double x = draw_unit(&rng), y = draw_unit(&rng);
		inside += x * x + y * y < 1;
	}
	return inside / SAMPLES;
}

static void *work(void *unused)
{
	for (;;) {
		pthread_mutex_lock(&lock);
		int tile = next_tile++;
		pthread_mutex_unlock(&lock);
		if (tile >= TILES)
			return unused;
		double brightness = render(tile);
		pthread_mutex_lock(&lock);
		done[finished].tile = tile;
		done[finished++].brightness = brightness;
		pthread_mutex_unlock(&lock);
	}
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("scene %llu: %d tiles\n", (unsigned long long)seed, TILES);
	for (int n = 0; n < TILES; n++)
		printf("tile %02d brightness %.6f\n", done[n].tile, done[n].brightness);
	return 0;
}
