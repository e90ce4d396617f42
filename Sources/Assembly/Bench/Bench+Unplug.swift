import Basics
import Files
import Glibc
import LoopGLib
import Media

extension Bench {
  /// How long nothing is heard in a call when the loudspeaker vanishes, and when another loudspeaker or
  /// microphone is chosen.
  func unplug() throws(BenchProcess.Failure) -> [BenchFigures] {
    let server = try BenchSoundServer(directory: directory, environment: environment)
    let (exchange, url) = try openExchange()
    let figures =
      try vanishing(over: server, exchange: url) + changing(over: server, exchange: url)
    close(exchange)
    server.stop()
    return figures
  }

  // MARK: Vanishing

  /// The loudspeaker is a second sound server's, which is killed; the default one is the first's, where
  /// all is recorded.
  private func vanishing(
    over server: BenchSoundServer, exchange url: String
  ) throws(BenchProcess.Failure) -> [BenchFigures] {
    var gone = BenchFigures("unplugged speaker to sound on the default one", unit: "ms", aim: 300)
    var back = BenchFigures("speaker plugged in to its being used again", unit: "ms", aim: nil)
    for run in 0..<runs {
      let folder = directory + "/usb\(run)"
      let usb = try BenchSoundServer(directory: folder, environment: environment)
      try server.addDevices(
        """
        pcm.usb { type pulse server "unix:\(folder)/sound/socket" device "earB" }
        pcm.!default { type pulse server "unix:\(directory)/sound/socket" device "earB" }

        """)
      let ear = try BenchProcess(
        ["answer", "--auto", "--once"] + options(url, "ear", capture: "silence", playback: "usb"),
        environment: server.environment)
      _ = try ear.waitFor("ready")
      let mouth = try BenchProcess(
        ["call", "ear"] + options(url, "mouth", capture: "tone:440", playback: "null"),
        environment: server.environment)
      try waitForState("active", of: mouth)
      mouth.drain(for: .seconds(4))
      var start = 0
      let recording = try server.record(while: { () throws(BenchProcess.Failure) in
        start = server.recordedCount
        usb.kill()
        // A machine that is busy takes its time, which is to be measured and not to fail.
        mouth.drain(for: .seconds(5))
      })
      guard
        let first = recording.indices.dropFirst(start).first(where: {
          abs(Int(recording[$0].ear)) > Self.audible
        })
      else { throw .silence }
      gone.add(Double(first - start) / 48)
      let again = try BenchSoundServer(directory: folder, environment: environment)
      let pluggedIn = Instant.now
      back.add(
        pluggedIn.duration(to: try ear.waitFor("work again", timeout: .seconds(60))).milliseconds)
      close(mouth)
      close(ear)
      again.stop()
    }
    return [gone, back]
  }

  // MARK: Changing

  /// Scripts change the listener's loudspeaker and then the speaker's microphone, there and back. All
  /// devices are of one server, so that one recording holds what was heard from each.
  private func changing(
    over server: BenchSoundServer, exchange url: String
  ) throws(BenchProcess.Failure) -> [BenchFigures] {
    var speaker = BenchFigures("silence when another speaker is chosen", unit: "ms", aim: 100)
    var microphone = BenchFigures("silence when another microphone is chosen", unit: "ms", aim: 100)
    let answering = try script("answer", Self.answering)
    let calling = try script("call", Self.calling)
    for _ in 0..<runs {
      let tone = try server.startPlaying(Self.tone(seconds: 40), into: "mouthA")
      let ear = try BenchProcess(
        ["--script", answering]
          + options(url, "ear", capture: "silence", playback: "phoneB"),
        environment: server.environment)
      _ = try ear.waitFor("ready")
      let mouth = try BenchProcess(
        ["--script", calling, "--no-processing"]
          + options(url, "mouth", capture: "phoneA", playback: "null"),
        environment: server.environment)
      try waitForState("active", of: mouth)
      mouth.drain(for: .seconds(3))
      var changes: [Int] = []
      let recording = try server.record(while: { () throws(BenchProcess.Failure) in
        for (child, words) in [
          (ear, "is playA now"), (ear, "is phoneB now"), (mouth, "is captureA now"),
          (mouth, "is phoneA now"),
        ] {
          _ = try child.waitFor(words)
          changes.append(server.recordedCount)
        }
        mouth.drain(for: .milliseconds(2_500))
      })
      close(mouth)
      close(ear)
      tone.kill()
      guard recording.contains(where: { abs(Int($0.ear)) > Self.audible }) else { throw .silence }
      for (index, change) in changes.enumerated() {
        let from = min(max(0, change - Sound.sampleRate / 2), recording.count)
        let around = recording[from..<min(recording.count, change + 2 * Sound.sampleRate)]
        let gap = Self.longestSilence(in: around.map { Int($0.ear) + Int($0.otherEar) })
        if index < 2 { speaker.add(gap) } else { microphone.add(gap) }
      }
    }
    return [speaker, microphone]
  }

  /// In milliseconds.
  private static func longestSilence(in samples: [Int]) -> Double {
    var (quiet, longest) = (0, 0)
    for sample in samples {
      quiet = abs(sample) > audible ? 0 : quiet + 1
      longest = max(longest, quiet)
    }
    // A tone is near zero for a moment twice in each of its waves.
    return longest > 48 ? Double(longest) / 48 : 0
  }

  private static func tone(seconds: Int) -> [Int16] {
    (0..<seconds * Sound.sampleRate).map {
      Int16(8_000 * sin(2 * .pi * 440 * Double($0) / Double(Sound.sampleRate)))
    }
  }

  private func options(
    _ url: String, _ name: String, capture: String, playback: String
  ) -> [String] {
    [
      "--exchange", url, "--as", name, "--capture", capture, "--playback", playback, "--duration",
      "60s", "--json",
    ]
  }

  private func script(_ name: String, _ text: String) throws(BenchProcess.Failure) -> String {
    let path = directory + "/\(name).script"
    do throws(FileError) {
      try SmallFile.replace(path, with: Array(text.utf8))
    } catch {
      throw .file(error)
    }
    return path
  }

  private static let answering = """
    ON INCOMING CALL
      answer
      wait active
      pause 6s
      device playback playA
      pause 3s
      device playback phoneB
    END ON
    """

  private static let calling = """
    call ear
    wait active
    pause 12s
    device capture captureA
    pause 3s
    device capture phoneA
    wait ended
    """

  private static let audible = 1_000
}
