// Prints what Java has of randomness.
public class Random {
	public static void main(String[] args) throws Exception {
		System.out.println(java.util.UUID.randomUUID() + " " + new java.security.SecureRandom().nextLong()
			+ " " + java.security.SecureRandom.getInstance("NativePRNG").nextLong());
	}
}
