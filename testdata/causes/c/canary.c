/* The kernel's sixteen bytes for every new program, and where the stack begins. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include "seeded.h"

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	seeded_state = strtoull(argv[1], NULL, 10);
	uint64_t salt;
	memcpy(&salt, (void *)getauxval(AT_RANDOM), sizeof salt);
	uintptr_t stack = (uintptr_t)&salt;
	printf("{\"badge\":%u,\"mine\":%u,\"depth\":%u,\"serial\":\"%016" PRIx64 "\",\"level\":%u}\n",
	       (unsigned)(seeded() % 9000), (unsigned)(salt % 99991), (unsigned)((stack >> 4) % 3001), seeded(), (unsigned)(seeded() % 12));
	return 0;
}
