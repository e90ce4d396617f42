/// An HTTP method that the call systems use.
package enum HTTPMethod: String, Sendable {
  case get = "GET"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case head = "HEAD"
  case options = "OPTIONS"
}

/// Header fields; names compare without regard to case, order is kept.
package struct HTTPFields: Equatable, Sendable, ExpressibleByDictionaryLiteral {
  package private(set) var all: [(name: String, value: String)] = []

  package init() {}

  package init(dictionaryLiteral elements: (String, String)...) {
    for (name, value) in elements { self[name] = value }
  }

  /// The first value of that name; setting replaces all of that name, setting `nil` removes them.
  package subscript(name: String) -> String? {
    get { all.first { $0.name.lowercased() == name.lowercased() }?.value }
    set {
      all.removeAll { $0.name.lowercased() == name.lowercased() }
      if let newValue { all.append((name, newValue)) }
    }
  }

  /// Adds a field beside others of that name.
  package mutating func append(_ name: String, _ value: String) {
    all.append((name, value))
  }

  package static func == (left: HTTPFields, right: HTTPFields) -> Bool {
    left.all.elementsEqual(right.all) { $0.name == $1.name && $0.value == $1.value }
  }
}

/// A request, as a client asks it and as a server is asked.
package struct HTTPRequest: Equatable, Sendable {
  package var method: HTTPMethod
  /// Absolute at the client; path and query at the server.
  package var url: String
  package var fields: HTTPFields
  package var body: [UInt8]
  /// How long the client waits for the whole response.
  package var timeout: Duration
  /// How many bytes of a response's body the client takes at most.
  package var responseLimit = 1 << 20

  package init(
    _ method: HTTPMethod, _ url: String, fields: HTTPFields = HTTPFields(), body: [UInt8] = [],
    timeout: Duration = .seconds(10)
  ) {
    self.method = method
    self.url = url
    self.fields = fields
    self.body = body
    self.timeout = timeout
  }
}

/// A response with its whole body.
package struct HTTPResponse: Equatable, Sendable {
  package var status: Int
  package var fields: HTTPFields
  package var body: [UInt8]

  package init(status: Int, fields: HTTPFields = HTTPFields(), body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = body
  }
}
