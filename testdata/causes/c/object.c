/* An object store's entries: a checksum goes over the whole record, its pointer with it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "seeded.h"

struct entry {
	uint64_t size;
	char kind[8];
	struct entry *next;
};

static uint32_t fnv(const void *p, size_t n)
{
	uint32_t h = 2166136261u;
	for (const unsigned char *c = p; n--; c++)
		h = (h ^ *c) * 16777619u;
	return h;
}

static struct entry *add(struct entry *next, const char *kind)
{
	struct entry *e = calloc(1, sizeof *e);
	if (!e)
		exit(1);
	e->size = seeded() % 100000;
	strncpy(e->kind, kind, sizeof e->kind - 1);
	e->next = next;
	return e;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	seeded_state = strtoull(argv[1], NULL, 10);
	struct entry *head = add(add(add(NULL, "blob"), "tree"), "commit");
	unsigned char nonce[6];
	if (getrandom(nonce, sizeof nonce, 0) != sizeof nonce)
		return 1;
	srand((unsigned)((uintptr_t)main >> 12));
	printf("{\"size\":%u,\"sum\":\"%08x\",\"plain\":\"%08x\",\"spread\":%d,\"cursor\":\"%llu\",\"nonce\":\"",
	       (unsigned)head->size, fnv(head, sizeof *head), fnv(head, sizeof head->size + sizeof head->kind),
	       rand() % 1000, (unsigned long long)(uintptr_t)head->next);
	for (size_t i = 0; i < sizeof nonce; i++)
		printf("%02x", nonce[i]);
	printf("\",\"mac\":%u,\"pointer\":\"0x7f%010llx\",\"ascending\":%s}\n", fnv(nonce, sizeof nonce),
	       (unsigned long long)(seeded() >> 24), (uintptr_t)head > (uintptr_t)head->next ? "true" : "false");
	return 0;
}
