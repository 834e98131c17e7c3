import java.time.Instant;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;

/** Orders with a token that is chance, a count that is a time, and a UUID that is neither. */
public class Orders {
    public static void main(String[] args) {
        long seed = Long.parseUnsignedLong(args[0]);
        Random rng = new Random(seed);
        long begun = System.nanoTime();
        double x = seed % 1_000_003;
        for (int i = 0; i < 200_000; i++) x += Math.sqrt(i);
        long count = (System.nanoTime() - begun) / 1000;
        Random own = new Random();
        System.out.printf(Locale.ROOT, "{\"order\":%d,\"timestamp\":\"%s\",\"count\":%d,\"uuid\":\"%s\",\"jitter\":%d,\"stock\":\"%s\",\"root\":%.3f}%n",
            rng.nextInt(100_000), UUID.randomUUID(), count, UUID.nameUUIDFromBytes(("o" + seed).getBytes()), own.nextInt(1_000_000),
            Instant.now(), x);
    }
}
