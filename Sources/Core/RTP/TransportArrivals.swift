package import Basics

/// The packets of a path as they arrive, for feedback about them.
///
/// What has been told is kept for a while, so that a packet that was overtaken can be told afterwards
/// without taking back the others.
///
/// - Bound: ``recordLimit`` packets; the oldest are forgotten first.
package struct TransportArrivals: Sendable {
  private struct Record {
    var number: Int64
    var arrival: Instant
    var isTold: Bool
  }

  /// By number.
  private var records: [Record] = []
  private var unwrapper = Unwrapper<UInt16>()
  /// The number after the last one that was told.
  private var nextNumber: Int64?
  private var firstUntold: Instant?
  private var feedbackCount: UInt8 = 0

  package init() {}

  /// A packet with that number in its extension has left the socket.
  package mutating func packetArrived(number: UInt16, at now: Instant) {
    let number = unwrapper.unwrap(number)
    let index = (records.lastIndex { $0.number <= number } ?? -1) + 1
    if index > 0, records[index - 1].number == number { return }
    if records.count >= Self.recordLimit {
      guard index > 0 else { return }
      records.removeFirst()
      records.insert(Record(number: number, arrival: now, isTold: false), at: index - 1)
    } else {
      records.insert(Record(number: number, arrival: now, isTold: false), at: index)
    }
    if firstUntold == nil { firstUntold = now }
  }

  /// When ``expire(senderSSRC:mediaSSRC:at:)`` is next due; `nil` while there is nothing to tell.
  package var deadline: Instant? { firstUntold?.advanced(by: Self.interval) }

  /// What has not been told, if it is due.
  ///
  /// - Returns: more than one when numbers or times lie too far apart for one.
  package mutating func expire(
    senderSSRC: UInt32, mediaSSRC: UInt32, at now: Instant
  ) -> [TransportFeedback] {
    guard let deadline, deadline <= now else { return [] }
    firstUntold = nil
    guard let start = records.firstIndex(where: { !$0.isTold }) else { return [] }
    var result: [TransportFeedback] = []
    var told = records[start...]
    var base = min(records[start].number, nextNumber ?? .max)
    while let first = told.first {
      if first.number - base > Self.mostMissing { base = first.number }
      var feedback = TransportFeedback(
        senderSSRC: senderSSRC, mediaSSRC: mediaSSRC,
        base: UInt16(truncatingIfNeeded: base), referenceTime: reference(first.arrival),
        feedbackCount: feedbackCount, arrivals: [])
      let count = fill(&feedback, from: base, with: told)
      told = told.dropFirst(count)
      base = told.first?.number ?? base
      feedbackCount &+= 1
      result.append(feedback)
    }
    nextNumber = records.last.map { $0.number + 1 }
    for index in records.indices { records[index].isTold = true }
    records.removeAll { $0.arrival.duration(to: now) > Self.memory }
    return result
  }

  /// - Returns: how many records found a place; at least one.
  private func fill(
    _ feedback: inout TransportFeedback, from base: Int64, with records: ArraySlice<Record>
  ) -> Int {
    guard let first = records.first else { return 0 }
    // The reference time, before its roll-over.
    var last =
      first.arrival.nanoseconds / Self.referenceLength * (Self.referenceLength / Self.tickLength)
    var next = base
    var count = 0
    for record in records {
      let ticks = record.arrival.nanoseconds / Self.tickLength
      let missing = record.number - next
      guard let delta = Int16(exactly: ticks - last), missing <= Self.mostMissing,
        Int64(feedback.arrivals.count) + missing < TransportFeedback.statusLimit
      else { break }
      feedback.arrivals += repeatElement(nil, count: Int(missing))
      feedback.arrivals.append(delta)
      last = ticks
      next = record.number + 1
      count += 1
    }
    return count
  }

  private func reference(_ arrival: Instant) -> UInt32 {
    UInt32(truncatingIfNeeded: arrival.nanoseconds / Self.referenceLength)
  }

  private static let tickLength = TransportFeedback.tick.nanoseconds
  private static let referenceLength = TransportFeedback.referenceTick.nanoseconds
  /// How long after the first untold packet feedback is due.
  package static let interval: Duration = .milliseconds(200)
  /// How many packets are held.
  package static let recordLimit = 512
  /// How long a packet that has been told is remembered.
  private static let memory: Duration = .milliseconds(500)
  /// After a longer gap the numbers have begun anew.
  private static let mostMissing: Int64 = 1_000
}
