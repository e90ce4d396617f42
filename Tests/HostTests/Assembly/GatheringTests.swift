import Basics
import EndToEnd
import Exchange
import Glibc
import LoopGLib
import Media
import SoundFiles
import Testing

@testable import Assembly

/// Three people with real paths, keys and codecs, each with a tone of its own.
@Suite("Rooms and conferences over the real libraries", .serialized)
struct GatheringTests {
  @Test("in a room each hears the other two and not itself, and the recording holds all three")
  func room() async throws {
    let folder = TemporaryFolder()
    let rig = Rig(.room("r"), dataFolder: folder.path)
    defer { rig.stop() }
    try await rig.waitUntilHeard()
    expectOthers(rig)
    let path = "recordings/room.wav"
    rig.orders.post(.startRecording(room: "r", path: path))
    try await Task.sleep(for: .milliseconds(2_500))
    // What a killed process would leave.
    #expect(try SoundClip.decode(path: folder[path]).count > 48_000)
    rig.orders.post(.stopRecording(room: "r"))
    #expect(
      await eventually(within: .seconds(10)) { rig.outcome.recordings.count == 2 })
    #expect(rig.outcome.recordings.first == .began)
    guard case .ended(let duration, let byteCount)? = rig.outcome.recordings.last else {
      Issue.record("\(rig.outcome.recordings)")
      return
    }
    #expect((.milliseconds(2_000) ... .milliseconds(4_000)).contains(duration))
    let samples = try SoundClip.decode(path: folder[path])
    #expect(samples.count == Int(duration.milliseconds) * 48)
    #expect(byteCount == samples.count * 2 + 44)
    for hertz in tones.values {
      #expect(Tones.amplitude(samples.suffix(24_000), hertz: hertz) > 2_000, "\(hertz)")
    }
  }

  @Test("a room is recorded as Ogg Opus, too, and one that ends ends its recording")
  func opusRecording() async throws {
    let folder = TemporaryFolder()
    let rig = Rig(.room("r"), dataFolder: folder.path)
    defer { rig.stop() }
    try await rig.waitUntilHeard()
    rig.orders.post(.startRecording(room: "r", path: "room.opus"))
    try await Task.sleep(for: .milliseconds(2_500))
    #expect(try SoundClip.decode(path: folder["room.opus"]).count > 48_000)
    for leg in tones.keys { rig.orders.post(.hangUp(callID: leg)) }
    #expect(
      await eventually(within: .seconds(10)) { rig.outcome.recordings.count == 2 })
    guard case .ended(let duration, let byteCount)? = rig.outcome.recordings.last else {
      Issue.record("\(rig.outcome.recordings)")
      return
    }
    #expect((10_000..<60_000).contains(Int(Double(byteCount * 8) / duration.seconds)))
    let samples = try SoundClip.decode(path: folder["room.opus"])
    for hertz in tones.values {
      #expect(Tones.amplitude(samples.suffix(24_000), hertz: hertz) > 2_000, "\(hertz)")
    }
  }

  @Test(
    "a recording stays in the data folder",
    arguments: ["", "/tmp/x.wav", "../x.wav", "a/../../x.wav", "a//x.wav", "x.txt"])
  func strayRecording(path: String) async throws {
    let folder = TemporaryFolder()
    let rig = Rig(.room("r"), dataFolder: folder.path)
    defer { rig.stop() }
    try await rig.waitUntilSecured()
    rig.orders.post(.startRecording(room: "r", path: path))
    #expect(
      await eventually(within: .seconds(10)) {
        if case .failed? = rig.outcome.recordings.last { true } else { false }
      })
    #expect(!folder.names().contains { $0.hasSuffix(".wav") || $0.hasSuffix(".txt") })
  }

  @Test("an exchange without a data folder says that it cannot record")
  func noFolder() async throws {
    let rig = Rig(.room("r"), dataFolder: nil)
    defer { rig.stop() }
    try await rig.waitUntilSecured()
    rig.orders.post(.startRecording(room: "r", path: "x.wav"))
    #expect(
      await eventually(within: .seconds(10)) {
        rig.outcome.recordings == [.failed("This exchange keeps no data, so it cannot record.")]
      })
  }

  @Test("in a conference each is sent the other two's streams")
  func conference() async throws {
    let rig = Rig(.conference("k"), dataFolder: nil)
    defer { rig.stop() }
    try await rig.waitUntilHeard()
    expectOthers(rig)
    #expect(Set(rig.outcome.streams.keys) == Set(tones.keys))
    #expect(Set(rig.outcome.streams.values).count == 3)
    #expect(rig.outcome.ended.isEmpty)
  }

  private func expectOthers(_ rig: Rig) {
    let heard = rig.outcome.heard
    for (listener, samples) in heard {
      for (speaker, hertz) in tones {
        let amplitude = Tones.amplitude(samples.suffix(24_000), hertz: hertz)
        if speaker == listener {
          #expect(amplitude < 200, "\(listener) hears itself: \(amplitude)")
        } else {
          #expect(amplitude > 2_500, "\(listener) hears \(speaker): \(amplitude)")
        }
      }
    }
  }

  /// The exchange's media and three people.
  private final class Rig: Sendable {
    let orders = Mailbox<AttendantOrder>(capacity: 1_024)
    private let guests: RoomGuests
    private let plane: AttendantPlane

    init(_ gathering: RoomGuests.Gathering, dataFolder: String?) {
      let guests = RoomGuests(gathering, orders: orders)
      self.guests = guests
      plane = AttendantPlane(
        includesLoopback: true, dataFolder: dataFolder, report: { guests.take($0) },
        note: { _ in })
      plane.start(orders: orders)
      guests.start(tones.mapValues { ToneVoice(hertz: $0) })
    }

    var outcome: RoomGuests.Outcome { guests.outcome.withLock { $0 } }

    func waitUntilSecured() async throws {
      try #require(await eventually { self.outcome.secured.count == 3 })
    }

    /// Waits until all hear both others for a second.
    func waitUntilHeard() async throws {
      try await waitUntilSecured()
      let isHeard = await eventually {
        tones.keys.allSatisfy { listener in
          let samples = (self.outcome.heard[listener] ?? []).suffix(24_000)
          return tones.allSatisfy { speaker, hertz in
            speaker == listener || Tones.amplitude(samples, hertz: hertz) > 2_500
          }
        }
      }
      try #require(isHeard)
    }

    func stop() {
      guests.stop()
      plane.stop()
    }
  }
}

private let tones = ["a": 430.0, "b": 770.0, "c": 1_210.0]

/// One steady tone, by which somebody can be told from others.
private struct ToneVoice: GuestVoice {
  private let step: Double
  private let amplitude: Double
  private var phase = 0.0

  init(hertz: Double, amplitude: Double = 4_000) {
    step = 2 * .pi * hertz / Double(Sound.sampleRate)
    self.amplitude = amplitude
  }

  mutating func next(sampleCount: Int) -> [Int16] {
    (0..<sampleCount).map { _ in
      defer { phase = (phase + step).truncatingRemainder(dividingBy: 2 * .pi) }
      return Int16(sin(phase) * amplitude)
    }
  }
}
