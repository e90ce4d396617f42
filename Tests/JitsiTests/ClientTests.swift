import Basics
import Calling
import Formats
import Jitsi
import SDP
import Testing
import Transport

@Suite("Jitsi account")
struct ClientTests {
  private static let id = CallID(account: AccountID(0), isIncoming: false, number: 1)

  private func client(
    server: String = "https://meet.example.org", options: [String: String] = [:],
    secrets: [String: Secret] = [:]
  ) -> JitsiClient {
    JitsiClient(
      account: Account(
        id: AccountID(0), name: "meet", system: .jitsi, server: server, username: "Ann",
        secret: nil, options: options, secrets: secrets), seed: 3)
  }

  private func reports(_ effects: [DialectEffect]) -> [SignalingReport] {
    effects.compactMap { if case .report(let report) = $0 { report } else { nil } }
  }

  private func request(_ effects: [DialectEffect]) throws -> (RequestID, HTTPRequest) {
    try #require(
      effects.lazy.compactMap { effect -> (RequestID, HTTPRequest)? in
        if case .transport(.request(let id, let request)) = effect { (id, request) } else { nil }
      }.first)
  }

  @Test("signed in means that the server is there")
  func signIn() throws {
    var client = client()
    let (id, request) = try request(client.start(at: .zero))
    #expect(request.url == "https://meet.example.org/config.js")
    let told = reports(client.receive(.response(id, HTTPResponse(status: 404)), at: .zero))
    #expect(told.contains(.account(.signedIn)))
    #expect(told.contains(.contacts([])))
    #expect(told.contains(.identity(Party(name: "Ann", address: "Ann"))))
  }

  @Test("a server that is away is looked for again")
  func away() throws {
    var client = client()
    let (id, _) = try request(client.start(at: .zero))
    let told = reports(client.receive(.requestFailed(id, .timedOut), at: .zero))
    guard case .account(.unreachable(_, let nextTry)) = told.last else {
      Issue.record("\(told)")
      return
    }
    #expect(client.deadline == nextTry)
    let (second, _) = try self.request(client.expire(at: nextTry))
    #expect(
      reports(client.receive(.response(second, HTTPResponse(status: 200)), at: nextTry))
        .contains(.account(.signedIn)))
  }

  @Test("an account without a server is ready at once, for URLs alone")
  func noServer() throws {
    var client = client(server: "")
    #expect(reports(client.start(at: .zero)).contains(.account(.signedIn)))
    let effects = client.carryOut(
      .place(Self.id, to: "https://other.example/r", kind: .audio), at: .zero)
    #expect(try request(effects).1.url == "https://other.example/config.js")
    let second = CallID(account: AccountID(0), isIncoming: false, number: 2)
    let refused = client.carryOut(.place(second, to: "Standup", kind: .audio), at: .zero)
    guard case .ended(second, .signalingFailed(let words)) = reports(refused).last else {
      Issue.record("\(refused)")
      return
    }
    #expect(words.contains("https://"))
  }

  @Test("a room is one of the account's server, and the token is for that server only")
  func token() throws {
    var client = client(secrets: ["jwt": Secret("tok")])
    _ = client.start(at: .zero)
    var ids: [RequestID] = []
    for (number, target) in ["room:A b", "https://meet.example.org/x", "https://other.example/y"]
      .enumerated()
    {
      let id = CallID(account: AccountID(0), isIncoming: false, number: number + 1)
      ids.append(
        try request(client.carryOut(.place(id, to: target, kind: .audio), at: .zero)).0)
    }
    let urls = ids.map { id -> String in
      let effects = client.receive(.response(id, HTTPResponse(status: 200)), at: .zero)
      for case .transport(.open(_, let request)) in effects { return request.url }
      return ""
    }
    #expect(
      urls == [
        "wss://meet.example.org/xmpp-websocket?room=a%2520b&token=tok",
        "wss://meet.example.org/xmpp-websocket?room=x&token=tok",
        "wss://other.example/xmpp-websocket?room=y",
      ])
  }

  @Test("an account of a tenant has its own part of the server")
  func tenant() throws {
    var client = client(options: ["tenant": "acme"])
    #expect(try request(client.start(at: .zero)).1.url == "https://meet.example.org/acme/config.js")
    let effects = client.carryOut(.place(Self.id, to: "Standup", kind: .audio), at: .zero)
    #expect(try request(effects).1.url == "https://meet.example.org/acme/config.js")
  }

  @Test("the browser's address of a room is told without the token")
  func browserURL() {
    var client = client(secrets: ["jwt": Secret("tok")])
    let answer = client.carryOut(
      .serve(ServiceID(1), .callURL(address: "Standup", kind: .video)), at: .zero)
    #expect(
      reports(answer) == [
        .answered(
          ServiceID(1),
          .done("https://meet.example.org/Standup", "https://meet.example.org/Standup"))
      ])
    #expect(
      reports(client.carryOut(.serve(ServiceID(2), .rooms), at: .zero)) == [
        .answered(ServiceID(2), .unsupported)
      ])
  }

  @Test("conferences at once are bounded; one that is left makes room")
  func bound() {
    var client = client()
    _ = client.start(at: .zero)
    let id = { CallID(account: AccountID(0), isIncoming: false, number: $0) }
    for number in 1...JitsiClient.callLimit {
      let effects = client.carryOut(.place(id(number), to: "r\(number)", kind: .audio), at: .zero)
      #expect(reports(effects).isEmpty)
    }
    let refused = client.carryOut(.place(id(99), to: "r", kind: .audio), at: .zero)
    #expect(reports(refused).count == 1)
    #expect(reports(client.carryOut(.end(id(1), .cancelled), at: .zero)).isEmpty)
    #expect(
      reports(client.carryOut(.place(id(100), to: "r", kind: .audio), at: .zero)).isEmpty)
  }

  @Test("signing out leaves all conferences")
  func signOut() {
    var client = client()
    _ = client.start(at: .zero)
    _ = client.carryOut(.place(Self.id, to: "r", kind: .audio), at: .zero)
    let effects = client.carryOut(.signOut, at: .zero)
    #expect(reports(effects) == [.account(.signedOut)])
    #expect(effects.filter { if case .transport(.cancel) = $0 { true } else { false } }.count == 2)
    #expect(client.deadline == nil)
  }

  @Test("orders about calls that are not there do nothing")
  func unknown() {
    var client = client()
    for order: SignalingOrder in [
      .end(Self.id, .hungUp), .mute(Self.id, true), .mediaFailed(Self.id, "x"), .accept(Self.id),
      .ring(Self.id), .decline(Self.id, reason: nil), .endOfCandidates(Self.id),
      .describe(Self.id, ConferenceBench.answer()),
    ] {
      #expect(client.carryOut(order, at: .zero).isEmpty)
    }
  }
}
