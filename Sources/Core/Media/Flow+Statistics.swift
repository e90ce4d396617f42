import Basics
import RTP

extension Flow {
  /// The counters of all streams, and what the reports told; rates and marks are for ``QualityWindow``.
  var statistics: MediaStatistics {
    var statistics = MediaStatistics()
    var total = retired
    for downlink in downlinks { total.add(downlink.counters) }
    total.write(to: &statistics)
    statistics.packetsReceived = traffic.packetsReceived
    statistics.bytesReceived = traffic.payloadBytesReceived
    statistics.jitter = downlinks.map { $0.reception.jitter.milliseconds / 1_000 }.max() ?? 0
    statistics.bufferDelay = downlinks.map(\.bufferDelay.seconds).max() ?? 0
    statistics.remoteAudioLevel = farLevel
    statistics.packetsSent = uplink.packetCount
    statistics.bytesSent = uplink.payloadBytes
    statistics.localAudioLevel = uplink.meter.linear
    statistics.remoteFractionLost = reports.remoteFractionLost
    statistics.remoteJitter = reports.remoteJitter
    statistics.roundTripTime = reports.roundTripTime?.seconds
    statistics.adaptation = uplink.account
    statistics.cipher = profile.title
    statistics.codec = "Opus 48 kHz"
    return statistics
  }

  /// The packets of all streams.
  var arrivedCounts: CopyWish.Counts {
    var total = retired
    for downlink in downlinks { total.add(downlink.counters) }
    return CopyWish.Counts(
      received: traffic.packetsReceived, lost: total.packetsLost, gaps: total.gaps,
      redundant: total.redundantPackets)
  }

  /// Of the loudest stream, 0–1, linear.
  var farLevel: Double { downlinks.map(\.meter.linear).max() ?? 0 }
}
