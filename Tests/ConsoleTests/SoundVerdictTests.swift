import Calling
import Cells
import Media
import Testing

@testable import Console

@Suite("Sound verdict")
struct SoundVerdictTests {
  private func verdict(
    _ circumstances: SoundVerdict.Circumstances = .init(), seconds: Int = 20,
    _ change: (inout MediaStatistics, Int) -> Void = { _, _ in }
  ) -> SoundVerdict {
    var history = StatisticsHistory()
    for second in 1...seconds {
      var sample = Situations.sample(second)
      change(&sample, second)
      history.append(sample)
    }
    return SoundVerdict(of: history, in: circumstances)
  }

  @Test("says that it sounds good, fair or poor by the score")
  func plain() {
    #expect(verdict().sentence == "Sounds good.")
    #expect(verdict { sample, _ in sample.mos = 4.2 }.sentence == "Sounds fair.")
    #expect(verdict { sample, _ in sample.mos = 3.6 }.grade == .fair)
    #expect(verdict { sample, _ in sample.mos = 3.5 }.grade == .poor)
  }

  @Test("knows nothing before sound has arrived")
  func unknown() {
    #expect(SoundVerdict(of: StatisticsHistory(), in: .init()).sentence == "Measuring…")
    let silent = verdict { sample, _ in
      sample.mos = nil
      sample.packetsReceived = 0
    }
    #expect(silent.sentence == "No sound has arrived yet.")
  }

  @Test("does not praise a call in which nothing but silence comes")
  func remoteSilence() {
    let silent = verdict { sample, second in
      sample.remoteAudioLevel = second > 15 ? 0.000_1 : 0.1
    }
    #expect(silent.sentence == "Nothing but silence comes; the connection is good.")
    #expect(silent.grade == .unknown)
    let alone = verdict(.init(isAlone: true)) { sample, _ in sample.remoteAudioLevel = 0 }
    #expect(alone.sentence == "Nobody else is here; the connection is good.")
    let pause = verdict { sample, second in
      sample.remoteAudioLevel = second > 16 ? 0.000_1 : 0.1
    }
    #expect(pause.sentence == "Sounds good.")
    let lossy = verdict { sample, _ in (sample.remoteAudioLevel, sample.recentLoss) = (0, 0.06) }
    #expect(lossy.grade == .poor, "what is wrong is told first")
  }

