import FuzzDriver

/// Feeds arbitrary bytes to what tells who a client is and what it may fetch; the first byte chooses
/// the part.
@main
enum FuzzCredentials {
  static func main() {
    let tokens = Tokens.ready
    let sealed = SealedTickets()
    Fuzzer.run { bytes in
      var input = FuzzedInput(bytes)
      switch input.byte() % 7 {
      case 0: Headers.check(input.rest())
      case 1: tokens.checkVerification(&input)
      case 2: tokens.checkKeySet(input.rest())
      case 3: UserLists.check(input.rest())
      case 4: sealed.checkSeal(&input)
      case 5: sealed.checkContent(input.rest())
      default: CallMetadata.check(&input)
      }
    }
  }
}
