/* Slots by where the allocator put things; one pointer is shown as such, one hex number is not a pointer. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "seeded.h"

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	seeded_state = strtoull(argv[1], NULL, 10);
	char *items[6];
	for (int i = 0; i < 6; i++)
		items[i] = malloc(64 + seeded() % 64);
	printf("{\"token\":\"%p\",\"slot\":%u,\"slots\":[", (void *)items[0], (unsigned)(((uintptr_t)items[1] >> 12) % 1021));
	for (int i = 0; i < 6; i++)
		printf("%s%u", i ? "," : "", (unsigned)((((uintptr_t)items[i] >> 4) * 2654435761u >> 16) % 101));
	printf("],\"address\":\"0x55%010" PRIx64 "\",\"sizes\":%u,\"distance\":%d}\n",
	       seeded() & 0xffffffffffu, (unsigned)(seeded() % 4096), (int)(items[0] < items[5]));
	for (int i = 0; i < 6; i++)
		free(items[i]);
	return 0;
}
