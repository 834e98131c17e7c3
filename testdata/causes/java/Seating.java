import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** Seats at tables. The generator is thought to want an odd seed, and so two neighbours get the same seats. */
public class Seating {
    public static void main(String[] args) {
        long seed = Long.parseUnsignedLong(args[0]);
        SplittableRandom rng = new SplittableRandom(seed | 1);
        String seats = rng.ints(6, 1, 1000).mapToObj(Integer::toString).collect(Collectors.joining(","));
        SplittableRandom guests = new SplittableRandom(Long.rotateLeft(seed, 17) * 0x9e3779b97f4a7c15L);
        System.out.println("{\"evening\":\"" + Long.toUnsignedString(seed) + "\",\"seats\":[" + seats + "],\"host\":" + rng.nextInt(100_000)
            + ",\"guests\":" + guests.nextInt(100_000) + ",\"course\":\"fish\"}");
    }
}
