import Basics
import Formats
import Testing
import ZulipWire

@Suite("Zulip: words")
struct WireTests {
  @Test("what is written is read as the same", arguments: [ZulipDialect.three, .two])
  func roundTrips(dialect: ZulipDialect) throws {
    let (ann, bobby) = (ZulipUser(id: 1, name: "Ann"), ZulipUser(id: 2, name: "Bob"))
    let event = CallEventMessage(
      kind: .accepted, callID: "c", isVideo: true, sender: ann, receiver: bobby, state: .accepted,
      url: callURL, reason: "x", at: ClientBench.start)
    let read = CallEventMessage(decoding: .object(event.encoded(in: dialect)), readBy: 1)
    #expect(read == event)
    let group = GroupEventMessage(
      kind: .joined, callID: "g", isVideo: false, title: "T", url: callURL, host: ann,
      participants: [GroupParticipant(user: bobby, state: .joined, isHost: false)], userID: 2)
    #expect(GroupEventMessage(decoding: .object(group.encoded())) == group)
    let queue = RegisteredQueue(
      queueID: "q", lastEventID: 3, presenceInterval: .seconds(30),
      jitsiServer: "https://j.example",
      version: "9.0")
    #expect(RegisteredQueue(decoding: queue.encoded()) == queue)
  }

  @Test("a queue's numbers stay within reason")
  func cadence() throws {
    let value: JSONValue = [
      "queue_id": "q", "event_queue_longpoll_timeout_seconds": 1e300,
      "server_presence_ping_interval_seconds": -5,
    ]
    let queue = try #require(RegisteredQueue(decoding: value))
    #expect(queue.longPoll == .seconds(600))
    #expect(queue.presenceInterval == .seconds(10))
    #expect(RegisteredQueue(decoding: ["queue_id": ""]) == nil)
  }

  @Test("a realm without Jitsi has no place for links")
  func otherProvider() {
    let value: JSONValue = [
      "queue_id": "q", "realm_video_chat_provider": 3,
      "server_jitsi_server_url": "https://j.example",
      "realm_available_video_chat_providers": ["jitsi_meet": ["id": 1]],
    ]
    #expect(RegisteredQueue(decoding: value)?.jitsiServer == nil)
  }

  @Test("the states of all generations are read, and written in each one's words")
  func states() {
    #expect(ZulipCallState(word: "active") == .accepted)
    #expect(ZulipCallState(word: "initiated") == .calling)
    #expect(ZulipCallState(word: "declined") == .rejected)
    #expect(ZulipCallState(word: "network_failure") == .networkFailure)
    #expect(ZulipCallState(word: "dancing") == nil)
    #expect(ZulipCallState.accepted.word(in: .seedB) == "accepted")
    #expect(ZulipCallState.accepted.word(in: .seedC) == "active")
    #expect(ZulipCallState.rejected.word(in: .three) == "rejected")
    #expect(ZulipCallState.missed.status == "ended")
  }

  @Test("timestamps are seconds, milliseconds, or ISO 8601")
  func times() {
    let time = ClientBench.start
    #expect(WallTime(decoding: .integer(time.unixSeconds)) == time)
    #expect(WallTime(decoding: .integer(time.milliseconds)) == time)
    #expect(WallTime(decoding: .string(time.iso8601)) == time)
    #expect(WallTime(decoding: .number(-1)) == nil)
    #expect(WallTime(decoding: .number(1e300)) == nil)
    #expect(WallTime(decoding: .string("yesterday")) == nil)
  }

  @Test("forms are escaped, and quotes around a value are taken off")
  func forms() {
    let form: ZulipForm = ["a b": "ä&=+", "none": nil]
    #expect(form.encoded() == "a%20b=%C3%A4%26%3D%2B")
    let values = [
      "id": "\"x\"", "list": "[1,\"2\"]", "plain": "3, 4", "flag": "TRUE", "empty": "\"\"",
    ]
    let parameters = ZulipParameters { values[$0] }
    #expect(parameters["id"] == "x")
    #expect(parameters["empty"] == nil)
    #expect(parameters.integers("list") == [1, 2])
    #expect(parameters.integers("plain") == [3, 4])
    #expect(parameters.flag("flag", usual: false))
    #expect(parameters.flag("other", usual: true))
  }

  @Test(
    "a join link is known by its form",
    arguments: [
      "no link", "[x](https://j.example/room)",
      "[x](ftp://j.example/r#config.startWithVideoMuted=true)",
      "[x](https://j.example#config.startWithVideoMuted=true)",
      "(https://j.example/r#config.startWithVideoMuted=true)",
      "[x](https://j.example/r#config.startWithVideoMuted=true",
    ])
  func noLink(content: String) {
    #expect(JoinLink(in: content) == nil)
  }

  @Test("a join link is read back")
  func link() {
    for isVideo in [true, false] {
      let link = JoinLink(url: "https://j.example/r", isVideo: isVideo)
      #expect(JoinLink(in: "Come: \(link.content)!") == link)
    }
  }
}
