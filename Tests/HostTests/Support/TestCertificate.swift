import EndToEnd
import Glibc

/// A certificate that signs itself, and its key, made by the `openssl` program.
final class TestCertificate: Sendable {
  let path: String
  let keyPath: String
  private let folder = TemporaryFolder()

  /// - Parameters:
  ///   - names: the alternative names, as `openssl req -addext` takes them.
  ///   - days: how long it is valid, from now; negative when it has expired.
  init(names: String = "IP:127.0.0.1,DNS:localhost", days: Int = 2) throws {
    path = "\(folder.path)/certificate.pem"
    keyPath = "\(folder.path)/key.pem"
    let request = "\(folder.path)/request.pem"
    // In two steps, since the first alone makes none that has expired.
    let steps = [
      [
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
        keyPath, "-out", request, "-subj", "/CN=test", "-addext", "subjectAltName=\(names)",
      ],
      [
        "x509", "-req", "-in", request, "-signkey", keyPath, "-out", path, "-days", "\(days)",
        "-copy_extensions", "copy",
      ],
    ]
    for step in steps where try Program.run("openssl", step) != 0 {
      throw Program.NotStarted(name: "openssl", code: EINVAL)
    }
  }
}
