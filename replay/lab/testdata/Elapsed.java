// Prints how many seconds a loop takes.
public class Elapsed {
	public static void main(String[] args) {
		long from = System.nanoTime();
		for (int i = 0; i < 100000; i++) Math.sqrt(i);
		System.out.println((System.nanoTime() - from) / 1e9);
	}
}
