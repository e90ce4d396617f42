import Basics
import Media
import Simulation
import Testing

@testable import Exchange

@Suite("Attendants")
struct AttendantTests {
  private let silence = [Int16](repeating: 0, count: 960)

  // MARK: Detector

  @Test("speech begins with its third frame and ends after 700 ms of silence, not before")
  func detects() {
    var detector = VoiceDetector()
    for _ in 0..<50 { #expect(detector.hear(silence) == .silence) }
    #expect([0, 1, 2, 3].map { detector.hear(tone($0)) } == [.silence, .silence, .began, .speech])
    for _ in 0..<34 { #expect(detector.hear(silence) == .speech) }
    #expect(detector.hear(silence) == .ended)
    #expect(detector.hear(silence) == .silence)
  }

  @Test("a click is no speech, and a pause within a sentence is no end")
  func clicksAndPauses() {
    var detector = VoiceDetector()
    for _ in 0..<10 {
      #expect(detector.hear(tone(0)) == .silence)
      #expect(detector.hear(tone(1)) == .silence)
      #expect(detector.hear(silence) == .silence)
    }
    for index in 0..<3 { _ = detector.hear(tone(index)) }
    for _ in 0..<20 {
      for _ in 0..<30 { #expect(detector.hear(silence) == .speech) }
      #expect(detector.hear(tone(0)) == .speech)
    }
  }

  @Test("a noise that sets in is noise after two seconds, and speech above it is heard")
  func noise() {
    var detector = VoiceDetector()
    var generator = SeededGenerator(seed: 3)
    func noise(_ level: Int16) -> [Int16] {
      (0..<960).map { _ in .random(in: -level...level, using: &generator) }
    }
    var verdicts: [VoiceDetector.Verdict] = []
    for _ in 0..<150 { verdicts.append(detector.hear(noise(800))) }
    #expect(verdicts.contains(.began))
    #expect(verdicts.last == .silence)
    for _ in 0..<3 { _ = detector.hear(noise(8_000)) }
    #expect(detector.isSpeaking)
    for _ in 0..<35 { _ = detector.hear(noise(800)) }
    #expect(!detector.isSpeaking)
  }

  @Test("the loudest and the emptiest frame do no harm")
  func extremes() {
    var detector = VoiceDetector()
    for _ in 0..<200 { _ = detector.hear([Int16](repeating: .min, count: 960)) }
    for _ in 0..<200 { _ = detector.hear([]) }
    #expect(!detector.isSpeaking)
  }

  // MARK: Echo

  @Test("Echo says after exactly one second what it heard, and nothing before")
  func echoes() {
    var echo = EchoAttendant()
    #expect(echo.begin(with: Voices()) == [])
    for index in 0..<50 {
      let (spoken, acts) = echo.converse(tone(index))
      #expect(spoken == silence && acts == [])
    }
    for index in 50..<200 { #expect(echo.converse(tone(index)).spoken == tone(index - 50)) }
    #expect(echo.pressed("#") == [])
  }

  // MARK: Parrot

  @Test("Parrot calls a person when 0 is pressed, and only then")
  func parrotCallsPerson() {
    var parrot = ParrotAttendant()
    #expect(parrot.pressed("0") == [.callPerson])
    for key in "123456789*#ABCD" { #expect(parrot.pressed(key) == []) }
  }

  @Test("Parrot greets, listens, thinks, and says back what it heard")
  func parrot() {
    var parrot = ParrotAttendant()
    #expect(parrot.begin(with: voices) == said(.parrotGreeting) + [.show(.speaking)])
    var talk = hear(silence, 30, &parrot)
    #expect(Array(talk.spoken.prefix(9_600)) == [Int16](repeating: 100, count: 9_600))
    #expect(talk.spoken.dropFirst(9_600).allSatisfy { $0 == 0 })
    #expect(talk.acts == [.show(.listening)])

    talk = hear((0..<60).flatMap(tone), 1, &parrot)
    talk = hear(silence, 35, &parrot)
    #expect(
      talk.acts == [
        .say(AttendantUtterance(isOwn: false, text: "(1.2 s of speech)", isFinal: true)),
        .show(.thinking),
      ])
    talk = hear(silence, 200, &parrot)
    #expect(
      talk.acts == [
        .say(
          AttendantUtterance(isOwn: true, text: "You said: (1.2 s of speech)", isFinal: true)),
        .show(.speaking), .show(.listening),
      ])
    let words = Array(talk.spoken.drop { $0 == 0 })
    #expect(Array(words.prefix(4_800)) == [Int16](repeating: 200, count: 4_800))
    #expect(contains(talk.spoken, tone(10) + tone(11)))
  }

  @Test("Parrot stops within the frame in which it hears that it is interrupted")
  func interrupted() {
    var parrot = ParrotAttendant()
    _ = parrot.begin(with: Voices(clips: [.parrotGreeting: long]))
    #expect(hear(silence, 10, &parrot).spoken.allSatisfy { $0 == 100 })
    for index in 0..<2 { #expect(parrot.converse(tone(index)).spoken.first == 100) }
    let (spoken, acts) = parrot.converse(tone(2))
    #expect(spoken == silence)
    #expect(acts == [.interrupted, .show(.listening)])
    // What was said before it noticed belongs to the answer.
    _ = hear((3..<40).flatMap(tone), 1, &parrot)
    #expect(contains(hear(silence, 300, &parrot).spoken, tone(1) + tone(2)))
  }

  @Test("Parrot is silent when it is spoken to while it thinks")
  func spokenToWhileThinking() {
    var parrot = ParrotAttendant()
    _ = parrot.begin(with: voices)
    _ = hear(silence, 30, &parrot)
    _ = hear((0..<20).flatMap(tone), 1, &parrot)
    #expect(hear(silence, 38, &parrot).acts.last == .show(.thinking))
    #expect(hear((0..<5).flatMap(tone), 1, &parrot).acts == [.show(.listening)])
    #expect(hear((0..<20).flatMap(tone), 1, &parrot).spoken.allSatisfy { $0 == 0 })
  }

  @Test("Parrot remembers half a minute and no more")
  func memory() {
    var parrot = ParrotAttendant()
    _ = parrot.begin(with: voices)
    _ = hear(silence, 30, &parrot)
    // Words with pauses, so that they are no noise.
    for _ in 0..<60 {
      _ = hear((0..<40).flatMap(tone), 1, &parrot)
      _ = hear(silence, 10, &parrot)
    }
    let acts = hear(silence, 60, &parrot).acts
    guard case .say(let words)? = acts.first else {
      Issue.record("it heard nothing: \(acts)")
      return
    }
    #expect(words.text == "(29.2 s of speech)")
  }

  // MARK: Operator

  @Test("Operator, called, promises to call back after three seconds and hangs up")
  func promises() {
    var seat = OperatorAttendant(isCaller: false)
    #expect(seat.begin(with: voices) == said(.operatorPromise) + [.show(.speaking)])
    let talk = hear(silence, 30, &seat)
    #expect(talk.acts == [.show(.listening), .callBack(after: .seconds(3))])
    #expect(seat.pressed("#") == [])
  }

  @Test("Operator, calling, talks, waits twenty seconds, and says goodbye")
  func talks() {
    var seat = OperatorAttendant(isCaller: true)
    #expect(seat.begin(with: voices) == said(.operatorHello) + [.show(.speaking)])
    let script = hear(silence, 60, &seat)
    #expect(
      script.acts == [.show(.listening)] + said(.operatorHint) + [
        .show(.speaking), .show(.listening),
      ])
    #expect(hear(silence, 960, &seat).acts == [])
    #expect(
      hear(silence, 60, &seat).acts == said(.operatorGoodbye) + [
        .show(.speaking), .show(.listening), .hangUp,
      ])
  }

  @Test("Operator says goodbye as soon as # is pressed, and only for #", arguments: [0, 5, 100])
  func key(frames: Int) {
    var seat = OperatorAttendant(isCaller: true)
    _ = seat.begin(with: voices)
    _ = hear(silence, frames, &seat)
    #expect(seat.pressed("1") == [])
    #expect(seat.pressed("#") == said(.operatorGoodbye) + [.show(.speaking)])
    #expect(hear(silence, 15, &seat).acts.last == .hangUp)
    #expect(seat.pressed("#") == [])
  }

  @Test("a line without its clip is a short signal")
  func withoutClips() {
    for line in Voices.Line.allCases {
      let sound = Voices().sound(of: line)
      #expect(sound.count == 24_000)
      #expect(sound.contains { $0 > 2_000 } && sound.allSatisfy { abs(Int($0)) < 3_200 })
    }
  }

  // MARK: Helpers

  /// Clips of constant samples: 200 ms, the greeting at 100, the answers at 200.
  private var voices: Voices {
    var clips: [Voices.Line: [Int16]] = [:]
    for line in Voices.Line.allCases {
      clips[line] = [Int16](repeating: line == .parrotGreeting ? 100 : 200, count: 9_600)
    }
    return Voices(clips: clips)
  }

  private let long = [Int16](repeating: 100, count: 480_000)

  private func said(_ line: Voices.Line) -> [AttendantAct] {
    [.say(AttendantUtterance(isOwn: true, text: line.text, isFinal: true))]
  }

  /// A frame of a tone; each is different.
  private func tone(_ index: Int) -> [Int16] {
    (0..<960).map { Int16($0 % 2 == 0 ? 8_000 + index : -8_000 - index) }
  }

  private func hear(
    _ samples: [Int16], _ times: Int, _ attendant: inout some Attendant
  ) -> (spoken: [Int16], acts: [AttendantAct]) {
    var (spoken, acts): ([Int16], [AttendantAct]) = ([], [])
    for _ in 0..<times {
      for start in stride(from: 0, to: samples.count, by: 960) {
        let (more, others) = attendant.converse(Array(samples[start..<start + 960]))
        #expect(more.count == 960)
        spoken += more
        acts += others
      }
    }
    return (spoken, acts)
  }

  private func contains(_ samples: [Int16], _ part: [Int16]) -> Bool {
    samples.indices.contains { samples[$0] == part[0] && samples[$0...].starts(with: part) }
  }
}
