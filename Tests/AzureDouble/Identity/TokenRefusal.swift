/// Why a token isn't accepted.
struct TokenRefusal: Error {
  let message: String
}
