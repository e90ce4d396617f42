import Formats

extension OpenAPI {
  /// All operations of these paths, marked with their system.
  static func tagged(_ system: String, _ paths: [String: JSONValue]) -> [String: JSONValue] {
    paths.mapValues { item in
      .object(
        (item.object ?? [:]).mapValues { operation in
          var members = operation.object ?? [:]
          members["tags"] = [.string(system)]
          return .object(members)
        })
    }
  }

  /// What two systems have at one path: an operation of both takes the parameters and bodies of either.
  static func joined(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
    let operations = (first.object ?? [:]).merging(second.object ?? [:]) { first, second in
      var members = first.object ?? [:]
      members["summary"] = .string(
        "\(words("summary", first)) (\(words("summary", second)), with HTTP Basic)")
      members["tags"] = .array(list("tags", first) + list("tags", second))
      let parameters = list("parameters", first)
      let names = parameters.map { $0["name"] }
      let all = parameters + list("parameters", second).filter { !names.contains($0["name"]) }
      members["parameters"] = all.isEmpty ? nil : .array(all)
      members["security"] = .array([["bearer": []]] + list("security", second))
      let bodies = [first, second].compactMap { $0["requestBody"]?["content"]?.object }
      if let body = bodies.first {
        members["requestBody"] = [
          "content": .object(bodies.dropFirst().reduce(body) { $0.merging($1) { old, _ in old } })
        ]
      }
      return .object(members)
    }
    return .object(operations)
  }

  private static func words(_ name: String, _ operation: JSONValue) -> String {
    operation[name]?.string ?? ""
  }

  private static func list(_ name: String, _ operation: JSONValue) -> [JSONValue] {
    operation[name]?.array ?? []
  }

  /// An operation of a system whose answers are described by that system's own documents.
  ///
  /// - Parameters:
  ///   - query: the names of what may stand after `?`.
  ///   - body: what the body has, by name; required names end in `!`.
  ///   - type: the body's media type.
  ///   - security: the schemes that must be met together; empty for none.
  static func outline(
    _ summary: String, path: [String] = [], query: [String] = [], body: [String] = [],
    type: String = "application/json", errors: [Int] = [], success: Int = 200,
    security: [String]
  ) -> JSONValue {
    let parameters =
      path.map { name -> JSONValue in
        ["name": .string(name), "in": "path", "required": true, "schema": string]
      }
      + query.map { name -> JSONValue in
        ["name": .string(name), "in": "query", "schema": string]
      }
    let required = body.filter { $0.hasSuffix("!") }.map { JSONValue.string(String($0.dropLast())) }
    let names = body.map { $0.hasSuffix("!") ? String($0.dropLast()) : $0 }
    let schema = object(
      .object(Dictionary(uniqueKeysWithValues: names.map { ($0, [:]) })), required: required)
    var responses: [String: JSONValue] = [String(success): ["description": "Done"]]
    for status in errors { responses[String(status)] = ["description": "Refused"] }
    return .members([
      "summary": .string(summary), "parameters": parameters.isEmpty ? nil : .array(parameters),
      "requestBody": body.isEmpty ? nil : ["content": .object([type: ["schema": schema]])],
      "responses": .object(responses),
      "security": security.isEmpty
        ? [] : [.object(Dictionary(uniqueKeysWithValues: security.map { ($0, []) }))],
    ])
  }
}
