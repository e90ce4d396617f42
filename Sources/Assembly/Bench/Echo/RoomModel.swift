import Basics
import Glibc

/// A room between a loudspeaker and a microphone, drawn from a seed.
///
/// The loudspeaker bends large amplitudes a little; the room answers with a direct sound and sparse
/// noise that decays (velvet noise), as dense as reflections in a small office.
package struct RoomModel {
  /// What is heard of one impulse: after how many samples, and how loud.
  private var reflections: [(delay: Int, gain: Float)]

  /// - Parameters:
  ///   - returnLoss: by how much the echo is softer than what was played, in dB.
  ///   - reverberation: until the room has become 60 dB quieter, in seconds.
  package init(seed: UInt64, returnLoss: Double = 6, reverberation: Double = 0.3) {
    var generator = SeededGenerator(seed: seed)
    // Half a metre from loudspeaker to microphone.
    reflections = [(delay: 70, gain: 1)]
    let spacing = Double(Self.length) / Double(Self.count)
    for index in 0..<Self.count {
      let place = (Double(index) + Double.random(in: 0..<1, using: &generator)) * spacing
      let time = place / 48_000
      let level = 0.35 * pow(10, -3 * time / reverberation)
      let sign: Double = Bool.random(using: &generator) ? 1 : -1
      reflections.append((delay: 70 + Int(place), gain: Float(level * sign)))
    }
    let energy = reflections.reduce(Float(0)) { $0 + $1.gain * $1.gain }
    let scale = Float(pow(10, -returnLoss / 20)) / energy.squareRoot()
    for index in reflections.indices { reflections[index].gain *= scale }
  }

  /// What arrives of `samples` (full scale is 1) at the microphone, of the same length.
  package func response(to samples: [Float]) -> [Float] {
    let bent = samples.map { $0 - 0.15 * $0 * $0 * $0 }
    var result = [Float](repeating: 0, count: samples.count)
    bent.withUnsafeBufferPointer { input in
      result.withUnsafeMutableBufferPointer { output in
        for (delay, gain) in reflections where gain.magnitude > 1e-5 {
          var index = delay
          while index < output.count {
            output[index] += gain * input[index - delay]
            index += 1
          }
        }
      }
    }
    return result
  }

  /// 200 ms.
  private static let length = 9_600
  private static let count = 96
}
