import Basics
import Calling
import Invocation
import LoopGLib
import Phone

/// Signs in to all accounts of a setup, waits for their contacts, asks the first for something if that
/// is wanted, and signs out.
actor SignIn {
  /// What is asked, once the contacts are known.
  typealias Question = @Sendable (Board) throws(SetupError) -> ServiceRequest

  nonisolated let loop = GLibLoop(name: "main")
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private let phone: RunningPhone
  private let outcome = Lock(Outcome())
  private let question: Question?
  private var ready: Set<AccountID> = []
  private var alarm: Alarm?

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
      self.assumeIsolated {
        $0.finish(
          SetupError(sentence: "The server did not answer in time.", exitCode: .signalingFailed))
      }
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
    let accounts = outcome.withLock { $0.board.accounts }
    guard !accounts.isEmpty else { return }
    var failure: SetupError?
    for account in accounts where !ready.contains(account.id) {
      // Of one account it is clear whose server is meant.
      let name = accounts.count > 1 ? account.name + ": " : ""
      switch account.state {
      case .refused(let reason):
        failure = SetupError(sentence: name + reason, exitCode: .notSignedIn)
      case .unreachable(let reason, _):
        failure = SetupError(sentence: name + reason, exitCode: .signalingFailed)
      case .signedOut, .signingIn, .signedIn, .reconnecting: return
      }
    }
    guard failure == nil, let question else { return finish(failure) }
    ask(question, of: accounts[0].id)
  }

  private var hasAsked = false

  private func ask(_ question: Question, of account: AccountID) {
    guard !hasAsked, !isFinished else { return }
    hasAsked = true
    do throws(SetupError) {
      let request = try question(outcome.withLock { $0.board })
      // The phone answers in any case; how long it waits depends on what is asked.
      alarm?.set(Instant.now.advanced(by: .seconds(130)))
      phone.order(.serve(ServiceID(1), account, request))
    } catch {
      finish(error)
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
