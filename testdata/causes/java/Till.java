import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Steady. Futures joined in order, concurrent sums, enum maps, identity only counted, a shuffle with a seed. */
public class Till {
    enum Coin { ONE, TWO, FIVE, TEN }

    public static void main(String[] args) {
        Random rng = new Random(new SplittableRandom(Long.parseUnsignedLong(args[0])).nextLong());
        List<Integer> sales = rng.ints(30, 1, 500).boxed().collect(Collectors.toList());
        Collections.shuffle(sales, rng);
        Map<Coin, Integer> coins = new EnumMap<>(Coin.class);
        for (int s : sales) coins.merge(Coin.values()[s % 4], s, Integer::sum);
        ConcurrentHashMap<Integer, Integer> byDay = new ConcurrentHashMap<>();
        sales.parallelStream().forEach(s -> byDay.merge(s % 7, s, Integer::sum));
        List<CompletableFuture<Integer>> futures = IntStream.range(0, 5).mapToObj(i -> CompletableFuture.supplyAsync(() -> sales.get(i) * 3)).collect(Collectors.toList());
        String tripled = futures.stream().map(f -> f.join().toString()).collect(Collectors.joining(","));
        IdentityHashMap<Object, Integer> drawers = new IdentityHashMap<>();
        for (int i = 0; i < 9; i++) drawers.put(new Object(), i);
        Map<String, Integer> words = new HashMap<>();
        for (String w : "the till rings and the drawer springs".split(" ")) words.merge(w, w.hashCode() % 1000, Integer::sum);
        System.out.println("{\"unsorted\":" + sales.subList(0, 6) + ",\"coins\":\"" + coins + "\",\"days\":\"" + byDay + "\",\"race\":[" + tripled
            + "],\"drawers\":" + drawers.size() + ",\"words\":\"" + words + "\",\"nanos\":" + (rng.nextLong() >>> 12)
            + ",\"thread\":\"pool-" + (1 + rng.nextInt(9)) + "-thread-" + rng.nextInt(99) + "\",\"at\":\"java.lang.Object@" + Integer.toHexString(rng.nextInt()) + "\"}");
    }
}
