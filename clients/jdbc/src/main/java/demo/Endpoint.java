package demo;

import java.util.Locale;

/** Where a server listens, as its log and deployments write it. */
public final class Endpoint {
  private static final int TLS_PORT = 443;
  private static final int PLAIN_PORT = 31337;

  /**
   * The JDBC URL of an endpoint: HOST, HOST:PORT, grpc+tls://HOST:PORT or grpc://HOST:PORT. Without a
   * scheme it is TLS. A JDBC URL stays as it is.
   */
  public static String url(String endpoint) {
    if (endpoint.startsWith("jdbc:")) {
      return endpoint;
    }
    int end = endpoint.indexOf("://");
    String scheme = end < 0 ? "grpc+tls" : endpoint.substring(0, end).toLowerCase(Locale.ROOT);
    boolean isEncrypted =
        switch (scheme) {
          case "grpc+tls", "grpcs", "https" -> true;
          case "grpc", "grpc+tcp", "http" -> false;
          default -> throw new IllegalArgumentException("Not an endpoint: " + endpoint);
        };
    String address = (end < 0 ? endpoint : endpoint.substring(end + 3)).replaceAll("/+$", "");
    // An IPv6 address has colons of its own, and brackets around them.
    boolean hasPort = address.lastIndexOf(':') > address.lastIndexOf(']');
    String port = hasPort ? "" : ":" + (isEncrypted ? TLS_PORT : PLAIN_PORT);
    return "jdbc:arrow-flight-sql://" + address + port + "/?useEncryption=" + isEncrypted;
  }

  private Endpoint() {}
}
