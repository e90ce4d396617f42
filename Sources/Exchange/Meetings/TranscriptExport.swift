import BotServerWire

/// A transcript as people and players read it.
enum TranscriptExport {
  /// Lines of `[00:01:02] Name: words`.
  static func text(_ transcript: TranscriptMessage) -> String {
    transcript.segments.map { segment in
      let name = segment.speakerName.map { "\(plain($0)): " } ?? ""
      return "[\(clock(segment.startMilliseconds))] \(name)\(plain(segment.text))\n"
    }.joined()
  }

  /// WebVTT (W3C).
  static func webVTT(_ transcript: TranscriptMessage) -> String {
    var text = "WEBVTT\n"
    for segment in transcript.segments {
      // The two characters that mean something in a cue.
      let words = plain(segment.text).split(separator: "&", omittingEmptySubsequences: false)
        .joined(separator: "&amp;").split(separator: "<", omittingEmptySubsequences: false)
        .joined(separator: "&lt;").split(separator: ">", omittingEmptySubsequences: false)
        .joined(separator: "&gt;")
      let voice = segment.speakerName.map { name in
        "<v \(String(plain(name).filter { !"<>&".contains($0) }))>"
      }
      text += "\n\(span(segment, "."))\n\(voice ?? "")\(words)\n"
    }
    return text
  }

  /// SubRip.
  static func subRip(_ transcript: TranscriptMessage) -> String {
    transcript.segments.enumerated().map { number, segment in
      let name = segment.speakerName.map { "\(plain($0)): " } ?? ""
      return "\(number + 1)\n\(span(segment, ","))\n\(name)\(plain(segment.text))\n"
    }.joined(separator: "\n")
  }

  private static func span(_ segment: SegmentMessage, _ mark: String) -> String {
    let end = max(segment.endMilliseconds, segment.startMilliseconds + 1)
    return "\(precise(segment.startMilliseconds, mark)) --> \(precise(end, mark))"
  }

  private static func precise(_ milliseconds: Int, _ mark: String) -> String {
    "\(clock(milliseconds))\(mark)\(padded(max(0, milliseconds) % 1_000, 3))"
  }

  private static func clock(_ milliseconds: Int) -> String {
    let seconds = max(0, milliseconds) / 1_000
    return [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
      .joined(separator: ":")
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// In one line: an empty line or `-->` would end a cue.
  private static func plain(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
      .split(separator: "-->", omittingEmptySubsequences: false).joined(separator: "->")
  }
}
