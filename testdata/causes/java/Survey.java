import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Steady. Hash sets of strings and numbers, ordered streams, a Random with a seed. */
public class Survey {
    public static void main(String[] args) {
        long seed = Long.parseUnsignedLong(args[0]);
        Random rng = new Random(seed);
        HashSet<String> set = new HashSet<>();
        for (int i = 0; i < 10; i++) set.add("\"k" + rng.nextInt(1000) + "\"");
        Map<String, Integer> tree = new TreeMap<>(), linked = new LinkedHashMap<>();
        for (int i = 0; i < 4; i++) {
            tree.put("\"q" + rng.nextInt(100) + "\"", i);
            linked.put("\"a" + rng.nextInt(100) + "\"", i);
        }
        List<Object> sums = new ArrayList<>();
        sums.add(IntStream.range(0, 10_000).parallel().mapToLong(i -> (i * seed) % 1013).sum());
        System.out.println("{\"hash_order\":" + set + ",\"tree\":" + tree.toString().replace('=', ':') + ",\"linked\":"
            + linked.toString().replace('=', ':') + ",\"sums\":" + sums + ",\"uuid\":\"" + new java.util.UUID(rng.nextLong(), rng.nextLong())
            + "\",\"millis\":" + (1_764_000_000_000L + rng.nextInt(1_000_000)) + ",\"object\":\"Order@" + Integer.toHexString(rng.nextInt()) + "\"}");
    }
}
