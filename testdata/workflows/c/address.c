/* Intern words in a hash table, as JSON. Fault: "root" is the address of the first bucket's entry. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "seeded.h"

enum { BUCKETS = 16, WORDS = 200 };

struct entry { char word[8]; int count; struct entry *next; };

static struct entry *buckets[BUCKETS];

static struct entry *intern(const char *word)
{
	unsigned hash = 2166136261u; /* FNV-1a: the same in every process */
	for (const char *c = word; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	struct entry **at = &buckets[hash % BUCKETS];
	while (*at && strcmp((*at)->word, word) != 0)
		at = &(*at)->next;
	if (!*at) {
		*at = calloc(1, sizeof **at);
		if (!*at)
			exit(1);
		strcpy((*at)->word, word);
	}
	(*at)->count++;
	return *at;
}

int main(int argc, char **argv)
{
	uint64_t rng = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
	struct entry *first = NULL;
	for (int n = 0; n < WORDS; n++) {
		char word[8] = {0};
		for (int i = 0; i < 2; i++)
			word[i] = "aeioklmnrst"[draw(&rng) % 11];
		struct entry *e = intern(word);
		first = first ? first : e;
	}
	printf("{\"words\":%d,\"root\":\"%p\",\"chains\":[", WORDS, (void *)first);
	for (int b = 0; b < BUCKETS; b++) {
		printf("%s[", b ? "," : "");
		for (struct entry *e = buckets[b]; e; e = e->next)
			printf("%s{\"word\":\"%s\",\"count\":%d}", e == buckets[b] ? "" : ",", e->word, e->count);
		printf("]");
	}
	printf("]}\n");
	return 0;
}
