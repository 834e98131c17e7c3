// bomb TOKEN [setsid]: every process starts two more, until there are 1023; with setsid each in a
// session of its own. They stay for ten minutes.
#include <unistd.h>

int main(int argc, char **argv) {
	(void)argv;
	for (int generation = 0, children = 0; generation < 9 && children < 2; children++)
		if (fork() == 0) {
			if (argc > 2)
				setsid();
			generation++;
			children = -1;
		}
	sleep(600);
	return 0;
}
