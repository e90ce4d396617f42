import Basics
import BotServerWire
import Formats
import SDP
import Simulation
import Testing

@testable import Exchange

@Suite("Exchange: TURN servers")
struct TurnTests {
  @Test("every user is told of the TURN servers, with a name and password for a day")
  func credentials() throws {
    var settings = ExchangeSettings.forTests
    settings.iceServers = [IceServer(kind: .stun, host: "stun.example.org", port: 3_478)]
    settings.turn = TurnService(
      uris: ["turn:turn.example.org?transport=tcp", "turns:turn.example.org:443"],
      secret: Secret("shared"))
    let bench = ExchangeBench(settings: settings)
    let token = try bench.signIn("alice")
    _ = try bench.signIn("bob")
    let call = try bench.post(BotServerPath.initiate, ["participants": ["bob"]], token: token)
    let servers = call.body["media"]?["ice_servers"]?.array ?? []
    #expect(servers.count == 3)
    #expect(servers[1]["urls"]?.array == ["turn:turn.example.org:3478?transport=tcp"])
    #expect(servers[2]["urls"]?.array == ["turns:turn.example.org:443?transport=tcp"])
    let expiry = bench.wall.milliseconds / 1_000 + 86_400
    let username = try #require(servers[1]["username"]?.string)
    #expect(username == "\(expiry):alice")
    let code = FakeExchangePorts().authenticationCode(
      .sha1, key: Array("shared".utf8), message: Array(username.utf8))
    #expect(servers[1]["credential"]?.string == Base64.encode(code))
  }

  @Test("without TURN servers there are no credentials")
  func none() {
    #expect(
      ExchangeBench().exchange.turnCredentials(for: "alice", on: .init(milliseconds: 0)) == nil)
  }
}
