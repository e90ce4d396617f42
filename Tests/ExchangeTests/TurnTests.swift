import Basics
import BotServerWire
import Formats
import NexaconWire
import SDP
import Simulation
import Testing
import Transport

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

  @Test("Nexacon's clients are given the same by their own path, before each call")
  func nexacon() throws {
    var settings = ExchangeSettings.forTests
    settings.turn = TurnService(
      uris: [
        "turn:turn.example.org", "turn:[2001:db8::1]?transport=tcp", "turns:turn.example.org",
      ],
      secret: Secret("shared"))
    let bench = ExchangeBench(settings: settings)
    let keys: HTTPFields = ["X-API-Key": "tipring", "X-Secret-Key": "tipring"]
    func ask(_ method: HTTPMethod, _ path: String, _ body: JSONValue?, token: String?) throws
      -> JSONValue
    {
      var fields = keys
      fields["X-NX-Token"] = token
      let request = HTTPRequest(
        method, NexaconPath.base + path, fields: fields, body: Array((body?.text ?? "").utf8))
      return Answer(try bench.request(request)).body
    }
    let answer = try ask(.post, NexaconPath.token, ["username": "ann"], token: nil)
    let token = try TokenMessage(decoding: answer).token.exposed
    let body = try ask(.get, NexaconPath.credentials, nil, token: token)
    let servers = CredentialsMessage(decoding: body).servers.filter { $0.username != nil }
    #expect(
      servers.map(\.urls) == [
        ["turn:turn.example.org:3478?transport=udp"], ["turn:[2001:db8::1]:3478?transport=tcp"],
        ["turns:turn.example.org:5349?transport=tcp"],
      ])
    let username = "\(bench.wall.milliseconds / 1_000 + 86_400):ann"
    let code = FakeExchangePorts().authenticationCode(
      .sha1, key: Array("shared".utf8), message: Array(username.utf8))
    for server in servers {
      #expect(server.username == username)
      #expect(server.credential == Base64.encode(code))
    }
    // Each asks for its own; a day later they are others.
    bench.advance(.seconds(86_400))
    let next = CredentialsMessage(
      decoding: try ask(.get, NexaconPath.credentials, nil, token: token))
    #expect(next.servers.last?.username != username)
  }

  @Test("without TURN servers there are no credentials")
  func none() {
    #expect(
      ExchangeBench().exchange.turnCredentials(for: "alice", on: .init(milliseconds: 0)) == nil)
  }
}
