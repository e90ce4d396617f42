import Basics
import Files
import Glibc
import LoopGLib

/// A PulseAudio daemon of the bench's own, with a microphone and a loudspeaker for each of two phones.
///
/// All four are channels of one null sink, so that they have one clock and one recording holds what
/// was said and what was heard. The phones find ALSA devices named `phoneA` and `phoneB`.
final class BenchSoundServer {
  /// For the phones and for programs that play and record.
  let environment: [String: String]
  private let folder: String
  private let daemon: BenchProcess

  /// - Parameter directory: where a folder for sockets and settings is made; somebody else removes it.
  init(directory: String, environment: [String: String]) throws(BenchProcess.Failure) {
    let missing = Self.programs.filter { !BenchProcess.isInstalled($0) }
    guard missing.isEmpty else { throw .missing(programs: missing) }
    let folder = directory + "/sound"
    let own = ["XDG_RUNTIME_DIR": folder, "PULSE_RUNTIME_PATH": folder]
    self.folder = folder
    self.environment = environment.merging(own) { $1 }.merging(
      ["PULSE_SERVER": "unix:\(folder)/socket", "ALSA_CONFIG_PATH": "\(folder)/asound.conf"]
    ) { $1 }
    try Self.write(Self.alsaConfiguration(folder), to: folder + "/asound.conf")
    try Self.write(Self.modules(folder), to: folder + "/default.pa")
    daemon = try BenchProcess(
      [
        "-n", "-F", "\(folder)/default.pa", "--daemonize=no", "--use-pid-file=no",
        "--disable-shm=yes", "--exit-idle-time=-1",
      ], of: "pulseaudio", environment: environment.merging(own) { $1 })
    try waitForFile("\(folder)/socket", from: daemon, bytes: 0)
  }

  /// Plays sound into one of the sinks and returns at its end.
  func play(_ samples: [Int16], into sink: String) throws(BenchProcess.Failure) {
    let player = try startPlaying(samples, into: sink)
    guard player.wait(timeout: .seconds(20)) == 0 else { throw .silence }
  }

  /// Begins to play sound into one of the sinks; ends with it, or with the process.
  func startPlaying(
    _ samples: [Int16], into sink: String
  ) throws(BenchProcess.Failure) -> BenchProcess {
    let file = folder + "/said.raw"
    try Self.write(
      samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] },
      to: file)
    return try BenchProcess(
      [
        "--raw", "--rate=\(LatencyProbe.sampleRate)", "--format=s16le", "--channels=1",
        "--device=\(sink)", file,
      ], of: "paplay", environment: environment)
  }

  /// What is said at phone A, and heard at phone B and from phone A's loudspeaker, during `body`,
  /// sample by sample.
  func record(
    while body: () throws(BenchProcess.Failure) -> Void
  ) throws(BenchProcess.Failure) -> [(mouth: Int16, ear: Int16, otherEar: Int16)] {
    let file = folder + "/heard.raw"
    unlink(file)
    let recorder = try BenchProcess(
      [
        "--raw", "--rate=\(LatencyProbe.sampleRate)", "--format=s16le", "--channels=4",
        "--channel-map=\(Self.channels)", "--device=rig.monitor", "--latency-msec=10", file,
      ], of: "parec", environment: environment)
    // A recording begins some time after its program.
    try waitForFile(file, from: recorder, bytes: 9_600)
    try body()
    recorder.terminate()
    _ = recorder.wait(timeout: .seconds(5))
    let bytes = (try? SmallFile.read(file, limit: 1 << 26)) ?? []
    func sample(_ offset: Int) -> Int16 {
      Int16(bitPattern: UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8)
    }
    return stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map {
      (sample($0), sample($0 + 6), sample($0 + 2))
    }
  }

  /// How much has been recorded so far, in samples; while ``record(while:)`` runs.
  var recordedCount: Int {
    var attributes = stat()
    return stat(folder + "/heard.raw", &attributes) == 0 ? Int(attributes.st_size) / 8 : 0
  }

  /// Lets programs that start from now on find more ALSA devices.
  func addDevices(_ text: String) throws(BenchProcess.Failure) {
    try Self.write(Self.alsaConfiguration(folder) + text, to: folder + "/asound.conf")
  }

  /// Ends the daemon as if it had been pulled out.
  func kill() { daemon.kill() }

  /// Ends the daemon.
  func stop() {
    daemon.terminate()
    _ = daemon.wait(timeout: .seconds(5))
  }

  /// Waits until a child has made a file of at least so many bytes.
  private func waitForFile(
    _ path: String, from child: BenchProcess, bytes: Int
  ) throws(BenchProcess.Failure) {
    let deadline = Instant.now.advanced(by: .seconds(15))
    while Instant.now < deadline {
      var attributes = stat()
      let isThere = stat(path, &attributes) == 0 && attributes.st_size >= bytes
      if let status = child.wait(timeout: .milliseconds(20)) {
        throw .ended(beforeSaying: path, status: status)
      }
      if isThere { return }
    }
    throw .timedOut(waitingFor: path)
  }

  /// An ALSA device whose microphone hears its loudspeaker.
  static let loopDevice = "loopA"

  // MARK: Settings

  private static let programs = ["pulseaudio", "paplay", "parec"]
  private static let ends = ["mouthA", "earA", "mouthB", "earB"]
  private static let channels = ends.indices.map { "aux\($0)" }.joined(separator: ",")

  /// The socket comes last: whoever finds it finds all sinks.
  private static func modules(_ folder: String) -> String {
    let rig =
      "load-module module-null-sink sink_name=rig rate=\(LatencyProbe.sampleRate) format=s16le"
      + " channels=\(ends.count) channel_map=\(channels) norewinds=1"
    let views = ends.enumerated().flatMap { index, end in
      let view = "channels=1 channel_map=mono master_channel_map=aux\(index) remix=no"
      return [
        "load-module module-remap-sink sink_name=\(end) master=rig \(view)",
        "load-module module-remap-source source_name=\(end)_out master=rig.monitor \(view)",
      ]
    }
    let socket = "load-module module-native-protocol-unix auth-anonymous=1 socket=\(folder)/socket"
    return ([rig] + views + [socket]).joined(separator: "\n") + "\n"
  }

  private static func alsaConfiguration(_ folder: String) -> String {
    let server = "server \"unix:\(folder)/socket\""
    let devices = ["A", "B"].map { phone in
      """
      pcm.play\(phone) { type pulse \(server) device "ear\(phone)" }
      pcm.capture\(phone) { type pulse \(server) device "mouth\(phone)_out" }
      pcm.phone\(phone) { type asym playback.pcm "play\(phone)" capture.pcm "capture\(phone)" }

      """
    }
    let loop = """
      pcm.loopOut { type pulse \(server) device "mouthA" }
      pcm.\(loopDevice) { type asym playback.pcm "loopOut" capture.pcm "captureA" }

      """
    return "</usr/share/alsa/alsa.conf>\n" + devices.joined() + loop
  }

  private static func write(_ text: String, to path: String) throws(BenchProcess.Failure) {
    try write(Array(text.utf8), to: path)
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(BenchProcess.Failure) {
    do throws(FileError) {
      try SmallFile.makePrivateDirectory(SmallFile.parent(of: path))
      try SmallFile.replace(path, with: bytes)
    } catch {
      throw .file(error)
    }
  }

}
