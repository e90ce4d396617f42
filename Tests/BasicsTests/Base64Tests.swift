import Basics
import Testing

@Suite("Base64")
struct Base64Tests {
  @Test(
    "agrees with the vectors of RFC 4648 §10",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
  func vectors(plain: String, text: String) {
    #expect(Base64.encode(Array(plain.utf8)) == text)
    #expect(Base64.decode(text) == Array(plain.utf8))
  }

  @Test("gives back every byte, whatever the length")
  func roundTrip() {
    for count in 0...300 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ count) }
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }
  }

  @Test("passes over white space and missing padding")
  func forgives() {
    #expect(Base64.decode("Zm9v\r\n YmE") == Array("fooba".utf8))
    #expect(Base64.decode("Zg") == Array("f".utf8))
  }

  @Test(
    "refuses what stands for nothing",
    arguments: ["Z", "Zg=", "Zg===", "Z=g=", "Zg==Zg", "Zm9v=", "=", "Zm-v", "Zm_v", "Zmö="])
  func refuses(text: String) {
    #expect(Base64.decode(text) == nil)
  }
}
