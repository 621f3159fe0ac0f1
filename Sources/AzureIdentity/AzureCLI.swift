internal import Foundation

/// Whoever has logged in to Azure's command line on this machine.
struct AzureCLI: Credential {
  private static let timeout = Duration.seconds(30)

  let name = "az CLI"
  let environment: AzureEnvironment

  func token(for resource: AzureResource) async throws(CredentialError) -> AccessToken {
    guard let program = self.program else {
      throw CredentialError(.unavailable, "there is no program az in PATH")
    }
    let run = ChildProcess(
      program: program,
      arguments: [
        "account", "get-access-token", "--output", "json", "--resource", resource.identifier,
      ],
      outputByteLimit: TokenAnswer.byteLimit
    )
    let ended: ChildProcess.Ended
    do {
      ended = try await withDeadline(Self.timeout) { try await run.run() }
    } catch is DeadlineExceeded {
      throw CredentialError(.passing, "no answer within \(Self.timeout / .seconds(1)) s")
    } catch {
      throw CredentialError(.passing, "az can't be run")
    }
    guard ended.status == 0 else {
      // What it writes may show who has logged in, and where; this is what it mostly means.
      throw CredentialError(.refused, "az ended with status \(ended.status): try az login")
    }
    return try TokenAnswer(status: 200, body: ended.output).token(at: Date())
  }

  private var program: URL? {
    let folders = (self.environment["PATH"] ?? "").split(separator: ":")
    return folders.filter { $0.hasPrefix("/") }
      .map { URL(filePath: String($0)).appending(path: "az") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }
}
