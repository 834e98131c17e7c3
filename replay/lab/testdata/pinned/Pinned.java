import java.io.File;
import java.io.FileInputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.IntStream;

/** Prints a line of what the source that is named gives: java Pinned SOURCE FOLDER. */
public class Pinned {
	static final String LETTERS = "abcdefgh";

	static String race(int each) throws Exception {
		StringBuffer order = new StringBuffer();
		List<Thread> threads = new ArrayList<>();
		for (char c : LETTERS.toCharArray())
			threads.add(new Thread(() -> { for (int i = 0; i < each; i++) order.append(c); }));
		for (Thread t : threads) t.start();
		for (Thread t : threads) t.join();
		return order.toString();
	}

	static Object source(String name, String folder) throws Exception {
		switch (name) {
		case "clock":
			return System.currentTimeMillis() + " " + Instant.now() + " " + new Date();
		case "usual":
			return new Random().nextLong() + " " + Math.random();
		case "local":
			return ThreadLocalRandom.current().nextLong() + " " + new SplittableRandom().nextLong();
		case "secure":
			return UUID.randomUUID() + " " + new SecureRandom().nextLong();
		case "device":
			try (FileInputStream f = new FileInputStream("/dev/urandom")) {
				byte[] bytes = new byte[8];
				f.read(bytes);
				return HexFormat.of().formatHex(bytes);
			}
		case "hashes":
			return new HashSet<>(List.of("the quick brown fox jumps over a lazy dog".split(" "))) + " " + "a".hashCode();
		case "immutable":
			return Set.of("the quick brown fox jumps over a lazy dog".split(" "));
		case "addresses":
			Set<Object> objects = new HashSet<>();
			for (int i = 0; i < 5; i++) objects.add(new Object());
			return new Object() + " " + objects;
		case "pids":
			Process child = new ProcessBuilder("sh", "-c", "echo $$").start();
			return ProcessHandle.current().pid() + " " + new String(child.getInputStream().readAllBytes()).trim();
		case "births":
			return race(1);
		case "work":
			return race(50_000).hashCode();
		case "pool":
			StringBuffer order = new StringBuffer();
			IntStream.range(0, 24).parallel().forEach(n -> order.append(n).append(' '));
			return order;
		case "processes":
			List<Process> all = new ArrayList<>();
			for (char c : LETTERS.toCharArray()) all.add(new ProcessBuilder("printf", "" + c).inheritIO().start());
			for (Process p : all) p.waitFor();
			return "";
		case "monotonic":
			return System.nanoTime();
		case "cputime":
			return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() + " " + ProcessHandle.current().info().totalCpuDuration();
		case "memory":
			return Runtime.getRuntime().freeMemory();
		case "temporary": // in /tmp, which it takes if it is told of no other, is what other runs left
			return Files.createTempFile(Path.of(System.getenv("TMPDIR")), "x", "y").getFileName();
		case "listing":
			return Arrays.toString(new File(folder).list());
		case "filetime":
			return Files.getLastModifiedTime(Files.createTempFile(Path.of(System.getenv("TMPDIR")), "x", "y"));
		}
		throw new IllegalArgumentException(name);
	}

	public static void main(String[] args) throws Exception {
		System.out.println(source(args[0], args[1]));
	}
}
