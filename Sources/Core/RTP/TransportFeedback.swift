import Basics

/// What a receiver tells of each packet of a path: when it arrived, if it did.
///
/// Packets have numbers of their own, which run over all streams of the path, in a header extension of
/// two bytes. Those from ``base`` on are told, one ``arrivals`` element each.
///
///     sender SSRC:32, media SSRC:32
///     base:16 │ status count:16
///     reference time:24 │ feedback count:8
///     chunks:16 …, deltas:8 or 16 …, zeros up to a whole word
///
/// - Bound: ``statusLimit`` packets.
/// - Source: draft-holmer-rmcat-transport-wide-cc-extensions-01 §2, §3.1.
package struct TransportFeedback: Equatable, Sendable {
  package var senderSSRC: UInt32
  package var mediaSSRC: UInt32
  /// The number of the first packet.
  package var base: UInt16
  /// Since an arbitrary beginning, in 64 ms; 24 bits, which roll over.
  package var referenceTime: UInt32
  /// How many of these have been sent, modulo 256.
  package var feedbackCount: UInt8
  /// For each packet how long after the one before it arrived (the first: after the reference time), in
  /// 250 µs; `nil` for one that has not arrived.
  package var arrivals: [Int16?]

  package init(
    senderSSRC: UInt32, mediaSSRC: UInt32, base: UInt16, referenceTime: UInt32,
    feedbackCount: UInt8, arrivals: [Int16?]
  ) {
    precondition(arrivals.count <= Self.statusLimit, "the count of packets is bounded")
    self.senderSSRC = senderSSRC
    self.mediaSSRC = mediaSSRC
    self.base = base
    self.referenceTime = referenceTime & 0xFF_FFFF
    self.feedbackCount = feedbackCount
    self.arrivals = arrivals
  }

  /// What the header extension with the packets' numbers is called in `extmap`.
  package static let uri =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
  /// How many packets one feedback tells of; far more than pass between two of them.
  package static let statusLimit = 4_096
  /// The unit of arrivals.
  package static let tick: Duration = .microseconds(250)
  /// The unit of the reference time.
  package static let referenceTick: Duration = .milliseconds(64)

  /// - Returns: `nil` when it breaks its own lengths or tells of too many packets.
  init?(decoding reader: inout ByteReader) {
    guard let senderSSRC = reader.readUInt32(), let mediaSSRC = reader.readUInt32(),
      let base = reader.readUInt16(), let count = reader.readUInt16(),
      let referenceTime = reader.readUInt24(), let feedbackCount = reader.readUInt8(),
      Int(count) <= Self.statusLimit,
      let symbols = Self.symbols(&reader, count: Int(count))
    else { return nil }
    var arrivals: [Int16?] = []
    arrivals.reserveCapacity(symbols.count)
    for symbol in symbols {
      switch symbol {
      case .smallDelta:
        guard let delta = reader.readUInt8() else { return nil }
        arrivals.append(Int16(delta))
      case .largeDelta:
        guard let delta = reader.readUInt16() else { return nil }
        arrivals.append(Int16(bitPattern: delta))
      case .notReceived, .reserved:
        arrivals.append(nil)
      }
    }
    self.init(
      senderSSRC: senderSSRC, mediaSSRC: mediaSSRC, base: base, referenceTime: referenceTime,
      feedbackCount: feedbackCount, arrivals: arrivals)
  }

  func encodedBody() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: senderSSRC)
    bytes.append(bigEndian: mediaSSRC)
    bytes.append(bigEndian: base)
    bytes.append(bigEndian: UInt16(arrivals.count))
    bytes.append(bigEndian24: referenceTime)
    bytes.append(feedbackCount)
    Self.appendChunks(of: arrivals.map(Symbol.init(of:)), to: &bytes)
    for case .some(let delta) in arrivals {
      if (0...255).contains(delta) {
        bytes.append(UInt8(delta))
      } else {
        bytes.append(bigEndian: UInt16(bitPattern: delta))
      }
    }
    while bytes.count % 4 != 0 { bytes.append(0) }
    return bytes
  }
}

/// The chunks, which say of each packet whether it arrived and how long its delta is (§3.1.1–3.1.4).
extension TransportFeedback {
  private enum Symbol: UInt16 {
    case notReceived, smallDelta, largeDelta, reserved

    init(of delta: Int16?) {
      switch delta {
      case nil: self = .notReceived
      case .some(0...255): self = .smallDelta
      case .some: self = .largeDelta
      }
    }
  }

  private static func symbols(_ reader: inout ByteReader, count: Int) -> [Symbol]? {
    var symbols: [Symbol] = []
    symbols.reserveCapacity(count)
    while symbols.count < count {
      guard let chunk = reader.readUInt16() else { return nil }
      let wanted = count - symbols.count
      if chunk & 0x8000 == 0 {
        let symbol = Symbol(rawValue: chunk >> 13 & 3) ?? .reserved
        symbols += repeatElement(symbol, count: min(wanted, Int(chunk & 0x1FFF)))
      } else if chunk & 0x4000 == 0 {
        // Fourteen of one bit each.
        for shift in (0..<14).reversed().prefix(wanted) {
          symbols.append(chunk >> UInt16(shift) & 1 == 1 ? .smallDelta : .notReceived)
        }
      } else {
        // Seven of two bits each.
        for index in (0..<7).reversed().prefix(wanted) {
          symbols.append(Symbol(rawValue: chunk >> UInt16(index * 2) & 3) ?? .reserved)
        }
      }
    }
    return symbols
  }

  /// Long runs as such, all else by sevens.
  private static func appendChunks(of symbols: [Symbol], to bytes: inout [UInt8]) {
    var rest = symbols[...]
    while let first = rest.first {
      let run = rest.prefix { $0 == first }.count
      if run >= 7 || run == rest.count {
        bytes.append(bigEndian: first.rawValue << 13 | UInt16(run))
        rest = rest.dropFirst(run)
        continue
      }
      var chunk: UInt16 = 0xC000
      for (index, symbol) in rest.prefix(7).enumerated() {
        chunk |= symbol.rawValue << UInt16((6 - index) * 2)
      }
      bytes.append(bigEndian: chunk)
      rest = rest.dropFirst(7)
    }
  }
}
