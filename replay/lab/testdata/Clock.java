// Prints the wall clock in microseconds since 1970.
public class Clock {
	public static void main(String[] args) {
		java.time.Instant now = java.time.Instant.now();
		System.out.println(now.getEpochSecond() * 1000000 + now.getNano() / 1000);
	}
}
