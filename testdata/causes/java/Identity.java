import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Identity hashes, asked for by whichever thread of a pool comes to it. */
public class Identity {
    static final class Item {}

    public static void main(String[] args) throws Exception {
        Random rng = new Random(Long.parseUnsignedLong(args[0]));
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Future<Item>> futures = new ArrayList<>();
        for (int i = 0; i < 16; i++) futures.add(pool.submit(() -> {
            double x = 0;
            for (int k = 0; k < 50_000; k++) x += Math.sin(k);
            Item item = new Item();
            if (x > 1e9) throw new IllegalStateException();
            item.hashCode();
            return item;
        }));
        List<Item> items = new ArrayList<>();
        for (Future<Item> f : futures) items.add(f.get());
        pool.shutdown();
        Set<Item> set = new HashSet<>(items);
        StringBuilder order = new StringBuilder();
        for (Item i : set) order.append(order.length() > 0 ? "," : "").append(items.indexOf(i));
        System.out.println("{\"depot\":" + rng.nextInt(1000) + ",\"fifth\":\"" + Integer.toHexString(items.get(5).hashCode())
            + "\",\"order\":[" + order + "],\"size\":" + set.size() + ",\"hash\":\"" + Integer.toHexString(rng.nextInt()) + "\"}");
    }
}
