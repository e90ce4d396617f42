import Basics
import Testing

@testable import Playout

/// Words of half a second with pauses of 0.4 s in steady noise.
struct NoisyRoom {
  /// The largest amplitudes.
  var noise: Int16 = 300
  var word = 1.0

  static func isWord(_ timestamp: Int64) -> Bool { timestamp % 43_200 < 24_000 }

  func samples(from timestamp: Int64, count: Int = 960) -> [Int16] {
    // Another place of the table for each packet.
    let start = Int(timestamp / 120 * 7_919 % 47_000)
    let loudness = Double(noise) / 1_000
    let word = Self.isWord(timestamp) ? self.word : 0
    let voice = Voice.samples(from: timestamp, count: count)
    return zip(voice, Self.table[start..<start + count]).map {
      Int16(Double($0) * word + Double($1) * loudness)
    }
  }

  private static let table: [Int16] = {
    var generator = SeededGenerator(seed: 5)
    return (0..<50_000).map { _ in Int16.random(in: -1_000...1_000, using: &generator) }
  }()
}

@Suite("Pause watch")
struct PauseWatchTests {
  @Test(
    "finds the pauses between words, in a quiet room and in noise", arguments: [0, 50, 300, 800])
  func pauses(noise: Int16) {
    let room = NoisyRoom(noise: noise)
    let heard = pauses { room.samples(from: $0) }
    for (timestamp, isPause) in heard { #expect(isPause == !NoisyRoom.isWord(timestamp)) }
  }

  @Test("takes steady noise for one pause")
  func noise() {
    let room = NoisyRoom(word: 0)
    #expect(pauseCount { room.samples(from: $0) } == soundCount)
  }

  @Test("takes what goes on for none: a voice, and noise that is loud")
  func sustained() {
    #expect(pauseCount { Voice.samples(from: $0, count: 960) } == 0)
    let loud = NoisyRoom(noise: 1_200, word: 0)
    #expect(pauseCount { loud.samples(from: $0) } == 0)
  }

  @Test("takes whispering over noise, and music that swells, for none")
  func modest() {
    // 6 dB louder than between its syllables.
    let whisper = pauseCount { timestamp in
      NoisyRoom(noise: NoisyRoom.isWord(timestamp) ? 600 : 300, word: 0).samples(from: timestamp)
    }
    #expect(whisper == 0)
    // Up and down by 12 dB within two seconds.
    let music = pauseCount { timestamp in
      let phase = abs(Double(timestamp % 96_000) / 48_000 - 1)
      return Voice.samples(from: timestamp, count: 960).map {
        Int16(Double($0) * 0.08 * (1 + 3 * phase))
      }
    }
    #expect(music == 0)
  }

  @Test("knows nothing of noise in the first second")
  func beginning() {
    var watch = PauseWatch()
    let room = NoisyRoom(word: 0)
    for index in 0..<49 {
      watch.hear(room.samples(from: Int64(index) * 960))
      #expect(!watch.isPause)
    }
    watch.hear([])
    #expect(watch.isPause)
  }

  @Test("hears packets of any length alike", arguments: [120, 240, 480, 2_880])
  func lengths(count: Int) {
    var watch = PauseWatch()
    let room = NoisyRoom()
    for timestamp in stride(from: Int64(0), to: 43_200 * 5, by: count) {
      watch.hear(room.samples(from: timestamp, count: count))
      guard timestamp > 96_000, timestamp % 43_200 % 24_000 > 2_880 else { continue }
      let ends = timestamp + Int64(count)
      guard NoisyRoom.isWord(timestamp) == NoisyRoom.isWord(ends) else { continue }
      #expect(watch.isPause == !NoisyRoom.isWord(timestamp))
    }
  }

  private func pauseCount(in sound: (Int64) -> [Int16]) -> Int {
    pauses(in: sound).count { $0.isPause }
  }

  /// What is heard of that, in packets.
  private let soundCount = (43_200 * 7 - 144_000) / 960

  /// What is a pause of what is heard after three seconds.
  private func pauses(
    in sound: (Int64) -> [Int16]
  ) -> [(timestamp: Int64, isPause: Bool)] {
    var watch = PauseWatch()
    return stride(from: Int64(0), to: 43_200 * 7, by: 960).compactMap { timestamp in
      watch.hear(sound(timestamp))
      return timestamp < 144_000 ? nil : (timestamp, watch.isPause)
    }
  }
}
