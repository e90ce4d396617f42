package import Basics

/// Where a conference is held: `https://HOST[:PORT]/[TENANT/]ROOM[?jwt=TOKEN]`.
///
/// What else stands in a conference's URL is meant for browsers and passed over.
///
/// - Source: protocols.md A.4, B.1.
package struct JitsiAddress: Equatable, Sendable {
  /// Why a text names no conference.
  package enum ReadingError: Error, Equatable {
    case notURL
    case noRoom
    /// A name that cannot be a room's.
    case badRoom(String)

    /// One sentence for people, saying what to type.
    package var sentence: String {
      switch self {
      case .notURL: "A conference's address looks like https://meet.example.org/Room."
      case .noRoom: "The address names no room; put one behind the server: https://…/Room."
      case .badRoom(let name):
        "“\(HarmlessText.line(name, limit: 60))” cannot be the name of a room."
      }
    }
  }

  /// Scheme, host and port, without a slash at the end.
  package let origin: String
  /// Without the port, in lower case.
  package let host: String
  /// The part of the server that belongs to somebody; without slashes around it.
  package let tenant: String?
  /// The room as the server names it: in lower case, percent-encoded where it is not ASCII.
  package let room: String
  /// The room as it was written, for people.
  package let title: String
  /// What admits one to the room (JWT); travels in URLs and is never shown.
  package var token: Secret?

  /// Reads the URL of a conference.
  package init(url: String) throws(ReadingError) {
    guard url.utf8.count <= Self.byteLimit else { throw .notURL }
    // People paste addresses as their browsers show them.
    let url = PercentCoding.encoded(url, keeping: Self.urlSigns)
    let end = url.firstIndex { $0 == "?" || $0 == "#" } ?? url.endIndex
    guard let base = ServerAddress.normalized(String(url[..<end])),
      let scheme = base.firstRange(of: "://")
    else { throw .notURL }
    var segments = base[scheme.upperBound...].split(separator: "/")
    let authority = segments.removeFirst()
    guard let name = segments.popLast() else { throw .noRoom }
    try self.init(
      server: base[..<scheme.upperBound] + authority.lowercased(),
      tenant: segments.isEmpty ? nil : segments.joined(separator: "/"),
      writtenRoom: String(name), token: Self.token(in: url[end...]))
  }

  /// A room of a server whose base URL may name a tenant: `https://HOST[:PORT][/TENANT]`.
  package init(server: String, room: String, token: Secret? = nil) throws(ReadingError) {
    guard let base = ServerAddress.normalized(server), let scheme = base.firstRange(of: "://")
    else {
      throw .notURL
    }
    var segments = base[scheme.upperBound...].split(separator: "/")
    let authority = segments.removeFirst()
    guard !room.isEmpty else { throw .noRoom }
    // What people type may hold a percent sign that stands for itself.
    let written =
      PercentCoding.decoded(room) == nil ? PercentCoding.encoded(room) : room
    try self.init(
      server: base[..<scheme.upperBound] + authority.lowercased(),
      tenant: segments.isEmpty ? nil : segments.joined(separator: "/"), writtenRoom: written,
      token: token)
  }

  private init(
    server: String, tenant: String?, writtenRoom: String, token: Secret?
  ) throws(ReadingError) {
    guard let title = PercentCoding.decoded(writtenRoom), let room = Self.node(of: title) else {
      throw .badRoom(writtenRoom)
    }
    origin = server
    let authority = server[(server.firstRange(of: "://")?.upperBound ?? server.startIndex)...]
    host = HostAndPort(authority)?.host ?? String(authority)
    if let tenant {
      guard let decoded = PercentCoding.decoded(tenant),
        let safe = Self.node(of: decoded, kept: "/")
      else { throw .badRoom(tenant) }
      self.tenant = safe
    } else {
      self.tenant = nil
    }
    self.room = room
    self.title = title
    self.token = token
  }

  /// Where a browser can open the conference; without the token.
  package var browserURL: String { origin + prefix + "/" + PercentCoding.encoded(title) }

  /// What stands before the paths of a tenant's part of the server.
  var prefix: String { tenant.map { "/" + $0 } ?? "" }

  /// A room's name as a node of its address: what Jitsi's own clients make of it.
  private static func node(of name: String, kept: String = "") -> String? {
    guard !name.isEmpty, name.utf8.count <= nameLimit,
      name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
    else { return nil }
    let node = PercentCoding.encoded(
      name.lowercased(), keeping: "-_.!~*()" + kept, lowercase: true)
    return node.utf8.count <= nodeLimit ? node : nil
  }

  private static func token(in rest: Substring) -> Secret? {
    for parameter in rest.split(whereSeparator: { "?#&".contains($0) })
    where parameter.hasPrefix("jwt=") {
      guard let token = PercentCoding.decoded(parameter.dropFirst(4)), !token.isEmpty else {
        continue
      }
      return Secret(token)
    }
    return nil
  }

  /// Bytes of a URL at most; tokens are long.
  package static let byteLimit = 8_192
  /// Bytes of a room's name at most.
  package static let nameLimit = 300
  private static let nodeLimit = 1_000
  /// RFC 3986 §2.2, §2.3, and the sign of what is encoded already.
  private static let urlSigns = "-._~:/?#[]@!$&'()*+,;=%"
}
