import Basics
import EndToEnd
import Formats
import Glibc
import Testing

/// All tests of whole programs: one after the other, so that they do not take each other's time.
@Suite("Whole programs", .serialized)
struct WholePrograms {}

/// A place where whole programs meet: folders, settings and addresses of one test's own.
final class Rig {
  let folder = TemporaryFolder()
  /// What is said into microphones.
  let speech: String
  private var extra: [String: String]
  /// Ended at the latest with the rig.
  private var processes: [ChildProcess] = []

  /// - Parameter environment: for every program, beside folders of their own.
  init(environment: [String: String] = [:]) throws {
    extra = environment
    speech = folder["speech.wav"]
    try Speech.make(
      "The quick brown fox jumps over the lazy dog. She sells sea shells by the sea shore.",
      file: speech)
  }

  /// The program under test, beside the test's own.
  static let program: String = {
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let path = String(
      decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var parts = path.split(separator: "/", omittingEmptySubsequences: false)
    parts[parts.count - 1] = "tipring"
    return parts.joined(separator: "/")
  }()

  /// The environment of one user.
  func environment(of user: String) -> [String: String] {
    [
      "HOME": folder[user], "XDG_CONFIG_HOME": folder["\(user)/config"],
      "XDG_STATE_HOME": folder["\(user)/state"], "XDG_DATA_HOME": folder["\(user)/data"],
      "XDG_RUNTIME_DIR": folder["\(user)/run"],
    ].merging(extra) { $1 }
  }

  /// Starts the program as a user.
  ///
  /// - Parameter prefix: the words of another program that starts it.
  func start(
    _ arguments: [String], as user: String, by prefix: [String] = []
  ) throws -> Phone {
    let words = prefix + [Self.program] + arguments
    return try run(words[0], Array(words.dropFirst()), environment: environment(of: user))
  }

  /// Starts any program that writes JSON lines.
  func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Phone {
    let process = try ChildProcess(program, arguments, environment: environment)
    processes.append(process)
    return Phone(process)
  }

  /// Starts an exchange that keeps its data in the test's folder.
  ///
  /// - Parameters:
  ///   - listen: where; a port of 0 picks a free one.
  ///   - name: of its folder, where a test has several.
  ///   - prefix: the words of another program that starts it.
  func startExchange(
    listen: String = "127.0.0.1:0", named name: String = "exchange", by prefix: [String] = []
  ) throws -> (exchange: Phone, url: String) {
    let exchange = try start(
      ["serve", "--listen", listen, "--data", folder[name], "--json"], as: name, by: prefix)
    let ready = try #require(exchange.event("ready", within: .seconds(10)))
    return (exchange, try #require(ready["url"]?.string))
  }
}

/// One running program that writes JSON lines.
struct Phone {
  let process: ChildProcess

  init(_ process: ChildProcess) { self.process = process }

  /// The next event of that kind.
  func event(
    _ name: String, within limit: Duration, where isWanted: (JSONValue) -> Bool = { _ in true }
  ) -> JSONValue? {
    let line = process.line(within: limit) { line in
      guard let value = try? JSONValue(decoding: line) else { return false }
      return value["event"]?.string == name && isWanted(value)
    }
    return line.flatMap { try? JSONValue(decoding: $0) }
  }

  /// Waits until a call is in that state.
  func state(_ state: String, within limit: Duration) -> JSONValue? {
    event("state", within: limit) { $0["state"]?.string == state }
  }

  /// The exit code, or the number of the signal that ended it, negative; `nil` when the program goes
  /// on, and it is ended then.
  func exitCode(within limit: Duration) -> Int32? {
    switch process.wait(within: limit) {
    case .exited(let code)?: return code
    case .signalled(let number)?: return -number
    case nil:
      process.kill()
      return nil
    }
  }

  /// Everything written so far; `nil` when a line is no JSON.
  var allEvents: [JSONValue]? {
    let values = process.lines.map { try? JSONValue(decoding: $0) }
    return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
  }
}

/// Compares what was heard with what was said.
///
/// - Parameter start: where in what was said the comparison begins.
func compare(
  said: String, from start: Duration = .zero, heard: String, channel: Int = 0
) throws -> SoundComparison {
  SoundComparison(
    of: try Sound(wav: said).part(from: start, lasting: .seconds(60)).reduced(to: 8_000),
    in: try Sound(wav: heard, channel: channel).reduced(to: 8_000))
}

/// How much of a tone is in a file: the amplitude at that frequency, over its loudest second.
func strength(of frequency: Double, in file: String) throws -> Double {
  let sound = try Sound(wav: file)
  var best = 0.0
  for start in stride(from: 0, to: max(1, sound.samples.count - sound.rate), by: sound.rate / 4) {
    var (cosine, sine) = (0.0, 0.0)
    let part = sound.samples.dropFirst(start).prefix(sound.rate)
    for (index, sample) in part.enumerated() {
      let angle = 2 * Double.pi * frequency * Double(index) / Double(sound.rate)
      cosine += Double(sample) * cos(angle)
      sine += Double(sample) * sin(angle)
    }
    let amplitude = 2 * (cosine * cosine + sine * sine).squareRoot() / Double(sound.rate)
    best = max(best, amplitude)
  }
  return best
}

/// Whether packets can be filtered and translated.
var nft: Bool { access("/usr/sbin/nft", X_OK) == 0 }
