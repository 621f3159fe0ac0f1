/// What a run of bytes is as text.
enum TextEncoding {
  case ascii, utf8, invalid
}
