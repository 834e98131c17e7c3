// Executes its arguments from a thread that is not the first, while others run and hold each other up.
#include <pthread.h>
#include <time.h>
#include <unistd.h>

static char **argv_;

static void *spin(void *unused) {
	struct timespec t;
	for (;;) clock_gettime(CLOCK_REALTIME, &t);
	return unused;
}

static void *become(void *unused) {
	execvp(argv_[1], argv_ + 1);
	return unused;
}

int main(int argc, char **argv) {
	pthread_t t;
	argv_ = argv;
	for (int i = 0; i < 4; i++) pthread_create(&t, NULL, spin, NULL);
	pthread_create(&t, NULL, become, NULL);
	if (argc > 9) pthread_exit(NULL);
	spin(NULL);
}
