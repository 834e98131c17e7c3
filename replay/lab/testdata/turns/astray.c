/* A thread sleeps in a call by another architecture's rules, i386's flock(2), until the first gives up its lock. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>

static const char *file;

static void *second(void *unused)
{
	long result = 143; /* __NR_flock there */
	__asm__ volatile("int $0x80" : "+a"(result) : "b"((long)open(file, O_RDONLY)), "c"((long)LOCK_EX) : "memory");
	puts(result == 0 ? "second" : "no such call");
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	struct timespec a_while = {0, 1000000};
	file = argv[argc - 1];
	int fd = open(file, O_RDONLY);
	flock(fd, LOCK_EX);
	pthread_create(&thread, NULL, second, NULL);
	nanosleep(&a_while, NULL);
	puts("first");
	flock(fd, LOCK_UN);
	pthread_join(thread, NULL);
	return 0;
}
