import EndToEnd
import Glibc
import Testing

/// Runs a suite in a process of its own, since a sound server is found by the environment, and expects that
/// it passes.
func expectSoundSuite(
  _ name: String, _ environment: [String: String], within limit: Duration = .seconds(120)
) async throws {
  let result = try await Program.runSuite(name, environment: environment, within: limit)
  #expect(result.hasPassed, "\(result.output)")
  #expect(result.output.contains("passed after"), "the suite took place")
  #expect(!result.output.contains("ALSA lib"), "the library writes nothing to the terminal")
}

/// A socket where connections are taken and never answered.
func silentServer(at path: String) throws -> Int32 {
  let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { target in
    target.copyBytes(from: path.utf8.prefix(target.count - 1))
  }
  let result = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
  try #require(result == 0)
  try #require(listen(listener, 8) == 0)
  return listener
}
