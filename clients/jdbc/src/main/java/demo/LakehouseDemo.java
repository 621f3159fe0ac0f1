package demo;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.util.Properties;

/** Lists catalogs and schemas, makes a table, inserts five rows and reads them back. */
public final class LakehouseDemo {
  private static final String DEFAULT_ENDPOINT = "grpc://127.0.0.1:31337";

  private static final String TABLE = "jdbc_demo";

  public static void main(String[] arguments) throws SQLException {
    String url = Endpoint.url(endpoint(arguments));
    try (Connection connection = DriverManager.getConnection(url, login())) {
      describe(connection.getMetaData());
      create(connection);
      insert(connection);
      read(connection);
    }
  }

  private static String endpoint(String[] arguments) {
    if (arguments.length > 0 && !arguments[0].isBlank()) {
      return arguments[0];
    }
    String endpoint = System.getenv("LAKEHOUSE_DEMO_ENDPOINT");
    return endpoint == null ? DEFAULT_ENDPOINT : endpoint;
  }

  /** The user and password of the environment, if there are any: a URL ends up in shell histories. */
  private static Properties login() {
    Properties properties = new Properties();
    String password = System.getenv("LAKEHOUSE_DEMO_PASSWORD");
    if (password != null) {
      String user = System.getenv("LAKEHOUSE_DEMO_USER");
      properties.setProperty("user", user == null ? "lakehouse" : user);
      properties.setProperty("password", password);
    }
    return properties;
  }

  private static void describe(DatabaseMetaData metadata) throws SQLException {
    System.out.printf(
        "%s %s%n", metadata.getDatabaseProductName(), metadata.getDatabaseProductVersion());
    try (ResultSet catalogs = metadata.getCatalogs()) {
      while (catalogs.next()) {
        System.out.printf("catalog %s%n", catalogs.getString("TABLE_CAT"));
      }
    }
    try (ResultSet schemas = metadata.getSchemas()) {
      while (schemas.next()) {
        System.out.printf(
            "schema %s.%s%n", schemas.getString("TABLE_CATALOG"), schemas.getString("TABLE_SCHEM"));
      }
    }
  }

  private static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          "CREATE OR REPLACE TABLE " + TABLE + " (id INTEGER, name TEXT, description TEXT, "
              + "value DOUBLE, created_at TIMESTAMP)");
    }
  }

  private static void insert(Connection connection) throws SQLException {
    LocalDateTime now = LocalDateTime.now();
    try (PreparedStatement statement =
        connection.prepareStatement("INSERT INTO " + TABLE + " VALUES (?, ?, ?, ?, ?)")) {
      for (int id = 1; id <= 5; id++) {
        statement.setInt(1, id);
        statement.setString(2, "name " + id);
        statement.setString(3, "description " + id);
        statement.setDouble(4, id * 1.5);
        statement.setTimestamp(5, Timestamp.valueOf(now.plusMinutes(id)));
        System.out.printf("inserted %d%n", statement.executeUpdate());
      }
    }
  }

  private static void read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT id, name, description, value, created_at FROM " + TABLE
                    + " ORDER BY id")) {
      while (rows.next()) {
        System.out.printf(
            "%d | %s | %s | %s | %s%n",
            rows.getInt(1), rows.getString(2), rows.getString(3), rows.getDouble(4),
            rows.getTimestamp(5));
      }
    }
  }

  private LakehouseDemo() {}
}
