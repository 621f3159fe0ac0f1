internal import Foundation

/// What is asked of somebody at a keyboard.
enum Terminal {
  /// A line of standard input; a terminal shows the prompt, and not what is typed.
  static func readSecret(prompt: String) -> String? {
    guard isatty(STDIN_FILENO) == 1 else { return readLine() }
    FileHandle.standardError.write(Data(prompt.utf8))
    // Whoever gives up is to see again what they type.
    for number in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
      signal(number) { number in
        Terminal.showInput(true)
        // What ends other processes doesn't end the first one of a container.
        if getpid() == 1 { _exit(128 + number) }
        signal(number, SIG_DFL)
        raise(number)
      }
    }
    Self.showInput(false)
    defer {
      Self.showInput(true)
      FileHandle.standardError.write(Data("\n".utf8))
    }
    return readLine()
  }

  private static func showInput(_ isShown: Bool) {
    var settings = termios()
    guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
    let echo = tcflag_t(ECHO)
    settings.c_lflag = isShown ? settings.c_lflag | echo : settings.c_lflag & ~echo
    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
  }
}
