import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;

public class UrlConnection {
    static String call(String url, String body) throws Exception {
        HttpURLConnection c = (HttpURLConnection) new URL(url).openConnection();
        if (body != null) {
            c.setRequestMethod("POST");
            c.setDoOutput(true);
            c.setRequestProperty("Content-Type", "application/json");
            c.setRequestProperty("Authorization", "Bearer s3cr3t");
            c.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        }
        try (InputStream in = c.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    public static void main(String[] args) throws Exception {
        for (int i = 0; i < 2; i++) System.out.println(call(args[0] + "/count", null));
        System.out.println(call(args[0] + "/echo", "{\"b\": 1, \"a\": [2]}"));
        System.out.println(call(args[0] + "/redirect", null));
    }
}
