// Prints what it was started with: which signals are blocked or ignored, and whether standard files are what they should be; then,
// with an argument, dies of that signal.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
	sigset_t blocked;
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	for (int s = 1; s < 65; s++) {
		struct sigaction a;
		if (sigismember(&blocked, s) == 1) printf("blocked %d\n", s);
		if (sigaction(s, NULL, &a) == 0 && a.sa_handler != SIG_DFL) printf("not default %d\n", s);
	}
	for (int fd = 3; fd < 100; fd++)
		if (dup2(fd, fd) == fd) printf("open %d\n", fd);
	fflush(stdout);
	if (argc > 1) raise(atoi(argv[1]));
	return 0;
}
