import java.util.ArrayList;
import java.util.List;

/** Four threads that each append a letter. */
public class Race {
    public static void main(String[] arguments) throws InterruptedException {
        StringBuffer order = new StringBuffer();
        List<Thread> threads = new ArrayList<>();
        for (char letter : "abcd".toCharArray()) {
            threads.add(new Thread(() -> order.append(letter)));
        }
        for (Thread thread : threads) {
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println(order);
    }
}
