import Basics
import Formats
import Glibc
import LoopGLib

extension Bench {
  /// How long nothing is heard in a call when the loudspeaker vanishes, and when another is chosen.
  ///
  /// The loudspeaker is a second sound server's, which is killed; the default one is the first's, where
  /// all is recorded.
  func unplug() throws(BenchProcess.Failure) -> [BenchFigures] {
    var gone = BenchFigures("unplugged speaker to sound on the default one", unit: "ms", aim: 300)
    var back = BenchFigures("speaker plugged in to its being used again", unit: "ms", aim: nil)
    let server = try BenchSoundServer(directory: directory, environment: environment)
    let (exchange, url) = try openExchange()
    for run in 0..<runs {
      let folder = directory + "/usb\(run)"
      let usb = try BenchSoundServer(directory: folder, environment: environment)
      try server.addDevices(
        """
        pcm.usb { type pulse server "unix:\(folder)/sound/socket" device "earB" }
        pcm.!default { type pulse server "unix:\(directory)/sound/socket" device "earB" }

        """)
      let ear = try BenchProcess(
        [
          "answer", "--auto", "--once", "--exchange", url, "--as", "ear", "--capture", "silence",
          "--playback", "usb", "--duration", "60s", "--json",
        ], environment: server.environment)
      _ = try ear.waitFor("ready")
      let mouth = try BenchProcess(
        [
          "call", "ear", "--exchange", url, "--as", "mouth", "--capture", "tone:440",
          "--playback", "null", "--duration", "60s", "--json",
        ], environment: server.environment)
      try waitForState("active", of: mouth)
      mouth.drain(for: .seconds(4))
      var start = 0
      let recording = try server.record(while: { () throws(BenchProcess.Failure) in
        start = server.recordedCount
        usb.kill()
        mouth.drain(for: .seconds(2))
      })
      guard
        let first = recording.indices.dropFirst(start).first(where: {
          abs(Int(recording[$0].ear)) > 1_000
        })
      else { throw .silence }
      gone.add(Double(first - start) / 48)
      let again = try BenchSoundServer(directory: folder, environment: environment)
      let pluggedIn = Instant.now
      back.add(pluggedIn.duration(to: try ear.waitFor("work again")).milliseconds)
      close(mouth)
      close(ear)
      again.stop()
    }
    close(exchange)
    server.stop()
    return [gone, back]
  }
}
