import Basics
import Formats
import Transport
import XMPP

/// A Jitsi server that lets everybody into every room at once, and says who else comes and goes.
struct ScriptedRoom {
  /// One stream: whether its client has signed in, and which room it is in.
  private struct Stream {
    var hasSignedIn = false
    var room: String?
  }

  private var streams: [SocketID: Stream] = [:]
  private let endpoint = "0a1b2c3d"

  /// The sockets that are in a room.
  var occupied: [SocketID] {
    streams.filter { $0.value.room != nil }.keys.sorted { $0.number < $1.number }
  }

  mutating func opened(_ socket: SocketID) { streams[socket] = Stream() }

  mutating func closed(_ socket: SocketID) { streams[socket] = nil }

  /// What the server says to what a client said.
  mutating func answers(to text: String, on socket: SocketID) -> [String] {
    guard let element = try? XMLElement(decoding: text) else { return [] }
    switch element.name {
    case "open":
      let inside =
        streams[socket]?.hasSignedIn == true
        ? "<bind xmlns='\(XMPPNamespace.bind)'/>"
        : "<mechanisms xmlns='\(XMPPNamespace.sasl)'><mechanism>ANONYMOUS</mechanism></mechanisms>"
      return [Self.open, Self.features(inside)]
    case "auth":
      streams[socket]?.hasSignedIn = true
      return ["<success xmlns='\(XMPPNamespace.sasl)'/>"]
    case "iq": return answer(to: element)
    case "presence": return enter(element, on: socket)
    default: return []
    }
  }

  /// Somebody comes into the room of that socket.
  func appear(_ name: String, on socket: SocketID) -> [String] {
    guard let room = streams[socket]?.room else { return [] }
    return [presence(from: "\(room)/\(name.lowercased())", name)]
  }

  func disappear(_ name: String, on socket: SocketID) -> [String] {
    guard let room = streams[socket]?.room else { return [] }
    return [
      "<presence xmlns='jabber:client' type='unavailable' from='\(room)/\(name.lowercased())'>"
        + "<x xmlns='\(XMPPNamespace.mucUser)'><item affiliation='none' role='none'/></x></presence>"
    ]
  }

  private func answer(to request: XMLElement) -> [String] {
    guard ["get", "set"].contains(request["type"] ?? "") else { return [] }
    let inside =
      switch request.payload?.name {
      case "bind":
        "<bind xmlns='\(XMPPNamespace.bind)'><jid>\(endpoint)-7@meet.example.org/r</jid></bind>"
      case "services":
        "<services xmlns='\(XMPPNamespace.externalServices)'>"
          + "<service type='stun' host='stun.example.org' port='3478'/></services>"
      case "conference":
        "<conference xmlns='\(XMPPNamespace.jitsiFocus)' ready='true' "
          + "focusjid='focus@auth.meet.example.org'/>"
      default: ""
      }
    let from = request["to"].map { " from='\($0)'" } ?? ""
    return [
      "<iq xmlns='jabber:client' type='result' id='\(request["id"] ?? "")'\(from)>\(inside)</iq>"
    ]
  }

  private mutating func enter(_ element: XMLElement, on socket: SocketID) -> [String] {
    guard let to = element["to"], let slash = to.firstIndex(of: "/") else { return [] }
    if element["type"] == "unavailable" {
      streams[socket]?.room = nil
      return []
    }
    guard streams[socket]?.room == nil else { return [] }
    let room = String(to[..<slash])
    streams[socket]?.room = room
    return [
      presence(from: "\(room)/focus", ""),
      "<presence xmlns='jabber:client' from='\(to)'><x xmlns='\(XMPPNamespace.mucUser)'>"
        + "<item affiliation='none' role='participant'/><status code='110'/></x></presence>",
    ]
  }

  private func presence(from: String, _ name: String) -> String {
    "<presence xmlns='jabber:client' from='\(from)'><x xmlns='\(XMPPNamespace.mucUser)'>"
      + "<item affiliation='none' role='participant'/></x>"
      + "<nick xmlns='\(XMPPNamespace.nick)'>\(name)</nick></presence>"
  }

  private static let open =
    "<open xmlns='\(XMPPNamespace.framing)' from='meet.example.org' id='s1' version='1.0'/>"

  private static func features(_ inside: String) -> String {
    "<stream:features xmlns:stream='\(XMPPNamespace.streams)'>\(inside)</stream:features>"
  }
}
