import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;
import java.util.SplittableRandom;

/** A bank statement, as the machine's settings would have it printed. */
public class Statement {
    public static void main(String[] args) {
        SplittableRandom rng = new SplittableRandom(Long.parseUnsignedLong(args[0]));
        int cents = 1_000_000 + rng.nextInt(90_000_000);
        Instant booked = Instant.ofEpochSecond(1_790_000_000L + rng.nextInt(1000));
        ZonedDateTime here = booked.atZone(ZoneId.systemDefault());
        System.out.println("{\"account\":" + rng.nextInt(100_000)
            + ",\"balance\":\"" + String.format("%,.2f", cents / 100.0) + "\""
            + ",\"total\":\"" + String.format(Locale.ROOT, "%,.2f", cents / 100.0) + "\""
            + ",\"printed\":\"" + LocalDate.of(2026, 5, 4).format(DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM).withLocale(Locale.UK)) + "\""
            + ",\"booked\":\"" + here.toLocalDateTime() + "\""
            + ",\"cents\":" + cents
            + ",\"file\":\"" + Path.of("statements", cents % 10 + ".pdf").toAbsolutePath() + "\""
            + ",\"branch\":\"" + new String[] {"Zurich", "Basel", "Bern"}[rng.nextInt(3)] + "\"}");
    }
}
