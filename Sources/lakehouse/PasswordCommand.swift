internal import ArgumentParser
internal import Auth

struct PasswordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "password",
    abstract: "Hash a password for the users file.",
    discussion: "Reads the password as the first line of standard input, and prints its hash."
  )

  func run() throws {
    guard let password = readLine(), !password.isEmpty else {
      throw ValidationError("standard input holds no password")
    }
    print(try PasswordHash(of: password).text)
  }
}
