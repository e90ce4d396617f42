package import Basics
import RTP
import SDP

/// Frames out, samples in, and what is told of both.
extension MediaSession {
  /// One frame from the microphone, of ``MediaSettings/frameSampleCount`` samples.
  ///
  /// A session that is muted or not active sends silence, so that its peer sees a path that works; to
  /// a conference it sends a little silence and then nothing (protocols.md §B.6).
  package mutating func captured(_ frame: [Int16], at now: Instant) -> [SessionEffect] {
    let isSilenced = isMuted || !isActive
    silencedFrameCount = isSilenced ? min(silencedFrameCount + 1, Self.silenceFrames + 1) : 0
    if plan.isConference, silencedFrameCount > Self.silenceFrames {
      flow?.uplink.skipped(sampleCount: frame.count, at: now)
      return []
    }
    guard let datagram = flow?.captured(frame, isSilenced: isSilenced, at: now) else { return [] }
    return [.ice(.send(datagram))]
  }

  /// The next samples to be played.
  ///
  /// - Parameter sampleCount: at most a second.
  /// - Returns: exactly `sampleCount` of them; silence when nothing has arrived or the session is not
  ///   active.
  package mutating func pull(
    sampleCount: Int, at now: Instant
  ) -> (samples: [Int16], effects: [SessionEffect]) {
    let count = min(max(0, sampleCount), Sound.sampleRate)
    guard var samples = flow?.pull(sampleCount: count, at: now) else {
      return ([Int16](repeating: 0, count: count), [])
    }
    var effects: [SessionEffect] = []
    if !hasFlowed, flow?.downlinks.contains(where: \.hasPlayed) == true {
      hasFlowed = true
      effects.append(.report(.flowing))
    }
    if let speaking = lookForSpeakers(at: now) { effects.append(.report(.speaking(speaking))) }
    if isActive != wasHeard {
      Gain.fade(
        &samples, from: wasHeard ? .unity : .silence, to: isActive ? .unity : .silence)
      wasHeard = isActive
    } else if !isActive {
      samples = [Int16](repeating: 0, count: count)
    }
    return (samples, effects)
  }

  package mutating func pullReady(sampleCount: Int, at then: Instant) -> [Int16]? {
    guard isActive, wasHeard, hasFlowed else { return nil }
    return flow?.pullReady(sampleCount: sampleCount, at: then)
  }

  /// How loud the sound that goes out and the sound that comes in is at present, 0–1, linear.
  package var levels: (near: Double, far: Double) {
    // A copy of the flow would count all that it refers to.
    (flow?.uplink.meter.linear ?? 0, isActive ? flow?.farLevel ?? 0 : 0)
  }

  /// The streams that are expected in a call of several; from then on it is told who speaks.
  package mutating func expect(streams: [UInt32]) {
    let expected = Array(streams.prefix(Self.expectedStreamLimit))
    if speakers == nil { speakers = SpeakerWatch(expecting: expected) }
    speakers?.expect(expected)
  }

  private mutating func lookForSpeakers(at now: Instant) -> [UInt32]? {
    guard speakers?.isDue(at: now) == true, let flow else { return nil }
    return speakers?.look(
      at: flow.downlinks.map { ($0.reception.ssrc, $0.meter.linear) }, now: now)
  }

  /// Frames of silence that a conference is sent before sending pauses: the fade, and two to tell that
  /// it is meant.
  private static let silenceFrames = 3
  private static let expectedStreamLimit = 200

  // MARK: Packets

  mutating func receivedRTP(_ datagram: [UInt8], at now: Instant) -> [SessionEffect] {
    switch flow?.receivedRTP(datagram, at: now) {
    case .taken: return arrived(at: now)
    case .digit(let key): return arrived(at: now) + [.report(.digit(key))]
    case .replayed: return []
    case .faulty, nil:
      faultyPackets += 1
      return []
    }
  }

  mutating func receivedRTCP(_ datagram: [UInt8], at now: Instant) -> [SessionEffect] {
    switch flow?.receivedRTCP(datagram, at: now) {
    case .taken: return arrived(at: now)
    case .peerLeft: return peerLeft()
    case .faulty, nil:
      faultyPackets += 1
      return []
    }
  }

  mutating func arrived(at now: Instant) -> [SessionEffect] {
    guard stall == .stalled else { return [] }
    stall = .none
    if search.cause == .silence { pathWorks() }
    timers[.stall] = now.advanced(by: Self.stallTime)
    return [.report(.recovered)]
  }

  // MARK: Time

  mutating func expireReports(at now: Instant) -> [SessionEffect] {
    guard let due = flow?.deadline ?? packets?.reports.deadline, due <= now else { return [] }
    let datagrams = flow?.expire(at: now) ?? packets?.expireReports(at: now).map { [$0] } ?? []
    return datagrams.map { .ice(.send($0)) }
  }

  mutating func checkStall(at now: Instant) -> [SessionEffect] {
    guard stall == .none, let last = lastExpectedArrival(at: now) else { return [] }
    guard last.duration(to: now) >= Self.stallTime else {
      timers[.stall] = last.advanced(by: Self.stallTime)
      return []
    }
    stall = .stalled
    suspectPath(.silence, at: now)
    return [.report(.stalled(since: last))]
  }

  mutating func reportStatistics(at now: Instant) -> [SessionEffect] {
    timers[.statistics] = now.advanced(by: Self.statisticsInterval)
    if let flow { copyWish.judge(flow.arrivedCounts, at: now) }
    return [.report(.statistics(measure(at: now)))] + renewIfNeeded(at: now)
  }

  /// The picture of this moment.
  mutating func measure(at now: Instant) -> MediaStatistics {
    guard let flow else { return MediaStatistics() }
    var statistics = flow.statistics
    statistics.faultyPackets = faultyPackets
    statistics.isSilenceUsual = plan.isConference
    statistics.reception = ReceptionAccount(
      copyWish, isAsking: areCopiesDescribed && flow.agreed.receivedRedundancy != nil)
    statistics.localCandidateType = path?.local.rawValue
    statistics.remoteCandidateType = path?.remote.rawValue
    if !isActive { statistics.remoteAudioLevel = 0 }
    quality.judge(
      &statistics, traffic: flow.traffic, hasFlowed: hasFlowed, isStalled: stall == .stalled,
      at: now)
    return statistics
  }
}
