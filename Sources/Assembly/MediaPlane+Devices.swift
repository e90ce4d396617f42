import Basics
import Glibc
import LoopGLib
import Media
import Phone
import Realtime

extension MediaPlane {
  // MARK: What comes in

  /// The microphone has brought samples, has opened, has ended or has failed.
  func inputRang() {
    input.clearDoorbells()
    let isNew = input.settleCandidate()
    guard let device = input.device else { return }
    while device.ring.count >= frameSamples {
      let now = Instant.now
      core.deviceDelays(
        capture: device.ageSamples(at: now.nanoseconds),
        playback: output.device?.latencySamples(at: now.nanoseconds) ?? 0)
      guard let frame = device.ring.read(exactly: frameSamples) else { break }
      perform(core.captured(frame, at: now))
    }
    switch device.state {
    case .idle, .opening: break
    case .running:
      guard devices.inputWorks(device.name) || isNew else { break }
      core.captureChanged(isMicrophone: devices.capturesMicrophone)
      reportDevices()
    case .ended:
      guard !hasCaptureEnded else { break }
      hasCaptureEnded = true
      reports.post(.captureEnded)
    case .failed(let error):
      // The one before it may have been what kept it busy.
      if !isNew || error.code != EBUSY { devices.inputFailed(complaint: error.sentence) }
      openInput()
    }
  }

  /// The loudspeaker wants samples, has opened or has failed.
  func outputRang() {
    output.clearDoorbells()
    let isNew = output.settleCandidate()
    guard let device = output.device else { return }
    let period = device.periodSamples
    feed(device) { core, count in
      let now = Instant.now
      var pulled = core.pull(sampleCount: count, at: now)
      // The rest of a packet comes along, and spares both threads a wake-up.
      let then = now.advanced(by: .nanoseconds(count * 1_000_000_000 / Sound.sampleRate))
      if count == period, let more = core.pullReady(sampleCount: count, at: then) {
        pulled.samples += more
      }
      return pulled
    }
    tellDevicePace()
    switch device.state {
    case .idle, .opening, .ended: break
    case .running: if devices.outputWorks(device.name) || isNew { reportDevices() }
    case .failed(let error):
      if !isNew || error.code != EBUSY { devices.outputFailed(complaint: error.sentence) }
      openOutput()
    }
  }

  /// The ringer wants samples, has opened or has failed.
  func ringerRang() {
    ringer.clearDoorbells()
    guard let device = ringer.device else { return }
    feed(device) { core, count in core.pullRing(sampleCount: count) }
    if case .failed(let error) = device.state {
      devices.ringerFailed(complaint: error.sentence)
      openRinger()
    }
  }

  private func feed(
    _ device: any AudioOutput,
    from pull: (inout MediaCore, Int) -> (samples: [Int16], effects: [MediaEffect])
  ) {
    // A device that asks for more than a second at once has lost count; the rest comes next time.
    var effects: [MediaEffect] = []
    device.supply(inPortionsOf: frameSamples, atMost: Sound.sampleRate) { count in
      let pulled = pull(&core, count)
      effects += pulled.effects
      return pulled.samples
    }
    perform(effects)
  }

  /// Once a second, how much the devices lost and how long sound spends in them.
  private func tellDevicePace() {
    guard Instant.now >= nextPace, let input = input.device, let output = output.device else {
      return
    }
    nextPace = Instant.now.advanced(by: .seconds(1))
    tellRestarts(input.faults, &captureRestarts, "The microphone \(input.name) gave")
    tellRestarts(output.faults, &playbackRestarts, "The speaker \(output.name) took")
    let counts = [input.faults.counts, output.faults.counts]
    core.devicesReport(
      faults: counts.reduce(0) { $0 + $1.droppedSamples + $1.missingSamples },
      delay: .milliseconds((input.delaySamples + output.delaySamples) * 1_000 / Sound.sampleRate))
  }

  /// Says once for each time that a device had to be started anew.
  private func tellRestarts(_ faults: AudioFaults, _ told: inout Int, _ what: String) {
    let restarts = faults.counts.restarts
    defer { told = restarts }
    guard restarts > told else { return }
    user.post(
      .log(LogEntry(.warning, "sound", "\(what) nothing for a while and was started anew.")))
  }

  // MARK: Which are used

  func use(capture: Bool, playback: Bool, rings: Bool) {
    if input.device == nil, output.device == nil { devices.restart() }
    if capture, input.device == nil { openInput() }
    if !capture { input.close() }
    if playback, output.device == nil { openOutput() }
    if !playback, output.device != nil {
      output.close()
      tellLevels(capture: 0, playback: 0)
    }
    if rings, ringer.device == nil { openRinger() }
    if !rings { ringer.close() }
  }

  func choose(capture: String?, playback: String?, ringer newRinger: String?) {
    devices.choose(capture: capture, playback: playback, ringer: newRinger)
    core.ringsApart = devices.hasRinger
    if capture != nil, let device = input.device {
      if device.name == devices.captureName { input.keep() } else { openInput() }
    }
    if playback != nil, let device = output.device {
      if device.name == devices.playbackName { output.keep() } else { openOutput() }
    }
    if newRinger != nil, ringer.device != nil { openRinger() }
    reportDevices()
  }

  /// Takes the chosen input into use. One before it that works is used until the new one does.
  private func openInput() {
    hasCaptureEnded = false
    if input.isRunning {
      input.tryOut(devices.makeInput(), isChosen: true)
    } else {
      input.close()
      input.use(devices.makeInput())
      core.captureChanged(isMicrophone: devices.capturesMicrophone)
    }
    reportDevices()
    awaitDevices()
  }

  private func openOutput() {
    if output.isRunning {
      output.tryOut(devices.makeOutput(), isChosen: true)
    } else {
      output.close()
      output.use(devices.makeOutput())
      outputRang()
    }
    reportDevices()
    awaitDevices()
  }

  /// Without a ringer of its own, a call rings by the loudspeaker from its next tone on.
  private func openRinger() {
    ringer.close()
    guard let device = devices.makeRinger() else { return }
    ringer.use(device)
    ringerRang()
    reportDevices()
  }

  // MARK: Coming back

  /// Sees to it that what failed is tried again.
  private func awaitDevices() {
    retries = 0
    retryAlarm.set(devices.isWaiting ? .now.advanced(by: Self.retryTimes[0]) : nil)
  }

  /// Tries what would be better than what is used; whether it works, its doorbell will tell.
  func retryDevices() {
    if input.device != nil, !input.isTrying, let device = devices.retryInput() {
      input.tryOut(device)
    }
    if output.device != nil, !output.isTrying, let device = devices.retryOutput() {
      output.tryOut(device)
    }
    let isNeeded = devices.isWaiting && (input.device != nil || output.device != nil)
    retries = min(retries + 1, Self.retryTimes.count - 1)
    retryAlarm.set(isNeeded ? .now.advanced(by: Self.retryTimes[retries]) : nil)
  }

  private func reportDevices() {
    reports.post(
      .devices(
        capture: input.device?.name ?? devices.captureName,
        playback: output.device?.name ?? devices.playbackName,
        ringer: ringer.device?.name ?? devices.ringerName, complaint: devices.complaint))
  }

  private static let retryTimes: [Duration] = [
    .seconds(1), .seconds(1), .seconds(2), .seconds(2), .seconds(5), .seconds(10),
  ]
}
