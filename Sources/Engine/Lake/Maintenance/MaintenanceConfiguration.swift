/// How a lake is kept in order.
package struct MaintenanceConfiguration: Sendable {
  /// How often a server does it; `nil` for never.
  package var interval: Duration?
  /// How long old snapshots can be read, and how long a file stays that no snapshot needs.
  ///
  /// Whoever may still read such a file must be done by then.
  package var retention = Duration.seconds(7 * 86_400)
  /// Whether Parquet files under the data path that the lake doesn't know are deleted.
  package var deletesOrphans = false

  package init() {}
}