  @Test("tells of a call that is over how it was")
  func over() {
    #expect(verdict(.init(isOver: true)).sentence == "It sounded good.")
    #expect(verdict(.init(isMuted: true, isOver: true)).sentence == "It sounded good.")
    let fair = verdict(.init(isOver: true)) { sample, second in
      sample.mos = second > 10 ? 3.2 : 4.4
    }
    #expect(fair.sentence == "It sounded fair.", "by its mean")
    let deaf = verdict(.init(isOver: true)) { sample, _ in
      (sample.mos, sample.packetsReceived) = (nil, 0)
    }
    #expect(deaf.sentence == "No sound has arrived.")
    let unheard = verdict(.init(isOver: true, hasNoSpeaker: true))
    #expect(unheard.sentence == "You heard nothing, without a speaker; the connection was good.")
    #expect(unheard.grade == .unknown)
    let silent = verdict(.init(isOver: true)) { sample, _ in sample.remoteAudioLevel = 0.000_1 }
    #expect(silent.sentence == "Nothing but silence came; the connection was good.")
    let once = verdict(.init(isOver: true)) { sample, second in
      sample.remoteAudioLevel = second == 1 ? 0.1 : 0
    }
    #expect(once.sentence == "It sounded good.")
    let short = verdict(.init(isOver: true), seconds: 4) { sample, _ in
      sample.remoteAudioLevel = 0
    }
    #expect(short.sentence == "It sounded good.", "a pause in speech may be as long")
    let quietAtLast = verdict(.init(isOver: true), seconds: 70) { sample, second in
      sample.remoteAudioLevel = second == 1 ? 0.1 : 0
    }
    #expect(
      quietAtLast.sentence == "It sounded good.", "something was heard more than a minute ago")
    var ended = Situations.parrot
    ended.phase = .ended(.remoteHungUp)
    let shown = render(Situations.inCall(Size(rows: 40, columns: 120), [ended])).screen.text
    #expect(shown.contains("It sounded good."), "\n\(shown)")
  }

  @Test("a listening bot or a quiet conference is no broken network")
  func usualSilence() {
    let quiet = verdict { sample, second in
      sample.packetsReceived = min(second, 10) * 50
      sample.isSilenceUsual = true
    }
    #expect(quiet.sentence == "Nobody speaks at present.")
    let speaking = verdict { sample, _ in
      sample.isSilenceUsual = true
      sample.mos = nil
    }
    #expect(speaking.sentence == "Sound comes by way of the server; how well is not measured.")
    let broken = verdict { sample, second in sample.packetsReceived = min(second, 10) * 50 }
    #expect(broken.sentence.hasPrefix("Nothing has arrived for 11 s"))
  }

  @Test("tells loss from 2 % on, and how much")
  func loss() {
    #expect(verdict { sample, _ in sample.recentLoss = 0.02 }.grade == .good)
    let fair = verdict { sample, _ in sample.recentLoss = 0.03 }
    #expect(fair.grade == .fair)
    #expect(
      fair.sentence
        == "Choppy: 3 % is lost on the way. Use a cable, not WLAN; or x and call again.")
    #expect(verdict { sample, _ in sample.recentLoss = 0.06 }.grade == .poor)
  }

  @Test("tells jitter when it is heard")
  func jitter() {
    #expect(verdict { sample, _ in sample.jitter = 0.05 }.grade == .good)
    let heard = verdict { sample, _ in
      sample.jitter = 0.05
      sample.recentConcealment = 0.02
    }
    #expect(heard.sentence.hasPrefix("Uneven: sound comes 50 ms early or late"))
  }

  @Test("tells delay, and a relay as its cause")
  func delay() {
    let far = verdict { sample, _ in sample.estimatedDelay = 0.42 }
    #expect(
      far.sentence == "Slow by 420 ms: the way through the network is long. Let each other finish.")
    let relayed = verdict { sample, _ in
      sample.estimatedDelay = 0.42
      sample.remoteCandidateType = "relay"
    }
    #expect(relayed.sentence.contains("through a relay"))
  }

  @Test("tells silence from the other side after more than three seconds")
  func silence() {
    #expect(
      verdict { sample, second in sample.packetsReceived = 50 * min(second, 17) }.grade == .poor)
    #expect(
      verdict { sample, second in sample.packetsReceived = 50 * min(second, 18) }.grade == .good)
    #expect(
      verdict { sample, second in sample.packetsReceived = 50 * min(second, 11) }.sentence
        == "Nothing has arrived for 10 s: their network or yours is down. x hangs up.")
  }

  @Test("tells what is wrong with the devices here")
  func devices() {
    #expect(
      verdict { sample, second in sample.deviceFaults = second * 100 }.sentence.hasPrefix(
        "Your sound device cannot keep up, or this machine is busy."))
    #expect(
      verdict(.init(hasNoMicrophone: true)).sentence
        == "They hear silence: there is no microphone. v chooses one.")
    #expect(
      verdict(.init(hasNoSpeaker: true)).sentence
        == "You hear nothing: there is no speaker. v chooses one.")
    let dead = verdict { sample, _ in sample.localAudioLevel = 0 }
    #expect(dead.sentence.hasPrefix("Your microphone is quite silent"))
    #expect(
      verdict(.init(isMuted: true)) { sample, _ in sample.localAudioLevel = 0 }.sentence
        == "They cannot hear you: muted. m unmutes.")
  }

  @Test(
    "misses a device only where nothing has taken its place",
    arguments: [
      ("default", "default", false, false), ("silence", "default", true, false),
      ("default", "null", false, true),
    ])
  func missing(capture: String, playback: String, noMicrophone: Bool, noSpeaker: Bool) {
    var state = Situations.inCall(Size(rows: 40, columns: 120))
    for (complaint, isMissed) in [("It is gone.", true), (nil, false)] as [(String?, Bool)] {
      var board = state.board
      board.sound.use(capture: capture, playback: playback, ringer: "")
      board.sound.complaint = complaint
      _ = reduce(&state, .board(board, at: state.now))
      let shown = render(state).screen.text
      #expect(shown.contains("there is no microphone") == (isMissed && noMicrophone))
      #expect(shown.contains("there is no speaker") == (isMissed && noSpeaker))
    }
  }

  @Test("tells what the others hear of it")
  func uplink() {
    let lost = verdict { sample, _ in sample.remoteFractionLost = 0.1 }
    #expect(lost.sentence.hasPrefix("They hear gaps: 10 % of what you send is lost."))
    #expect(lost.grade == .poor)
  }

  @Test("names the user's own keys")
  func keys() {
    var circumstances = SoundVerdict.Circumstances(isMuted: true)
    circumstances.muteKey = "F6"
    #expect(verdict(circumstances).sentence == "They cannot hear you: muted. F6 unmutes.")
    #expect(verdict(.init(isHeld: true)).sentence == "On hold: no sound passes. h resumes.")
  }

  @Test("keeps one minute and no more")
  func bound() {
    var history = StatisticsHistory()
    for second in 1...200 { history.append(Situations.sample(second)) }
    #expect(history.samples.count == 60)
    #expect(history.growth(of: \.packetsReceived, seconds: 10) == 500)
  }
}
