import Basics
import Calling
import Formats
import NexaconClient
import Testing
import Transport
import XMPP

@Suite("Signing in to Nexacon")
struct SignInTests {
  @Test("Keys give a token, the token a stream, and then contacts and past calls are asked for")
  func signIn() throws {
    var bench = NexaconBench()
    bench.start()
    let request = try #require(bench.asked.first?.request)
    #expect(request.url == "https://nx.example/api/v1.0/nexacon-auth/nxm-token/")
    #expect(request.fields["X-API-Key"] == "public")
    #expect(request.fields["X-Secret-Key"] == "private")
    #expect(request.fields["X-NX-Token"] == nil)
    #expect(try bench.body("POST /nexacon-auth/nxm-token/") == ["username": "+255788811191"])
    try bench.reply("POST /nexacon-auth/nxm-token/", 200, NexaconBench.tokenAnswer)
    #expect(bench.opening.first?.request.url == "wss://nx.example/nx-websocket/")
    #expect(bench.opening.first?.request.subprotocols == ["xmpp"])
    try bench.offerMechanisms()
    // An empty authorization identity, the local part, and the token.
    let auth = try #require(bench.sent.last?.text)
    #expect(Base64.decode(auth) == Array("\0+255788811191\0token-1".utf8))
    bench.finishStream()
    let resource = bench.sent.last { $0.name == "iq" }?.child("bind")?.child("resource")?.text
    #expect(resource?.hasPrefix("nexacon_") == true)
    #expect(bench.sent.last?.name == "presence")
    #expect(bench.reports.first == .account(.signingIn))
    #expect(bench.reports.contains(.account(.signedIn)))
    #expect(
      bench.reports.contains(.identity(Party(name: "+255788811191", address: "+255788811191"))))
    #expect(
      bench.questions == ["GET /nx/contacts/", "GET /nx/call-history/?page=1&page_size=50"])
    #expect(bench.asked.first?.request.fields["X-NX-Token"] == "token-1")
  }

  @Test("A password is sent to the login")
  func login() throws {
    var bench = NexaconBench(secret: "geheim")
    bench.start()
    #expect(
      try bench.body("POST /nexacon-auth/login/")
        == ["username": "+255788811191", "password": "geheim"])
    try bench.reply(
      "POST /nexacon-auth/login/", 200,
      ["access": "a", "refresh": "r", "nxsm_token": "t", "nxid": "ann@nx.example"])
    // Where the server does not say, the socket is beside the API.
    #expect(bench.opening.first?.request.url == "wss://nx.example/nx-websocket/")
    try bench.offerMechanisms()
    #expect(Base64.decode(bench.sent.last?.text ?? "") == Array("\0ann\0t".utf8))
  }

  @Test("The documents' long form of the name is tried after the short one")
  func longForm() throws {
    var bench = NexaconBench()
    bench.start()
    try bench.reply("POST /nexacon-auth/nxm-token/", 200, NexaconBench.tokenAnswer)
    try bench.offerMechanisms()
    bench.hear("<failure xmlns='\(XMPPNamespace.sasl)'><not-authorized/></failure>")
    #expect(
      Base64.decode(bench.sent.last?.text ?? "")
        == Array("\0+255788811191@nx.example\0token-1".utf8))
    bench.finishStream()
    #expect(bench.reports.contains(.account(.signedIn)))
  }

  @Test("A token is not carried from an encrypted address to an open one")
  func openSocket() throws {
    var bench = NexaconBench()
    bench.start()
    var answer = NexaconBench.tokenAnswer.object ?? [:]
    answer["nxws"] = "ws://nx.example/nx-websocket/"
    try bench.reply("POST /nexacon-auth/nxm-token/", 200, .object(answer))
    #expect(bench.opening.isEmpty)
    guard case .account(.refused(let reason))? = bench.reports.last else {
      return #expect(Bool(false), "not refused")
    }
    #expect(reason.contains("encrypted"))
  }

  @Test("Without keys nothing is asked, and it is said what to set")
  func noKeys() {
    var bench = NexaconBench(keys: false)
    bench.start()
    #expect(bench.asked.isEmpty)
    guard case .account(.refused(let reason))? = bench.reports.last else {
      return #expect(Bool(false), "not refused")
    }
    #expect(reason.contains("[account nx] of tipring.conf"))
    #expect(reason.contains("api-key-command and secret-key-command"))
  }

  @Test("Refused keys end the tries; a server in trouble is tried again")
  func refusals() throws {
    var bench = NexaconBench()
    bench.start()
    try bench.reply("POST /nexacon-auth/nxm-token/", 401, ["error": "Invalid API key"])
    #expect(
      bench.reports.last == .account(.refused(reason: "The server says: Invalid API key.")))
    #expect(bench.client.deadline == nil)

    var other = NexaconBench()
    other.start()
    try other.reply("POST /nexacon-auth/nxm-token/", 503)
    guard case .account(.unreachable)? = other.reports.last else {
      return #expect(Bool(false), "no try follows")
    }
    other.advance(.seconds(1))
    #expect(other.questions == ["POST /nexacon-auth/nxm-token/"])
    try other.reply("POST /nexacon-auth/nxm-token/", 200, ["token": ""])
    other.advance(.seconds(3))
    try other.fail("POST /nexacon-auth/nxm-token/")
    other.advance(.seconds(6))
    #expect(other.questions == ["POST /nexacon-auth/nxm-token/"])
  }

  @Test("A server that asks for patience is given it")
  func retryAfter() throws {
    var bench = NexaconBench()
    bench.start()
    try bench.reply(
      "POST /nexacon-auth/nxm-token/", 429, ["error": "Rate limit exceeded"],
      fields: ["Retry-After": "20"])
    bench.advance(.milliseconds(19_999))
    #expect(bench.asked.isEmpty)
    bench.advance(.milliseconds(1))
    #expect(bench.asked.count == 1)
  }

  @Test("A token that is refused is refreshed once; then the account is")
  func renewal() throws {
    var bench = try NexaconBench.signedIn()
    bench.order(.refreshContacts)
    try bench.reply("GET /nx/contacts/", 401, ["error": "Invalid or expired token"])
    #expect(
      try bench.body("POST /nexacon-auth/nxm-token/refresh/") == ["refresh_token": "refresh-1"])
    // Refreshing fails, so that a token is asked for anew.
    try bench.reply("POST /nexacon-auth/nxm-token/refresh/", 401, ["error": "no"])
    try bench.reply("POST /nexacon-auth/nxm-token/", 200, NexaconBench.tokenAnswer)
    try bench.bringStreamUp()
    bench.order(.refreshContacts)
    try bench.reply("GET /nx/contacts/", 401, ["error": "Invalid or expired token"])
    guard case .account(.refused)? = bench.reports.last else {
      return #expect(Bool(false), "it asks for ever")
    }
  }

  @Test("A stream that breaks is opened anew while the account says so")
  func reconnection() throws {
    var bench = try NexaconBench.signedIn()
    bench.breakSocket()
    guard case .account(.reconnecting)? = bench.takeReports().last else {
      return #expect(Bool(false), "not told")
    }
    bench.advance(.seconds(1))
    try bench.bringStreamUp()
    #expect(bench.takeReports() == [.account(.signedIn)])
  }

  @Test("Signing out says goodbye and leaves nothing to do")
  func signOut() throws {
    var bench = try NexaconBench.signedIn()
    bench.order(.signOut)
    #expect(bench.takeSent().map(\.name) == ["presence", "close"])
    #expect(bench.takeReports() == [.account(.signedOut)])
    #expect(bench.client.deadline == nil)
  }
}
