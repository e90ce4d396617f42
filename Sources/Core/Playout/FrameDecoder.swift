/// Turns packets of one stream into sound at 48 000 samples a second, one channel.
///
/// A decoder has a memory of what it decoded last; its verbs are called in playing order.
package protocol FrameDecoder: AnyObject {
  /// - Returns: the samples; `nil` when the payload cannot be read.
  func decode(_ payload: [UInt8]) -> [Int16]?
  /// The frame before the one in `payload`, from the redundancy it carries; `nil` when there is none.
  func decodeRedundancy(_ payload: [UInt8], sampleCount: Int) -> [Int16]?
  /// What may have been in a frame that is missing; also comfort noise during a pause.
  ///
  /// - Parameter sampleCount: a multiple of 120.
  func conceal(sampleCount: Int) -> [Int16]
  /// How many samples the payload lasts; `nil` when it cannot be read.
  func sampleCount(of payload: [UInt8]) -> Int?
  /// Whether the payload carries redundancy for the frame before it.
  func hasRedundancy(_ payload: [UInt8]) -> Bool
}
