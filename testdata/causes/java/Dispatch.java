import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;

/** A dispatcher that sizes its batches by a trial, and lets a parallel stream loose on the parcels. */
public class Dispatch {
    private static int hits;

    public static void main(String[] args) throws Exception {
        SplittableRandom rng = new SplittableRandom(Long.parseUnsignedLong(args[0]));
        int[] weights = rng.ints(48, 1, 100).toArray();
        long begun = System.nanoTime();
        double trial = 0;
        for (int i = 0; i < 20_000; i++) trial += Math.sqrt(i);
        int batch = (int) (40_000_000_000L / (System.nanoTime() - begun));
        List<Integer> sent = Collections.synchronizedList(new ArrayList<>());
        IntStream.range(0, weights.length).parallel().forEach(i -> {
            double x = weights[i];
            for (int k = 0; k < 3_000; k++) x = Math.cos(x);
            if (x < 2) sent.add(i);
        });
        Thread[] counters = new Thread[3];
        for (int t = 0; t < counters.length; t++) {
            counters[t] = new Thread(() -> { for (int k = 0; k < 20_000; k++) hits++; });
            counters[t].start();
        }
        for (Thread t : counters) t.join();
        int pause = new Random(System.currentTimeMillis()).nextInt(10_000);
        System.out.println("{\"step\":\"plan\",\"parcels\":" + weights.length + ",\"weight\":" + IntStream.of(weights).sum()
            + ",\"budget\":" + batch + ",\"retry_ms\":" + pause + ",\"sqrt\":" + (long) trial + "}");
        System.out.println("{\"step\":\"send\",\"sorted\":" + sent + ",\"lanes\":" + new ForkJoinPool().getParallelism() + "}");
        System.out.println("{\"step\":\"count\",\"scans\":" + hits + ",\"batch\":" + (1 + rng.nextInt(64)) + ",\"tail\":" + sent.get(sent.size() - 1) + "}");
    }
}
