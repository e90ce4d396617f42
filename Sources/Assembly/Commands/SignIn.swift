import Basics
import Calling
import Invocation
import LoopGLib
import Phone

/// Signs in to all accounts of a setup, waits for their contacts, and signs out.
actor SignIn {
  nonisolated let loop = GLibLoop(name: "main")
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private let phone: RunningPhone
  private let outcome = Lock<(board: Board, failure: SetupError?)>((Board(), nil))
  private var ready: Set<AccountID> = []
  private var alarm: Alarm?

  init(_ setup: PhoneSetup) {
    phone = RunningPhone(setup)
  }

  /// What is known after all accounts have answered, or ten seconds; and what failed.
  nonisolated func run() -> (board: Board, failure: SetupError?) {
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
      switch account.state {
      case .refused(let reason): failure = SetupError(sentence: reason, exitCode: .notSignedIn)
      case .unreachable(let reason, _):
        failure = SetupError(sentence: reason, exitCode: .signalingFailed)
      case .signedOut, .signingIn, .signedIn, .reconnecting: return
      }
    }
    finish(failure)
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
