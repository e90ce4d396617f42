import Basics
import Calling

/// The commands that ask a server for something beside calls.
extension ArgumentReader {
  func rooms() throws(UsageError) -> ServiceOptions {
    switch scanned.spec.name {
    case "rooms create": return try service(try createRoom())
    case "rooms show": return try service(.room(try operand("ROOM"), .show))
    case "rooms participants": return try service(.room(try operand("ROOM"), .participants))
    case "rooms leave": return try service(.room(try operand("ROOM"), .leave))
    case "rooms remove": return try service(.room(try operand("ROOM"), .remove))
    case "rooms admit":
      let verb = ServiceTask.RoomVerb.admit(
        user: try operand("USER", at: 1), isLetIn: !scanned.has("--refuse"))
      return try service(.room(try operand("ROOM"), verb))
    default: return try service(.request(.rooms))
    }
  }

  func calls() throws(UsageError) -> Invocation {
    switch scanned.spec.name {
    case "calls record":
      let word = try operand("start or stop")
      guard word == "start" || word == "stop" else {
        throw error(.badValue(word, of: "calls record", expected: "start or stop"))
      }
      let call = try operand("CALL", at: 1)
      return .service(
        try service(
          .request(word == "start" ? .startRecording(call: call) : .stopRecording(call: call))))
    case "calls recordings":
      return .service(try service(.request(.recordings(call: try operand("CALL")))))
    case "calls download":
      return .service(try service(.request(.recording(url: try operand("URL")))))
    case "calls transcribe":
      return .service(
        try service(
          .request(
            .startTranscription(
              call: try operand("CALL"), language: scanned.value("--language")))))
    case "calls transcript":
      return .service(
        try service(.request(.transcript(call: try operand("CALL"), format: try format()))))
    default: return .help(HelpText(for: scanned.spec).text)
    }
  }

  func buzzi() throws(UsageError) -> Invocation {
    let task: ServiceTask
    switch scanned.spec.name {
    case "buzzi analytics": task = .request(.analytics(days: try days()))
    case "buzzi accounts": task = .request(.integrationAccounts)
    case "buzzi accounts add": task = .addIntegration(try fields(scanned.operands[...]))
    case "buzzi accounts set":
      task = .changeIntegration(
        id: try operand("ID"), try fields(scanned.operands.dropFirst()))
    case "buzzi accounts remove":
      task = .request(.removeIntegrationAccount(id: try operand("ID")))
    case "buzzi bot set":
      task = .changeBot(id: try operand("ID"), try fields(scanned.operands.dropFirst()))
    default: return .help(HelpText(for: scanned.spec).text)
    }
    switch task {
    case .addIntegration(let fields), .changeIntegration(_, let fields), .changeBot(_, let fields):
      guard !fields.isEmpty else { throw error(.missingOperand("KEY=VALUE")) }
    default: break
    }
    var options = try service(task)
    options.system = .buzzi
    return .service(options)
  }

  func service(_ task: ServiceTask) throws(UsageError) -> ServiceOptions {
    var options = ServiceOptions(task)
    options.server = try server()
    options.outputPath = scanned.value("--output")
    options.isJSON = scanned.has("--json")
    return options
  }

  func days() throws(UsageError) -> Int { try number("--days", in: 1...365) ?? 30 }

  /// `KEY=VALUE` each.
  func fields(_ words: ArraySlice<String>) throws(UsageError) -> [Field] {
    var fields: [Field] = []
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, word.utf8.count <= 4_096 else {
        throw error(.badValue(word, of: "KEY=VALUE", expected: "a name, =, and a value"))
      }
      fields.append(Field(key: String(parts[0]), value: String(parts[1])))
    }
    return fields
  }

  /// `YYYY-MM-DD`.
  func date(_ option: String) throws(UsageError) -> String? {
    guard let text = scanned.value(option) else { return nil }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let isDate =
      parts.map(\.count) == [4, 2, 2]
      && parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
      && (1...12).contains(Int(parts[1]) ?? 0) && (1...31).contains(Int(parts[2]) ?? 0)
    guard isDate else { throw bad(option, "a day such as 2026-11-30") }
    return text
  }

  private func createRoom() throws(UsageError) -> ServiceTask {
    let name = try operand("NAME")
    guard name.count <= 128 else {
      throw error(.badValue(name, of: "NAME", expected: "128 characters at most"))
    }
    var plan = RoomPlan(name: name)
    plan.participantLimit = try number("--limit", in: 1...500) ?? plan.participantLimit
    plan.isPersistent = !scanned.has("--temporary")
    plan.allowsRecording = !scanned.has("--no-recording")
    plan.isTranscribed = scanned.has("--transcribe")
    plan.hasWaitingRoom = scanned.has("--waiting-room")
    return .createRoom(plan, passwordFile: scanned.value("--room-password-file"))
  }

  private func format() throws(UsageError) -> TranscriptFormat {
    guard let text = scanned.value("--format") else { return .txt }
    guard let format = TranscriptFormat(rawValue: text) else {
      throw bad("--format", TranscriptFormat.allCases.map(\.rawValue).asAlternatives)
    }
    return format
  }
}
