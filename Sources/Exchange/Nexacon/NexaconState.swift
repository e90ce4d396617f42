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
  /// What clients have called calls, for the history; at most ``nameLimit``, oldest first in
  /// ``namedCalls``.
  var roomNames: [String: String] = [:]
  var namedCalls: [String] = []
  /// Calls that clients have placed, live or over; at most ``placementLimit``, oldest first.
  private var placements: [Placement] = []
  /// By user.
  var contacts: [String: [ContactMessage]] = [:]
  /// The keys of the records that clients have sent; at most ``recordLimit``, oldest first.
  var records: [String] = []
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
    rooms[callID]?.name ?? roomNames[callID] ?? callID
  }

  /// A call in its caller's words.
  private struct Placement: Equatable {
    let room: String
    let callerID: String
    let calleeID: String
  }

  static let nameLimit = 2_000
  static let recordLimit = 2_000
  static let contactLimit = 500
  private static let placementLimit = 256
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

  func includes(_ entry: HistoryMessage.Entry, of call: StoredCall) -> Bool {
    let day = entry.startedAt?.iso8601.prefix(10) ?? ""
    return (from.map { day >= $0[...] } ?? true) && (to.map { day <= $0[...] } ?? true)
      && (type.map { $0 == entry.type } ?? true) && (outcome.map { $0 == entry.outcome } ?? true)
      && (participant.map { call.includes($0) } ?? true)
  }
}
