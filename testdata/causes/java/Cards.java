import java.util.Collections;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** Cards are dealt by threads that race; a hand by threads that don't. */
public class Cards {
    public static void main(String[] args) throws Exception {
        long seed = Long.parseUnsignedLong(args[0]);
        List<Integer> table = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch gate = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int me = i;
            Thread t = new Thread(() -> {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    return;
                }
                long n = new Random(seed + me).ints(20_000).asLongStream().sum();
                table.add(me * 100 + (int) Math.floorMod(n, 100));
            });
            t.start();
            threads.add(t);
        }
        gate.countDown();
        for (Thread t : threads) t.join();
        List<Integer> hand = java.util.stream.IntStream.range(0, 8).parallel()
            .mapToObj(i -> new Random(seed * 7 + i).nextInt(52)).collect(Collectors.toList());
        System.out.println("{\"table\":" + table + ",\"top\":" + table.get(0) + ",\"hand\":" + hand
            + ",\"sum\":" + table.stream().mapToInt(x -> x).sum() + ",\"random\":" + new Random(seed).nextInt(1000) + "}");
    }
}
