import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Immutable sets come in an order of their own in every process; hash maps of strings do not. */
public class Routes {
    public static void main(String[] args) {
        Random rng = new Random(Long.parseUnsignedLong(args[0]));
        Set<String> stops = Set.of("elm", "oak", "ash", "fir", "yew", "box", "may", "bay");
        Map<String, Integer> fares = new HashMap<>();
        for (String s : new TreeSet<>(stops)) fares.put(s, rng.nextInt(900));
        StringBuilder route = new StringBuilder();
        for (String s : stops) route.append(route.length() > 0 ? "," : "").append('"').append(s).append('"');
        StringBuilder hash = new StringBuilder();
        for (String s : fares.keySet()) hash.append(s).append(' ');
        System.out.println("{\"step\":\"stops\",\"unordered\":\"" + hash.toString().trim() + "\",\"fares\":" + fares.values() + "}");
        System.out.println("{\"step\":\"plan\",\"route\":[" + route + "],\"n\":" + stops.size() + "}");
        System.out.println("{\"step\":\"bill\",\"check\":\"" + Integer.toHexString(route.toString().hashCode())
            + "\",\"hash\":\"" + Integer.toHexString(fares.hashCode()) + "\",\"first\":\"" + stops.iterator().next() + "\"}");
    }
}
