import Basics
import Calling
import Formats
import Jitsi
import LoopGLib
import Testing
import Transport

/// A conference over the real network, with a web server pretended before it: its settings and its
/// focus's word that the room may be entered.
final class ConferenceEnd {
  private let end = TransportEnd()
  private var seen = 0
  private(set) var conference: JitsiConference
  private(set) var told: [JitsiConference.Effect] = []
  private let config: String
  /// Others that must act while this one waits.
  var others: [StreamEnd] = []

  init(_ prosody: Prosody, over wire: CuttableWire? = nil, as name: String) throws {
    let port = wire?.port ?? prosody.port
    config = """
      config.hosts = { domain: '\(Prosody.guests)', muc: '\(Prosody.rooms)' };
      config.websocket = 'ws://127.0.0.1:\(port)/xmpp-websocket';
      config.conferenceRequestUrl = '/conference-request/v1';
      """
    conference = JitsiConference(
      .init(
        address: try JitsiAddress(url: "http://127.0.0.1:\(port)/Meeting"), displayName: name,
        lane: 1, seed: UInt64(truncatingIfNeeded: Instant.now.nanoseconds)))
    perform { $0.start(at: .now) }
  }

  deinit { end.stop() }

  func perform(_ verb: (inout JitsiConference) -> [JitsiConference.Effect]) {
    for effect in verb(&conference) {
      switch effect {
      case .transport(.request(let id, let request)):
        let body = request.url.hasSuffix("/config.js") ? config : "{\"ready\":true}"
        let response = HTTPResponse(status: 200, body: Array(body.utf8))
        perform { $0.receive(.response(id, response), at: .now) }
      case .transport(let effect): end.perform(effect)
      default: told.append(effect)
      }
    }
  }

  /// Waits until the conference has told something, from now on or before.
  func first<Value>(_ pick: (JitsiConference.Effect) -> Value?) async -> Value? {
    let deadline = Instant.now.advanced(by: .seconds(20))
    while true {
      pump()
      for other in others { _ = await other.first(within: .zero) { _ in nil as Bool? } }
      if let value = told.lazy.compactMap(pick).last { return value }
      guard Instant.now < deadline else { return nil }
      try? await Task.sleep(for: .milliseconds(2))
    }
  }

  func pump() {
    let events = end.events
    for event in events[seen...] { perform { $0.receive(event, at: .now) } }
    seen = events.count
    if let deadline = conference.deadline, deadline <= .now {
      perform { $0.expire(at: .now) }
    }
  }
}
