import Basics
import Formats
import LoopGLib
import Transport
import XMPP

/// A stream over the real network, and what it told.
final class StreamEnd {
  private let end = TransportEnd()
  private var seen = 0
  var stream: XMPPStream
  /// Others that must act while this one waits.
  var others: [StreamEnd] = []
  /// What else must happen meanwhile.
  var beside: (() -> Void)?
  private(set) var told: [XMPPStream.Effect] = []

  init(_ settings: XMPPSettings) {
    stream = XMPPStream(
      settings: settings, lane: 1, seed: UInt64(truncatingIfNeeded: Instant.now.nanoseconds))
    perform(stream.start(at: .now))
  }

  deinit { end.stop() }

  func perform(_ effects: [XMPPStream.Effect]) {
    for effect in effects {
      if case .transport(let effect) = effect { end.perform(effect) } else { told.append(effect) }
    }
  }

  func send(_ stanza: XMLElement) { perform(stream.send(stanza)) }

  /// Asks, and waits for the answer.
  func ask(_ type: String, to: JID?, _ payload: XMLElement) async -> XMPPStream.Answer? {
    let asked = stream.request(type, to: to, payload, at: .now)
    perform(asked.effects)
    return await first { effect in
      if case .answered(asked.id, let answer) = effect { answer } else { nil }
    }
  }

  /// Waits until the stream has told something, from now on or before.
  func first<Value>(
    within limit: Duration = .seconds(20), _ pick: (XMPPStream.Effect) -> Value?
  ) async -> Value? {
    await first(within: limit, checking: { told.lazy.compactMap(pick).first })
  }

  /// Lets the stream and those beside it act until there is a value.
  func first<Value>(
    within limit: Duration = .seconds(20), checking check: () -> Value?
  ) async -> Value? {
    let deadline = Instant.now.advanced(by: limit)
    while true {
      pump()
      for other in others { other.pump() }
      beside?()
      if let value = check() { return value }
      guard Instant.now < deadline else { return nil }
      try? await Task.sleep(for: .milliseconds(2))
    }
  }

  /// Waits for a stanza.
  func stanza(_ isWanted: (XMLElement) -> Bool) async -> XMLElement? {
    await first { effect in
      if case .stanza(let stanza) = effect, isWanted(stanza) { stanza } else { nil }
    }
  }

  func online(resumed: Bool = false) async -> JID? {
    await first { effect in
      if case .online(let jid, resumed) = effect { jid } else { nil }
    }
  }

  private func pump() {
    let events = end.events
    for event in events[seen...] { perform(stream.receive(event, at: .now)) }
    seen = events.count
    if let deadline = stream.deadline, deadline <= .now { perform(stream.expire(at: .now)) }
  }
}
