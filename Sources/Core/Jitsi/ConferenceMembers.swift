import Calling
import XMPP

/// Who is in a conference and whose streams are whose, as the room and the focus tell it.
///
/// - Bound: ``streamLimit`` streams.
struct ConferenceMembers: Equatable, Sendable {
  private var peers: [String: JitsiPeer] = [:]
  /// By SSRC, the endpoint it belongs to.
  private var streams: [UInt32: String] = [:]

  /// Whether nobody else is there.
  var isEmpty: Bool { peers.isEmpty }

  /// Somebody came in or tells something new.
  ///
  /// - Returns: whether anything has changed.
  mutating func set(_ endpoint: String, _ peer: JitsiPeer) -> Bool {
    guard peers[endpoint] != peer else { return false }
    peers[endpoint] = peer
    return true
  }

  mutating func remove(_ endpoint: String) -> Bool {
    peers.removeValue(forKey: endpoint) != nil
  }

  /// Forgets all but the streams.
  mutating func removeAll() { peers = [:] }

  /// Replaces all streams by those of a new session.
  mutating func setSources(_ sources: [JingleSource]) {
    streams = [:]
    add(sources)
  }

  mutating func add(_ sources: [JingleSource]) {
    for source in sources {
      guard let endpoint = source.endpoint, endpoint != JingleSource.bridgeOwner,
        streams.count < Self.streamLimit || streams[source.ssrc] != nil
      else { continue }
      streams[source.ssrc] = endpoint
    }
  }

  mutating func remove(_ sources: [JingleSource]) {
    for source in sources { streams[source.ssrc] = nil }
  }

  /// What a member is called; its endpoint where it says nothing.
  func name(of endpoint: String) -> String { peers[endpoint]?.displayName ?? endpoint }

  /// All others, in an order that stays.
  var participants: [Participant] {
    let owned = Dictionary(grouping: streams.keys.sorted()) { streams[$0] ?? "" }
    return peers.sorted { $0.key < $1.key }.map { endpoint, peer in
      Participant(
        id: endpoint, name: name(of: endpoint), isMuted: peer.isMuted,
        streams: owned[endpoint] ?? [])
    }
  }

  static let streamLimit = 1_000
}
