// daemon TOKEN [wait]: starts a daemon that hides as well as it can, then prints its pid. The daemon has
// left its parent, session, environment, folder and open files behind; TOKEN is its argv[0].
// With wait, it reads standard input to its end, then prints whether the daemon lives.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void daemonize(char *token, int ready) {
	setsid();
	if (fork() != 0)
		_exit(0);
	pid_t self = getpid();
	if (chdir("/") != 0 || write(ready, &self, sizeof self) != sizeof self)
		_exit(1);
	for (int fd = 0; fd < 1024; fd++)
		if (fd != ready)
			close(fd);
	char *argv[] = {token, "1000", NULL}, *env[] = {NULL};
	execve("/bin/sleep", argv, env); // closes ready
	_exit(1);
}

int main(int argc, char **argv) {
	int ready[2];
	pid_t pid;
	char c;
	if (argc < 2 || pipe(ready) != 0)
		return 2;
	fcntl(ready[1], F_SETFD, FD_CLOEXEC);
	if (fork() == 0) {
		close(ready[0]);
		daemonize(argv[1], ready[1]);
	}
	close(ready[1]);
	if (read(ready[0], &pid, sizeof pid) != sizeof pid || read(ready[0], &c, 1) != 0)
		return 1;
	printf("%d\n", pid);
	fflush(stdout);
	if (argc > 2) {
		while (read(0, &c, 1) > 0)
			;
		printf("%s\n", kill(pid, 0) == 0 ? "alive" : strerror(errno));
	}
	return 0;
}
