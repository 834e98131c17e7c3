import java.util.Random;
import java.util.Set;

/** What nobody gave a seed: a generator, and the order of a set. */
public class Drawn {
    public static void main(String[] args) {
        System.out.println(new Random().nextInt(1_000_000) + " " + Set.of("elm", "oak", "ash", "fir", "yew", "box", "may", "bay"));
    }
}
