import Testing
import Transport

@testable import Exchange

@Suite("Exchange: paths, queries and forms")
struct RequestTargetTests {
  @Test("a slash at the end, or two in a row, change nothing")
  func slashes() {
    #expect(RequestTarget("/a/b/")?.segments == ["a", "b"])
    #expect(RequestTarget("//a//b")?.segments == ["a", "b"])
    #expect(RequestTarget("/")?.segments == [])
  }

  @Test("a form is decoded as browsers and curl write it")
  func form() throws {
    let form = try #require(fields("to=%5B%22a%40b.c%22%5D&content=h%C3%A9+you%26me&empty=&flag"))
    #expect(form["to"] == #"["a@b.c"]"#)
    #expect(form["content"] == "hé you&me")
    #expect(form["empty"] == nil)
    #expect(form.has("empty") && form.has("flag") && !form.has("other"))
  }

  @Test("of two values the last counts, and of 256 pairs no more are read")
  func bounds() throws {
    #expect(fields("a=1&a=2")?["a"] == "2")
    let many = (0...256).map { "f\($0)=1" }.joined(separator: "&")
    #expect(fields(many)?["f255"] == "1")
    #expect(fields(many)?["f256"] == nil)
  }

  @Test(
    "broken escapes and broken text are no form",
    arguments: ["a=%", "a=%4", "a=%GG", "a=%FF", "%=1"])
  func broken(text: String) { #expect(fields(text) == nil) }

  @Test("a form has at most 256 KiB")
  func size() {
    let limit = FormFields.bodyLimit
    #expect(fields(String(repeating: "a", count: limit)) != nil)
    #expect(fields(String(repeating: "a", count: limit + 1)) == nil)
  }

  @Test("a file's path stays in the folder")
  func filePaths() {
    for path in ["a", "recordings/rec_1.ogg", "a/b/c/d", String(repeating: "a", count: 128)] {
      #expect(StoredFilePath(path)?.description == path)
    }
    for path in [
      "", "/", "/etc/passwd", "..", "a/../b", "a//b", "a/", ".hidden", "a/b/c/d/e", "a b", "ä",
      "a\0b", String(repeating: "a", count: 129),
    ] {
      #expect(StoredFilePath(path) == nil)
    }
  }

  private func fields(_ text: String) -> FormFields? {
    FormFields(of: HTTPRequest(.post, "/", body: Array(text.utf8)))
  }
}
