import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class NewClient {
    public static void main(String[] args) throws Exception {
        HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
        HttpRequest count = HttpRequest.newBuilder(URI.create(args[0] + "/count")).build();
        for (int i = 0; i < 2; i++) System.out.println(client.send(count, HttpResponse.BodyHandlers.ofString()).body());
        HttpRequest echo = HttpRequest.newBuilder(URI.create(args[0] + "/echo"))
            .header("Content-Type", "application/json").header("Authorization", "Bearer s3cr3t")
            .POST(HttpRequest.BodyPublishers.ofString("{\"b\": 1, \"a\": [2]}")).build();
        System.out.println(client.send(echo, HttpResponse.BodyHandlers.ofString()).body());
        HttpRequest redirect = HttpRequest.newBuilder(URI.create(args[0] + "/redirect")).build();
        System.out.println(client.send(redirect, HttpResponse.BodyHandlers.ofString()).body());
    }
}
