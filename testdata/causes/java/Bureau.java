import java.nio.charset.Charset;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;

/** A bureau's habits: its zone, its alphabet, its processors, its day. */
public class Bureau {
    public static void main(String[] args) {
        Random rng = new Random(Long.parseUnsignedLong(args[0]));
        Instant fixed = Instant.ofEpochSecond(1_700_000_000L);
        int cpus = Runtime.getRuntime().availableProcessors();
        System.out.println("{\"file\":" + rng.nextInt(9999)
            + ",\"opened\":\"" + fixed.atZone(ZoneId.systemDefault()).toLocalTime() + "\""
            + ",\"closed\":\"" + fixed.atZone(ZoneOffset.UTC).toLocalTime() + "\""
            + ",\"length\":" + "Z\u00fcrich, \u00c5rhus, \u0141\u00f3d\u017a".getBytes(Charset.defaultCharset()).length
            + ",\"desk\":" + (rng.nextInt(1000) * cpus % 997)
            + ",\"rate\":" + (LocalDate.now(ZoneOffset.UTC).getDayOfYear() * 7 % 101)
            + ",\"user\":\"u" + rng.nextInt(100) + "\"}");
    }
}
