import Basics
import Calling
import Media
import Phone
import SDP
import Testing
import Transport

@Suite("Control core: calls")
struct ControlCallTests {
  @Test("carries an outgoing call from the order to its end")
  func outgoing() {
    var bench = ControlBench.signedIn()
    bench.order(.place(target: "bob"))
    #expect(
      bench.scripts[0].takeOrders() == [.place(outgoingID, to: "bob", kind: .audio)])
    bench.report([
      .placed(
        outgoingID, remoteID: "call_1", party: Party(name: "Bob", address: "bob"),
        terms: MediaTerms(), browserURL: nil)
    ])
    let plan = MediaPlan(role: .offerer, iceServers: [], includesLoopback: true)
    #expect(bench.takeMedia() == [.prepare(outgoingID, plan)])
    bench.media(.described(outgoingID, description(1)))
    #expect(bench.scripts[0].takeOrders() == [.describe(outgoingID, description(1))])
    bench.report([.ringing(outgoingID)])
    #expect(bench.takeMedia() == [.startTone(.ringback)])
    bench.report([.described(outgoingID, description(2)), .accepted(outgoingID)])
    #expect(
      bench.takeMedia() == [
        .describe(outgoingID, description(2)), .setActive(outgoingID, true), .open(outgoingID),
        .stopTone,
      ])
    bench.media(.secured(outgoingID))
    #expect(bench.board.calls[0].phase == .connecting)
    bench.media(.flowing(outgoingID))
    #expect(bench.board.calls[0].phase == .active)
    bench.report([.ended(outgoingID, .remoteHungUp)])
    #expect(bench.takeMedia() == [.close(outgoingID)])
    #expect(bench.scripts[0].takeOrders() == [])
    bench.advance(.seconds(5))
    #expect(bench.board.calls == [])
  }

  @Test("rings for an incoming call, prepares it, and takes it at a key press")
  func incomingCall() {
    var bench = ControlBench.signedIn()
    bench.invite()
    #expect(bench.scripts[0].takeOrders() == [.ring(incomingID)])
    let plan = MediaPlan(
      role: .answerer(offer: description(1)), iceServers: [], includesLoopback: true)
    #expect(bench.takeMedia() == [.prepare(incomingID, plan), .startTone(.ring)])
    bench.media(.described(incomingID, description(2)))
    #expect(bench.scripts[0].takeOrders() == [])
    bench.order(.answer(incomingID))
    #expect(
      bench.scripts[0].takeOrders() == [
        .accept(incomingID), .describe(incomingID, description(2)),
      ])
    #expect(
      bench.takeMedia() == [.setActive(incomingID, true), .open(incomingID), .stopTone])
  }

  @Test("sounds one tone at a time, the one that fits")
  func tones() {
    var bench = ControlBench.signedIn()
    bench.outgoing()
    _ = bench.takeEffects()
    bench.invite(1)
    #expect(bench.takeTones() == [.startTone(.waiting)])
    bench.invite(2)
    #expect(bench.takeTones() == [])
    bench.order(.silence(incoming(1)))
    #expect(bench.takeTones() == [])
    bench.order(.silence(incoming(2)))
    #expect(bench.takeTones() == [.stopTone])
    bench.order(.hangUp(outgoingID))
    #expect(bench.takeTones() == [])
    bench.invite(3)
    #expect(bench.takeTones() == [.startTone(.ring)])
    bench.order(.decline(incoming(3), reason: nil))
    #expect(bench.takeTones() == [.stopTone])
  }

  @Test(
    "tells by a tone of two seconds that an outgoing call failed",
    arguments: [
      (.busy, .busy), (.declined(reason: nil), .busy), (.signalingFailed("x"), .failure),
      (.mediaFailed("x"), .failure), (.noAnswer, nil), (.remoteHungUp, nil),
    ] as [(EndReason, CallTone?)])
  func endTones(reason: EndReason, tone: CallTone?) {
    var bench = ControlBench.signedIn()
    bench.outgoing(to: .outgoing)
    _ = bench.takeEffects()
    bench.report([.ended(outgoingID, reason)])
    #expect(bench.takeTones() == (tone.map { [.startTone($0)] } ?? []))
    bench.advance(.seconds(2) - .nanoseconds(1))
    #expect(bench.takeTones() == [])
    bench.advance(.nanoseconds(1))
    #expect(bench.takeTones() == (tone == nil ? [] : [.stopTone]))
  }

  @Test("holds the first call while a second is taken, and resumes it")
  func callWaiting() {
    var bench = ControlBench.signedIn()
    bench.outgoing()
    bench.invite()
    bench.order(.answer(incomingID))
    bench.media(.flowing(incomingID))
    #expect(bench.board.calls.map(\.phase) == [.held, .active])
    _ = bench.takeEffects()
    bench.order(.resume(outgoingID))
    #expect(
      bench.takeMedia() == [.setActive(incomingID, false), .setActive(outgoingID, true)])
    #expect(bench.board.calls.map(\.phase) == [.active, .held])
    bench.order(.hold(outgoingID))
    #expect(bench.board.calls.map(\.phase) == [.held, .held])
  }

  @Test("turns a ninth call away as busy, and writes it down")
  func turnsAway() {
    var bench = ControlBench.signedIn()
    for number in 1...8 { bench.invite(number) }
    _ = bench.scripts[0].takeOrders()
    _ = bench.takeEffects()
    bench.invite(9)
    #expect(bench.scripts[0].takeOrders() == [.refuseBusy(incoming(9))])
    #expect(bench.takeRecords().map(\.outcome) == [.busy])
    #expect(bench.board.calls.count == 8)
  }

  @Test("keeps an established call while its server is away")
  func survivesSignalingLoss() {
    var bench = ControlBench.signedIn()
    bench.outgoing()
    bench.report([.account(.reconnecting(since: bench.now, nextTry: bench.now, reason: "Gone."))])
    bench.advance(.seconds(600))
    #expect(bench.board.calls.map(\.phase) == [.active])
    bench.media(.stalled(outgoingID, since: bench.now))
    #expect(bench.board.calls[0].warning != nil)
    bench.advance(.seconds(30) - .nanoseconds(1))
    #expect(bench.board.calls.map(\.phase) == [.active])
    bench.advance(.nanoseconds(1))
    guard case .ended(.mediaFailed) = bench.board.calls[0].phase else {
      Issue.record("the call goes on")
      return
    }
    #expect(bench.scripts[0].takeOrders().count { if case .end = $0 { true } else { false } } == 1)
  }

  @Test("hangs up in media at once while the server is away, and leaves the end to the dialect")
  func hangsUpWithoutServer() {
    var bench = ControlBench.signedIn()
    bench.outgoing()
    bench.report([.account(.reconnecting(since: bench.now, nextTry: bench.now, reason: "Gone."))])
    _ = bench.takeEffects()
    _ = bench.scripts[0].takeOrders()
    bench.order(.hangUp(outgoingID))
    #expect(bench.takeMedia() == [.close(outgoingID)])
    #expect(bench.scripts[0].takeOrders() == [.end(outgoingID, .hungUp)])
  }

  @Test("tells each phase of a call once")
  func events() {
    var bench = ControlBench.signedIn()
    bench.outgoing()
    bench.order(.hangUp(outgoingID))
    let names = bench.takeEvents().compactMap { event -> String? in
      guard case .call(let call) = event else { return nil }
      return call.phase.name
    }
    #expect(names == ["outgoing", "ringing", "connecting", "active", "ended"])
  }

  @Test("passes on what is said, what bots do, keys and recordings")
  func passesOn() {
    var bench = ControlBench.signedIn()
    bench.outgoing()
    _ = bench.takeEffects()
    let line = TranscriptLine(
      speaker: "Bob", isSelf: false, text: "hi", isFinal: true, at: .zero)
    bench.report([.transcript(outgoingID, line), .agent(outgoingID, .thinking)])
    bench.media(.digit(outgoingID, "5"))
    bench.media(.recording(outgoingID, path: "/r.wav", complaint: nil))
    #expect(bench.board.calls[0].recordingPath == "/r.wav")
    bench.media(.recording(outgoingID, path: nil, complaint: "The disk is full."))
    bench.media(.captureEnded)
    #expect(
      bench.takeEvents() == [
        .transcript(outgoingID, line), .agent(outgoingID, .thinking), .digit(outgoingID, "5"),
        .recording(outgoingID, path: "/r.wav"), .recording(outgoingID, path: nil),
        .warning(outgoingID, "The disk is full."), .captureEnded,
      ])
    #expect(bench.board.calls[0].transcript == [line])
    #expect(bench.board.calls[0].agent == .thinking)
    #expect(bench.board.calls[0].recordingPath == nil)
  }

  @Test("a recording that cannot be made is complained about, and not said to have ended")
  func unmadeRecording() {
    var bench = ControlBench.signedIn()
    bench.outgoing()
    _ = bench.takeEffects()
    bench.media(.recording(outgoingID, path: nil, complaint: "There is no such folder."))
    #expect(bench.takeEvents() == [.warning(outgoingID, "There is no such folder.")])
    bench.media(.recording(outgoingID, path: nil, complaint: nil))
    #expect(bench.takeEvents() == [.recording(outgoingID, path: nil)])
  }

  @Test("mutes, changes the volume within bounds, and sends keys of a call that was taken")
  func soundOrders() {
    var bench = ControlBench.signedIn()
    bench.outgoing(to: .ringing)
    _ = bench.takeEffects()
    bench.order(.digits(outgoingID, "1"))
    guard case .warning = bench.takeEvents().first else {
      Issue.record("keys were sent to a call that rings")
      return
    }
    bench.report([.accepted(outgoingID)])
    _ = bench.takeEffects()
    bench.order(.digits(outgoingID, "12#a"))
    bench.order(.digits(outgoingID, "x"))
    bench.order(.digits(outgoingID, String(repeating: "1", count: 65)))
    bench.order(.mute(true))
    bench.order(.changeVolume(steps: 100))
    bench.order(.changeVolume(steps: .min))
    #expect(
      bench.takeMedia() == [
        .digits(outgoingID, "12#A"), .mute(true), .volume(decibels: 12), .volume(decibels: -40),
      ])
    #expect(bench.board.isMuted)
    #expect(bench.board.volumeDecibels == -40)
  }

  @Test("names a recording by time and party, in plain letters, in a folder of its own")
  func recordingName() {
    var bench = ControlBench.signedIn()
    bench.outgoing(to: .ringing)
    bench.order(.record(outgoingID, path: nil))
    bench.report([.accepted(outgoingID)])
    _ = bench.takeEffects()
    bench.order(.record(outgoingID, path: nil))
    bench.order(.record(outgoingID, path: "/tmp/x.flac"))
    bench.order(.stopRecording(outgoingID))
    #expect(
      bench.takeMedia() == [
        .record(outgoingID, path: "./20260921T141320-Bob.wav", makesFolder: true),
        .record(outgoingID, path: "/tmp/x.flac"), .stopRecording(outgoingID),
      ])
  }

  @Test("shows the devices, and warns of the same complaint once")
  func devices() {
    var bench = ControlBench.signedIn()
    for _ in 0..<3 { bench.media(.devices(capture: "hw:0", playback: "null", complaint: "None.")) }
    bench.soundChoices(capture: ["hw:0"], playback: ["hw:1"])
    bench.order(.chooseDevices(capture: "hw:0", playback: nil))
    #expect(bench.board.sound.capture == "hw:0")
    #expect(bench.board.sound.complaint == "None.")
    #expect(bench.board.sound.captureChoices == ["hw:0"])
    bench.advance(.seconds(1))
    #expect(bench.takeEvents() == [.warning(nil, "None.")])
    for _ in 0..<2 { bench.media(.devices(capture: "hw:0", playback: "null", complaint: nil)) }
    #expect(
      bench.takeEvents() == [.note(nil, "The sound devices that were chosen work again.")])
  }

  @Test("tells of two devices that fail one right after the other in one sentence")
  func bothDevices() {
    var bench = ControlBench.signedIn()
    bench.media(.devices(capture: "silence", playback: "default", complaint: "None. One."))
    bench.advance(.milliseconds(199))
    bench.media(.devices(capture: "silence", playback: "null", complaint: "None. Both."))
    #expect(bench.takeEvents() == [])
    #expect(bench.board.sound.complaint == "None. Both.")
    bench.advance(.milliseconds(1))
    #expect(bench.takeEvents() == [.warning(nil, "None. Both.")])
    bench.media(.devices(capture: "silence", playback: "null", complaint: "None. Worse."))
    bench.stop()
    #expect(
      bench.takeEvents().contains(.warning(nil, "None. Worse.")), "before the end at the latest")
  }

  @Test("says nothing of devices that fail for a moment only")
  func momentaryFailure() {
    var bench = ControlBench.signedIn()
    bench.media(.devices(capture: "silence", playback: "default", complaint: "None."))
    bench.media(.devices(capture: "default", playback: "default", complaint: nil))
    bench.advance(.seconds(1))
    #expect(bench.takeEvents() == [])
    #expect(bench.core.deadline == nil)
  }

  @Test("offers devices that are used though no list has them, and offers eight of them again")
  func unlistedDevices() {
    var bench = ControlBench.signedIn()
    bench.media(.devices(capture: "mine", playback: "mine", complaint: nil))
    bench.soundChoices(capture: ["hw:0"], playback: ["hw:1"])
    #expect(bench.board.sound.captureChoices == ["hw:0", "mine"])
    #expect(bench.board.sound.playbackChoices == ["hw:1", "mine"])
    bench.media(.devices(capture: "hw:0", playback: "hw:1", complaint: nil))
    bench.soundChoices(capture: ["hw:0", "mine"], playback: ["hw:1"])
    #expect(bench.board.sound.captureChoices == ["hw:0", "mine"])
    #expect(bench.board.sound.playbackChoices == ["hw:1", "mine"])
    for number in 1...20 {
      bench.media(.devices(capture: "old \(number)", playback: "hw:1", complaint: nil))
    }
    bench.soundChoices(capture: ["hw:0"], playback: ["hw:1"])
    #expect(bench.board.sound.captureChoices == ["hw:0"] + (13...20).map { "old \($0)" })
  }

  @Test("names the devices of the settings before a call has opened them")
  func devicesToBe() {
    var settings = PhoneSettings()
    settings.sound.use(capture: "default", playback: "mine", ringer: "")
    var bench = ControlBench(settings: settings)
    bench.start()
    bench.soundChoices(capture: ["default", "hw:0"], playback: ["default"])
    #expect(bench.board.sound.capture == "default")
    #expect(bench.board.sound.playback == "mine")
    #expect(bench.board.sound.playbackChoices == ["default", "mine"])
  }

  @Test("takes loopback addresses only for a server on this machine, and the settings' servers")
  func mediaPlans() {
    let server = IceServer(kind: .stun, host: "s", port: 1)
    for (index, name) in ["exchange", "work"].enumerated() {
      var bench = ControlBench(
        accounts: ["exchange", "work"],
        settings: PhoneSettings(iceServers: [
          AccountID(0): [server],
          AccountID(1): [IceServer(kind: .stun, host: "o", port: 2)],
        ]))
      bench.start()
      for account in 0...1 {
        bench.report([.account(.signedIn), .contacts(people(account))], of: account)
      }
      bench.order(.place(target: "bob@\(name)"))
      let id = CallID(account: AccountID(index), isIncoming: false, number: 1)
      _ = bench.takeEffects()
      let many = Array(repeating: IceServer(kind: .stun, host: "o", port: 2), count: index * 8)
      bench.report(
        [
          .placed(
            id, remoteID: "c", party: Party(name: "Bob", address: "bob"),
            terms: MediaTerms(iceServers: many), browserURL: nil)
        ], of: index)
      let plan = MediaPlan(
        role: .offerer, iceServers: index == 0 ? [server] : many, includesLoopback: index == 0)
      #expect(bench.takeMedia() == [.prepare(id, plan)])
    }
  }

  @Test("a change of network is told to servers elsewhere first, and then to media")
  func networkChanges() {
    var bench = ControlBench.signedIn(accounts: ["exchange", "work"])
    let change = NetworkChange(
      from: NetworkState(addresses: ["192.0.2.1"]), to: NetworkState(addresses: ["192.0.2.2"]))
    for script in bench.scripts { script.say([.notice("Looking.")]) }
    bench.networkChanged(change)
    #expect(bench.scripts.map(\.networkChanges) == [[], [true]])
    #expect(
      bench.takeEffects() == [.event(.note(nil, "Looking.")), .media(.networkChanged(change))])
  }

  @Test("ends all calls, signs out, and is stopped when all are signed out")
  func stops() {
    var bench = ControlBench.signedIn(accounts: ["exchange", "work"])
    bench.outgoing()
    _ = bench.scripts[0].takeOrders()
    _ = bench.takeEffects()
    bench.stop()
    #expect(bench.scripts[0].takeOrders() == [.end(outgoingID, .hungUp), .signOut])
    #expect(bench.scripts[1].takeOrders() == [.signOut])
    #expect(!bench.core.isStopped)
    #expect(bench.takeMedia() == [.close(outgoingID)])
    bench.report([.account(.signedOut)])
    bench.report([.account(.signedOut)], of: 1)
    #expect(bench.core.isStopped)
  }

  @Test("does no harm when woken early, and passes the dialects' wishes on")
  func passive() {
    var bench = ControlBench.signedIn()
    bench.expire()
    #expect(bench.takeEffects() == [])
    bench.scripts[0].deadline = bench.now.advanced(by: .seconds(3))
    #expect(bench.core.deadline == bench.scripts[0].deadline)
    bench.scripts[0].want(.transport(.cancel(RequestID(4))))
    bench.scripts[0].want(.note(LogEntry(.info, "a", "b")))
    bench.advance(.seconds(3))
    #expect(
      bench.takeEffects() == [
        .transport(AccountID(0), .cancel(RequestID(4))), .note(LogEntry(.info, "a", "b")),
      ])
    #expect(bench.core.deadline == nil)
  }
}

extension ControlBench {
  fileprivate mutating func takeTones() -> [MediaOrder] {
    takeMedia().filter {
      switch $0 {
      case .startTone, .stopTone: true
      default: false
      }
    }
  }
}
