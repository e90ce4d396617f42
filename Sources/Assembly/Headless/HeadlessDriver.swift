import Basics
import Calling
import Glibc
import Invocation
import LoopGLib
import Media
import Phone

/// What a run without a screen is for.
enum HeadlessTask: Equatable {
  /// One call, whose end ends the program.
  case call(target: String)
  /// Wait for calls and take or refuse them.
  case answer(AnswerRule, isOnce: Bool)
  /// Commands on standard input.
  case plain(AnswerRule?, isOnce: Bool)
}

/// How it is done.
struct HeadlessOptions {
  var report: ReportOptions
  /// Hang up that long after the first sound.
  var duration: Duration?
  var recordingPath: String?
  /// Whether the end of a `file:` capture ends the call.
  var endsWithCapture: Bool
}

/// The main loop of a run without a screen: what happens becomes lines, and a rule, standard input or
/// the clock becomes orders.
actor HeadlessDriver {
  nonisolated let loop = GLibLoop(name: "main")
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  /// Read after the loop has ended.
  private let outcome = Lock(ExitCode.success)
  private let task: HeadlessTask
  private let options: HeadlessOptions
  private let sound: SoundSetup
  let phone: RunningPhone
  let printer: LinePrinter
  var board = Board()
  private var statistics: [CallID: MediaStatistics] = [:]
  private var phases: [CallID: CallPhase] = [:]
  private var deadlines = DeadlineTable<Timer>()
  private var alarm: Alarm?
  private var signals: [SignalWatch] = []
  private var input: LineInput?
  private var isReady = false
  private var recordingCount = 0
  var serviceCount = 0
  private var exitCode: ExitCode = .success
  private var isStopping = false

  private enum Timer: Hashable {
    case statistics
    case answer(CallID)
    case hangUp(CallID)
    /// An account that cannot be reached has had its time.
    case signIn
    /// The loops did not end in time.
    case giveUp
  }

  init(_ task: HeadlessTask, options: HeadlessOptions, setup: PhoneSetup) {
    self.task = task
    self.options = options
    sound = setup.sound
    phone = RunningPhone(setup)
    printer = LinePrinter(isJSON: options.report.isJSON, names: options.report.names)
  }

  /// Runs until the task is done. On the calling thread.
  nonisolated func run() -> ExitCode {
    loop.perform {
      self.assumeIsolated { $0.start() }
    }
    loop.run()
    phone.end()
    return outcome.withLock { $0 }
  }

  private func start() {
    alarm = Alarm(on: loop) { self.assumeIsolated { $0.expired() } }
    signals = [SIGINT, SIGTERM, SIGHUP].map { signal in
      SignalWatch(for: signal, on: loop) { self.assumeIsolated { $0.interrupted() } }
    }
    phone.messages.deliver(on: loop) { messages in
      self.assumeIsolated { driver in
        for message in messages { driver.take(message) }
      }
    }
    phone.start()
    switch task {
    case .call(let target): phone.order(.place(target: target))
    case .answer(_, let isOnce):
      if isOnce { deadlines[.signIn] = Instant.now.advanced(by: .seconds(10)) }
    case .plain:
      input = LineInput(on: loop) { line in
        self.assumeIsolated { $0.typed(line) }
      }
    }
    deadlines[.statistics] = Instant.now.advanced(by: options.report.statisticsInterval)
    rearm()
  }

  // MARK: What happens

  private func take(_ message: UserMessage) {
    switch message {
    case .board(let board):
      let previous = self.board
      self.board = board
      tellParticipants(since: previous)
      if board.sound.complaint != previous.sound.complaint { soundChanged() }
      if board.isMuted != previous.isMuted {
        let words = board.isMuted ? "Muted: nobody hears you." : "No longer muted."
        printer.remark("note", in: nil, words)
      }
    case .statistics(let call, let statistics): self.statistics[call] = statistics
    case .event(let event): take(event)
    case .exchangeFailed(let reason):
      printer.remark("error", in: nil, reason)
      stop(.signalingFailed)
    case .log(let entry):
      guard entry.level >= .warning else { break }
      Output.error(HarmlessText.line("\(entry.subject): \(entry.text)", limit: 1_000))
    case .levels: break
    case .stopped: loop.quit()
    }
    watchAccounts()
    rearm()
  }

  private func take(_ event: PhoneEvent) {
    switch event {
    case .ready:
      guard !isReady else { return }
      isReady = true
      deadlines[.signIn] = nil
      printer.ready(board.accounts)
    case .call(let call): changed(call)
    case .notPlaced(let target, let reason): notPlaced(target, reason)
    case .transcript(let call, let line): printer.transcript(in: call, line)
    case .agent(let call, let state): printer.speaker(in: call, state)
    case .speakers(let call, let ids):
      let participants = board.calls.first { $0.id == call }?.participants ?? []
      printer.speakers(in: call, participants.filter { ids.contains($0.id) })
    case .message(let call, let from, let text): printer.message(in: call, from: from, text)
    case .answered(_, let answer):
      // Of several accounts that were asked, those that have it answer for the others.
      if answer != .unsupported || board.accounts.count < 2 { printer.answer(answer) }
    case .digit(let call, let digit): printer.digit(in: call, digit)
    case .recording(let call, let path):
      printer.remark(
        "note", in: call, path.map { "Recording to \($0)." } ?? "The recording has ended.")
    case .captureEnded: captureEnded()
    case .note(let call, let text): printer.remark("note", in: call, text)
    case .warning(let call, let text): printer.remark("warning", in: call, text)
    case .error(let call, let text): printer.remark("error", in: call, text)
    }
  }

  private func changed(_ call: CallSummary) {
    let previous = phases.updateValue(call.phase, forKey: call.id)
    guard previous != call.phase else { return }
    note(call)
    printer.state(of: call)
    switch call.phase {
    case .incoming: rings(call)
    case .active: if deadlines[.hangUp(call.id)] == nil { firstSound(of: call) }
    case .ended(let reason): ended(call, reason)
    case .outgoing, .ringing, .connecting, .held: break
    }
  }

  /// Whoever reads of a phase may name it in the next command, before a board comes that shows it.
  private func note(_ call: CallSummary) {
    if let index = board.calls.firstIndex(where: { $0.id == call.id }) {
      board.calls[index] = call
    } else {
      board.calls.append(call)
    }
  }

  /// Applies the rule to a call that begins to ring here.
  private func rings(_ call: CallSummary) {
    switch task {
    case .call: phone.order(.decline(call.id, reason: nil))  // One call was asked for, no second.
    case .answer(let rule, _), .plain(let rule?, _):
      switch rule {
      case .automatic(let delay): deadlines[.answer(call.id)] = Instant.now.advanced(by: delay)
      case .decline: phone.order(.decline(call.id, reason: nil))
      }
    case .plain(nil, _): break
    }
  }

  private func firstSound(of call: CallSummary) {
    if let duration = options.duration {
      deadlines[.hangUp(call.id)] = Instant.now.advanced(by: duration)
    }
    if let path = options.recordingPath {
      phone.order(.record(call.id, path: numbered(path)))
    }
  }

  private func ended(_ call: CallSummary, _ reason: EndReason) {
    deadlines[.hangUp(call.id)] = nil
    deadlines[.answer(call.id)] = nil
    phases[call.id] = nil
    let code = ExitCode(reason)
    printer.summary(
      of: call, reason, statistics: statistics.removeValue(forKey: call.id),
      exitCode: isStopping ? exitCode.rawValue : code.rawValue)
    switch task {
    case .call: stop(code)
    case .answer(_, let isOnce), .plain(_, let isOnce): if isOnce { stop(code) }
    }
  }

  private func notPlaced(_ target: String, _ reason: EndReason) {
    let code = ExitCode(reason)
    if case .call = task {
      printer.summary(notPlaced: target, reason, exitCode: code.rawValue)
      stop(code)
    } else {
      printer.remark("error", in: nil, reason.sentence(about: target))
    }
  }

  private func captureEnded() {
    guard options.endsWithCapture, options.duration == nil else { return }
    for call in board.calls where call.phase == .active {
      // What was said last still has to reach the other side's ear.
      deadlines[.hangUp(call.id)] = Instant.now.advanced(by: .milliseconds(400))
    }
  }

  /// A call goes on without sound devices, unless it begins without one that was asked for by name.
  /// What is wrong with it, an event tells.
  private func soundChanged() {
    guard board.sound.complaint != nil else { return }
    let isMissing =
      (sound.isCaptureExplicit && board.sound.capture != sound.capture.text)
      || (sound.isPlaybackExplicit && board.sound.playback != sound.playback.text)
    let isBeginning = board.calls.allSatisfy { call in
      call.times.firstAudioAt.map { $0.duration(to: .now) < .seconds(3) } ?? true
    }
    if isMissing, isBeginning { stop(.soundFailed) }
  }

  /// Tells what is wrong with accounts that shall take calls.
  private func watchAccounts() {
    guard !isReady, !isStopping, !board.accounts.isEmpty else { return }
    if case .call = task { return }  // The order to call tells it better.
    let refusals = board.accounts.compactMap { account -> String? in
      if case .refused(let reason) = account.state { return reason }
      return nil
    }
    if refusals.count == board.accounts.count {
      printer.remark("error", in: nil, refusals[0])
      stop(.notSignedIn)
    }
  }

  // MARK: What is typed

  private func typed(_ line: String?) {
    guard let line else { return stop(exitCode) }
    let current = board.calls.last { !$0.phase.isEnded && $0.phase != .held }
    let ringing = board.calls.last { $0.phase == .incoming }
    switch PlainCommand(line) {
    case .call(let target): phone.order(.place(target: target))
    case .answer(let name): with(name, else: ringing) { phone.order(.answer($0.id)) }
    case .decline(let name, let reason):
      with(name, else: ringing) { phone.order(.decline($0.id, reason: reason)) }
    case .hangUp(let name): with(name, else: current) { phone.order(.hangUp($0.id)) }
    case .mute: phone.order(.mute(true))
    case .unmute: phone.order(.mute(false))
    case .hold(let name): with(name, else: current) { phone.order(.hold($0.id)) }
    case .resume(let name):
      with(name, else: board.calls.last { $0.phase == .held }) { phone.order(.resume($0.id)) }
    case .digits(let keys): with(nil, else: current) { phone.order(.digits($0.id, keys)) }
    case .person: with(nil, else: current) { phone.order(.requestPerson($0.id)) }
    case .record(let path): with(nil, else: current) { phone.order(.record($0.id, path: path)) }
    case .stopRecording: with(nil, else: current) { phone.order(.stopRecording($0.id)) }
    case .note(let text): with(nil, else: current) { phone.order(.note($0.id, text)) }
    case .statistics:
      with(nil, else: current) { printer.statistics(of: $0.id, statistics[$0.id] ?? .init()) }
    case .calls:
      if board.calls.isEmpty { printer.remark("note", in: nil, "There are no calls.") }
      for call in board.calls { printer.state(of: call) }
    case .contacts:
      if board.contacts.isEmpty { printer.remark("note", in: nil, "There are no contacts.") }
      for contact in board.contacts {
        let account = board.accounts.first { $0.id == contact.account }
        printer.contact(contact, account: account?.name ?? "")
      }
    case .history:
      if board.history.isEmpty { printer.remark("note", in: nil, "The history is empty.") }
      for record in board.history.prefix(20) { printer.record(record) }
    case .rooms: askAll(.rooms)
    case .people:
      with(nil, else: current) { call in
        if call.participants.isEmpty { printer.remark("note", in: call.id, "Nobody is listed.") }
        for person in call.participants { printer.remark("note", in: call.id, person.line) }
      }
    case .quality(let quality): phone.order(.bitrate(bitsPerSecond: quality.bitsPerSecond))
    case .quit: stop(.success)
    case .help:
      for line in PlainCommand.helpText.split(separator: "\n") { printer.text(String(line)) }
    case .nothing: break
    case .wrong(let reason): printer.remark("error", in: nil, reason)
    }
    rearm()
  }

  private func with(
    _ name: String?, else current: CallSummary?, _ action: (CallSummary) -> Void
  ) {
    let call = name.map { name in board.calls.first { $0.id.description == name } } ?? current
    guard let call else {
      let reason = name.map { "There is no call \(HarmlessText.line($0, limit: 20))." }
      return printer.remark("error", in: nil, reason ?? "There is no such call now.")
    }
    action(call)
  }

  // MARK: Time and end

  private func expired() {
    for timer in deadlines.takeDue(at: .now) {
      switch timer {
      case .statistics:
        for call in board.calls where call.phase == .active || call.phase == .held {
          if let statistics = statistics[call.id] { printer.statistics(of: call.id, statistics) }
        }
        deadlines[.statistics] = Instant.now.advanced(by: options.report.statisticsInterval)
      case .answer(let call): phone.order(.answer(call))
      case .hangUp(let call): phone.order(.hangUp(call))
      case .signIn:
        guard !isReady else { break }
        printer.remark("error", in: nil, signInFailure)
        stop(.signalingFailed)
      case .giveUp: loop.quit()
      }
    }
    rearm()
  }

  private var signInFailure: String {
    for account in board.accounts {
      if case .unreachable(let reason, _) = account.state { return reason }
    }
    return "Signing in took too long."
  }

  private func interrupted() {
    guard !isStopping else { return loop.quit() }  // Asked twice: at once.
    stop(.interrupted)
    rearm()
  }

  private func stop(_ code: ExitCode) {
    guard !isStopping else { return }
    isStopping = true
    exitCode = code
    outcome.withLock { $0 = code }
    deadlines[.giveUp] = Instant.now.advanced(by: .seconds(3))
    phone.stop()
  }

  private func rearm() {
    alarm?.set(deadlines.earliest)
  }

  /// The path itself for the first recording; a number before the suffix for those that follow.
  private func numbered(_ path: String) -> String {
    recordingCount += 1
    guard recordingCount > 1 else { return path }
    guard let dot = path.lastIndex(of: "."), dot > path.lastIndex(of: "/") ?? path.startIndex else {
      return "\(path)-\(recordingCount)"
    }
    return "\(path[..<dot])-\(recordingCount)\(path[dot...])"
  }
}
