// Prints the bytes that AT_RANDOM leads to, and what getrandom gives.
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/random.h>

static void print(const unsigned char *p) {
	for (int i = 0; i < 16; i++) printf("%02x", p[i]);
}

int main(void) {
	unsigned char p[16];
	print((const unsigned char *)getauxval(AT_RANDOM));
	printf(" ");
	if (getrandom(p, sizeof p, 0) == sizeof p) print(p);
	printf("\n");
	return 0;
}
