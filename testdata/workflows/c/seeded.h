/* A generator that the seed decides: splitmix64 (Steele, Lea, Flood, 2014). */
#ifndef SEEDED_H
#define SEEDED_H

#include <stdint.h>

static uint64_t draw(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Draws from [0, 1). */
static inline double draw_unit(uint64_t *state)
{
	return (double)(draw(state) >> 11) / 9007199254740992.0;
}

#endif
