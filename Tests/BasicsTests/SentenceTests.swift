import Basics
import Testing

@Suite("Sentences")
struct SentenceTests {
  @Test(
    "end in one full stop, whatever others wrote last",
    arguments: [
      ("Connected to Bob", "Connected to Bob."), ("Connected to Bob N.", "Connected to Bob N."),
      ("Refused: why not?", "Refused: why not?"), ("It said “no!”", "It said “no!”"),
      ("It said “no”", "It said “no”."), ("It is gone (error 3)", "It is gone (error 3)."),
      ("Cut off…", "Cut off…"), ("", ""),
    ])
  func stops(text: String, sentence: String) {
    #expect(text.asSentence == sentence)
    #expect(text.asSentence.asSentence == sentence)
  }

  @Test(
    "tell what can be chosen from with “or” before the last",
    arguments: [
      ([], ""), (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c"),
    ] as [([String], String)])
  func alternatives(words: [String], text: String) {
    #expect(words.asAlternatives == text)
  }
}
