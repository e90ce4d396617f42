import Basics
import Calling
import Invocation
import LoopGLib
import Phone

/// Signs in to all accounts of a setup, waits for their contacts, asks the first that has it for
/// something, or all for their rooms, and signs out.
actor SignIn {
  /// What an account is asked, once its contacts are known; `nil` when another is meant.
  typealias Question = @Sendable (Board, AccountSummary) throws(SetupError) -> ServiceRequest?

  nonisolated let loop = GLibLoop(name: "main")
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private let phone: RunningPhone
  private let outcome = Lock(Outcome())
  private let question: Question?
  private var ready: Set<AccountID> = []
  private var alarm: Alarm?
  private var inquiry = Inquiry()
  private var roundup = Roundup()
  private var questionCount = 0

  /// What came of it.
  struct Outcome: Sendable {
    var board = Board()
    var answer: ServiceAnswer?
    var failure: SetupError?
  }

  init(_ setup: PhoneSetup, asking question: Question? = nil) {
    phone = RunningPhone(setup)
    self.question = question
  }

  /// What is known after all accounts have answered, or ten seconds; and what failed.
  nonisolated func run() -> Outcome {
    loop.perform {
      self.assumeIsolated { $0.start() }
    }
    loop.run()
    phone.end()
    return outcome.withLock { $0 }
  }

  private func start() {
    alarm = Alarm(on: loop) {
      self.assumeIsolated { $0.timeIsUp() }
    }
    alarm?.set(Instant.now.advanced(by: .seconds(10)))
    phone.messages.deliver(on: loop) { messages in
      self.assumeIsolated { signIn in
        for message in messages { signIn.take(message) }
      }
    }
    phone.start()
  }

  private func take(_ message: UserMessage) {
    switch message {
    case .board(let board): outcome.withLock { $0.board = board }
    case .event(.ready(let account)): ready.insert(account)
    case .event(.answered) where question == nil: roundup.answered()
    case .event(.answered(_, .unsupported)): inquiry.pass()
    case .event(.answered(_, let answer)):
      outcome.withLock { $0.answer = answer }
      finish(nil)
    case .event(.warning(_, let text)) where question != nil:
      Output.error(HarmlessText.line(text, limit: 400))
    case .exchangeFailed(let reason):
      finish(SetupError(sentence: reason, exitCode: .signalingFailed))
    case .stopped: loop.quit()
    case .event, .statistics, .levels, .log: break
    }
    check()
  }

  private func check() {
    let board = outcome.withLock { $0.board }
    guard !board.accounts.isEmpty else { return }
    if let question { return inquire(question, board) }
    guard !isFinished else { return }
    switch roundup.step(board.accounts, ready: ready) {
    case .wait: break
    case .done(let failure): finish(failure)
    case .ask(let accounts):
      for account in accounts {
        questionCount += 1
        phone.order(.serve(ServiceID(questionCount), account.id, .rooms))
      }
    }
  }

  private func timeIsUp() {
    finish(
      roundup.isAsking
        ? roundup.failure
        : SetupError(sentence: "The server did not answer in time.", exitCode: .signalingFailed))
  }

  private func inquire(_ question: Question, _ board: Board) {
    guard !isFinished else { return }
    while true {
      switch inquiry.step(board.accounts, ready: ready) {
      case .wait: return
      case .fail(let failure): return finish(failure)
      case .giveUp:
        outcome.withLock { $0.answer = .unsupported }
        return finish(inquiry.obstacle)
      case .ask(let account):
        do throws(SetupError) {
          guard let request = try question(board, account) else {
            inquiry.pass()
            continue
          }
          // The phone answers in any case; how long it waits depends on what is asked.
          alarm?.set(Instant.now.advanced(by: .seconds(130)))
          questionCount += 1
          return phone.order(.serve(ServiceID(questionCount), account.id, request))
        } catch {
          inquiry.pass(error)
        }
      }
    }
  }

  private var isFinished = false

  private func finish(_ failure: SetupError?) {
    guard !isFinished else { return }
    isFinished = true
    outcome.withLock { $0.failure = failure }
    alarm?.set(nil)
    phone.stop()
  }
}
