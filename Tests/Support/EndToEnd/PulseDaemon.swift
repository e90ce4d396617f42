import Glibc

/// A PulseAudio daemon of a test's own: microphones that one can play into and speakers that one can
/// listen to, on one clock.
///
/// Each phone `X` has the ALSA device `phoneX`. What is played into the sink `mouthX` is captured by
/// it, and what it plays can be recorded from the source `earX_out`; the device `loopX` captures what it
/// plays. All are views of one sink with a channel each, so that recordings of several share their
/// clock.
package final class PulseDaemon {
  package struct NotStarted: Error {
    package let text: String
  }

  private let folder = TemporaryFolder()
  private let daemon: ChildProcess

  /// - Parameters:
  ///   - phones: their names, one letter each.
  ///   - rewinds: whether the server takes back what it has handed to the sink, as of real ones: it hands over
  ///     little at once then.
  package init(phones: [String], rewinds: Bool = false) throws {
    let path = folder.path
    let ends = phones.flatMap { ["mouth\($0)", "ear\($0)"] }
    folder.write(Self.modules(for: ends, rewinds: rewinds, folder: path), to: "default.pa")
    folder.write(Self.alsaConfiguration(for: phones, folder: path), to: "asound.conf")
    folder.write(
      """
      enable-shm = no
      exit-idle-time = -1
      flat-volumes = no
      default-sample-rate = 48000
      avoid-resampling = yes
      """, to: "daemon.conf")
    let home = ["HOME": path, "XDG_RUNTIME_DIR": path, "PULSE_RUNTIME_PATH": path]
    daemon = try ChildProcess(
      "pulseaudio",
      ["-n", "-F", "\(path)/default.pa", "--daemonize=no", "--use-pid-file=no"],
      environment: home.merging(["PULSE_CONFIG": "\(path)/daemon.conf"]) { $1 })
    let last = "\(ends.last ?? "rig")_out"
    let isUp: Void? = try Deadline(within: .seconds(15)).poll(every: .milliseconds(50)) {
      guard daemon.isRunning else { throw NotStarted(text: daemon.errorText) }
      let list = try ChildProcess("pactl", ["list", "short", "sources"], environment: environment)
      _ = list.wait(within: .seconds(5))
      return list.lines.contains { $0.contains(last) } ? () : nil
    }
    guard isUp != nil else { throw NotStarted(text: daemon.errorText) }
  }

  /// For programs that are to use this daemon, also by way of ALSA.
  package var environment: [String: String] {
    [
      "HOME": folder.path, "XDG_RUNTIME_DIR": folder.path, "PULSE_RUNTIME_PATH": folder.path,
      "PULSE_SERVER": "unix:\(folder.path)/socket",
      "ALSA_CONFIG_PATH": "\(folder.path)/asound.conf",
    ]
  }

  /// Speaks a sound file into a phone's microphone; the returned process ends with the file.
  package func play(_ file: String, intoMouthOf phone: String) throws -> ChildProcess {
    try ChildProcess("paplay", ["--device=mouth\(phone)", file], environment: environment)
  }

  /// Records what goes into every mouth and comes to every ear, until the process is ended by SIGINT.
  ///
  /// - Returns: the process, once sound arrives; a null sink gives none in its first two seconds.
  package func record(to file: String, phones: [String]) throws -> ChildProcess {
    let recorder = try ChildProcess(
      "parec",
      [
        "--device=rig.monitor", "--rate=48000", "--channels=\(phones.count * 2)",
        "--channel-map=\(Self.channels(phones.count * 2))", "--format=s16le",
        "--latency-msec=10", "--file-format=wav", file,
      ], environment: environment)
    let hasBegun: Void? = Deadline(within: .seconds(10)).poll {
      var attributes = stat()
      return stat(file, &attributes) == 0 && attributes.st_size > 9_600 ? () : nil
    }
    guard hasBegun != nil else { throw NotStarted(text: recorder.errorText) }
    return recorder
  }

  private static func modules(for ends: [String], rewinds: Bool, folder: String) -> String {
    let map = channels(ends.count)
    var lines = [
      "load-module module-native-protocol-unix auth-anonymous=1 socket=\(folder)/socket",
      "load-module module-null-sink sink_name=rig rate=48000 format=s16le channels=\(ends.count)"
        + " channel_map=\(map) norewinds=\(rewinds ? 0 : 1)",
    ]
    for (index, end) in ends.enumerated() {
      let view = "channels=1 channel_map=mono master_channel_map=aux\(index) remix=no"
      lines += [
        "load-module module-remap-sink sink_name=\(end) master=rig \(view)",
        "load-module module-remap-source source_name=\(end)_out master=rig.monitor \(view)",
      ]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func channels(_ count: Int) -> String {
    (0..<count).map { "aux\($0)" }.joined(separator: ",")
  }

  private static func alsaConfiguration(for phones: [String], folder: String) -> String {
    let server = "server \"unix:\(folder)/socket\""
    let devices = phones.map { phone in
      """
      pcm.play\(phone) { type pulse \(server) device "ear\(phone)" }
      pcm.capture\(phone) { type pulse \(server) device "mouth\(phone)_out" }
      pcm.phone\(phone) {
        type asym playback.pcm "play\(phone)" capture.pcm "capture\(phone)"
        hint { show on description "test phone \(phone)" }
      }
      pcm.hear\(phone) { type pulse \(server) device "ear\(phone)_out" }
      pcm.loop\(phone) { type asym playback.pcm "play\(phone)" capture.pcm "hear\(phone)" }
      """
    }
    return "</usr/share/alsa/alsa.conf>\n" + devices.joined(separator: "\n")
      + "\npcm.!default { type plug slave.pcm \"phone\(phones.first ?? "A")\" }\n"
  }
}
