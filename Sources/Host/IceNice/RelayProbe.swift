import Basics
import LoopGLib
import Media
package import SDP

/// Whether a TURN server gives an address away for the credentials that are known.
///
/// Blocks; for a thread that may wait.
package enum RelayProbe {
  package enum Outcome: Equatable, Sendable {
    /// How long it took until the address was there, names and handshakes included.
    case granted(after: Duration)
    /// The server's or the library's last word, if there was one.
    case refused(String?)
  }

  /// Asks as a call does.
  ///
  /// - Parameter time: at most so long.
  package static func ask(
    _ server: IceServer, caFile: String? = nil, isInsecure: Bool = false, within time: Duration
  ) -> Outcome {
    let outcome = Lock<Outcome>(.refused(nil))
    let loop = GLibLoop(name: "relay probe")
    let start = Instant.now
    let agent = Lock<IceAgent?>(nil)
    let alarm = Alarm(on: loop) { loop.quit() }
    alarm.set(start.advanced(by: time))
    loop.perform {
      let made = IceAgent(
        loop: loop, trust: ServerTrust(caFile: caFile, isInsecure: isInsecure),
        note: { entry in outcome.withLock { $0 = .refused(entry.text) } },
        handler: { event in
          switch event {
          case .candidate(let candidate) where candidate.kind == .relayed:
            outcome.withLock { $0 = .granted(after: start.duration(to: .now)) }
            loop.quit()
          case .gatheringDone, .failed: loop.quit()
          default: break
          }
        })
      agent.withLock { $0 = made }
      made.perform(.gather(isControlling: true, servers: [server], includesLoopback: true))
    }
    loop.run()
    agent.withLock { held in
      held?.perform(.close)
      held = nil
    }
    return outcome.withLock { $0 }
  }
}
