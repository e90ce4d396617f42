import Basics
import Calling
import Phone
import Testing
import Transport

@Suite("Requests that are refused for their rate")
struct PatientRequestTests {
  private let request = HTTPRequest(.get, "http://127.0.0.1:8077/api/users")

  private func refusal(_ wait: String?, status: Int = 429) -> TransportEvent {
    var fields = HTTPFields()
    fields["Retry-After"] = wait
    return .response(RequestID(1), HTTPResponse(status: status, fields: fields))
  }

  /// One request is under way.
  private func bench() -> ControlBench {
    var bench = ControlBench.signedIn()
    bench.scripts[0].want(.transport(.request(RequestID(1), request)))
    bench.wake(AccountID(0))
    #expect(bench.takeRequests() == [.request(RequestID(1), request)])
    return bench
  }

  @Test("are asked again after the short time that the server names, three times at most")
  func again() {
    var bench = bench()
    let before = bench.scripts[0].received.count
    for _ in 1...3 {
      bench.transport(refusal("1"))
      bench.advance(.milliseconds(999))
      #expect(bench.takeRequests() == [])
      bench.advance(.milliseconds(1))
      #expect(bench.takeRequests() == [.request(RequestID(1), request)])
    }
    #expect(bench.scripts[0].received.count == before, "the dialect hears nothing of it")
    bench.transport(refusal("1"))
    #expect(bench.scripts[0].received.last == refusal("1"))
    bench.advance(.seconds(10))
    #expect(bench.takeRequests() == [])
  }

  @Test("are the dialect's where the wait is long or not named, or the refusal is another")
  func passedOn() {
    for event in [
      refusal("3"), refusal(nil), refusal("soon"), refusal("-1"), refusal("1", status: 503),
      refusal(nil, status: 200),
    ] {
      var bench = bench()
      bench.transport(event)
      #expect(bench.scripts[0].received.last == event)
      bench.advance(.seconds(10))
      #expect(bench.takeRequests() == [])
    }
  }

  @Test("are forgotten when their answer is no longer wanted")
  func cancelled() {
    var bench = bench()
    bench.transport(refusal("1"))
    bench.scripts[0].want(.transport(.cancel(RequestID(1))))
    bench.wake(AccountID(0))
    bench.advance(.seconds(10))
    #expect(bench.takeRequests() == [])
  }

  @Test("are forgotten when their account has signed out")
  func signedOut() {
    var bench = bench()
    bench.transport(refusal("1"))
    bench.scripts[0].want(.report(.account(.signedOut)))
    bench.wake(AccountID(0))
    bench.advance(.seconds(10))
    #expect(bench.takeRequests() == [])
  }
}

extension ControlBench {
  fileprivate mutating func takeRequests() -> [TransportEffect] {
    takeEffects().compactMap { effect in
      guard case .transport(_, let effect) = effect else { return nil }
      return effect
    }
  }
}
