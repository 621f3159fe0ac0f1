import Engine
import Foundation
import Testing

@Suite struct PasswordFileTests {
  private func file(_ password: String, user: String = "lake") throws -> PasswordFile {
    var postgres = PostgresConfiguration()
    postgres.user = user
    return try PasswordFile(password, of: postgres, folder: NSTemporaryDirectory())
  }

  private func text(_ file: PasswordFile) throws -> String {
    try String(contentsOfFile: file.path, encoding: .utf8)
  }

  @Test func `It is written as libpq reads it, for its owner alone`() throws {
    let file = try self.file(#"a:b\c"#, user: "us:er")
    #expect(try self.text(file) == "*:*:*:us\\:er:a\\:b\\\\c\n")
    let reader = try #require(FileHandle(forReadingAtPath: file.path))
    var status = stat()
    #expect(fstat(reader.fileDescriptor, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    #expect(status.st_nlink == 0)
  }

  @Test func `Another password takes the place of the first, whatever their lengths`() throws {
    let file = try self.file("a long password of the beginning")
    for password in ["b", String(repeating: "c", count: 60_000), "d"] {
      try file.replace(password)
      #expect(try self.text(file) == "*:*:*:lake:\(password)\n")
    }
  }

  @Test func `Who has opened it reads on in the old one`() throws {
    let file = try self.file("old")
    let reader = try #require(FileHandle(forReadingAtPath: file.path))
    try file.replace("new")
    #expect(try reader.readToEnd() == Data("*:*:*:lake:old\n".utf8))
    #expect(try self.text(file) == "*:*:*:lake:new\n")
  }

  @Test func `Readers never see a mixture while it is replaced`() async throws {
    let passwords = (0..<8).map { number in String(repeating: "\(number)", count: 1 + number * 900)
    }
    let file = try self.file(passwords[0])
    let wanted = Set(passwords.map { "*:*:*:lake:\($0)\n" })
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<2 {
        group.addTask {
          try (0..<3_000).allSatisfy { _ in
            wanted.contains(try String(contentsOfFile: file.path, encoding: .utf8))
          }
        }
      }
      group.addTask {
        for round in 0..<3_000 { try file.replace(passwords[round % passwords.count]) }
        return true
      }
      for try await isWhole in group { #expect(isWhole) }
    }
  }

  @Test func `Nothing is left open`() throws {
    func count() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        .count {
          (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?
            .contains(/lakehouse-\d/) == true
        }
    }
    do {
      let file = try self.file("x")
      for _ in 0..<100 { try file.replace("y") }
      _ = file.path
    }
    #expect(try count() < 50)
  }
}
