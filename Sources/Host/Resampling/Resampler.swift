import CSpeexDSP

/// Converts a stream of mono 16-bit samples from one rate to another, piece by piece.
///
/// The filter's delay is taken out: the first sample out belongs to the first sample in. Used on one
/// thread.
package final class Resampler {
  /// Why there is no such conversion.
  package enum Failure: Error, Equatable, Sendable {
    /// Outside ``Resampler/rates``.
    case unsupportedRate(Int)
    /// The library's own code; memory, in practice.
    case failed(code: Int32)
  }

  /// Samples a second, in and out.
  package let inputRate: Int
  package let outputRate: Int

  /// `nil` where both rates are the same and nothing is to be done.
  private let converter: OpaquePointer?
  private var takenCount = 0
  private var givenCount = 0

  /// - Parameter quality: 0–10; 7 keeps everything below 90 % of the lower rate's half.
  package init(from inputRate: Int, to outputRate: Int, quality: Int = 7) throws(Failure) {
    for rate in [inputRate, outputRate] where !Self.rates.contains(rate) {
      throw .unsupportedRate(rate)
    }
    precondition((0...10).contains(quality), "speexdsp knows qualities 0 to 10")
    self.inputRate = inputRate
    self.outputRate = outputRate
    if inputRate == outputRate {
      converter = nil
      return
    }
    var code: Int32 = 0
    converter = speex_resampler_init(
      1, UInt32(inputRate), UInt32(outputRate), Int32(quality), &code)
    guard let converter else { throw .failed(code: code) }
    speex_resampler_skip_zeros(converter)
  }

  deinit {
    if let converter { speex_resampler_destroy(converter) }
  }

  /// Converts the next piece. What comes out varies by a sample or two from piece to piece.
  package func convert(_ input: [Int16]) -> [Int16] {
    takenCount += input.count
    let output = run(input)
    givenCount += output.count
    return output
  }

  /// The rest of the stream, which the filter held back. The next piece begins a new stream.
  package func finish() -> [Int16] {
    guard let converter else { return [] }
    let expectedCount = (takenCount * outputRate + inputRate / 2) / inputRate
    let silence = [Int16](
      repeating: 0, count: Int(speex_resampler_get_input_latency(converter)) + 1)
    var rest: [Int16] = []
    // One pass is enough by the filter's length; the bound is for a library that thinks otherwise.
    for _ in 0..<8 where givenCount + rest.count < expectedCount { rest += run(silence) }
    rest.removeLast(max(givenCount + rest.count - expectedCount, 0))
    reset()
    return rest
  }

  /// Forgets the stream so far.
  package func reset() {
    takenCount = 0
    givenCount = 0
    guard let converter else { return }
    speex_resampler_reset_mem(converter)
    speex_resampler_skip_zeros(converter)
  }

  private func run(_ input: [Int16]) -> [Int16] {
    guard let converter else { return input }
    guard !input.isEmpty else { return [] }
    let capacity = input.count * outputRate / inputRate + 16
    return [Int16](unsafeUninitializedCapacity: capacity) { output, outputCount in
      input.withUnsafeBufferPointer { input in
        var consumed = 0
        while consumed < input.count, outputCount < capacity {
          var inputLength = UInt32(input.count - consumed)
          var outputLength = UInt32(capacity - outputCount)
          // Neither buffer is empty, so both have an address.
          speex_resampler_process_int(
            converter, 0, input.baseAddress! + consumed, &inputLength,
            output.baseAddress! + outputCount, &outputLength)
          consumed += Int(inputLength)
          outputCount += Int(outputLength)
          if inputLength == 0, outputLength == 0 { break }
        }
      }
    }
  }

  /// What is converted from and to, in samples a second.
  package static let rates = 2_000...768_000
}
