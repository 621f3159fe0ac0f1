internal import ArgumentParser
internal import Auth

struct PasswordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "password",
    abstract: "Hash a password for the users file.",
    discussion: """
      Asks for the password, or reads it as the first line of standard input where that is no \
      terminal, and prints its hash.
      """
  )

  func run() throws {
    guard let password = Terminal.readSecret(prompt: "Password: "), !password.isEmpty else {
      throw ValidationError("standard input holds no password")
    }
    try StandardOutput.print(PasswordHash(of: password).text)
  }
}
