import Basics
import Calling
import Formats
import LoopGLib
import NexaconWire
import SDP
import Simulation
import Testing
import Transport
import XMPP

/// Whole clients call each other through the XMPP server that Nexacon itself uses.
@Suite("Nexacon with ejabberd", .serialized, .timeLimit(.minutes(4)))
struct EjabberdTests {
  private static let ann = "+255788811191"
  private static let ben = "+255788811192"
  /// Known to the exchange only.
  private static let zoe = "+255788811193"
  private static let id = CallID(account: AccountID(0), isIncoming: false, number: 1)

  private let exchange: HostRig
  private let ejabberd: Ejabberd

  init() throws {
    exchange = try HostRig()
    ejabberd = try Ejabberd(users: [Self.ann, Self.ben], trusting: exchange.port)
  }

  // MARK: Signing in

  @Test("A client signs in with the exchange's token and stays while the server pings it")
  func signIn() async throws {
    let end = end(Self.ann)
    #expect(await end.isSignedIn(), "\(end.told) \(ejabberd.log.suffix(4_000))")
    let party = await end.first { if case .identity(let party) = $0 { party } else { nil } }
    #expect(party?.address == Self.ann)
    // The server cuts off who does not answer its pings, one a second.
    _ = await end.first(within: .seconds(7)) { _ in nil as Bool? }
    #expect(end.told.filter { if case .account = $0 { true } else { false } }.count == 2)
    #expect(ejabberd.log.contains("urn:xmpp:ping"))
  }

  @Test(
    "A wrong token is refused, by name and by address; the right one is tried on the same stream")
  func credentials() async throws {
    let token = try token(of: Self.ann)
    let address = "\(Self.ann)@\(Ejabberd.domain)"
    let refused = StreamEnd(settings([(Self.ann, "wrong"), (address, "wrong")]))
    let reason = await refused.first { if case .refused(let reason) = $0 { reason } else { nil } }
    #expect(reason?.contains("does not accept the credentials") == true, "\(refused.told)")
    let second = StreamEnd(settings([(Self.ann, "wrong"), (Self.ann, token)]))
    #expect(await second.online()?.bare == JID(address), "\(second.told)")
  }

  @Test("The server answers a client's pings")
  func pings() async throws {
    var settings = settings([(Self.ann, try token(of: Self.ann))])
    settings.pingInterval = .milliseconds(100)
    let end = StreamEnd(settings)
    #expect(await end.online() != nil, "\(end.told)")
    _ = await end.first(within: .seconds(1)) { _ in nil as Bool? }
    #expect(end.stream.isOnline)
    #expect(end.told.count == 1)
  }

  // MARK: Calls

  @Test(
    "A call is invited, rings, is taken, described by both, and ended by either",
    arguments: [true, false])
  func call(endsCaller: Bool) async throws {
    let (caller, callee) = try await pair()
    let incoming = try await ring(caller, callee)
    try await talk(caller, callee, incoming)
    if endsCaller {
      caller.order(.end(Self.id, .hungUp))
      #expect(await Self.end(of: incoming, at: callee) == .remoteHungUp)
    } else {
      callee.order(.end(incoming, .hungUp))
      #expect(await Self.end(of: Self.id, at: caller) == .remoteHungUp)
    }
    #expect(caller.notes.isEmpty && callee.notes.isEmpty, "\(caller.notes) \(callee.notes)")
  }

