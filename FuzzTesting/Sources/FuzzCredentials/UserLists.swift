import Auth
import FuzzDriver

/// The content of a users file, and the hashes in it.
enum UserLists {
  static func check(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let allowance = (64 << 10) + 256 * text.utf8.count
    let file = Allowance.hold(allowance, for: "a users file") {
      try? UsersFile(text, path: "users")
    }
    for (name, user) in file?.users ?? [:] {
      require(!name.isEmpty && !name.contains(":") && !name.contains(where: \.isNewline))
      if let hash = user.hash {
        require(PasswordHash(text: hash.text) == hash, "a hash isn't read as it is written")
      }
      let role = user.role.rawValue
      let line = "\(name):\(role):\(user.hash?.text ?? "-")\n"
      if !name.hasPrefix("#") {
        require((try? UsersFile(line, path: "users"))?.users == [name: user], line)
      }
    }
    if let hash = PasswordHash(text: text) { require(PasswordHash(text: hash.text) == hash) }
  }
}
