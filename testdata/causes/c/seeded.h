/* A generator that follows the seed and nothing else (splitmix64, Steele, Lea and Flood 2014). */
#ifndef SEEDED_H
#define SEEDED_H
#include <stdint.h>

static uint64_t seeded_state;

static uint64_t seeded(void)
{
	uint64_t z = (seeded_state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}
#endif
