// Makes calls by another architecture's rules: time(2) of i386, and of the x32 convention.
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
	long result = 13; // __NR_time there; here, 13 is rt_sigaction
	__asm__ volatile("int $0x80" : "+a"(result) : "b"(0L) : "memory");
	syscall(0x40000000 + SYS_time, NULL);
	puts(syscall(-1) == -1 ? "alive" : "?");
	return 0;
}
