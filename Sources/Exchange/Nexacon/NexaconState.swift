package import Basics
import Formats
import NexaconWire
import XMPP

/// How the exchange speaks as Nexacon.
package struct NexaconSettings: Equatable, Sendable {
  /// The pair that clients show with every request.
  package struct KeyPair: Equatable, Sendable {
    package var apiKey: Secret
    package var secretKey: Secret

    package init(apiKey: Secret, secretKey: Secret) {
      self.apiKey = apiKey
      self.secretKey = secretKey
    }
  }

  /// `nil` takes the pair that the manual names, from this machine only, and gives tokens to guests
  /// only. Who shows a pair of the owner's gets a token for any user.
  package var keys: KeyPair?
  /// Of the addresses `user@domain`.
  package var domain = "nexacon.localhost"

  package init() {}

  /// The pair without any settings.
  package static let usualKeys = KeyPair(
    apiKey: Secret("tipring"), secretKey: Secret("tipring"))
}

/// What the exchange remembers of its Nexacon clients.
struct NexaconState: Equatable, Sendable {
  var server: XMPPServer
  /// Who has signed in over a socket, before the session is bound.
  var arrivals: [ExchangeSocketID: Session] = [:]
  /// What clients call the live calls, by the exchange's id.
  var rooms: [String: NexaconRoom] = [:]
  /// How clients have asked for calls, for the history; at most ``labelLimit``, oldest first in
  /// ``labelledCalls``.
  var labels: [String: NexaconLabel] = [:]
  var labelledCalls: [String] = []
  /// Calls that clients have placed, live or over; at most ``placementLimit``, oldest first.
  private var placements: [Placement] = []
  /// By user.
  var contacts: [String: [ContactMessage]] = [:]
  /// What clients have told of their calls; at most ``recordLimit``, oldest first.
  var records: [NexaconRecord] = []
  /// Questions about the past that the store is working on.
  var searches: [String: NexaconSearch] = [:]
  var nextSearch = 1

  init(domain: String) {
    server = XMPPServer(
      XMPPServerSettings(
        domain: domain, mechanisms: [.plain],
        info: DiscoInfo(
          identities: [.init(category: "server", type: "im", name: "Tipring")],
          features: [
            XMPPNamespace.discoInfo, XMPPNamespace.discoItems, XMPPNamespace.ping,
            XMPPNamespace.receipts,
          ])))
  }

  mutating func notePlaced(_ room: String, by callerID: String, to calleeID: String) {
    placements.append(Placement(room: room, callerID: callerID, calleeID: calleeID))
    if placements.count > Self.placementLimit { placements.removeFirst() }
  }

  /// Whether that call has been placed, though it may be over.
  func hasPlaced(_ room: String, by callerID: String, to calleeID: String) -> Bool {
    placements.contains(Placement(room: room, callerID: callerID, calleeID: calleeID))
  }

  /// What clients call a call.
  func roomName(of callID: String) -> String {
    rooms[callID]?.name ?? labels[callID]?.room ?? callID
  }

  /// A call in its caller's words.
  private struct Placement: Equatable {
    let room: String
    let callerID: String
    let calleeID: String
  }

  static let labelLimit = 2_000
  static let recordLimit = 2_000
  static let contactLimit = 500
  private static let placementLimit = 256
}

/// How a client has asked for a call.
struct NexaconLabel: Equatable, Sendable {
  let room: String
  let type: NexaconCallType

  var body: String {
    JSONValue.object(["room": .string(room), "type": .string(type.rawValue)]).text
  }

  init(room: String, type: NexaconCallType) {
    self.room = room
    self.type = type
  }

  init?(_ document: StoredDocument) {
    guard let value = try? JSONValue(decoding: document.body), let room = value["room"]?.string
    else { return nil }
    self.room = room
    type = value["type"]?.string.flatMap(NexaconCallType.init(rawValue:)) ?? .audio
  }
}

/// What a client has told of a call of its user's.
struct NexaconRecord: Equatable, Sendable {
  /// Keys sort by time, so that the oldest can be given up.
  let key: String
  let userID: String
  let message: AnalyticsMessage
  let recordedAt: WallTime

  init(key: String, userID: String, message: AnalyticsMessage, recordedAt: WallTime) {
    self.key = key
    self.userID = userID
    self.message = message
    self.recordedAt = recordedAt
  }

  init?(_ document: StoredDocument) {
    guard let value = try? JSONValue(decoding: document.body),
      let userID = value["user"]?.string, let message = try? AnalyticsMessage(decoding: value),
      let recordedAt = value["recorded_at"]?.string.flatMap({ WallTime(iso8601: $0) })
    else { return nil }
    self.init(key: document.key, userID: userID, message: message, recordedAt: recordedAt)
  }

  var body: String {
    var value = message.encoded().object ?? [:]
    value["user"] = .string(userID)
    value["recorded_at"] = .string(recordedAt.iso8601)
    return JSONValue.object(value).text
  }
}

/// One live call, as Nexacon clients know it.
struct NexaconRoom: Equatable, Sendable {
  let callID: String
  /// `call_…`, as the caller chose it.
  var name: String
  /// The device that placed the call, and the one that took it.
  var callerJID: JID?
  var calleeJID: JID?
  /// The caller's message that invited; the receipt for it says that it rings.
  var invitationID: String?
  var hasRung = false
  /// Whether the caller has been told that its call was taken.
  var isToldAccepted = false
}

/// A page of past calls that is being put together.
struct NexaconSearch: Equatable, Sendable {
  var request: ExchangeRequestID
  var userID: String
  var filter: NexaconHistoryFilter
  var entries: [HistoryMessage.Entry] = []
  /// Of the calls that the exchange knows, whether they are wanted or not.
  var rooms: Set<String> = []
  var offset = 0
}

/// Which past calls are wanted; everything given must hold.
struct NexaconHistoryFilter: Equatable, Sendable {
  /// `YYYY-MM-DD`, both included.
  var from: String?
  var to: String?
  var type: NexaconCallType?
  var outcome: NexaconOutcome?
  /// A user's id.
  var participant: String?
  var page = 1
  var pageSize = 20

  /// - Parameter call: `nil` for what is known from a client's record only, and not with whom.
  func includes(_ entry: HistoryMessage.Entry, of call: StoredCall?) -> Bool {
    let day = entry.startedAt?.iso8601.prefix(10) ?? ""
    // A peer-to-peer or group call is one with sound, or with video, as well.
    let types = [entry.type] + (call.map { [$0.nexaconMedium] } ?? [])
    return (from.map { day >= $0[...] } ?? true) && (to.map { day <= $0[...] } ?? true)
      && (type.map(types.contains) ?? true) && (outcome.map { $0 == entry.outcome } ?? true)
      && (participant.map { call?.includes($0) ?? false } ?? true)
  }
}

extension StoredCall {
  var nexaconMedium: NexaconCallType { kind == .video ? .video : .audio }
}
