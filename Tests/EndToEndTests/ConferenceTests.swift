import Basics
import EndToEnd
import Formats
import Glibc
import Testing

extension WholePrograms {
  /// Conferences of the exchange, entered by their URL.
  @Suite("Conferences on the command line")
  struct ConferenceTests {
    private static let voices = [("alice", 440.0), ("bob", 700.0), ("carl", 1_100.0)]

    @Test("three phones in one conference each hear the two others, and not themselves")
    func three() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      let phones = try Self.voices.map { name, frequency in
        try rig.enter(url, as: name, tone: frequency, lasting: "8s")
      }
      for phone in phones {
        #expect(phone.exitCode(within: .seconds(40)) == 0)
        let summary = try #require(phone.allEvents?.last)
        #expect(summary["event"]?.string == "summary")
        #expect(summary["packetsLost"]?.integer == 0)
      }
      for (name, own) in Self.voices {
        // All three are there from the third second on at the latest.
        let heard = try Sound(wav: rig.folder["\(name).wav"])
          .part(from: .seconds(4), lasting: .seconds(1.5))
        #expect(heard.duration == .seconds(1.5))
        for (other, frequency) in Self.voices {
          let amplitude = heard.amplitude(at: frequency)
          if frequency == own {
            #expect(amplitude < 0.005, "\(name) hears itself")
          } else {
            #expect(amplitude > 0.1, "\(name) does not hear \(other)")
          }
        }
      }
    }

    @Test("a conference goes on when its exchange is killed and started again")
    func killed() throws {
      let rig = try Rig()
      let (first, url) = try rig.startExchange()
      let alice = try rig.enter(url, as: "alice", tone: 440, lasting: "25s")
      let bob = try rig.enter(url, as: "bob", tone: 700, lasting: "25s")
      #expect(alice.state("active", within: .seconds(20)) != nil)
      #expect(bob.state("active", within: .seconds(20)) != nil)
      first.process.kill()
      _ = try rig.startExchange(listen: String(url.dropFirst("http://".count)))
      #expect(alice.state("connecting", within: .seconds(20)) != nil)
      #expect(alice.state("active", within: .seconds(20)) != nil)
      #expect(alice.exitCode(within: .seconds(40)) == 0)
      #expect(bob.exitCode(within: .seconds(40)) == 0)
      let sound = try Sound(wav: rig.folder["alice.wav"])
      let end = sound.duration - .seconds(4)
      #expect(sound.part(from: end, lasting: .seconds(1)).amplitude(at: 700) > 0.1)
    }

    @Test("a room that nobody can name, and a server that is not there, are told in a sentence")
    func failures() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      for (target, words) in [
        (url + "/", "names no room"), ("http://127.0.0.1:1/Standup", "No server answers"),
      ] {
        let phone = try rig.start(
          [
            "call", target, "--exchange", url, "--capture", "silence", "--playback", "null",
            "--json",
          ],
          as: "alice")
        #expect(phone.exitCode(within: .seconds(20)) == 6)
        let messages = (phone.allEvents ?? []).compactMap { $0["message"]?.string }
        #expect(messages.contains { $0.contains(words) }, "\(messages)")
      }
    }

    @Test("a conference to which nobody else comes is left after its time")
    func empty() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      let alice = try rig.enter(url, as: "alice", tone: 440, lasting: "2s")
      #expect(alice.state("connecting", within: .seconds(20)) != nil)
      #expect(alice.exitCode(within: .seconds(20)) == 0)
      #expect(alice.allEvents?.last?["reason"]?.string == "hangup")
    }
  }
}

extension Rig {
  /// Starts a phone that goes into the exchange's conference and hums there.
  fileprivate func enter(
    _ url: String, as name: String, tone frequency: Double, lasting duration: String
  ) throws -> Phone {
    try start(
      [
        "call", "\(url)/Standup", "--exchange", url, "--as", name, "--capture",
        "tone:\(Int(frequency))", "--playback", "file:\(folder["\(name).wav"])", "--duration",
        duration, "--json",
      ], as: name)
  }
}

extension Sound {
  /// How strong a tone of that frequency is in the sound, from 0 to 1 (Goertzel).
  func amplitude(at frequency: Double) -> Double {
    let factor = 2 * cos(2 * Double.pi * frequency / Double(rate))
    var (last, previous) = (0.0, 0.0)
    for sample in samples { (last, previous) = (Double(sample) + factor * last - previous, last) }
    let power = last * last + previous * previous - factor * last * previous
    return 2 * max(0, power).squareRoot() / Double(max(1, samples.count))
  }
}
