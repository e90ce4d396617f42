import Basics
import Calling
import IceNice
import LoopGLib
import Media
import NetSoup
import Phone
import Realtime
import SoundFiles

/// The media loop's actor around `MediaCore`: ICE agents, codecs, ciphers, sound devices, recorders.
///
/// Orders come in by mailbox, reports go out by mailbox; the sound devices ring doorbells. Sound is
/// made because a device consumed some, never because a timer fired.
actor MediaPlane {
  nonisolated let loop = GLibLoop(name: "media")
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    loop.asUnownedSerialExecutor()
  }

  private let reports: Mailbox<MediaReport>
  private let user: Mailbox<UserMessage>
  private let frameSamples: Int
  private let settings: MediaSettings
  private let ice: IceSettings
  private let trust: [AccountID: TransportSettings]
  /// Made by the loop, since a certificate takes a moment that the first drawing does not wait for.
  private lazy var core = MediaCore(
    settings: settings, ports: LibraryPorts(), wallTime: .now, at: .now)
  private var agents: [CallID: IceAgent] = [:]
  private var recorders: [CallID: CallRecorder] = [:]
  private var alarm: Alarm?
  private let devices: SoundDevices
  private var input: Attached<any AudioInput>?
  private var output: Attached<any AudioOutput>?
  private var hasCaptureEnded = false
  private var nextPace = Instant.zero

  /// A device, and what listens to its doorbell.
  private struct Attached<Device> {
    let device: Device
    let watch: DescriptorWatch
  }

  /// - Parameters:
  ///   - ice: how the sockets of calls are opened.
  ///   - trust: which TURN servers over TLS each account's calls trust.
  init(
    reports: Mailbox<MediaReport>, user: Mailbox<UserMessage>, sound: SoundSetup,
    ice: IceSettings = IceSettings(), trust: [AccountID: TransportSettings] = [:]
  ) {
    self.ice = ice
    self.trust = trust
    self.reports = reports
    self.user = user
    devices = SoundDevices(
      capture: sound.capture, playback: sound.playback, profile: sound.profile,
      repeats: sound.repeatsCapture)
    frameSamples = sound.media.frameSampleCount
    settings = sound.media
  }

  /// Starts the loop and takes orders from then on.
  nonisolated func start(orders: Mailbox<MediaOrder>) {
    loop.start()
    loop.perform {
      self.assumeIsolated { _ = $0.core }
    }
    orders.deliver(on: loop) { orders in
      self.assumeIsolated { plane in
        for order in orders { plane.carryOut(order) }
      }
    }
  }

  /// Says goodbye to all peers, finishes the recordings, gives the devices back, and ends the loop.
  nonisolated func stop() {
    loop.perform {
      self.assumeIsolated { $0.closeAll() }
    }
    loop.stop()
  }

  // MARK: What comes in

  private func carryOut(_ order: MediaOrder) {
    perform(core.carryOut(order, at: .now))
  }

  private func received(_ event: IceEvent, for call: CallID) {
    perform(core.ice(event, for: call, at: .now))
  }

  private func expired() {
    perform(core.expire(at: .now))
  }

  /// The microphone has brought samples, has opened, has ended or has failed.
  private func inputRang() {
    guard let device = input?.device else { return }
    device.doorbell.clear()
    while device.ring.count >= frameSamples {
      core.deviceDelays(capture: device.ageSamples, playback: output?.device.latencySamples ?? 0)
      guard let frame = device.ring.read(exactly: frameSamples) else { break }
      perform(core.captured(frame, at: .now))
    }
    switch device.state {
    case .idle, .opening, .running: break
    case .ended:
      guard !hasCaptureEnded else { break }
      hasCaptureEnded = true
      reports.post(.captureEnded)
    case .failed(let error):
      devices.inputFailed(complaint: error.sentence)
      openInput()
    }
  }

  /// The loudspeaker wants samples, has opened or has failed.
  private func outputRang() {
    guard let device = output?.device else { return }
    device.doorbell.clear()
    // A device that asks for more than a second at once has lost count; the rest comes next time.
    var budget = Sound.sampleRate
    while budget > 0, case let wanted = min(device.wantedSamples, frameSamples), wanted > 0 {
      let (samples, effects) = core.pull(sampleCount: wanted, at: .now)
      device.write(samples)
      perform(effects)
      budget -= wanted
    }
    tellDevicePace()
    if case .failed(let error) = device.state {
      devices.outputFailed(complaint: error.sentence)
      openOutput()
    }
  }

  // MARK: What goes out

  private func perform(_ effects: [MediaEffect]) {
    for effect in effects {
      switch effect {
      case .report(let report): post(report)
      case .ice(let call, let order): perform(order, for: call)
      case .useDevices(let capture, let playback): use(capture: capture, playback: playback)
      case .chooseDevices(let capture, let playback): choose(capture: capture, playback: playback)
      case .startRecording(let call, let path): startRecording(call, to: path)
      case .record(let call, let near, let far): append(near: near, far: far, to: call)
      case .stopRecording(let call): stopRecording(call)
      case .levels(let near, let far):
        user.post(.levels(capture: near, playback: far), replacing: "levels")
      case .note(let entry): user.post(.log(entry))
      }
    }
    if alarm == nil {
      alarm = Alarm(on: loop) { self.assumeIsolated { $0.expired() } }
    }
    alarm?.set(core.deadline)
  }

  private func post(_ report: MediaReport) {
    if case .statistics(let call, let statistics) = report {
      user.post(.statistics(call, statistics), replacing: "statistics \(call)")
      reports.post(report, replacing: "statistics \(call)")
    } else {
      reports.post(report, merging: { $0.absorb($1) })
    }
  }

  private func perform(_ order: IceOrder, for call: CallID) {
    switch order {
    case .gather:
      let trust = trust[call.account]
      agents[call] = IceAgent(
        loop: loop, settings: ice,
        trust: ServerTrust(caFile: trust?.caFile, isInsecure: trust?.isInsecure ?? false),
        note: { [user] in user.post(.log($0)) },
        handler: { event in self.assumeIsolated { $0.received(event, for: call) } })
      agents[call]?.perform(order)
    case .close:
      agents.removeValue(forKey: call)?.perform(order)
    case .setRemote, .addRemote, .endOfRemoteCandidates, .send, .restart:
      agents[call]?.perform(order)
    }
  }

  // MARK: Devices

  /// Once a second, how much the devices lost and how long sound spends in them.
  private func tellDevicePace() {
    guard Instant.now >= nextPace, let input = input?.device, let output = output?.device else {
      return
    }
    nextPace = Instant.now.advanced(by: .seconds(1))
    let counts = [input.faults.counts, output.faults.counts]
    core.devicesReport(
      faults: counts.reduce(0) { $0 + $1.droppedSamples + $1.missingSamples },
      delay: .milliseconds((input.delaySamples + output.delaySamples) * 1_000 / Sound.sampleRate))
  }

  private func use(capture: Bool, playback: Bool) {
    if capture, input == nil { openInput() }
    if !capture, let attached = input {
      input = nil
      attached.device.stop()
    }
    if playback, output == nil { openOutput() }
    if !playback, let attached = output {
      output = nil
      attached.device.stop()
      user.post(.levels(capture: 0, playback: 0), replacing: "levels")
    }
  }

  private func choose(capture: String?, playback: String?) {
    devices.choose(capture: capture, playback: playback)
    if capture != nil, input != nil { openInput() }
    if playback != nil, output != nil { openOutput() }
    reportDevices()
  }

  /// Takes the chosen input into use in the place of the one before it.
  private func openInput() {
    input?.device.stop()
    core.captureChanged(isMicrophone: devices.capturesMicrophone)
    let device = devices.makeInput()
    input = Attached(
      device: device,
      watch: DescriptorWatch(of: device.doorbell.descriptor, on: loop) {
        self.assumeIsolated { $0.inputRang() }
      })
    reportDevices()
  }

  private func openOutput() {
    output?.device.stop()
    let device = devices.makeOutput()
    output = Attached(
      device: device,
      watch: DescriptorWatch(of: device.doorbell.descriptor, on: loop) {
        self.assumeIsolated { $0.outputRang() }
      })
    outputRang()
    reportDevices()
  }

  private func reportDevices() {
    reports.post(
      .devices(
        capture: input?.device.name ?? devices.captureName,
        playback: output?.device.name ?? devices.playbackName, complaint: devices.complaint))
  }

  // MARK: Recording

  private func startRecording(_ call: CallID, to path: String) {
    do throws(AudioDeviceError) {
      recorders[call] = try CallRecorder(path: path)
      reports.post(.recording(call, path: path, complaint: nil))
    } catch {
      reports.post(.recording(call, path: nil, complaint: error.sentence))
    }
  }

  private func append(near: [Int16], far: [Int16], to call: CallID) {
    guard let recorder = recorders[call] else { return }
    do throws(AudioDeviceError) {
      try recorder.append(near: near, far: far)
    } catch {
      recorders[call] = nil
      reports.post(.recording(call, path: nil, complaint: error.sentence))
    }
  }

  private func stopRecording(_ call: CallID) {
    guard let recorder = recorders.removeValue(forKey: call) else { return }
    recorder.finish()
    reports.post(.recording(call, path: nil, complaint: nil))
  }

  private func closeAll() {
    for call in Array(agents.keys) { perform(core.carryOut(.close(call), at: .now)) }
    for call in Array(recorders.keys) { stopRecording(call) }
    use(capture: false, playback: false)
    agents.removeAll()
    alarm = nil
  }
}
