import Basics

/// The last few seconds of a session's counters, from which rates, shares and the mark are made.
struct QualityWindow {
  private struct Moment {
    var at: Instant
    var statistics: MediaStatistics
    var traffic: Flow.Traffic
  }

  /// Oldest first.
  private var moments: [Moment] = []

  /// Nothing has come or gone yet: what the first rates are counted from.
  mutating func begin(at now: Instant) {
    guard moments.isEmpty else { return }
    moments = [Moment(at: now, statistics: MediaStatistics(), traffic: Flow.Traffic())]
  }

  /// Fills in what only a comparison with earlier moments can tell.
  mutating func judge(
    _ statistics: inout MediaStatistics, traffic: Flow.Traffic, hasFlowed: Bool, isStalled: Bool,
    at now: Instant
  ) {
    // A closing session measures once more, too soon after the last time for a rate of its own.
    let past = moments.last { $0.at.duration(to: now) >= Self.shortestSpan } ?? moments.first
    if let past {
      let seconds = max(Self.shortestSpan, past.at.duration(to: now)).seconds
      let received = traffic.bytesReceived - past.traffic.bytesReceived
      let sent = traffic.bytesSent - past.traffic.bytesSent
      let packetCount = traffic.packetsReceived - past.traffic.packetsReceived
      let sentCount = traffic.packetsSent - past.traffic.packetsSent
      statistics.receivedBitrate = bitrate(received + packetCount * Self.overhead, seconds)
      statistics.sentBitrate = bitrate(sent + sentCount * Self.overhead, seconds)
    }
    let before = past?.statistics ?? MediaStatistics()
    statistics.recentLoss = loss(from: before, to: statistics, afterRepair: false)
    statistics.recentConcealment = share(
      statistics.concealedSamples - before.concealedSamples,
      of: statistics.totalSamplesReceived - before.totalSamplesReceived)
    let halfTrip = (statistics.roundTripTime ?? 0) / 2
    statistics.estimatedDelay =
      halfTrip + waitingTime(from: before, to: statistics) + EModel.opusDelayMilliseconds / 1_000
    if hasFlowed {
      statistics.mos = isStalled ? 1 : mark(statistics)
    }
    moments.append(Moment(at: now, statistics: statistics, traffic: traffic))
    if moments.count > Self.momentLimit { moments.removeFirst() }
  }

  private func mark(_ statistics: MediaStatistics) -> Double {
    let first = moments.first?.statistics ?? MediaStatistics()
    return EModel(
      delayMilliseconds: statistics.estimatedDelay * 1_000,
      lossPercent: loss(from: first, to: statistics, afterRepair: true) * 100,
      lossRobustness: statistics.fecPacketsReceived > 0
        ? EModel.opusRobustnessWithFEC : EModel.opusRobustness
    ).meanOpinionScore
  }

  /// The share of packets that were missing; after repair, what came too late counts and what
  /// redundancy brought back does not. A loudspeaker that has yet to begin is not the network's fault.
  private func loss(
    from first: MediaStatistics, to last: MediaStatistics, afterRepair: Bool
  ) -> Double {
    let lost = last.packetsLost - first.packetsLost
    let received = last.packetsReceived - first.packetsReceived
    let late = last.packetsLate - first.packetsLate
    let repaired = last.recoveredPackets - first.recoveredPackets
    return share(lost + (afterRepair ? late - repaired : 0), of: lost + received)
  }

  /// How long sound waited in the buffer, on average; what waits now when none was played lately. What
  /// has gathered before a loudspeaker begins is no delay: it is never heard.
  private func waitingTime(from first: MediaStatistics, to last: MediaStatistics) -> Double {
    guard last.jitterBufferEmittedCount > 0 else { return 0 }
    let count = last.jitterBufferEmittedCount - first.jitterBufferEmittedCount
    guard count > 0 else { return last.bufferDelay }
    return (last.jitterBufferDelay - first.jitterBufferDelay) / Double(count)
  }

  private func share(_ part: Int, of whole: Int) -> Double {
    whole > 0 ? min(max(0, Double(part) / Double(whole)), 1) : 0
  }

  private func bitrate(_ byteCount: Int, _ seconds: Double) -> Int {
    Int(Double(max(0, byteCount)) * 8 / seconds)
  }

  /// A mark is made over this many seconds.
  private static let momentLimit = 5
  /// What lies nearer together is not compared.
  private static let shortestSpan: Duration = .milliseconds(500)
  /// The headers of UDP and IP.
  private static let overhead = 28
}

extension MediaStatistics {
  /// How many packets came too late to be played.
  fileprivate var packetsLate: Int { packetsDiscarded - unheardPackets }
}
