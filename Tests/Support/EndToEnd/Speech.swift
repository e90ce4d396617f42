/// Makes speech to put into microphones.
package enum Speech {
  /// Speaks a text into a WAV file of 48 kHz, one channel.
  package static func make(_ text: String, voice: String = "en", file: String) throws {
    let raw = file + ".raw.wav"
    try run("espeak-ng", ["-v", voice, "-w", raw, text])
    try run("sox", ["-G", raw, "-r", "48000", "-c", "1", "-b", "16", file])
  }

  private static func run(_ program: String, _ arguments: [String]) throws {
    let process = try ChildProcess(program, arguments)
    guard process.wait(within: .seconds(20)) == .exited(0) else {
      throw ChildProcess.NotStarted(program: "\(program): \(process.errorText)", code: 0)
    }
  }
}
