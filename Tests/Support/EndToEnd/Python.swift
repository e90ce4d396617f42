import Glibc

/// Python with packages from PyPI, for the parts of programs that are not ours.
package enum Python {
  /// Why it cannot be had.
  package struct Unavailable: Error, CustomStringConvertible {
    package let description: String
  }

  /// Makes a Python environment that has a package, once for all tests of this user.
  ///
  /// - Parameters:
  ///   - module: what a script imports of it.
  ///   - requirement: name and versions for pip.
  ///   - name: of the environment's folder.
  /// - Returns: the path of its interpreter.
  package static func interpreter(
    having module: String, as requirement: String, in name: String
  ) throws -> String {
    let home = getenv("HOME").map { String(cString: $0) } ?? "/tmp"
    let folder = "\(home)/.cache/tipring-tests/\(name)"
    let python = "\(folder)/bin/python"
    if try run(python, ["-c", "import \(module)"]) { return python }
    guard try run("python3", ["-m", "venv", folder]) else {
      throw Unavailable(description: "no Python environment can be made; is python3-venv there?")
    }
    guard try run(python, ["-m", "pip", "install", "--quiet", requirement]),
      try run(python, ["-c", "import \(module)"])
    else { throw Unavailable(description: "pip cannot install \(requirement)") }
    return python
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> Bool {
    guard let process = try? ChildProcess(program, arguments) else { return false }
    return process.wait(within: .seconds(180)) == .exited(0)
  }
}
