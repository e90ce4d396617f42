import Files
import Invocation

/// How a network treated a stream: the extra one-way delay of each packet, or its loss.
///
/// A file has `#` lines, then one number a packet, in milliseconds; −1 is a loss. `# fifo=1` among the
/// first lines says that packets do not overtake one another.
struct DelayTrace {
  /// In milliseconds; `nil` for a packet that is lost.
  private(set) var delays: [Double?] = []
  private(set) var keepsOrder = false

  /// Why a file is no trace, in a sentence.
  struct Failure: Error {
    let sentence: String
  }

  init(path: String) throws(Failure) {
    let text: String
    do throws(FileError) {
      text = String(decoding: try SmallFile.read(path, limit: Self.byteLimit), as: UTF8.self)
    } catch {
      throw Failure(sentence: error.sentence)
    }
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let line = line.trimmed
      if line.isEmpty { continue }
      if line.hasPrefix("#") {
        if line.dropFirst().trimmed == "fifo=1" { keepsOrder = true }
        continue
      }
      guard let delay = Double(line), delay.isFinite, delay <= 60_000 else {
        throw Failure(
          sentence: "Line \(index + 1) of \(path) is no delay; a line holds milliseconds, or -1.")
      }
      delays.append(delay < 0 ? nil : delay)
    }
    guard !delays.isEmpty else { throw Failure(sentence: "\(path) holds no packet.") }
  }

  /// The packets in the order of their arrival, which is in milliseconds from the first one's sending.
  ///
  /// - Parameter spacing: between two packets, in milliseconds.
  func arrivals(spacing: Double) -> [(time: Double, packet: Int)] {
    var arrivals: [(time: Double, packet: Int)] = []
    var last = 0.0
    for (packet, delay) in delays.enumerated() {
      guard let delay else { continue }
      var time = Double(packet) * spacing + delay
      if keepsOrder { time = max(time, last) }
      last = time
      arrivals.append((time, packet))
    }
    return arrivals.sorted { ($0.time, $0.packet) < ($1.time, $1.packet) }
  }

  private static let byteLimit = 16 << 20
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
