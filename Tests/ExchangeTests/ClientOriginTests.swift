import BotServerWire
import BuzziWire
import Formats
import NexaconWire
import Simulation
import Testing
import Transport

@testable import Exchange

@Suite("Exchange: the addresses that clients are told")
struct ClientOriginTests {
  @Test("with TLS all of them are secure, in every system")
  func isServedSecurely() throws {
    try expect(addresses(isSecure: true, fields: [:]), toBeSecure: true)
  }

  @Test("behind a proxy that takes the TLS off they are secure as well")
  func isBehindProxy() throws {
    try expect(addresses(isSecure: false, fields: ["X-Forwarded-Proto": "https"]), toBeSecure: true)
  }

  @Test("without TLS none is")
  func isServedPlainly() throws {
    try expect(addresses(isSecure: false, fields: [:]), toBeSecure: false)
  }

  private func expect(_ addresses: [String], toBeSecure isSecure: Bool) throws {
    #expect(addresses.count == 6)
    for address in addresses {
      let scheme = address.prefix { $0 != ":" }
      #expect(scheme == (isSecure ? "https" : "http") || scheme == (isSecure ? "wss" : "ws"))
      #expect(address.contains("://calls.example:8077/"), "\(address)")
    }
  }

  /// One address or two of each system.
  private func addresses(isSecure: Bool, fields: HTTPFields) throws -> [String] {
    let bench = ExchangeBench.buzzi { $0.isSecure = isSecure }
    let token = try bench.signIn("alice")
    func ask(
      _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil, _ own: HTTPFields = [:]
    ) throws -> HTTPResponse {
      var all = fields
      all["Host"] = "calls.example:8077"
      for (name, value) in own.all { all[name] = value }
      return try bench.request(
        HTTPRequest(method, path, fields: all, body: body.map { Array($0.text.utf8) } ?? []))
    }
    let call = Answer(
      try ask(
        .post, BotServerPath.initiate, ["participants": ["echo"]],
        ["Authorization": "Bearer \(token)"]))
    let session = Answer(try ask(.post, BuzziPath.session, ["chatbotId": "parrot"]))
    let credentials = Answer(
      try ask(
        .post, NexaconPath.base + NexaconPath.token, ["username": "ann"],
        ["X-API-Key": "tipring", "X-Secret-Key": "tipring"]))
    let registered = Answer(try ask(.post, "/api/v1/register?api_key=\(token)"))
    let script = String(decoding: try ask(.get, "/config.js").body, as: UTF8.self)
    let written = script.split(separator: "'").filter { $0.contains("://") }.map { String($0) }
    return [
      call.body["media"]?["events_url"]?.string, session.body["wsUrl"]?.string,
      credentials.body["nxws"]?.string,
      registered.body["server_jitsi_server_url"]?.string.map { $0 + "/" },
    ].compactMap { $0 } + written
  }
}
