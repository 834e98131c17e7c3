// phoenix TOKEN: the program ends at once; what is left is always one process, in a session of its own,
// that is replaced by its child as soon as it is born. It gives up after 100,000 lives.
#include <unistd.h>

int main(void) {
	int began[2];
	char c;
	if (pipe(began) != 0)
		return 2;
	if (fork() != 0) {
		close(began[1]);
		return read(began[0], &c, 1) == 1 ? 0 : 1;
	}
	for (int life = 0; life < 100000; life++) {
		pid_t child = fork();
		if (child != 0)
			_exit(0);
		setsid();
		if (life == 10 && write(began[1], "x", 1) != 1)
			_exit(1);
	}
	return 0;
}
