import Transport

/// One path of a facade, what is done there, and by which methods. A segment in braces stands for any.
///
/// The tables of routes are what requests are dealt out by, and what the description is held against.
struct Route<Operation: Sendable>: Sendable {
  let methods: [HTTPMethod]
  let path: String
  let operation: Operation
  private let segments: [Substring]

  init(_ methods: HTTPMethod..., at path: String, _ operation: Operation) {
    self.methods = methods
    self.path = path
    self.operation = operation
    segments = path.split(separator: "/")
  }

  /// What stands in the place of the last segment in braces, or nothing; `nil` for another path.
  func parameter(of target: [String]) -> String? {
    guard segments.count == target.count else { return nil }
    var parameter = ""
    for (expected, segment) in zip(segments, target) {
      if expected.hasPrefix("{") { parameter = segment } else if expected != segment { return nil }
    }
    return parameter
  }

  /// Each method with the path, as the description names it.
  var names: [String] { methods.map { "\($0.rawValue) \(path)" } }
}
