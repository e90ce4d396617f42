package import Basics
import BuzziWire
package import Calling
import Formats
package import Transport

/// One account's conversation with Buzzi, or with the bundled exchange: calls with voice bots, and a
/// company's figures and settings.
///
///     signedOut ─start─▶ signingIn ──history──▶ online ──signOut──▶ signedOut
///                            │  ▲ wait
///                            ▼  │
///                          refused
///
/// There is nothing to sign in to: that the server answers and does not forbid is all that is asked.
/// Every call has a session and a socket of its own (``BuzziCall``).
package struct BuzziClient: DialectClient {
  enum Phase: Equatable, Sendable {
    case signedOut, signingIn, online, refused
  }

  /// What a request is for.
  enum Purpose: Equatable, Sendable {
    /// The calls of a chatbot; `isFirst` decides whether the account is signed in.
    case history(chatbotID: String, isFirst: Bool)
    /// Whether the company's endpoints can be used, when there is no chatbot.
    case company
    case session(CallID)
    case end(EndErrand)
    case service(ServiceErrand)
  }

  /// What must reach the server once, and when it is tried again.
  struct Repetition: Equatable, Sendable {
    var purpose: Purpose
    var until: Instant
  }

  let account: Account
  let chatbots: [String]
  var phase = Phase.signedOut
  var calls: [BuzziCall] = []
  var repetitions: [Repetition] = []
  private var generator: SeededGenerator
  private var backoff = Backoff()
  private var signInAt: Instant?
  private var requestCount = 0
  private var socketCount = 0
  private var requests: [RequestID: Purpose] = [:]
  private var records: [String: [CallRecord]] = [:]
  private var nonsenseCount = 0
  private var effects: [DialectEffect] = []

  /// - Parameter seed: different for every client; it spreads the delays between tries.
  package init(account: Account, seed: UInt64) {
    self.account = account
    generator = SeededGenerator(seed: seed)
    chatbots = (account.options["chatbot-id"] ?? "").split(separator: ",")
      .prefix(Self.chatbotLimit).map { String($0.drop { $0 == " " }.prefix { $0 != " " }) }
      .filter { !$0.isEmpty && $0.utf8.count <= 200 }
  }

  // MARK: Verbs

  package mutating func start(at now: Instant) -> [DialectEffect] {
    switch phase {
    case .signedOut, .refused: signIn()
    case .signingIn, .online: break  // Under way already.
    }
    return takeEffects()
  }

  package mutating func carryOut(_ order: SignalingOrder, at now: Instant) -> [DialectEffect] {
    switch order {
    case .place(let id, let address, _): place(id, to: address, at: now)
    case .end(let id, let reason): end(id, reason, at: now)
    case .sound(let id, let samples): say(samples, in: id, at: now)
    case .requestPerson(let id): requestPerson(in: id)
    case .serve(let id, let request): serve(id, request)
    case .refreshContacts: if phase == .online { reportContacts() }
    case .refreshHistory: if phase == .online { requestHistory() }
    case .signOut: signOut()
    default: break  // No call comes in, no sound is negotiated, and a call is between two.
    }
    return takeEffects()
  }

  package mutating func receive(_ event: TransportEvent, at now: Instant) -> [DialectEffect] {
    switch event {
    case .response(let id, let response): take(Answer(response), of: id, at: now)
    case .requestFailed(let id, let failure): take(.failed(failure.sentence), of: id, at: now)
    case .opened(let socket): opened(socket, at: now)
    case .received(let socket, .text(let text)): received(text, over: socket, at: now)
    case .received(_, .binary): noteNonsense("The server sent a binary message.")
    case .closed(let socket, let code, let reason):
      lost(socket, .closed(code: code, reason: reason), at: now)
    case .failed(let socket, let failure): lost(socket, .failed(failure), at: now)
    }
    return takeEffects()
  }

  package mutating func networkChanged(
    losesConnections: Bool, at now: Instant
  ) -> [DialectEffect] {
    reconnectCalls(losesConnections: losesConnections, at: now)
    backoff.reset()
    if signInAt != nil { signInAt = now }
    return takeEffects()
  }

  package var deadline: Instant? {
    ([signInAt] + calls.map(\.deadline) + repetitions.map { Optional($0.until) })
      .compactMap { $0 }.min()
  }

  package mutating func expire(at now: Instant) -> [DialectEffect] {
    if let due = signInAt, due <= now {
      signInAt = nil
      requestSignIn()
    }
    expireCalls(at: now)
    let due = repetitions.filter { $0.until <= now }.map(\.purpose)
    repetitions.removeAll { $0.until <= now }
    for purpose in due {
      switch purpose {
      case .end(let errand): send(errand)
      case .service(let errand): send(errand)
      case .history, .company, .session: break  // Not repeated in this way.
      }
    }
    return takeEffects()
  }

  // MARK: Signing in and out

  private mutating func signIn() {
    guard !chatbots.isEmpty || hasCompanyCredentials else {
      phase = .refused
      return report(.account(.refused(reason: nothingToDo)))
    }
    phase = .signingIn
    backoff.reset()
    report(.account(.signingIn))
    requestSignIn()
  }

  private mutating func requestSignIn() {
    guard let first = chatbots.first else {
      return request(.company, .get, BuzziPath.analytics + "?days=1", isCompany: true)
    }
    requestHistory(of: first, isFirst: true)
  }

  /// Whether the server let us in by what it answered to the first question.
  private mutating func settleSignIn(_ answer: Answer, at now: Instant) {
    guard phase == .signingIn else { return }
    switch answer {
    case .refused(let refusal) where refusal.status == 429 || refusal.status >= 500:
      retrySignIn(refusal.sentence, after: refusal.retryAfter, at: now)
    case .failed(let words):
      retrySignIn(words, after: nil, at: now)
    case .refused(let refusal) where refusal.status == 401 || refusal.status == 403:
      phase = .refused
      report(.account(.refused(reason: refusal.sentence)))
    case .granted, .refused:
      // The document's server has no history of the caller's calls, and says 404.
      phase = .online
      report(.identity(Party(name: account.username, address: account.username)))
      report(.account(.signedIn))
      reportContacts()
      for chatbot in chatbots.dropFirst() { requestHistory(of: chatbot, isFirst: false) }
    }
  }

  private mutating func retrySignIn(_ words: String, after wait: Duration?, at now: Instant) {
    let nextTry = now.advanced(by: max(backoff.next(using: &generator), wait ?? .zero))
    signInAt = nextTry
    report(.account(.unreachable(reason: words, nextTry: nextTry)))
  }

  private mutating func signOut() {
    guard phase != .signedOut else { return }
    for call in calls {
      if let socket = call.socket { close(socket) }
      if let session = call.session {
        send(EndErrand(sessionID: session.sessionID, word: .userEnded))
      }
    }
    calls = []
    for (id, purpose) in requests {
      if case .end = purpose { continue }  // The server is told still.
      effects.append(.transport(.cancel(id)))
      if case .service(let errand) = purpose { report(.answered(errand.id, .failed(Self.notIn))) }
      requests[id] = nil
    }
    for repetition in repetitions {
      if case .service(let errand) = repetition.purpose {
        report(.answered(errand.id, .failed(Self.notIn)))
      }
    }
    repetitions = []
    signInAt = nil
    phase = .signedOut
    report(.account(.signedOut))
  }

  private mutating func reportContacts() {
    report(
      .contacts(
        chatbots.map { id in
          Contact(
            account: account.id, address: id, name: id, kind: .bot, presence: .unknown,
            about: "voice bot")
        }))
  }

  // MARK: History

  mutating func requestHistory() {
    for chatbot in chatbots { requestHistory(of: chatbot, isFirst: false) }
  }

  private mutating func requestHistory(of chatbot: String, isFirst: Bool) {
    let purpose = Purpose.history(chatbotID: chatbot, isFirst: isFirst)
    guard !requests.values.contains(purpose) else { return }
    request(purpose, .get, historyPath(of: chatbot))
  }

  func historyPath(of chatbot: String) -> String {
    BuzziPath.history + "?chatbotId=\(percentEncoded(chatbot))"
      + "&endUserId=\(percentEncoded(account.username))&limit=\(Self.historyLimit)"
  }

  private mutating func takeHistory(_ answer: Answer, of chatbot: String) {
    switch answer {
    case .granted(let value):
      guard let entries = value["history"]?.array else {
        return note(.warning, "The history cannot be read.")
      }
      records[chatbot] = entries.prefix(Self.historyLimit).compactMap {
        (try? CallEntry(decoding: $0))?.record(chatbotID: chatbot, account: account)
      }
      report(.history(chatbots.flatMap { records[$0] ?? [] }))
    case .refused(let refusal) where refusal.status == 404: break  // It has none.
    case .refused, .failed: note(.warning, "The history did not come: \(answer.sentence)")
    }
  }

  // MARK: Requests

  /// Asks the server for something; the answer comes to ``take(_:of:at:)``.
  mutating func request(
    _ purpose: Purpose, _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil,
    isCompany: Bool = false
  ) {
    requestCount += 1
    let id = RequestID(requestCount)
    requests[id] = purpose
    var request = HTTPRequest(method, account.server + path)
    request.fields["Accept"] = "application/json"
    if isCompany { addCredentials(to: &request) }
    if let body {
      request.fields["Content-Type"] = "application/json"
      request.body = Array(body.text.utf8)
    }
    effects.append(.transport(.request(id, request)))
  }

  private mutating func take(_ answer: Answer, of id: RequestID, at now: Instant) {
    guard let purpose = requests.removeValue(forKey: id) else { return }
    switch purpose {
    case .history(let chatbot, let isFirst):
      if isFirst { settleSignIn(answer, at: now) }
      if phase == .online { takeHistory(answer, of: chatbot) }
    case .company: settleSignIn(answer, at: now)
    case .session(let call): takeSession(answer, of: call, at: now)
    case .end(let errand): takeEnd(answer, of: errand, at: now)
    case .service(let errand): takeService(answer, of: errand, at: now)
    }
  }

  // MARK: Telling

  mutating func report(_ report: SignalingReport) { effects.append(.report(report)) }

  mutating func note(_ level: LogEntry.Level, _ text: String) {
    effects.append(.note(LogEntry(level, account.name, text)))
  }

  /// A message that made no sense; only the first few are worth a line.
  mutating func noteNonsense(_ text: String) {
    nonsenseCount = min(nonsenseCount + 1, Self.nonsenseLimit + 1)
    if nonsenseCount <= Self.nonsenseLimit { note(.warning, text) }
  }

  mutating func open(_ url: String) -> SocketID {
    socketCount += 1
    let socket = SocketID(socketCount)
    effects.append(.transport(.open(socket, SocketRequest(url))))
    return socket
  }

  mutating func send(_ text: String, over socket: SocketID) {
    effects.append(.transport(.send(socket, .text(text))))
  }

  mutating func close(_ socket: SocketID) {
    effects.append(.transport(.close(socket, code: 1000)))
  }

  private mutating func takeEffects() -> [DialectEffect] {
    defer { effects = [] }
    return effects
  }

  static let notIn = "Not signed in to this account."
  private var nothingToDo: String {
    "The account names no chatbot and no company: set chatbot-id in [account \(account.name)] of "
      + "tipring.conf, or password-command or session-command."
  }
  /// Chatbots of an account at most.
  static let chatbotLimit = 32
  /// Past calls asked for, of each chatbot.
  static let historyLimit = 50
  private static let nonsenseLimit = 10
}
