import Basics
import Calling
import Media
import Phone
import Testing

@Suite("Requests beside calls, mute and speakers")
struct ControlServiceTests {
  private let account = AccountID(0)

  @Test("hands a request to the dialect, and its answer back, once")
  func answers() {
    var bench = ControlBench.signedIn()
    bench.order(.serve(ServiceID(1), account, .rooms))
    #expect(bench.scripts[0].takeOrders() == [.serve(ServiceID(1), .rooms)])
    bench.report([.answered(ServiceID(1), .unsupported), .answered(ServiceID(1), .unsupported)])
    #expect(bench.takeEvents() == [.answered(ServiceID(1), .unsupported)])
    bench.advance(.seconds(200))
    #expect(bench.takeEvents() == [])
  }

  @Test("gives up after 15 s, for a file after 120 s, and drops what comes later")
  func timesOut() {
    var bench = ControlBench.signedIn()
    bench.order(.serve(ServiceID(1), account, .rooms))
    bench.order(.serve(ServiceID(2), account, .recording(url: "/r/1")))
    bench.advance(.milliseconds(14_999))
    #expect(bench.takeEvents() == [])
    bench.advance(.milliseconds(1))
    #expect(
      bench.takeEvents() == [
        .answered(ServiceID(1), .failed("exchange has not answered in time."))
      ])
    bench.report([.answered(ServiceID(1), .unsupported)])
    bench.advance(.seconds(104))
    #expect(bench.takeEvents() == [])
    bench.advance(.seconds(1))
    #expect(bench.takeEvents().count == 1)
  }

  @Test("fails at once when nobody is signed in, or the account is unknown")
  func notSignedIn() {
    var bench = ControlBench()
    bench.start()
    bench.order(.serve(ServiceID(1), account, .rooms))
    bench.order(.serve(ServiceID(2), AccountID(7), .rooms))
    #expect(
      bench.takeEvents() == [
        .answered(ServiceID(1), .failed("Not signed in to exchange.")),
        .answered(ServiceID(2), .failed("There is no such account.")),
      ])
    #expect(bench.scripts[0].takeOrders() == [])
  }

  @Test("keeps 32 requests open at most")
  func bound() {
    var bench = ControlBench.signedIn()
    for number in 0..<33 { bench.order(.serve(ServiceID(number), account, .rooms)) }
    guard case .answered(ServiceID(32), .failed(let words))? = bench.takeEvents().first else {
      Issue.record("the request was taken")
      return
    }
    #expect(words.contains("Too many"))
    #expect(bench.scripts[0].takeOrders().count == 32)
  }

  // MARK: Mute

  @Test("tells the servers of calls that have been taken about the microphone, and later ones, too")
  func tellsMute() {
    var bench = ControlBench.signedIn()
    bench.outgoing()
    _ = bench.scripts[0].takeOrders()
    bench.order(.mute(true))
    #expect(bench.scripts[0].takeOrders() == [.mute(outgoingID, true)])
    bench.order(.mute(true))
    #expect(bench.scripts[0].takeOrders() == [])
    bench.invite()
    #expect(!bench.scripts[0].takeOrders().contains(.mute(incomingID, true)))
    bench.order(.answer(incomingID))
    #expect(bench.scripts[0].takeOrders().contains(.mute(incomingID, true)))
    bench.order(.mute(false))
    #expect(
      bench.scripts[0].takeOrders() == [.mute(outgoingID, false), .mute(incomingID, false)])
  }

  @Test("is muted by the server, with a word about who did it")
  func mutedByServer() {
    var bench = ControlBench.signedIn()
    bench.outgoing()
    _ = bench.takeEffects()
    bench.report([.muted(outgoingID, by: "Ann\u{202E}")])
    let effects = bench.takeEffects()
    #expect(effects.contains(.media(.mute(true))))
    #expect(
      effects.contains {
        if case .event(.note(outgoingID, let words)) = $0 {
          words.hasPrefix("Ann") && words.hasSuffix("has muted your microphone.")
            && !words.contains("\u{202E}")
        } else {
          false
        }
      })
    #expect(bench.board.isMuted)
    #expect(bench.scripts[0].takeOrders().contains(.mute(outgoingID, true)))
    bench.report([.muted(incoming(9), by: nil)])
    #expect(bench.takeEvents() == [], "a call that is not there")
  }

  // MARK: Several

  @Test("tells whose streams to expect and who speaks, by participant")
  func speakers() {
    var bench = ControlBench.signedIn()
    bench.outgoing()
    _ = bench.takeEffects()
    let people = [
      Participant(id: "ann", name: "Ann", streams: [1]),
      Participant(id: "ben", name: "Ben", streams: [2, 3]),
    ]
    bench.report([.participants(outgoingID, people)])
    #expect(bench.takeMedia() == [.streams(outgoingID, [1, 2, 3])])
    bench.media(.speaking(outgoingID, [3]))
    #expect(bench.takeEvents() == [.speakers(outgoingID, ["ben"])])
    #expect(bench.board.calls.first?.participants.map(\.isSpeaking) == [false, true])
    bench.media(.speaking(outgoingID, [2]))
    #expect(bench.takeEvents() == [], "it is still Ben")
    bench.media(.speaking(outgoingID, []))
    #expect(bench.takeEvents() == [.speakers(outgoingID, [])])
  }

  // MARK: Samples

  @Test("passes sound between dialect and media, and flushes it")
  func sound() {
    var bench = ControlBench.signedIn()
    bench.outgoing()
    _ = bench.takeEffects()
    _ = bench.scripts[0].takeOrders()
    bench.report([.sound(outgoingID, [1, 2]), .flushSound(outgoingID)])
    #expect(bench.takeMedia() == [.play(outgoingID, [1, 2]), .flush(outgoingID)])
    bench.media(.sound(outgoingID, [3]))
    #expect(bench.scripts[0].takeOrders() == [.sound(outgoingID, [3])])
    bench.report([.ended(outgoingID, .remoteHungUp)])
    bench.media(.sound(outgoingID, [4]))
    #expect(bench.scripts[0].takeOrders() == [], "the call is over")
  }

  @Test("asks the conference for another offer when its sound fails")
  func mediaFailed() {
    var bench = ControlBench.signedIn()
    bench.order(.call(account: account, address: "bob", name: "Bob"))
    bench.report([
      .placed(
        outgoingID, remoteID: "c", party: Party(name: "Room", address: "room"),
        terms: MediaTerms(.offeredByServer), browserURL: nil),
      .accepted(outgoingID), .described(outgoingID, description(1)),
    ])
    guard case .prepare(_, let plan)? = bench.takeMedia().first else {
      Issue.record("nothing was prepared")
      return
    }
    #expect(plan.isConference)
    _ = bench.scripts[0].takeOrders()
    bench.media(.failed(outgoingID, "The path broke."))
    #expect(bench.scripts[0].takeOrders() == [.mediaFailed(outgoingID, "The path broke.")])
    #expect(bench.takeMedia() == [.close(outgoingID)])
    #expect(bench.board.calls.first?.phase == .connecting)
  }
}