  @Test("Declined and busy are told apart", arguments: [true, false])
  func declined(isBusy: Bool) async throws {
    let (caller, callee) = try await pair()
    let incoming = try await ring(caller, callee)
    callee.order(isBusy ? .refuseBusy(incoming) : .decline(incoming, reason: nil))
    #expect(
      await Self.end(of: Self.id, at: caller) == (isBusy ? .busy : .declined(reason: nil)))
  }

  @Test("A call given up stops ringing")
  func cancelled() async throws {
    let (caller, callee) = try await pair()
    let incoming = try await ring(caller, callee)
    caller.order(.end(Self.id, .cancelled))
    #expect(await Self.end(of: incoming, at: callee) == .cancelled)
  }

  @Test("Somebody whom the server does not know cannot be reached")
  func unknown() async throws {
    _ = try token(of: Self.zoe)
    let caller = end(Self.ann)
    #expect(await caller.isSignedIn())
    caller.order(.place(Self.id, to: Self.zoe, kind: .audio))
    let reason = await Self.end(of: Self.id, at: caller)
    guard case .signalingFailed(let words)? = reason else {
      return #expect(Bool(false), "\(caller.told)")
    }
    #expect(words.contains("cannot be reached"))
  }

  // MARK: Calls to somebody who is away

  @Test("An invitation waits for a callee who is away, and the call comes about")
  func offline() async throws {
    _ = try token(of: Self.ben)
    let caller = end(Self.ann)
    #expect(await caller.isSignedIn())
    caller.order(.place(Self.id, to: Self.ben, kind: .audio))
    try await waitUntilStored(caller)
    #expect(!caller.told.contains(.ringing(Self.id)))
    let callee = end(Self.ben)
    (caller.others, callee.others) = ([callee], [caller])
    let incoming = try #require(await Self.invitation(at: callee), "\(callee.told)")
    #expect(await caller.first { $0 == .ringing(Self.id) ? true : nil } == true)
    try await talk(caller, callee, incoming)
  }

  @Test("An invitation that has waited for a minute does not ring")
  func old() async throws {
    _ = try token(of: Self.ben)
    let caller = end(Self.ann)
    #expect(await caller.isSignedIn())
    caller.order(.place(Self.id, to: Self.ben, kind: .audio))
    try await waitUntilStored(caller)
    let callee = end(Self.ben, ahead: .seconds(61))
    let note = await callee.first(checking: { callee.notes.first { $0.contains("late") } })
    #expect(note?.hasPrefix("An invitation came 6") == true, "\(callee.notes)")
    #expect(await Self.invitation(at: callee, within: .milliseconds(500)) == nil)
  }

  // MARK: Helpers

  private func end(_ number: String, ahead: Duration = .zero) -> NexaconEnd {
    NexaconEnd(number, exchange: exchange.port, xmpp: ejabberd.port, ahead: ahead)
  }

  /// Two who are signed in.
  private func pair() async throws -> (caller: NexaconEnd, callee: NexaconEnd) {
    let (caller, callee) = (end(Self.ann), end(Self.ben))
    (caller.others, callee.others) = ([callee], [caller])
    try #require(await caller.isSignedIn(), "\(caller.told) \(ejabberd.log.suffix(4_000))")
    try #require(await callee.isSignedIn(), "\(callee.told)")
    return (caller, callee)
  }

  /// Places a call; the receipt for the invitation says that it rings.
  private func ring(_ caller: NexaconEnd, _ callee: NexaconEnd) async throws -> CallID {
    caller.order(.place(Self.id, to: Self.ben, kind: .audio))
    let incoming = try #require(await Self.invitation(at: callee), "\(caller.told)")
    #expect(await caller.first { $0 == .ringing(Self.id) ? true : nil } == true)
    return incoming
  }

  /// Takes the call, and tells descriptions and candidates both ways.
  private func talk(
    _ caller: NexaconEnd, _ callee: NexaconEnd, _ incoming: CallID
  ) async throws {
    caller.order(
      .describe(Self.id, try Self.description(1)), .candidate(Self.id, try Self.candidate(1)))
    callee.order(.accept(incoming))
    #expect(await caller.first { $0 == .accepted(Self.id) ? true : nil } == true)
    #expect(await callee.first { $0 == Self.described(incoming, 1) ? true : nil } == true)
    callee.order(
      .describe(incoming, try Self.description(2)), .candidate(incoming, try Self.candidate(2)))
    #expect(await caller.first { $0 == Self.described(Self.id, 2) ? true : nil } == true)
    let heard = { (end: NexaconEnd, id: CallID, number: Int) in
      let candidate = try? Self.candidate(number)
      return await end.first { $0 == candidate.map { .candidate(id, $0) } ? true : nil }
    }
    #expect(await heard(callee, incoming, 1) == true)
    #expect(await heard(caller, Self.id, 2) == true)
  }

  /// Waits until the server keeps an invitation for somebody who is away.
  private func waitUntilStored(_ caller: NexaconEnd) async throws {
    let isPlaced = await caller.first { if case .placed = $0 { true } else { nil } }
    try #require(isPlaced == true, "\(caller.told)")
    let isThere = await caller.first(checking: {
      ejabberd.log.contains("call_invitation") ? true : nil
    })
    try #require(isThere == true)
  }

  private static func invitation(
    at end: NexaconEnd, within limit: Duration = .seconds(20)
  ) async -> CallID? {
    await end.first(within: limit) { if case .invited(let call) = $0 { call.id } else { nil } }
  }

  private static func end(of id: CallID, at end: NexaconEnd) async -> EndReason? {
    await end.first { if case .ended(id, let reason) = $0 { reason } else { nil } }
  }

  /// A token of the exchange, which so comes to know the user.
  private func token(of number: String) throws -> String {
    let body: JSONValue = ["username": .string(number)]
    var request = HTTPRequest(
      .post, NexaconPath.base + NexaconPath.token, body: Array(body.text.utf8))
    request.fields["Content-Type"] = "application/json"
    request.fields["X-API-Key"] = "tipring"
    request.fields["X-Secret-Key"] = "tipring"
    let answer = try JSONValue(decoding: try exchange.request(request).body)
    return try TokenMessage(decoding: answer).token.exposed
  }

  private func settings(_ credentials: [(name: String, token: String)]) -> XMPPSettings {
    XMPPSettings(
      url: Ejabberd.socketURL(ejabberd.port), domain: Ejabberd.domain,
      credentials: credentials.map { .plain(username: $0.name, password: $0.token) },
      resource: "phone")
  }

  private static func described(_ id: CallID, _ number: Int) -> SignalingReport? {
    (try? description(number)).map { .described(id, $0) }
  }

  /// The offer is number 1, the answer number 2.
  private static func description(_ number: Int) throws -> SessionDescription {
    try SessionDescription(
      decoding: """
        v=0\r\no=- \(number) 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n\
        a=setup:\(number == 1 ? "actpass" : "active")\r\na=rtpmap:111 opus/48000/2\r\n
        """)
  }

  private static func candidate(_ number: Int) throws -> Candidate {
    try Candidate(
      decoding: "candidate:\(number) 1 udp 2130706431 192.0.2.\(number) 50000 typ host")
  }
}
