package import Basics

/// Who there is: registered users, guests, the exchange's own attendants, and the tokens they sign in
/// with.
///
/// Tokens are known by their hash only. Names compare without regard to case.
package struct Directory: Equatable, Sendable {
  /// Why a name or a guest was not taken.
  package enum Refusal: Error, Equatable {
    case badName
    /// A registered user or an attendant has the name.
    case nameTaken
    /// All places are taken by users who are there.
    case full
  }

  private var users: [String: StoredUser] = [:]
  private var owners: [String: String] = [:]
  private let attendants: [String: AttendantProfile]
  private let limits: ExchangeLimits

  package init(
    users: [StoredUser] = [], attendants: [AttendantProfile] = [],
    limits: ExchangeLimits = ExchangeLimits()
  ) {
    self.attendants = Dictionary(attendants.map { ($0.id, $0) }) { first, _ in first }
    self.limits = limits
    replace(users)
  }

  /// Forgets all users and takes these, as far as there is room.
  mutating func replace(_ stored: [StoredUser]) {
    users = [:]
    owners = [:]
    for user in stored where attendants[user.id] == nil {
      guard user.role == .guest ? guestCount < limits.guests : registeredCount < limits.users
      else { continue }
      users[user.id] = user
      for token in user.tokens.suffix(limits.tokensPerUser) { owners[token.hash] = user.id }
    }
  }

  // MARK: Changes

  /// Adds a registered user; a guest of that name has to leave.
  ///
  /// - Returns: the token, which is known to nobody else, and what the store has to do.
  package mutating func register(
    _ name: String, using ports: some ExchangePorts, on wall: WallTime
  ) throws(Refusal) -> (token: String, operations: [StoreOperation]) {
    let id = try Self.id(of: name)
    guard attendants[id] == nil, users[id].map({ $0.role == .guest }) ?? true else {
      throw .nameTaken
    }
    guard registeredCount < limits.users else { throw .full }
    var operations: [StoreOperation] = []
    if users[id] != nil { operations += forget(id) }
    let user = StoredUser(id: id, name: name, role: .user, createdAt: wall, seenAt: wall)
    operations.append(.putUser(user))
    users[id] = user
    let (token, added) = addToken(to: id, using: ports, on: wall)
    return (token, operations + added)
  }

  /// Signs a guest in; two who use the same name are the same guest.
  ///
  /// - Parameter isPresent: whether a guest must not be forgotten now.
  mutating func signInGuest(
    _ name: String, using ports: some ExchangePorts, on wall: WallTime,
    isPresent: (String) -> Bool
  ) throws(Refusal) -> (user: StoredUser, token: String, operations: [StoreOperation]) {
    let id = try Self.id(of: name)
    guard attendants[id] == nil, users[id].map({ $0.role == .guest }) ?? true else {
      throw .nameTaken
    }
    var operations: [StoreOperation] = []
    var user =
      users[id] ?? StoredUser(id: id, name: name, role: .guest, createdAt: wall, seenAt: wall)
    if users[id] == nil, guestCount >= limits.guests {
      guard let absent = longestAbsentGuest(isPresent: isPresent) else { throw .full }
      operations += forget(absent)
    }
    user.name = name
    user.seenAt = wall
    users[id] = user
    operations.append(.putUser(user))
    let (token, added) = addToken(to: id, using: ports, on: wall)
    return (users[id] ?? user, token, operations + added)
  }

  /// Gives a registered user one more token.
  ///
  /// - Returns: `nil` for an unknown user.
  mutating func issueToken(
    to id: String, using ports: some ExchangePorts, on wall: WallTime
  ) -> (token: String, operations: [StoreOperation])? {
    users[id] == nil ? nil : addToken(to: id, using: ports, on: wall)
  }

  // MARK: Queries

  /// The user whom a token with that hash belongs to.
  func owner(ofHash hash: String) -> StoredUser? { owners[hash].flatMap { users[$0] } }

  func user(_ id: String) -> StoredUser? { users[id] }

  func attendant(_ id: String) -> AttendantProfile? { attendants[id] }

  /// The party that a caller means by an id or a name.
  func party(named text: String) -> StoredCall.Party? {
    let id = text.lowercased()
    if let attendant = attendants[id] ?? attendants.values.first(where: { $0.name == text }) {
      return StoredCall.Party(id: attendant.id, name: attendant.name, isBot: true)
    }
    return users[id].map { StoredCall.Party(id: $0.id, name: $0.name, isBot: false) }
  }

  var registeredUsers: [StoredUser] {
    users.values.filter { $0.role != .guest }.sorted { $0.id < $1.id }
  }

  var guests: [StoredUser] {
    users.values.filter { $0.role == .guest }.sorted { $0.id < $1.id }
  }

  var allAttendants: [AttendantProfile] { attendants.values.sorted { $0.id < $1.id } }

  var guestCount: Int { users.values.count { $0.role == .guest } }

  var registeredCount: Int { users.values.count { $0.role != .guest } }

  /// A name's id, if it is fit to be one: 1–32 letters, digits and `. _ - + @`, beginning and ending
  /// with a letter or digit; or `+` and digits.
  package static func id(of name: String) throws(Refusal) -> String {
    guard (1...32).contains(name.count), name.utf8.count <= 128,
      name.unicodeScalars.allSatisfy(isFit), let first = name.unicodeScalars.first,
      let last = name.unicodeScalars.last,
      isWordScalar(first) || isNumber(name), isWordScalar(last)
    else { throw .badName }
    return name.lowercased()
  }

  /// Whether it is a telephone number as E.164 writes it.
  private static func isNumber(_ name: String) -> Bool {
    name.first == "+" && name.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func isFit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case ".", "_", "-", "+", "@": true
    default: isWordScalar(scalar)
    }
  }

  private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
  }

  // MARK: Helpers

  private mutating func addToken(
    to id: String, using ports: some ExchangePorts, on wall: WallTime
  ) -> (token: String, operations: [StoreOperation]) {
    let token = "tr_" + hexadecimal(ports.randomBytes(32))
    let kept = StoredUser.Token(hash: ports.digest(token), createdAt: wall)
    var operations: [StoreOperation] = []
    users[id]?.tokens.append(kept)
    while let tokens = users[id]?.tokens, tokens.count > limits.tokensPerUser {
      owners[tokens[0].hash] = nil
      operations.append(.removeToken(hash: tokens[0].hash))
      users[id]?.tokens.removeFirst()
    }
    owners[kept.hash] = id
    operations.append(.putToken(kept, userID: id))
    return (token, operations)
  }

  private mutating func forget(_ id: String) -> [StoreOperation] {
    for token in users[id]?.tokens ?? [] { owners[token.hash] = nil }
    users[id] = nil
    return [.removeUser(id)]
  }

  private func longestAbsentGuest(isPresent: (String) -> Bool) -> String? {
    users.values.filter { $0.role == .guest && !isPresent($0.id) }
      .min { ($0.seenAt, $0.id) < ($1.seenAt, $1.id) }?.id
  }
}

/// Bytes as lower-case hexadecimal digits.
func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
