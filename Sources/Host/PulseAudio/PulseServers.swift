import CPulse
package import LoopGLib
import Realtime

/// What the devices of one loop have in common that are sound servers': how the library is served, and what
/// it is told.
///
/// Made on any thread, used on the loop's alone.
package final class PulseServers: @unchecked Sendable {
  // Unchecked: `connections` and `pulse` are used on the loop's thread alone.
  package let loop: GLibLoop
  /// What servers are told that the program is called.
  let application: String
  private lazy var pulse = makePulse()
  private var connections: [PulseConnection] = []

  /// - Parameter application: what servers are told that the program is called.
  package init(on loop: GLibLoop, application: String) {
    self.loop = loop
    self.application = application
  }

  /// What has been read was looked for after a rest; otherwise the loop was woken by it.
  var hasRested: Bool { pulse.hasRested }

  /// For the library.
  var interface: UnsafeMutablePointer<pa_mainloop_api> { pulse.interface }

  /// A connection is to have its turns.
  func add(_ connection: PulseConnection) { connections.append(connection) }

  func remove(_ connection: PulseConnection) { connections.removeAll { $0 === connection } }

  /// Has all connections have a turn soon.
  func wake() { pulse.wake() }

  private func makePulse() -> PulseLoop {
    let pulse = PulseLoop(on: loop)
    pulse.hasRead = { [unowned self, unowned pulse] in
      // A copy, since connections come and go meanwhile.
      for connection in connections { connection.haveTurn() }
      if let end = restEnd { pulse.rest(until: end) }
    }
    return pulse
  }

  /// Until when no device needs its server, where that is worth while.
  private var restEnd: Int64? {
    guard connections.contains(where: \.isWokenInVain) else { return nil }
    var end = Int64.max
    for connection in connections {
      guard let next = connection.nextNeed else { return nil }
      end = min(end, next)
    }
    return end > StopSignal.now ? end : nil
  }
}
