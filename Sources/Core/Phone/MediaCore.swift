package import Basics
package import Media

/// The phone's media half: the sessions of all calls, and the sound that is mixed from them.
///
/// One microphone goes to all open calls; those that are muted or not active send silence instead.
/// One ear hears the active calls and the phone's own signals.
///
/// - Bound: ``callLimit`` calls.
package struct MediaCore {
  private var calls: [CallSound] = []
  var tones = SignalTones()
  private(set) var isMuted = false
  /// The microphone that is in use, and what is done to its sound.
  var microphone = Microphone()
  /// The tones of incoming calls, where they have a device of their own.
  var ringTones = SignalTones()
  /// Whether the tones of incoming calls are for another device than the loudspeaker; counts from the
  /// next tone on.
  package var ringsApart = false
  private var volume = Gain.unity
  /// The volume that the last samples were played at.
  private var playedVolume = Gain.unity
  private var devicesInUse = (capture: false, playback: false, rings: false)
  private var lastLevels: Instant?
  private(set) var deviceFaults = 0
  private(set) var deviceDelay = Duration.zero
  /// How long a pulled sample waits until it sounds, as last measured; in samples.
  package private(set) var playbackDelaySamples = 0
  /// How old the first sample of a captured frame was when it had been said, as last measured; in
  /// samples.
  package private(set) var captureDelaySamples = 0

  private(set) var settings: MediaSettings
  let ports: any MediaPorts
  private let wallTime: WallTime
  private let startedAt: Instant

  /// - Parameter wallTime: what the wall clock shows at this instant, for sender reports.
  package init(
    settings: MediaSettings, ports: any MediaPorts, wallTime: WallTime, at now: Instant
  ) {
    self.settings = settings
    self.ports = ports
    self.wallTime = wallTime
    startedAt = now
  }

  // MARK: Orders

  /// Carries out what the control loop asks. An order for a call that is over does nothing.
  package mutating func carryOut(_ order: MediaOrder, at now: Instant) -> [MediaEffect] {
    let effects: [MediaEffect]
    switch order {
    case .prepare(let id, let plan): effects = prepare(id, plan, at: now)
    case .describe(let id, let description):
      effects = perform(id) { $0.describe(description, at: now) }
    case .candidate(let id, let candidate):
      effects = perform(id) { $0.candidate(candidate, at: now) }
    case .endOfCandidates(let id): effects = perform(id) { $0.endOfCandidates(at: now) }
    case .prepareSamples(let id, let sentRate, let receivedRate, let chunk):
      let plan = SamplePlan(sentRate: sentRate, receivedRate: receivedRate, chunk: chunk)
      effects = prepare(id, plan, at: now)
    case .play(let id, let samples): return play(samples, to: id, at: now)
    case .flush(let id): return flush(id)
    case .streams(let id, let streams):
      effects = perform(id) {
        $0.expect(streams: streams)
        return []
      }
    case .open(let id): effects = open(id, at: now)
    case .setActive(let id, let isActive): effects = setActive(id, isActive, at: now)
    case .mute(let isMuted): effects = mute(isMuted)
    case .digits(let id, let digits): effects = press(digits, in: id, at: now)
    case .startTone(let tone):
      start(tone)
      effects = []
    case .stopTone:
      tones.stop()
      ringTones.stop()
      effects = []
    case .volume(let decibels):
      volume = Gain(decibels: decibels)
      effects = []
    case .bitrate(let bitsPerSecond): effects = change(bitsPerSecond: bitsPerSecond)
    case .record(let id, let path, let makesFolder):
      effects = record(id, path: path, makesFolder: makesFolder)
    case .stopRecording(let id): effects = stopRecording(id)
    case .restart(let id): effects = perform(id) { $0.restart(at: now) }
    case .servers(let id, let servers): effects = perform(id) { $0.use(servers, at: now) }
    case .networkChanged(let change):
      effects = calls.map(\.id).flatMap { id in
        perform(id) { $0.networkChanged(change, at: now) }
      }
    case .chooseDevices(let capture, let playback, let ringer):
      effects = [.chooseDevices(capture: capture, playback: playback, ringer: ringer)]
    case .close(let id): effects = perform(id) { $0.close(at: now) } + [.report(.closed(id))]
    }
    return effects + useDevices()
  }

  /// What a call's agent has to tell.
  package mutating func ice(
    _ event: IceEvent, for id: CallID, at now: Instant
  ) -> [MediaEffect] {
    let effects = perform(id) { $0.ice(event, at: now) }
    // Only an ending changes which devices are needed; packets pass without a look at them.
    return index(of: id) == nil ? effects + useDevices() : effects
  }

  // MARK: Sound

  /// One frame from the microphone, of `MediaSettings.frameSampleCount` samples.
  package mutating func captured(
    _ frame: consuming [Int16], at now: Instant
  ) -> [MediaEffect] {
    var frame = frame
    var effects = treat(&frame)
    for index in calls.indices.reversed() where calls[index].session.isOpen {
      let isHeard = calls[index].session.isActive && !isMuted
      calls[index].recording?.append(
        isHeard ? frame : [Int16](repeating: 0, count: frame.count))
      translate(calls[index].session.captured(frame, at: now), ofCallAt: index, into: &effects)
    }
    return effects
  }

  /// The next samples to be played: the active calls and the phone's own signals.
  ///
  /// - Parameter sampleCount: at most a second.
  package mutating func pull(
    sampleCount: Int, at now: Instant
  ) -> (samples: [Int16], effects: [MediaEffect]) {
    let count = min(max(0, sampleCount), Sound.sampleRate)
    var effects: [MediaEffect] = []
    var mixer = Mixer(sampleCount: count)
    for index in calls.indices.reversed() where calls[index].session.isOpen {
      let (samples, sessionEffects) = calls[index].session.pull(sampleCount: count, at: now)
      mixer.add(samples, from: playedVolume, to: volume)
      if let near = calls[index].recording?.take(count) {
        effects.append(.record(calls[index].id, near: near, far: samples))
      }
      if !sessionEffects.isEmpty { translate(sessionEffects, ofCallAt: index, into: &effects) }
    }
    if tones.isSounding {
      tones.add(to: &mixer, sampleCount: count, from: playedVolume, to: volume)
      if !tones.isSounding { effects += useDevices() }
    }
    playedVolume = volume
    let mix = mixer.mixed()
    microphone.played(mix)
    return (mix, effects + levels(at: now))
  }

  /// The samples after those that were pulled last, if they are here and nothing that happens before
  /// they are due is likely to change them: in one call that is neither recorded nor joined by a tone.
  ///
  /// - Parameter then: when they are due to be pulled.
  package mutating func pullReady(sampleCount: Int, at then: Instant) -> [Int16]? {
    guard !tones.isSounding, volume == playedVolume, let index = onlyOpenCall,
      calls[index].recording == nil,
      let samples = calls[index].session.pullReady(sampleCount: sampleCount, at: then)
    else { return nil }
    var mixer = Mixer(sampleCount: sampleCount)
    mixer.add(samples, gain: volume)
    let mix = mixer.mixed()
    microphone.played(mix)
    return mix
  }

  private var onlyOpenCall: Int? {
    var only: Int?
    for index in calls.indices where calls[index].session.isOpen {
      guard only == nil else { return nil }
      only = index
    }
    return only
  }

  /// What the devices have lost or made up since the start, in samples, and how long sound takes
  /// through both of them.
  package mutating func devicesReport(faults: Int, delay: Duration) {
    deviceFaults = faults
    deviceDelay = delay
  }

  /// What the devices tell of themselves just before a frame is captured: an echo of what was pulled
  /// comes back after both delays together, and the way through the room.
  ///
  /// - Parameters:
  ///   - capture: from the air to this loop, in samples; likewise `playback`, from this loop to the air.
  package mutating func deviceDelays(capture: Int, playback: Int) {
    captureDelaySamples = capture
    playbackDelaySamples = playback
  }

  // MARK: Time

  /// When ``expire(at:)`` is next due.
  package var deadline: Instant? {
    var earliest: Instant?
    // By index, because a session is large and would be counted in a copy of its call.
    for index in calls.indices {
      guard let deadline = calls[index].session.deadline else { continue }
      earliest = min(earliest ?? deadline, deadline)
    }
    return earliest
  }

  /// Acts on deadlines that have passed; does nothing before.
  package mutating func expire(at now: Instant) -> [MediaEffect] {
    var effects: [MediaEffect] = []
    for index in calls.indices.reversed() {
      guard let deadline = calls[index].session.deadline, deadline <= now else { continue }
      translate(calls[index].session.expire(at: now), ofCallAt: index, into: &effects)
    }
    return effects + useDevices()
  }

  // MARK: Calls

  private mutating func prepare(
    _ id: CallID, _ plan: MediaPlan, at now: Instant
  ) -> [MediaEffect] {
    if let refusal = refusal(of: id) { return refusal }
    let session = MediaSession(
      plan: plan, settings: settings, ports: ports,
      wallTime: wallTime.advanced(by: startedAt.duration(to: now)), at: now)
    return add(session, of: id, at: now)
  }

  private mutating func prepare(
    _ id: CallID, _ plan: SamplePlan?, at now: Instant
  ) -> [MediaEffect] {
    if let refusal = refusal(of: id) { return refusal }
    guard let plan else {
      return [.report(.failed(id, "The server wants sound of a kind that cannot be made."))]
    }
    return add(SampleSession(plan: plan, ports: ports), of: id, at: now)
  }

  /// What is done instead of making a session; `nil` when one shall be made.
  private func refusal(of id: CallID) -> [MediaEffect]? {
    if calls.contains(where: { $0.id == id }) { return [] }  // Ordered twice.
    guard calls.count >= Self.callLimit else { return nil }
    return [.report(.failed(id, "The phone has no room for another call."))]
  }

  private mutating func add(
    _ session: some SoundSession, of id: CallID, at now: Instant
  ) -> [MediaEffect] {
    var session = session
    session.setMuted(isMuted)
    calls.append(CallSound(id: id, session: session))
    return perform(id) { $0.prepare(at: now) }
  }

  private mutating func play(
    _ samples: [Int16], to id: CallID, at now: Instant
  ) -> [MediaEffect] {
    perform(id) {
      $0.play(samples, at: now)
      return []
    }
  }

  private mutating func flush(_ id: CallID) -> [MediaEffect] {
    perform(id) {
      $0.flush()
      return []
    }
  }

  /// Opens a call. Unless it was said otherwise, it is active if no other call is.
  private mutating func open(_ id: CallID, at now: Instant) -> [MediaEffect] {
    guard let index = index(of: id) else { return [] }
    var effects: [MediaEffect] = []
    if !calls[index].isActivityDecided {
      let isFirst = !calls.contains { $0.id != id && $0.session.isOpen && $0.session.isActive }
      effects = setActive(id, isFirst, at: now)
    }
    return effects + perform(id) { $0.open(at: now) }
  }

  private mutating func setActive(
    _ id: CallID, _ isActive: Bool, at now: Instant
  ) -> [MediaEffect] {
    guard let index = index(of: id) else { return [] }
    calls[index].isActivityDecided = true
    return perform(id) { $0.setActive(isActive, at: now) }
  }

  private mutating func mute(_ isMuted: Bool) -> [MediaEffect] {
    self.isMuted = isMuted
    for index in calls.indices { calls[index].session.setMuted(isMuted) }
    return []
  }

  private mutating func change(bitsPerSecond: Int) -> [MediaEffect] {
    settings.encoder.bitsPerSecond = bitsPerSecond
    for index in calls.indices { calls[index].session.setBitrate(bitsPerSecond: bitsPerSecond) }
    return []
  }

  private mutating func press(
    _ digits: String, in id: CallID, at now: Instant
  ) -> [MediaEffect] {
    guard let call = calls.first(where: { $0.id == id }) else { return [] }
    if call.session.takesDigits { tones.press(digits) }
    return perform(id) { $0.digits(digits, at: now) }
  }

  private mutating func record(
    _ id: CallID, path: String, makesFolder: Bool
  ) -> [MediaEffect] {
    guard let index = calls.firstIndex(where: { $0.id == id && $0.session.isOpen }) else {
      return [.report(.recording(id, path: nil, complaint: "The call is not up."))]
    }
    guard calls[index].recording == nil else {
      return [.note(id, LogEntry(.warning, "sound", "The call is being recorded already."))]
    }
    calls[index].recording = RecordingBuffer()
    return [.startRecording(id, path: path, makesFolder: makesFolder)]
  }

  private mutating func stopRecording(_ id: CallID) -> [MediaEffect] {
    guard let index = index(of: id), calls[index].recording != nil
    else { return [] }
    calls[index].recording = nil
    return [.stopRecording(id)]
  }

  /// By index, because a search hands out copies, and this is asked for with every packet.
  private func index(of id: CallID) -> Int? { calls.indices.first { calls[$0].id == id } }

  /// Has a call's session do something, and forgets the call if that was its end.
  private mutating func perform(
    _ id: CallID, _ verb: (inout any SoundSession) -> [SessionEffect]
  ) -> [MediaEffect] {
    guard let index = index(of: id) else { return [] }
    var effects: [MediaEffect] = []
    translate(verb(&calls[index].session), ofCallAt: index, into: &effects)
    return effects
  }

  private mutating func translate(
    _ effects: [SessionEffect], ofCallAt index: Int, into result: inout [MediaEffect]
  ) {
    let id = calls[index].id
    for effect in effects {
      switch effect {
      case .ice(let order): result.append(.ice(id, order))
      case .report(let report): result.append(.report(translate(report, of: id)))
      case .packet: break  // A phone's sessions carry sound.
      case .note(let entry): result.append(.note(id, entry))
      }
    }
    guard calls[index].session.isClosed else { return }
    if calls[index].recording != nil { result.append(.stopRecording(id)) }
    calls.remove(at: index)
  }

  // MARK: Devices

  mutating func useDevices() -> [MediaEffect] {
    let isCallOpen = calls.contains { $0.session.isOpen }
    let wanted = (
      capture: isCallOpen, playback: isCallOpen || tones.isSounding, rings: ringTones.isSounding
    )
    guard wanted != devicesInUse else { return [] }
    devicesInUse = wanted
    if !wanted.capture { microphone.rest() }
    return [
      .useDevices(capture: wanted.capture, playback: wanted.playback, rings: wanted.rings)
    ]
  }

  private mutating func levels(at now: Instant) -> [MediaEffect] {
    guard devicesInUse.capture else { return [] }
    if let lastLevels, lastLevels.duration(to: now) < Self.levelInterval { return [] }
    lastLevels = now
    var (near, far) = (0.0, 0.0)
    for call in calls where call.session.isOpen {
      let levels = call.session.levels
      near = max(near, levels.near)
      far = max(far, levels.far)
    }
    return [.levels(near: near, far: far)]
  }

  /// How many calls have sound or are preparing for it.
  package static let callLimit = 8
  private static let levelInterval: Duration = .milliseconds(100)
}
