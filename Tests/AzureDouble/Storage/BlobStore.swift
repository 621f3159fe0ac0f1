import Synchronization

/// All containers; what is committed is kept in a folder too, if there is one.
final class BlobStore: Sendable {
  typealias Container = [String: Blob]

  private let containers: Mutex<[String: Container]>
  private let folder: BlobFolder?

  init(containers names: [String], folder: BlobFolder?) throws {
    self.folder = folder
    var containers = try folder?.load() ?? [:]
    for name in names where containers[name] == nil {
      containers[name] = [:]
      try folder?.make(name)
    }
    self.containers = Mutex(containers)
  }

  func make(_ name: String) throws {
    try self.containers.withLock { containers in
      guard containers[name] == nil else {
        throw StorageError.alreadyExists("ContainerAlreadyExists")
      }
      containers[name] = [:]
      try self.folder?.make(name)
    }
  }

  func remove(_ name: String) throws {
    try self.containers.withLock { containers in
      guard containers.removeValue(forKey: name) != nil else {
        throw StorageError.containerNotFound
      }
      try self.folder?.remove(name)
    }
  }

  func read<Result>(
    _ name: String,
    _ body: (borrowing Container) throws -> sending Result
  ) throws -> sending Result {
    try self.containers.withLock { containers in
      guard let container = containers[name] else { throw StorageError.containerNotFound }
      return try body(container)
    }
  }

  /// Changes one blob: `nil` before if there is none, `nil` after to remove it.
  func change<Result>(
    _ blob: String,
    in name: String,
    _ body: (inout Blob?) throws -> sending Result
  ) throws -> sending Result {
    try self.containers.withLock { containers in
      guard var container = containers.removeValue(forKey: name) else {
        throw StorageError.containerNotFound
      }
      // Both are taken out meanwhile, so that nothing is copied.
      var changed = container.removeValue(forKey: blob)
      let etag = changed?.etag
      defer {
        container[blob] = changed
        containers[name] = container
      }
      let result = try body(&changed)
      if changed?.etag != etag { try self.folder?.keep(changed, as: blob, in: name) }
      return result
    }
  }

  /// Makes the directories that a name is in, as an account with a hierarchical namespace does.
  func makeParents(of name: String, in container: String) throws {
    var parent = name
    while let end = parent.lastIndex(of: "/") {
      parent = String(parent[..<end])
      try self.change(parent, in: container) { blob in
        guard blob?.isDirectory != false else {
          throw StorageError.alreadyExists("PathAlreadyExists")
        }
        blob = blob.take() ?? Blob(isDirectory: true)
      }
    }
  }
}
