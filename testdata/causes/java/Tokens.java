import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Access tokens: the secret is entropy, the scopes come as an immutable set has them, the desk goes by the process. */
public class Tokens {
    private static String quoted(Iterable<?> items) {
        StringBuilder out = new StringBuilder("[");
        for (Object i : items) out.append(out.length() > 1 ? "," : "").append('"').append(i).append('"');
        return out.append(']').toString();
    }

    public static void main(String[] args) {
        SplittableRandom rng = new SplittableRandom(Long.parseUnsignedLong(args[0]));
        byte[] secret = new byte[12];
        new SecureRandom().nextBytes(secret);
        List<String> clerks = IntStream.range(0, 8).mapToObj(i -> "clerk" + (i * 100 + rng.nextInt(100))).collect(Collectors.toCollection(ArrayList::new));
        List<String> turns = new ArrayList<>(clerks);
        Collections.shuffle(turns, new SecureRandom());
        Set<String> scopes = List.of("read", "write", "list", "admin", "audit", "export", "purge").stream()
            .filter(s -> !s.equals("purge") || rng.nextBoolean()).collect(Collectors.toUnmodifiableSet());
        String issued = Instant.now().toString();
        System.out.println("{\"clerks\":" + quoted(clerks)
            + ",\"turns\":" + quoted(turns)
            + ",\"on_duty\":\"" + String.join("+", turns.subList(0, 2)) + "\""
            + ",\"colour\":\"#" + HexFormat.of().formatHex(secret) + "\""
            + ",\"scopes\":" + quoted(scopes)
            + ",\"granted\":" + quoted(new TreeSet<>(scopes))
            + ",\"issued\":\"" + issued + "\""
            + ",\"desk\":" + ProcessHandle.current().pid() % 23
            + ",\"secret\":\"" + HexFormat.of().toHexDigits(rng.nextLong()) + "\"}");
    }
}
