import Basics
import Calling

/// What is left in the scrollback: a line for each call of this run, oldest first, at most ten.
package func exitSummary(_ state: ConsoleState) -> [String] {
  let shown = state.session.suffix(10)
  var lines = shown.map { "tipring: " + $0.line(at: state.now) }
  let more = state.session.count - shown.count
  if more > 0 { lines.insert("tipring: \(more) earlier calls are in the history", at: 0) }
  return lines
}

extension SessionCall {
  /// `↗ Parrot (bot · exchange) 0:42, they hung up, MOS 4.4, sound after 0.91 s`.
  func line(at now: Instant) -> String {
    let arrow = call.id.isIncoming ? "↙" : "↗"
    var words = ["\(arrow) \(call.partyName) (\(call.origin()))"]
    if call.times.acceptedAt != nil { words[0] += " " + clockText(call.duration(at: now)) }
    words.append(call.isLive ? "you hung up" : call.phaseWord)
    if let mos { words.append("MOS \(decimal(mos))") }
    if let sound = call.times.firstAudioAt {
      let start = call.id.isIncoming ? call.times.acceptedAt ?? sound : call.times.startedAt
      words.append("sound after \(decimal(start.duration(to: sound).seconds, places: 2)) s")
    }
    return words.joined(separator: ", ")
  }
}
