import Synchronization

/// The faults to come.
final class FaultPlan: Sendable {
  private let faults = Mutex<[Fault]>([])

  func add(_ fault: Fault) { self.faults.withLock { $0.append(fault) } }

  func clear() { self.faults.withLock { $0 = [] } }

  var all: [Fault] { self.faults.withLock { $0 } }

  /// The fault that a request meets, if any; it is counted.
  func next(for request: Request) -> Fault? {
    self.faults.withLock { faults in
      guard let index = faults.firstIndex(where: { $0.matches(request) }) else { return nil }
      if let skip = faults[index].skip, skip > 0 {
        faults[index].skip = skip - 1
        return nil
      }
      let fault = faults[index]
      faults[index].count -= 1
      if faults[index].count <= 0 { faults.remove(at: index) }
      return fault
    }
  }
}
