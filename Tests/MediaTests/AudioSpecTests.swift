import Media
import Testing

@Suite("Audio specs")
struct AudioSpecTests {
  @Test("name where sound comes from")
  func capture() throws {
    #expect(try CaptureSpec(parsing: "plughw:1,0") == .device("plughw:1,0"))
    #expect(try CaptureSpec(parsing: "default") == .device("default"))
    #expect(try CaptureSpec(parsing: "file:a b.wav") == .file(path: "a b.wav"))
    #expect(try CaptureSpec(parsing: "tone:440") == .tone(hertz: 440))
    #expect(try CaptureSpec(parsing: "tone:440.5") == .tone(hertz: 440.5))
    #expect(try CaptureSpec(parsing: "silence") == .silence)
    #expect(try CaptureSpec(parsing: "null") == .silence)
  }

  @Test("name where sound goes to")
  func playback() throws {
    #expect(try PlaybackSpec(parsing: "pulse") == .device("pulse"))
    #expect(try PlaybackSpec(parsing: "file:out.opus") == .file(path: "out.opus"))
    #expect(try PlaybackSpec(parsing: "null") == .null)
  }

  @Test("read back as they were written", arguments: ["hw:0", "file:/x", "tone:997", "silence"])
  func text(_ text: String) throws {
    #expect(try CaptureSpec(parsing: text).text == text)
  }

  @Test("keep a tone's fraction")
  func fraction() throws {
    #expect(try CaptureSpec(parsing: "tone:0440.25").text == "tone:440.25")
    #expect(try PlaybackSpec(parsing: "null").text == "null")
  }

  @Test(
    "say in words what to write instead",
    arguments: [
      ("", AudioSpecError.empty, "a name"), ("file:", .missingPath, "file:speech.wav"),
      ("tone:", .notAFrequency(""), "tone:440"), ("tone:x", .notAFrequency("x"), "tone:440"),
      ("tone:0", .notAFrequency("0"), "20000"), ("tone:20001", .notAFrequency("20001"), "20000"),
      ("tone:nan", .notAFrequency("nan"), "20000"), ("tone:inf", .notAFrequency("inf"), "20000"),
      ("a\u{1B}[2J", .unusableName, "devices"),
    ])
  func refused(text: String, error: AudioSpecError, words: String) {
    #expect(throws: error) { try CaptureSpec(parsing: text) }
    #expect(error.sentence.contains(words))
  }

  @Test("bound the name of a device", arguments: [(256, true), (257, false)])
  func bound(byteCount: Int, isTaken: Bool) {
    let name = String(repeating: "x", count: byteCount)
    #expect(((try? CaptureSpec(parsing: name)) != nil) == isTaken)
    #expect(((try? PlaybackSpec(parsing: name)) != nil) == isTaken)
  }

  @Test("do not play to what can only be captured", arguments: ["silence", "tone:440"])
  func onlyCaptured(text: String) {
    #expect(throws: AudioSpecError.onlyCaptured(text)) { try PlaybackSpec(parsing: text) }
    #expect(AudioSpecError.onlyCaptured(text).sentence.contains("null"))
  }

  @Test("show hostile text harmlessly")
  func harmless() {
    #expect(!AudioSpecError.notAFrequency("\u{1B}]0;x\u{07}").sentence.contains("\u{1B}"))
  }
}
