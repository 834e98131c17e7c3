// Waits until instants of CLOCK, 60 ms away each, in all the ways that there are, and prints which of them
// took about as long, and whether the instant is there by the clock then.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#ifndef CLOCK
#define CLOCK CLOCK_REALTIME
#endif

static struct timespec from, until;

static void begin(void) {
	clock_gettime(CLOCK_MONOTONIC, &from);
	clock_gettime(CLOCK, &until);
	until.tv_nsec += 60000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
}

static void end(const char *what, int ok) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	long ms = (now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000;
	clock_gettime(CLOCK, &now);
	int there = now.tv_sec > until.tv_sec || (now.tv_sec == until.tv_sec && now.tv_nsec >= until.tv_nsec);
	printf("%s %s %s %s\n", what, ok ? "ok" : "failed", ms >= 55 && ms < 20000 ? "in time" : "NOT in time", there ? "there" : "before");
	if (ms < 55 || ms >= 20000) fprintf(stderr, "%s: %ld ms\n", what, ms);
}

static sem_t held;

static void *hold(void *lock) {
	pthread_mutex_lock(lock);
	sem_post(&held);
	pause();
	return NULL;
}

int main(void) {
	sem_init(&held, 0, 0);
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t c = PTHREAD_COND_INITIALIZER;
	begin();
	pthread_mutex_lock(&m);
	end("cond", pthread_cond_clockwait(&c, &m, CLOCK, &until) == ETIMEDOUT);

	sem_t s;
	sem_init(&s, 0, 0);
	begin();
	end("sem", sem_clockwait(&s, CLOCK, &until) == -1 && errno == ETIMEDOUT);

	begin();
	end("nanosleep", clock_nanosleep(CLOCK, TIMER_ABSTIME, &until, NULL) == 0);

	begin();
	int fd = timerfd_create(CLOCK, 0);
	struct itimerspec once = {{0, 0}, until};
	uint64_t n = 0;
	int ok = timerfd_settime(fd, TFD_TIMER_ABSTIME, &once, NULL) == 0 && read(fd, &n, sizeof n) == sizeof n;
	end("timerfd", ok && n == 1);

	sigset_t alarms;
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarms, NULL);
	begin();
	timer_t timer;
	int got = 0;
	once.it_value = until;
	ok = timer_create(CLOCK, NULL, &timer) == 0 && timer_settime(timer, TIMER_ABSTIME, &once, NULL) == 0 && sigwait(&alarms, &got) == 0;
	end("timer", ok && got == SIGALRM);

	pthread_mutex_t pi;
	pthread_mutexattr_t attr;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&pi, &attr);
	pthread_t holder;
	pthread_create(&holder, NULL, hold, &pi);
	sem_wait(&held);
	begin();
	end("lock", pthread_mutex_clocklock(&pi, CLOCK, &until) == ETIMEDOUT);

	if (CLOCK != CLOCK_REALTIME) return 0; // no queue waits by another

	char name[64];
	snprintf(name, sizeof name, "/shadowrun-lab-%d", getpid());
	struct mq_attr few = {.mq_maxmsg = 1, .mq_msgsize = 1};
	mqd_t q = mq_open(name, O_CREAT | O_RDWR, 0600, &few);
	if (q == (mqd_t)-1) {
		printf("mq none\n");
		return 0;
	}
	mq_unlink(name);
	char byte;
	begin();
	end("mq", mq_timedreceive(q, &byte, 1, NULL, &until) == -1 && errno == ETIMEDOUT);
	return 0;
}
