import Basics
import Calling
import Formats
import NexaconWire
import Testing
import XMPP

@Suite("Calls over Nexacon that are not taken here")
struct RefusalTests {
  private static let phone = NexaconBench.ben + "/nexacon_9"

  @Test("A reason has arrived before the server is told of the refusal, or had two seconds")
  func reasonFirst() throws {
    var bench = try NexaconBench.signedIn()
    let decline = "POST /nx/call/decline/"
    for room in ["call_7", "call_8"] {
      let call = try Self.ring(&bench, room: room)
      _ = bench.takeSent()
      bench.order(.decline(call, reason: "In a meeting"))
      #expect(!bench.questions.contains(decline))
      if room == "call_7" {
        let message = try #require(bench.takeSent().last { $0.child("body") != nil })
        bench.hear(
          """
          <message xmlns='jabber:client' from='\(Self.phone)'><received \
          xmlns='\(XMPPNamespace.receipts)' id='\(message["id"] ?? "")'/></message>
          """)
      } else {
        bench.advance(.milliseconds(1_999))
        #expect(!bench.questions.contains(decline))
        bench.advance(.milliseconds(1))
      }
      #expect(try bench.body(decline) == ["room": .string(room)])
      try bench.reply(decline, 200)
    }
    bench.advance(.seconds(10))
    #expect(!bench.questions.contains(decline))
  }

  @Test(
    "The server hears of refusals whose messages are not acknowledged: beyond 16, and at the end")
  func refusalsInWaiting() throws {
    var bench = try NexaconBench.signedIn()
    let decline = "POST /nx/call/decline/"
    for number in 1...17 {
      let call = try Self.ring(&bench, room: "call_\(number)")
      bench.order(.decline(call, reason: "No"))
    }
    #expect(bench.questions.count { $0 == decline } == 1)
    #expect(try bench.body(decline) == ["room": "call_1"])
    bench.order(.signOut)
    #expect(bench.questions.count { $0 == decline } == 17)
  }

  @Test("Taken on another device of one's own, a call stops ringing and is not missed")
  func takenElsewhere() throws {
    for isTaken in [false, true] {
      var bench = try NexaconBench.signedIn()
      let call = try Self.ring(&bench, room: "call_7")
      if isTaken { bench.order(.accept(call)) }
      bench.say(
        .end(room: "call_7", reason: SignalMessage.takenElsewhere), from: Self.phone)
      #expect(bench.takeReports() == [.ended(call, .answeredElsewhere)])
    }
  }

  /// Ben calls, and it rings.
  private static func ring(_ bench: inout NexaconBench, room: String) throws -> CallID {
    let invitation = CallInvitation(
      room: room, isVideo: false, caller: NexaconBench.ben, callerName: "Ben")
    bench.say(.invitation(invitation), from: phone)
    try bench.fail("GET /nx/webrtc/credentials/")
    guard case .invited(let call)? = bench.takeReports().last else {
      throw NotRinging()
    }
    return call.id
  }

  private struct NotRinging: Error {}
}
