// Prints a line of what the source that is named gives: pinned SOURCE FOLDER.
#define _GNU_SOURCE
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

enum { letters = 8, much = 100000 };

static long long ns(clockid_t id) {
	struct timespec t;
	clock_gettime(id, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void hex(const void *bytes, int n) {
	for (int i = 0; i < n; i++) printf("%02x", ((const unsigned char *)bytes)[i]);
	putchar(' ');
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char order[letters * much];
static int done, times_each;

static void *append(void *letter) {
	for (int i = 0; i < times_each; i++) {
		pthread_mutex_lock(&lock);
		order[done++] = (intptr_t)letter;
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static void race(int each) {
	pthread_t threads[letters];
	times_each = each;
	for (intptr_t i = 0; i < letters; i++) pthread_create(&threads[i], NULL, append, (void *)('a' + i));
	for (int i = 0; i < letters; i++) pthread_join(threads[i], NULL);
}

static int passed;

static void *idle(void *at) {
	while (!__atomic_load_n(&passed, __ATOMIC_ACQUIRE)) ++*(volatile long *)at;
	return NULL;
}

__attribute__((target("rdrnd"))) static void hardware(void) {
	unsigned long long r = 0;
	int ok = __builtin_cpu_supports("rdrnd") && _rdrand64_step(&r);
	printf("%d %llx\n", ok, r);
}

int main(int argc, char **argv) {
	const char *source = argc > 2 ? argv[1] : "";
	char name[] = "pinned-XXXXXX", bytes[16];
	struct stat info;
	if (!strcmp(source, "clock")) {
		struct timeval t;
		gettimeofday(&t, NULL);
		printf("%ld %ld.%06ld %lld\n", time(NULL), t.tv_sec, t.tv_usec, ns(CLOCK_REALTIME));
	} else if (!strcmp(source, "usual")) {
		srand(ns(CLOCK_REALTIME) ^ getpid());
		srandom(ns(CLOCK_REALTIME) ^ getpid());
		printf("%d %ld\n", rand(), random());
	} else if (!strcmp(source, "secure")) {
		if (getrandom(bytes, 16, 0) != 16) return 1;
		hex(bytes, 16);
		getentropy(bytes, 16);
		hex(bytes, 16);
		puts("");
	} else if (!strcmp(source, "device")) {
		FILE *f = fopen("/dev/urandom", "r");
		if (!f || fread(bytes, 1, 16, f) != 16) return 1;
		hex(bytes, 16);
		puts("");
	} else if (!strcmp(source, "vector")) {
		hex((void *)getauxval(AT_RANDOM), 16);
		puts("");
	} else if (!strcmp(source, "addresses")) {
		printf("%p %p %p %p\n", (void *)main, malloc(10), (void *)&info, (void *)printf);
	} else if (!strcmp(source, "pids")) {
		pid_t child = fork();
		if (!child) _exit(0);
		wait(NULL);
		printf("%d %d %d\n", getpid(), getppid(), child);
	} else if (!strcmp(source, "births")) {
		race(1);
		printf("%.*s\n", letters, order);
	} else if (!strcmp(source, "work")) {
		unsigned sum = 0;
		race(much);
		for (int i = 0; i < letters * much; i++) sum = sum * 31 + order[i];
		printf("%08x\n", sum);
	} else if (!strcmp(source, "spin")) {
		pthread_t thread;
		volatile long n = 0;
		pthread_create(&thread, NULL, idle, (void *)&n);
		for (volatile int i = 0; i < 20000000; i++) {}
		__atomic_store_n(&passed, 1, __ATOMIC_RELEASE);
		pthread_join(thread, NULL);
		printf("%ld\n", n);
	} else if (!strcmp(source, "processes")) {
		for (int i = 0; i < letters; i++)
			if (!fork()) {
				char c = 'a' + i;
				_exit(write(1, &c, 1) != 1);
			}
		while (wait(NULL) > 0) {}
		puts("");
	} else if (!strcmp(source, "monotonic")) {
		printf("%lld %lld\n", ns(CLOCK_MONOTONIC), ns(CLOCK_BOOTTIME));
	} else if (!strcmp(source, "cputime")) {
		struct rusage u;
		struct tms t;
		getrusage(RUSAGE_SELF, &u);
		times(&t);
		printf("%ld %ld.%06ld %ld %lld\n", clock(), u.ru_utime.tv_sec, u.ru_utime.tv_usec, t.tms_utime, ns(CLOCK_THREAD_CPUTIME_ID));
	} else if (!strcmp(source, "rdrand")) {
		hardware();
	} else if (!strcmp(source, "rdtsc")) {
		printf("%llu\n", __rdtsc());
	} else if (!strcmp(source, "temporary")) {
		close(mkstemp(name));
		puts(name);
		unlink(name);
	} else if (!strcmp(source, "listing")) {
		DIR *d = opendir(argv[2]);
		if (!d) return 1;
		for (struct dirent *e; (e = readdir(d));) printf("%s ", e->d_name);
		puts("");
	} else if (!strcmp(source, "filetime")) {
		FILE *f = tmpfile();
		if (!f || fstat(fileno(f), &info)) return 1;
		printf("%ld.%09ld\n", info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
	} else {
		return 2;
	}
	return 0;
}
