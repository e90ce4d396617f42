import Basics
import Calling
import Files
import IceNice
import Invocation
import LoopGLib
import Media
import NetSoup
import Phone
import PulseAudio
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

  let reports: Mailbox<MediaReport>
  let user: Mailbox<UserMessage>
  let frameSamples: Int
  private let ice: IceSettings
  private let trust: [AccountID: TransportSettings]
  private let showsLevels: Bool
  private let ports = LibraryPorts()
  /// Not lazy: such a variable is changed in a copy, and all that a call knows would be copied with
  /// every packet.
  var core: MediaCore
  private var agents: [CallID: IceAgent] = [:]
  private var recorders: [CallID: CallRecorder] = [:]
  private var alarm: Alarm?
  let devices: SoundDevices
  lazy var input = DeviceSlot(inputOn: loop) { self.onLoop { $0.inputRang() } }
  lazy var output = DeviceSlot(outputOn: loop) { self.onLoop { $0.outputRang() } }
  lazy var ringer = DeviceSlot(outputOn: loop) { self.onLoop { $0.ringerRang() } }
  lazy var retryAlarm = Alarm(on: loop) { self.onLoop { $0.retryDevices() } }
  var retries = 0
  var hasCaptureEnded = false
  var nextPace = Instant.zero
  var captureRestarts = 0
  var playbackRestarts = 0

  /// - Parameters:
  ///   - ice: how the sockets of calls are opened.
  ///   - trust: which TURN servers over TLS each account's calls trust.
  ///   - showsLevels: whether the user is told how loud it is, all the time.
  init(
    reports: Mailbox<MediaReport>, user: Mailbox<UserMessage>, sound: SoundSetup,
    ice: IceSettings, trust: [AccountID: TransportSettings], showsLevels: Bool
  ) {
    self.ice = ice
    self.showsLevels = showsLevels
    self.trust = trust
    self.reports = reports
    self.user = user
    devices = SoundDevices(
      capture: sound.capture, playback: sound.playback, ringer: sound.ringer,
      profile: sound.profile, repeats: sound.repeatsCapture,
      servers: PulseServers(on: loop, application: Program.title))
    frameSamples = sound.media.frameSampleCount
    core = MediaCore(settings: sound.media, ports: ports, wallTime: .now, at: .now)
  }

  /// Starts the loop and takes orders from then on.
  nonisolated func start(orders: Mailbox<MediaOrder>) {
    loop.start()
    loop.perform {
      // The loudspeaker's thread waits for this one.
      ThreadPriority.loop.raise()
      self.onLoop { plane in
        plane.core.ringsApart = plane.devices.hasRinger
        plane.ports.prepare()
      }
      // After what takes long: RealtimeKit's grants are for those who are soon done.
      ThreadPriority.loop.request()
    }
    orders.deliver(on: loop) { orders in
      self.onLoop { plane in
        for order in orders { plane.carryOut(order) }
      }
    }
  }

  /// As `assumeIsolated`, for what this plane's own loop calls with each packet and each period: to find
  /// out where it is takes the library longer than some of that takes.
  private nonisolated func onLoop(_ body: (isolated MediaPlane) -> Void) {
    assert(loop.isCurrent, "the loop calls on its own thread")
    withoutActuallyEscaping(body) { body in
      // What is isolated to an actor is called like anything else, once it is known to be.
      unsafeBitCast(body, to: ((MediaPlane) -> Void).self)(self)
    }
  }

  /// Says goodbye to all peers, finishes the recordings, gives the devices back, and ends the loop.
  nonisolated func stop() {
    loop.perform {
      self.onLoop { $0.closeAll() }
      ThreadPriority.giveBack()
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

  // MARK: What goes out

  func perform(_ effects: [MediaEffect]) {
    for effect in effects {
      switch effect {
      case .report(let report): post(report)
      case .ice(let call, let order): perform(order, for: call)
      case .useDevices(let capture, let playback, let rings):
        use(capture: capture, playback: playback, rings: rings)
      case .chooseDevices(let capture, let playback, let ringer):
        choose(capture: capture, playback: playback, ringer: ringer)
      case .startRecording(let call, let path, let makesFolder):
        startRecording(call, to: path, makesFolder: makesFolder)
      case .record(let call, let near, let far): append(near: near, far: far, to: call)
      case .stopRecording(let call): stopRecording(call)
      case .levels(let near, let far): tellLevels(capture: near, playback: far)
      case .note(let call, let entry): user.post(.about(call, entry))
      }
    }
    if alarm == nil {
      alarm = Alarm(on: loop) { self.onLoop { $0.expired() } }
    }
    alarm?.set(inPlace { $0.deadline })
  }

  /// Reads the core where it is: a computed property is asked of a copy, in which all that a call refers
  /// to would be counted.
  private func inPlace<Result>(_ read: (inout MediaCore) -> Result) -> Result { read(&core) }

  func tellLevels(capture: Double, playback: Double) {
    guard showsLevels else { return }
    user.post(.levels(capture: capture, playback: playback), replacing: "levels")
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
        handler: { event in self.onLoop { $0.received(event, for: call) } })
      agents[call]?.perform(order)
    case .close:
      agents.removeValue(forKey: call)?.perform(order)
    case .setRemote, .addRemote, .endOfRemoteCandidates, .send, .restart, .servers:
      agents[call]?.perform(order)
    }
  }

  // MARK: Recording

  private func startRecording(_ call: CallID, to path: String, makesFolder: Bool) {
    do {
      if makesFolder { try SmallFile.makePrivateDirectory(SmallFile.parent(of: path)) }
      recorders[call] = try CallRecorder(path: path)
      reports.post(.recording(call, path: path, complaint: nil))
    } catch let error as FileError {
      giveUpRecording(call, because: error.sentence)
    } catch {
      giveUpRecording(call, because: (error as? AudioDeviceError)?.sentence ?? "\(error)")
    }
  }

  private func append(near: [Int16], far: [Int16], to call: CallID) {
    guard let recorder = recorders[call] else { return }
    do throws(AudioDeviceError) {
      try recorder.append(near: near, far: far)
    } catch {
      giveUpRecording(call, because: error.sentence)
    }
  }

  /// The core is told as well, so that another recording of the call can begin.
  private func giveUpRecording(_ call: CallID, because complaint: String) {
    recorders[call] = nil
    perform(core.carryOut(.stopRecording(call), at: .now))
    reports.post(.recording(call, path: nil, complaint: complaint))
  }

  private func stopRecording(_ call: CallID) {
    guard let recorder = recorders.removeValue(forKey: call) else { return }
    recorder.finish()
    reports.post(.recording(call, path: nil, complaint: nil))
  }

  private func closeAll() {
    for call in Array(agents.keys) { perform(core.carryOut(.close(call), at: .now)) }
    for call in Array(recorders.keys) { stopRecording(call) }
    use(capture: false, playback: false, rings: false)
    agents.removeAll()
    alarm = nil
  }
}
