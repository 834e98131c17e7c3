import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Steady. A pool of threads, whose results are asked for in the order of the questions. */
public class Weavers {
    public static void main(String[] args) throws Exception {
        long seed = Long.parseUnsignedLong(args[0]);
        ExecutorService pool = Executors.newFixedThreadPool(3);
        List<Future<Integer>> cloth = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int me = i;
            cloth.add(pool.submit(() -> {
                Thread.sleep((me * 5) % 4);
                return new Random(seed * 31 + me).nextInt(10_000);
            }));
        }
        for (int i = 0; i < 6; i++) System.out.println("{\"loom\":" + i + ",\"thread\":" + cloth.get(i).get() + "}");
        pool.shutdown();
        System.out.println("{\"identity\":\"" + Integer.toHexString(new Random(seed).nextInt()) + "\",\"nanos\":" + new Random(~seed).nextInt(9_000_000) + "}");
    }
}
