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
  /// The commands of a file.
  case script(Script, AnswerRule?, isOnce: Bool)
}

/// How it is done.
struct HeadlessOptions {
  var report: ReportOptions
  /// Hang up that long after the first sound, or after entering a conference that has none by then.
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
  /// What was asked for at the start.
  var sound: SoundSetup
  let phone: RunningPhone
  let printer: LinePrinter
  var board = Board()
  var statistics: [CallID: MediaStatistics] = [:]
  private var phases: [CallID: CallPhase] = [:]
  /// The calls that have had sound.
  private var heard: Set<CallID> = []
  private var deadlines = DeadlineTable<Timer>()
  private var alarm: Alarm?
  private var signals: [SignalWatch] = []
  private var input: LineInput?
  var isReady = false
  private var recordingCount = 0
  var serviceCount = 0
  /// What is to be done, in order.
  var queue = CommandQueue()
  /// Whether a call was ordered that has not begun yet.
  var isPlacing = false
  private var exitCode: ExitCode = .success
  private(set) var isStopping = false

  private enum Timer: Hashable {
    case statistics
    /// A command has waited long enough.
    case wait
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
    case .script(let script, _, _):
      let commands = [.wait(.ready, .seconds(60))] + script.commands
      queue = CommandQueue(commands, isClosed: script.handler == nil)
      proceed()
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
      proceed()
    case .call(let call): changed(call)
    case .notPlaced(let target, let reason): notPlaced(target, reason)
    case .transcript(let call, let line):
      printer.transcript(in: call, line)
      if line.isFinal, !line.isSelf { happened(.words) }
    case .agent(let call, let state): printer.speaker(in: call, state)
    case .speakers(let call, let ids):
      let participants = board.calls.first { $0.id == call }?.participants ?? []
      printer.speakers(in: call, participants.filter { ids.contains($0.id) })
    case .message(let call, let from, let text): printer.message(in: call, from: from, text)
    case .answered(_, let answer):
      // Of several accounts that were asked, those that have it answer for the others.
      if answer != .unsupported || board.accounts.count < 2 { printer.answer(answer) }
      answered(answer)
    case .digit(let call, let digit): printer.digit(in: call, digit)
    case .recording(let call, let path):
      printer.remark(
        "note", in: call, path.map { "Recording to \($0)." } ?? "The recording has ended.")
    case .captureEnded: captureEnded()
    case .hint(let hint):
      printer.remark(hint == .alive ? "note" : "warning", in: nil, hint.sentence)
    case .note(let call, let text): printer.remark("note", in: call, text)
    case .warning(let call, let text): printer.remark("warning", in: call, text)
    case .error(let call, let text): printer.remark("error", in: call, text)
    }
  }

  private func changed(_ call: CallSummary) {
    let previous = phases.updateValue(call.phase, forKey: call.id)
    guard previous != call.phase else { return }
    if previous == nil, !call.id.isIncoming { isPlacing = false }
    note(call)
    printer.state(of: call)
    defer { proceed() }
    switch call.phase {
    case .incoming: rings(call)
    case .connecting: if !call.expectsSound { entered(call) }
    case .active: if !heard.contains(call.id) { firstSound(of: call) }
    case .ended(let reason): ended(call, reason)
    case .outgoing, .ringing, .held: break
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
    case .answer(let rule, _), .plain(let rule?, _), .script(_, let rule?, _):
      switch rule {
      case .automatic(let delay): deadlines[.answer(call.id)] = Instant.now.advanced(by: delay)
      case .decline: phone.order(.decline(call.id, reason: nil))
      }
    case .plain(nil, _): break
    case .script(_, nil, _): runHandler()
    }
  }

  /// A conference has begun in which there may be nobody to hear, for all the time that it may take.
  private func entered(_ call: CallSummary) {
    guard let duration = options.duration, deadlines[.hangUp(call.id)] == nil else { return }
    deadlines[.hangUp(call.id)] = Instant.now.advanced(by: duration)
  }

  private func firstSound(of call: CallSummary) {
    heard.insert(call.id)
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
    heard.remove(call.id)
    phases[call.id] = nil
    let code = ExitCode(reason)
    printer.summary(
      of: call, reason, statistics: statistics.removeValue(forKey: call.id),
      exitCode: isStopping ? exitCode.rawValue : code.rawValue)
    switch task {
    case .call: stop(code)
    case .answer(_, let isOnce), .plain(_, let isOnce), .script(_, _, let isOnce):
      if isOnce { stop(code) }
      // What is waited for may become of a newer call.
      let newest = board.calls.last { $0.id == call.id || !$0.phase.isEnded }
      if !isPlacing, newest?.id == call.id {
        callFailed(code, "The call ended before what was waited for.")
      }
    }
  }

  private func notPlaced(_ target: String, _ reason: EndReason) {
    let code = ExitCode(reason)
    isPlacing = false
    if case .call = task {
      printer.summary(notPlaced: target, reason, exitCode: code.rawValue)
      stop(code)
    } else {
      printer.remark("error", in: nil, reason.sentence(about: target))
      callFailed(code, "The call did not begin.")
      proceed()
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
      case .wait: waitExpired()
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

  func stop(_ code: ExitCode) {
    guard !isStopping else { return }
    isStopping = true
    exitCode = code
    outcome.withLock { $0 = code }
    deadlines[.giveUp] = Instant.now.advanced(by: .seconds(3))
    phone.stop()
  }

  func rearm() {
    deadlines[.wait] = queue.deadline
    alarm?.set(deadlines.earliest)
  }

  var script: Script? {
    if case .script(let script, _, _) = task { return script }
    return nil
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
