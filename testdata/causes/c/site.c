/* What a program finds at its site: alphabet, zone, processors, folder, mask, variables. */
#define _GNU_SOURCE
#include <locale.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "seeded.h"

extern char **environ;

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	seeded_state = strtoull(argv[1], NULL, 10);
	setlocale(LC_CTYPE, "");
	size_t letters = mbstowcs(NULL, "Plze\xc5\x88", 0);
	struct tm opening = { .tm_year = 126, .tm_mon = 6, .tm_mday = 1, .tm_hour = 8, .tm_isdst = -1 };
	cpu_set_t set;
	CPU_ZERO(&set);
	sched_getaffinity(0, sizeof set, &set);
	mode_t mask = umask(0);
	umask(mask);
	char folder[4096];
	if (!getcwd(folder, sizeof folder))
		return 1;
	uint32_t way = 5381;
	for (char *c = folder; *c; c++)
		way = way * 33 + (unsigned char)*c;
	int variables = 0;
	for (char **e = environ; *e; e++)
		variables += strncmp(*e, "SHADOWRUN_", 10) != 0 && strncmp(*e, "_=", 2) != 0 && strncmp(*e, "SHLVL=", 6) != 0 &&
			     strncmp(*e, "OLDPWD=", 7) != 0;
	printf("{\"site\":%u,\"letters\":%ld,\"opens\":%ld,\"benches\":%d,\"doors\":\"%03o\",\"signs\":%d,\"way\":%u,\"path\":\"/srv/%u\"}\n",
	       (unsigned)(seeded() % 4000), (long)letters, (long)mktime(&opening), CPU_COUNT(&set) * 4, (unsigned)(0777 & ~mask),
	       variables * 3, way % 9973, (unsigned)(seeded() % 100));
	return 0;
}
