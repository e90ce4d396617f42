import Basics
import Exchange
import Formats
import Simulation
import Testing
import Transport
import ZulipWire

/// The exchange as a Zulip server, asked by users in virtual time.
final class ZulipBench {
  let exchange: ExchangeBench
  private(set) var keys: [String: String] = [:]
  private(set) var numbers: [String: Int] = [:]

  init(
    _ dialect: ZulipDialect = .three, store: MemoryStore = MemoryStore(), guestLimit: Int? = nil,
    change: (inout ZulipSettings) -> Void = { _ in }
  ) throws {
    var settings = ExchangeSettings.forTests
    settings.zulip.dialect = dialect
    if let guestLimit { settings.limits.guests = guestLimit }
    change(&settings.zulip)
    exchange = ExchangeBench(settings: settings, store: store)
    for name in ["Alice", "Bob", "Carol"] { try signIn(name) }
  }

  func signIn(_ name: String) throws {
    let answer = try ask(.post, "/fetch_api_key", ["username": name])
    keys[name] = try #require(answer.body["api_key"]?.string, "\(answer.body.text)")
    numbers[name] = answer.body["user_id"]?.integer
  }

  func advance(_ duration: Duration) { exchange.advance(duration) }

  // MARK: Requests

  func ask(
    _ method: HTTPMethod, _ path: String, _ form: ZulipForm = [:], as name: String? = nil
  ) throws -> Answer {
    Answer(try exchange.request(request(method, path, form, as: name)))
  }

  func post(_ path: String, _ form: ZulipForm = [:], as name: String) throws -> Answer {
    try ask(.post, path, form, as: name)
  }

  func get(_ path: String, as name: String) throws -> Answer { try ask(.get, path, as: name) }

  func request(
    _ method: HTTPMethod, _ path: String, _ form: ZulipForm = [:], as name: String? = nil
  ) -> HTTPRequest {
    var request = HTTPRequest(method, "/api/v1" + path)
    request.fields["Host"] = "127.0.0.1:8077"
    if let name {
      let pair = "\(name.lowercased())@example.org:\(keys[name] ?? "none")"
      request.fields["Authorization"] = "Basic " + Base64.encode(Array(pair.utf8))
    }
    if !form.fields.isEmpty {
      request.fields["Content-Type"] = "application/x-www-form-urlencoded"
      request.body = Array(form.encoded().utf8)
    }
    return request
  }

  // MARK: Calls

  func number(_ name: String) throws -> Int { try #require(numbers[name]) }

  func create(from name: String, to other: String) throws -> Answer {
    try post(
      "/calls/create",
      CreateRequest(
        userID: numbers[other], email: "\(other.lowercased())@example.org", isVideo: false
      ).encoded(), as: name)
  }

  /// Places a call and returns its name.
  func place(from name: String, to other: String) throws -> String {
    let answer = try create(from: name, to: other)
    return try #require(answer.body["call_id"]?.string, "\(answer.status) \(answer.body.text)")
  }

  func state(_ id: String, as name: String) throws -> String? {
    try get("/calls/\(id)/status", as: name).body["call"]?["state"]?.string
  }

  func beat(_ id: String, _ names: [String]) throws {
    for name in names { _ = try post("/calls/heartbeat", ["call_id": id], as: name) }
  }

  // MARK: Queues

  func register(_ name: String, _ types: String = #"["call","group_call","call_event"]"#) throws
    -> String
  {
    let answer = try post("/register", ["event_types": types], as: name)
    return try #require(answer.body["queue_id"]?.string)
  }

  /// The events after that number, without waiting.
  func events(_ queue: String, after last: Int = -1, as name: String) throws -> [JSONValue] {
    let answer = try get(
      "/events?queue_id=\(queue)&last_event_id=\(last)&dont_block=true", as: name)
    #expect(answer.status == 200)
    return answer.body["events"]?.array ?? []
  }

  /// What a queue has told, as the words of its events.
  func ops(_ queue: String, as name: String) throws -> [String] {
    try events(queue, as: name).compactMap { ($0["op"] ?? $0["event_type"])?.string }
  }
}

extension Answer {
  /// What the server says is wrong, in both its spellings.
  var complaint: String? {
    #expect(body["message"] == body["msg"])
    #expect(body["result"]?.string == "error")
    #expect(body["code"]?.string != nil)
    return body["msg"]?.string
  }
}
