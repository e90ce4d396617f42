import Basics
import Formats
import Testing

@Suite("Base64")
struct Base64Tests {
  @Test(
    "writes and reads the RFC's examples (RFC 4648 §10)",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
  func examples(plain: String, encoded: String) {
    #expect(Base64.encoded(Array(plain.utf8)) == encoded)
    #expect(Base64.decoded(encoded) == Array(plain.utf8))
  }

  @Test("every byte survives, at every place of a group")
  func roundTrip() {
    let bytes = (0...255).map { UInt8($0) }
    for start in 0..<3 {
      let slice = Array(bytes[start...])
      #expect(Base64.decoded(Base64.encoded(slice)) == slice)
    }
  }

  @Test(
    "refuses what is not whole groups",
    arguments: ["Z", "Zg", "Zg=", "Zg=a", "=Zg=", "Z===", "====", "Zm9v=", "Zm 9", "Zm9v\n", "é=="])
  func refuses(text: String) {
    #expect(Base64.decoded(text) == nil)
  }
}
