import Basics
import Formats
import Simulation
import Testing
import Transport
import XMPP

@testable import Exchange

@Suite("Exchange: a Jitsi server's paths")
struct JitsiServingTests {
  private let bench = ExchangeBench()

  @Test("the configuration names domains and addresses as the client knows the server")
  func configuration() throws {
    let text = try script(host: "exchange.example:8077")
    for line in [
      "domain: 'meet.jitsi'", "muc: 'muc.meet.jitsi'", "focus: 'focus.meet.jitsi'",
      "websocket: 'ws://exchange.example:8077/xmpp-websocket'",
      "conferenceRequestUrl: 'http://exchange.example:8077/conference-request/v1'",
    ] {
      #expect(text.contains(line))
    }
    var settings = ExchangeSettings.forTests
    settings.isSecure = true
    let secure = ExchangeBench(settings: settings)
    let answer = try secure.request(
      HTTPRequest(.get, "/config.js", fields: ["Host": "[::1]:1"]))
    #expect(String(decoding: answer.body, as: UTF8.self).contains("'wss://[::1]:1/xmpp-websocket'"))
    #expect(answer.fields["Content-Type"]?.hasPrefix("text/javascript") == true)
  }

  @Test(
    "a host that is none is not repeated", arguments: ["'};alert(1)//", "a b", "", "x\u{202E}y"])
  func hostileHost(host: String) throws {
    let text = try script(host: host)
    #expect(!text.contains("websocket"))
    #expect(text.contains("meet.jitsi"))
  }

  @Test("a conference is asked for by HTTP, by its name or address")
  func request() throws {
    for room in ["r", "R@muc.meet.jitsi"] {
      let answer = try bench.post("/conference-request/v1", ["room": .string(room)], token: nil)
      #expect(answer.status == 200)
      #expect(answer.body["ready"]?.boolean == true)
      #expect(answer.body["focusJid"]?.string == "focus@auth.meet.jitsi")
    }
    #expect(bench.exchange.jitsi.rooms.keys.sorted() == ["r"])
    for body: JSONValue in [[:], [], ["room": [1]], ["room": "a@b"], ["room": "a b"]] {
      #expect(try bench.post("/conference-request/v1", body, token: nil).status == 400)
    }
    #expect(try bench.get("/conference-request/v1", token: nil).status == 405)
    #expect(try bench.get("/xmpp-websocket", token: nil).status == 426)
  }

  @Test("no more conferences than may be are asked for")
  func limit() throws {
    var settings = ExchangeSettings.forTests
    settings.limits.conferences = 1
    let bench = ExchangeBench(settings: settings)
    #expect(try bench.post("/conference-request/v1", ["room": "a"], token: nil).status == 200)
    #expect(try bench.post("/conference-request/v1", ["room": "b"], token: nil).status == 429)
    #expect(try bench.post("/conference-request/v1", ["room": "a"], token: nil).status == 200)
  }

  @Test("a room's address shows who is there and how to come, and other paths stay as they were")
  func page() throws {
    let guest = try JitsiGuest(bench)
    guest.enter("zulip-call-1")
    let answer = try bench.request(
      HTTPRequest(.get, "/zulip-call-1?config.x=1", fields: ["Host": "h:1"]))
    #expect(answer.status == 200)
    let text = String(decoding: answer.body, as: UTF8.self)
    #expect(text.contains("with 1 in it"))
    #expect(text.contains("tipring call http://h:1/zulip-call-1"))
    for path in ["/favicon.ico", "/", "/a/b", "/api/v1"] {
      #expect(try bench.get(path, token: nil).status != 200)
    }
    #expect(try bench.get("/healthz", token: nil).body["status"]?.string == "ok")
    #expect(try bench.post("/room", [:], token: nil).status == 404)
  }

  @Test("rooms take no other facade's paths")
  func order() {
    let names = Exchange.facades.map { $0.name }
    #expect(names.suffix(2) == [.jitsi, .botServer])
    #expect(Set(names) == Set(FacadeName.allCases) && names.count == FacadeName.allCases.count)
  }

  @Test("figures tell of conferences and the people in them")
  func metrics() throws {
    let guests = try (0..<3).map { _ in try JitsiGuest(bench) }
    for guest in guests { guest.enter() }
    guests[0].leave()
    let text = String(
      decoding: try bench.request(HTTPRequest(.get, "/metrics")).body, as: UTF8.self)
    #expect(text.contains("\ntipring_conferences 1\n"))
    #expect(text.contains("\ntipring_conference_people 2\n"))
    #expect(text.contains("\ntipring_conference_entries_total 3\n"))
  }

  private func script(host: String) throws -> String {
    let answer = try bench.request(HTTPRequest(.get, "/config.js", fields: ["Host": host]))
    #expect(answer.status == 200)
    return String(decoding: answer.body, as: UTF8.self)
  }
}
