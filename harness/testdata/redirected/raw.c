// Asks over a socket of its own, in HTTP/1.0 and without naming the host.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
	inet_aton("127.0.0.1", &to.sin_addr);
	int s = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(s, (struct sockaddr *)&to, sizeof to) != 0) {
		perror("connect");
		return 1;
	}
	const char *ask = "GET /a HTTP/1.0\r\n\r\n";
	if (write(s, ask, strlen(ask)) < 0) return 2;
	static char answer[1 << 16];
	size_t n = 0;
	for (ssize_t got; (got = read(s, answer + n, sizeof answer - 1 - n)) > 0;) n += got;
	char *body = strstr(answer, "\r\n\r\n");
	puts(body ? body + 4 : "no answer");
	return argc != 2;
}
