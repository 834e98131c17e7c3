/* A vault's settings: owner, rights of a new file, hour of opening. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "seeded.h"

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	seeded_state = strtoull(argv[1], NULL, 10);
	const char *tmp = getenv("TMPDIR");
	char folder[4096], file[4200];
	snprintf(folder, sizeof folder, "%s/vault-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(folder))
		return 1;
	snprintf(file, sizeof file, "%s/door", folder);
	int fd = open(file, O_CREAT | O_WRONLY, 0666);
	struct stat st;
	if (fd < 0 || fstat(fd, &st))
		return 1;
	close(fd);
	unlink(file);
	rmdir(folder);
	time_t opening = 1700000000;
	struct tm local, world;
	localtime_r(&opening, &local);
	gmtime_r(&opening, &world);
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	printf("{\"box\":%u,\"code\":\"%o\",\"keeper\":%u,\"opens\":%d,\"closes\":%d,\"guards\":%ld,\"level\":%u}\n",
	       (unsigned)(seeded() % 5000), (unsigned)(st.st_mode & 0777), (unsigned)(getuid() * 7 + 3), local.tm_hour,
	       world.tm_hour, cpus * 2, (unsigned)(seeded() % 9));
	return 0;
}
