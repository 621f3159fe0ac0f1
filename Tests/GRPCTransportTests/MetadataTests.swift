import GRPCCore
import GRPCTransport
import NIOHPACK
import Testing

@Suite struct MetadataTests {
  @Test func `text is kept and binary values are decoded, several in a header too`() {
    var metadata = Metadata()
    #expect(metadata.addRequestHeader(name: "a", value: "x, y") == true)
    #expect(metadata.addRequestHeader(name: "b-bin", value: "Zm8=, Zg") == true)
    #expect(metadata.addRequestHeader(name: "b-bin", value: "") == true)
    #expect(metadata.addRequestHeader(name: "c-bin", value: "?") == false)
    #expect(Array(metadata[stringValues: "a"]) == ["x, y"])
    #expect(Array(metadata[binaryValues: "b-bin"]) == [Array("fo".utf8), Array("f".utf8), []])
  }

  @Test func `reserved and illegal entries are left out`() {
    var headers = HPACKHeaders()
    headers.add(
      [
        "grpc-status": "0", "Content-Type": "x", "te": "x", ":path": "x", "sp ace": "x", "": "x",
        "line": "a\nb", "accent": "é", "Kept": "yes", "raw-bin": .binary([255]),
      ],
      byteLimit: .max
    )
    #expect(headers == ["kept": "yes", "raw-bin": "/w"])
  }

  @Test func `nothing of it enters the connection's table of headers`() {
    var headers = HPACKHeaders()
    headers.add(["a": "1", "b-bin": .binary([1])], byteLimit: .max)
    #expect(headers.map(\.indexable) == [.nonIndexable, .nonIndexable])
  }

  @Test func `entries that don't fit are left out, smaller ones after them are not`() {
    let overhead = HPACKHeaders.entryOverheadByteCount
    var headers = HPACKHeaders()
    headers.add(["a": "12345", "b": "1234567", "c": "1"], byteLimit: 2 * overhead + 9)
    #expect(headers == ["a": "12345", "c": "1"])
  }
}
