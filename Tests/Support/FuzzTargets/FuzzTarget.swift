/// A place where bytes of others come in, and what must hold there whatever they are.
///
/// Each is tried by libFuzzer (`make fuzz`), and with what that has found before by `FuzzTests`.
package enum FuzzTarget: String, CaseIterable, Sendable {
  // Packets.
  case rtp, rtcp, red
  /// What anybody on the link answers to a question for a name.
  case dns
  /// A session that packets pass: datagrams of all kinds, authentic as they are.
  case session
  /// The jitter buffer: frames, copies and gaps in any order and at any time.
  case jitter
  // Descriptions.
  case sdp, candidate
  // Texts, and what each call system makes of them.
  case json, xml, xmpp, jingle, janus, botserver, zulip, nexacon, buzzi
  /// What a signed-in user sends to the exchange.
  case exchange

  /// Tries some bytes.
  ///
  /// - Returns: what should hold and does not; `nil` if all is well. That nothing traps, hangs or grows
  ///   without bound, whoever calls this sees.
  package func complaint(about bytes: [UInt8]) -> String? {
    switch self {
    case .rtp: Self.rtp(bytes)
    case .rtcp: Self.rtcp(bytes)
    case .red: Self.red(bytes)
    case .dns: Self.dns(bytes)
    case .session: Self.session(bytes)
    case .jitter: Self.jitter(bytes)
    case .sdp: Self.sdp(bytes)
    case .candidate: Self.candidate(bytes)
    case .json: Self.json(bytes)
    case .xml: Self.xml(bytes)
    case .xmpp: Self.xmpp(bytes)
    case .jingle: Self.jingle(bytes)
    case .janus: Self.janus(bytes)
    case .botserver: Self.botServer(bytes)
    case .zulip: Self.zulip(bytes)
    case .nexacon: Self.nexacon(bytes)
    case .buzzi: Self.buzzi(bytes)
    case .exchange: Self.exchange(bytes)
    }
  }
}

/// Bytes that say what happens, one thing after the other; zeros when there are no more.
struct FuzzScript {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  mutating func word() -> UInt16 { UInt16(byte()) << 8 | UInt16(byte()) }

  mutating func bytes(_ count: Int) -> [UInt8] {
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  /// A text up to the end of its line.
  mutating func line() -> String {
    let line = rest.prefix { $0 != 10 }
    rest = rest.dropFirst(line.count + 1)
    return String(decoding: line, as: UTF8.self)
  }
}
