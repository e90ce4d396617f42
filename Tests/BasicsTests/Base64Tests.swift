import Basics
import Testing

@Suite("Base64")
struct Base64Tests {
  @Test(
    "The RFC's examples hold both ways (RFC 4648 §10)",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"), ("\0user\0pass", "AHVzZXIAcGFzcw=="),
    ])
  func examples(plain: String, encoded: String) {
    #expect(Base64.encode(plain.utf8) == encoded)
    #expect(Base64.decode(encoded) == Array(plain.utf8))
  }

  @Test("All bytes survive")
  func roundTrip() {
    for count in 0..<300 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ count) }
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }
  }

  @Test(
    "Anything else is refused",
    arguments: [
      "Z", "Zg", "Zg=", "Zg===", "=Zg=", "Z===", "====", "Zh==", "Zm9=", "Zm 9", "Zm\n9", "Zm-_",
      "Zg==Zg==", "ä=",
    ])
  func faults(text: String) {
    #expect(Base64.decode(text) == nil)
  }
}
