import Basics
import Calling
import Files
import Formats
import Glibc
import Invocation

/// `tipring rooms`, `tipring calls …`, `tipring buzzi …` and their like: one request to the
/// server of the first account that has it, and its answer in print.
enum ServiceCommand {
  static func run(_ options: ServiceOptions) -> ExitCode {
    do throws(SetupError) {
      let (setup, complaints) = try setup(options)
      for complaint in complaints { Output.error(complaint) }
      let task = options.task
      let outcome = SignIn(setup) { board, account throws(SetupError) in
        try request(task, of: account, board)
      }.run()
      if let failure = outcome.failure { throw failure }
      let answer = outcome.answer ?? .failed("The server did not answer.")
      return try show(answer, outcome.board.accounts, options)
    } catch {
      Output.error(error.sentence)
      return error.exitCode
    }
  }

  // MARK: The question

  /// The account that is named, or the first of the system that is meant; otherwise all.
  private static func setup(
    _ options: ServiceOptions
  ) throws(SetupError) -> (PhoneSetup, [String]) {
    let reader = SetupReader()
    var server = options.server
    if server.accountName == nil, server.exchangeURL == nil, let system = options.system {
      let account = reader.settings.accounts.first { $0.isEnabled && $0.system == system }
      guard let account else {
        throw SetupError(
          sentence: "There is no account of \(system.title) in the settings; add one with: "
            + "tipring accounts add", exitCode: .usage)
      }
      server.accountName = account.name
    }
    return try reader.phone(server, SoundOptions())
  }

  /// - Returns: `nil` when another account is meant.
  private static func request(
    _ task: ServiceTask, of account: AccountSummary, _ board: Board
  ) throws(SetupError) -> ServiceRequest? {
    switch task {
    case .request(let request): return request
    case .createRoom(var plan, let file):
      if let file { plan.password = Secret(try firstLine(of: file)) }
      return .createRoom(plan)
    case .room(let name, let verb): return verb.request(room: roomID(name, of: account, board))
    case .callURL(let target, let kind):
      return try address(target, of: account, board).map { .callURL(address: $0, kind: kind) }
    case .addIntegration(let fields):
      return .addIntegrationAccount(fields: try FieldTree(fields).value)
    case .changeIntegration(let id, let fields):
      return .changeIntegrationAccount(id: id, fields: try FieldTree(fields).value)
    case .changeBot(let id, let fields):
      return .changeBot(id: id, fields: try FieldTree(fields).value)
    }
  }

  private static func roomID(_ name: String, of account: AccountSummary, _ board: Board) -> String {
    let room = board.contacts.first {
      $0.account == account.id && $0.kind == .room && $0.name.lowercased() == name.lowercased()
    }
    let address = room?.address ?? name
    return address.hasPrefix("room:") ? String(address.dropFirst(5)) : address
  }

  private static func address(
    _ text: String, of account: AccountSummary, _ board: Board
  ) throws(SetupError) -> String? {
    guard let target = CallTarget(text, accountNames: board.accounts.map(\.name)) else {
      throw SetupError(
        sentence: "Say who shall be called: a contact's name, an address or a number.",
        exitCode: .usage)
    }
    guard target.accountName == nil || target.accountName == account.name else { return nil }
    switch target.resolve(contacts: board.contacts, accounts: [account]) {
    case .contact(let contact): return contact.address
    case .address(_, let address): return address
    case .nobody(let sentence): throw SetupError(sentence: sentence, exitCode: .usage)
    }
  }

  /// What a secret's file holds; refused when others can read it.
  static func firstLine(of path: String) throws(SetupError) -> String {
    do throws(SecretError) {
      return try SecretReference.file(path: path).read().exposed
    } catch {
      throw SetupError(sentence: error.sentence, exitCode: .usage)
    }
  }

  // MARK: The answer

  private static func show(
    _ answer: ServiceAnswer, _ accounts: [AccountSummary], _ options: ServiceOptions
  ) throws(SetupError) -> ExitCode {
    switch answer {
    case .table(let table):
      if options.isJSON {
        for value in table.json.elements { Output.line(value.text) }
      } else {
        for line in Listing.lines(of: table) { Output.listed(line) }
      }
    case .done(let words, let json):
      Output.line(options.isJSON ? json.text : HarmlessText.line(words, limit: 1_000))
    case .document(_, let type, let bytes):
      try write(bytes, type: type, to: options.outputPath)
    case .failed(let words):
      throw SetupError(
        sentence: HarmlessText.line(words, limit: 400), exitCode: .signalingFailed)
    case .unsupported:
      let whose =
        accounts.count == 1 ? "\(accounts[0].system.title) has" : "The accounts' systems have"
      throw SetupError(
        sentence: "\(whose) nothing of the kind.\(options.task.hint)",
        exitCode: .signalingFailed)
    }
    return .success
  }

  private static func write(
    _ bytes: [UInt8], type: String, to path: String?
  ) throws(SetupError) {
    guard let path else {
      let isText = type.hasPrefix("text/") || type.hasPrefix("application/json")
      guard isText || isatty(STDOUT_FILENO) == 0 else {
        throw SetupError(
          sentence: "That is no text; say where to write it, with --output FILE.", exitCode: .usage)
      }
      // A terminal is shown what people can read, a file what was sent.
      if isatty(STDOUT_FILENO) == 0 {
        Output.bytes(bytes)
      } else {
        for line in String(decoding: bytes, as: UTF8.self).split(
          separator: "\n", omittingEmptySubsequences: false)
        { Output.line(HarmlessText.line(String(line), limit: 4_000)) }
      }
      return
    }
    do throws(FileError) { try SmallFile.replace(path, with: bytes) } catch {
      throw SetupError(sentence: error.sentence, exitCode: .usage)
    }
    Output.error("Wrote \(bytes.count) bytes to \(HarmlessText.line(path, limit: 200)).")
  }
}

extension ServiceTask {
  /// What to do where there is nothing of the kind.
  fileprivate var hint: String {
    switch self {
    case .request(.rooms), .createRoom:
      " For a group call, call several addresses with commas between."
    default: ""
    }
  }
}

extension ServiceTask.RoomVerb {
  fileprivate func request(room id: String) -> ServiceRequest {
    switch self {
    case .show: .room(id: id)
    case .participants: .roomParticipants(id: id)
    case .leave: .leaveRoom(id: id)
    case .remove: .removeRoom(id: id)
    case .admit(let user, let isLetIn): .admit(room: id, user: user, isLetIn: isLetIn)
    }
  }
}

extension JSONValue {
  /// An array's elements; anything else is one itself.
  fileprivate var elements: [JSONValue] {
    if case .array(let elements) = self { return elements }
    return [self]
  }
}
