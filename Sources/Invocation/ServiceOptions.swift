package import Calling

/// One `KEY=VALUE` of a command line.
package struct Field: Equatable, Sendable {
  package var key: String
  package var value: String

  package init(key: String, value: String) {
    self.key = key
    self.value = value
  }
}

/// What a server is asked for beside calls.
package enum ServiceTask: Equatable, Sendable {
  /// Complete as it stands.
  case request(ServiceRequest)
  /// - Parameter passwordFile: its first line is the room's password.
  case createRoom(RoomPlan, passwordFile: String?)
  /// A room by its name or id.
  case room(String, RoomVerb)
  /// - Parameter target: as the user wrote it.
  case callURL(target: String, kind: CallKind)
  case addIntegration([Field])
  case changeIntegration(id: String, [Field])
  case changeBot(id: String, [Field])

  /// What is done with one room.
  package enum RoomVerb: Equatable, Sendable {
    case show, participants, leave, remove
    case admit(user: String, isLetIn: Bool)
  }
}

/// `tipring rooms`, `tipring calls …`, `tipring buzzi …` and their like.
package struct ServiceOptions: Equatable, Sendable {
  package var task: ServiceTask
  package var server = ServerOptions()
  /// The first account of that system is asked when none is named.
  package var system: CallSystem?
  /// Where a file goes; `nil` is standard output.
  package var outputPath: String?
  package var isJSON = false

  package init(_ task: ServiceTask) { self.task = task }
}
