import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;

/** Threads that start together behind a barrier, and add to a queue that has no lock. */
public class Turns {
    public static void main(String[] arguments) throws Exception {
        var order = new ConcurrentLinkedQueue<Integer>();
        var gate = new CyclicBarrier(4);
        var threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            int number = i;
            threads[i] = new Thread(() -> {
                try {
                    gate.await();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                for (int round = 0; round < 5; round++) {
                    order.add(number);
                    Thread.yield();
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println(order);
    }
}
