import AlsaAudio
import Basics
import Glibc
import LoopGLib
import Media
import PulseAudio
import Realtime

/// What a microphone and a loudspeaker by the names of ALSA have in common: where the name leads to a
/// sound server the media loop serves the device itself, and everywhere else a thread does, by ALSA.
///
/// A server that cannot be spoken to is left to ALSA as well, which may start it, or knows what to use in
/// its place. Used on the loop's thread alone.
class ServedDevice: @unchecked Sendable {
  // Unchecked: used on the loop's thread alone.
  let name: String
  let doorbell = Doorbell(isHeardAtOnce: true)

  private let stream: PulseStream
  private let direction: ServerDefinition.Direction
  private let servers: PulseServers
  private var watch: DescriptorWatch?
  private var alarm: Alarm?
  private var isLookingUp = false
  private var isThread = false

  init(
    _ stream: PulseStream, for direction: ServerDefinition.Direction, servers: PulseServers
  ) {
    name = stream.name
    self.stream = stream
    self.direction = direction
    self.servers = servers
  }

  func start() throws(AudioDeviceError) {
    isLookingUp = true
    stream.awaitStart()
    stream.rang = { [weak self] in self?.streamRang() }
    // ALSA's configuration is read from files, and may ask whether a server runs.
    BackgroundThread.run { [name, direction, weak self, loop = servers.loop] in
      let device = ServerDefinition.find(name, for: direction)
      if device != nil { PulseLibrary.load() }
      loop.perform { [weak self] in self?.found(device) }
    }
    alarm = Alarm(on: servers.loop) { [weak self] in self?.found(nil) }
    alarm?.set(.now.advanced(by: Self.patience))
  }

  func stop() {
    isLookingUp = false
    alarm = nil
    watch = nil
    stream.stop()
    if isThread { stopThread() }
  }

  /// Has a thread serve the device from now on, which is not started yet.
  ///
  /// - Returns: its doorbell.
  func makeThread() -> Doorbell { doorbell }
  func startThread() throws(AudioDeviceError) {}
  func stopThread() {}

  private func found(_ device: SoundServerDevice?) {
    guard isLookingUp else { return }
    isLookingUp = false
    alarm = nil
    if let device { stream.start(on: device) } else { useThread() }
  }

  private func streamRang() {
    // A server that does not answer would not answer ALSA either.
    if case .failed(let error) = stream.state, error.operation == .open, error.code != ETIMEDOUT {
      useThread()
    } else {
      doorbell.ring()
    }
  }

  private func useThread() {
    isThread = true
    let bell = makeThread()
    watch = DescriptorWatch(of: bell.descriptor, on: servers.loop) { [weak self] in
      bell.clear()
      self?.doorbell.ring()
    }
    do throws(AudioDeviceError) {
      try startThread()
    } catch {
      // Its state says so.
      doorbell.ring()
    }
  }

  /// How long ALSA's configuration may take to be read before it is left to a thread that can wait.
  private static let patience: Duration = .seconds(1)
}

/// A microphone by a name of ALSA's.
final class ServedInput: ServedDevice, AudioInput, @unchecked Sendable {
  // Unchecked: as ServedDevice.
  private let stream: PulseInput
  private let profile: LatencyProfile
  private var thread: CaptureThread?

  init(device name: String, profile: LatencyProfile, servers: PulseServers) {
    stream = PulseInput(name: name, profile: profile, servers: servers)
    self.profile = profile
    super.init(stream, for: .capture, servers: servers)
  }

  var ring: AudioRing { thread?.ring ?? stream.ring }
  var faults: AudioFaults { thread?.faults ?? stream.faults }
  var state: AudioDeviceState { thread?.state ?? stream.state }
  var periodSamples: Int { thread?.periodSamples ?? stream.periodSamples }
  var position: AudioPosition? { thread.map(\.position) ?? stream.position }

  override func makeThread() -> Doorbell {
    let thread = CaptureThread(device: name, profile: profile)
    self.thread = thread
    return thread.doorbell
  }

  override func startThread() throws(AudioDeviceError) { try thread?.start() }
  override func stopThread() { thread?.stop() }
}

/// A loudspeaker by a name of ALSA's.
final class ServedOutput: ServedDevice, AudioOutput, @unchecked Sendable {
  // Unchecked: as ServedDevice.
  private let stream: PulseOutput
  private let profile: LatencyProfile
  private var thread: PlaybackThread?

  init(device name: String, profile: LatencyProfile, servers: PulseServers) {
    stream = PulseOutput(name: name, profile: profile, servers: servers)
    self.profile = profile
    super.init(stream, for: .playback, servers: servers)
  }

  var ring: AudioRing { thread?.ring ?? stream.ring }
  var answer: Doorbell? { thread?.answer }
  var faults: AudioFaults { thread?.faults ?? stream.faults }
  var state: AudioDeviceState { thread?.state ?? stream.state }
  var periodSamples: Int { thread?.periodSamples ?? stream.periodSamples }
  var reserveSamples: Int { thread?.reserveSamples ?? stream.periodSamples }
  var position: AudioPosition? { thread.map(\.position) ?? stream.position }

  override func makeThread() -> Doorbell {
    let thread = PlaybackThread(device: name, profile: profile)
    self.thread = thread
    return thread.doorbell
  }

  override func startThread() throws(AudioDeviceError) { try thread?.start() }
  override func stopThread() { thread?.stop() }
}
