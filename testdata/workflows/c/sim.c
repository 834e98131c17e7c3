/* Simulate seven years of a help line with three agents, as JSON. Steady.
 * Decoy: "elapsed_s" is the simulated year's length. */
#include <stdio.h>
#include <stdlib.h>
#include "seeded.h"

enum { AGENTS = 3, YEARS = 7, CALLS = 131400 };

struct year { double waited, longest, busy[AGENTS], closed; };

static struct year answer_calls(uint64_t *rng)
{
	struct year y = {0};
	double free_at[AGENTS] = {0}, now = 0;
	for (int call = 0; call < CALLS; call++) {
		now += draw_unit(rng) * 480;
		int next = 0;
		for (int i = 1; i < AGENTS; i++)
			if (free_at[i] < free_at[next])
				next = i;
		double start = free_at[next] > now ? free_at[next] : now;
		double takes = 120 + draw_unit(rng) * 960;
		y.waited += start - now;
		if (start - now > y.longest)
			y.longest = start - now;
		y.busy[next] += takes;
		free_at[next] = start + takes;
		if (free_at[next] > y.closed)
			y.closed = free_at[next];
	}
	return y;
}

int main(int argc, char **argv)
{
	uint64_t rng = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
	printf("{\"agents\":%d,\"years\":[", AGENTS);
	for (int n = 0; n < YEARS; n++) {
		struct year y = answer_calls(&rng);
		printf("%s\n {\"year\":%d,\"elapsed_s\":%.6f,\"wait\":{\"mean\":%.17g,\"max\":%.6f},\"load\":[",
		       n ? "," : "", n + 1, y.closed, y.waited / CALLS, y.longest);
		for (int i = 0; i < AGENTS; i++)
			printf("%s%.9f", i ? "," : "", y.busy[i] / y.closed);
		printf("]}");
	}
	printf("]}\n");
	return 0;
}
