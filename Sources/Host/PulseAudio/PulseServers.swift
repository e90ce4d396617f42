import CPulse
package import LoopGLib

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

  /// For the library.
  var interface: UnsafeMutablePointer<pa_mainloop_api> { pulse.interface }

  /// A connection is to have its turns.
  func add(_ connection: PulseConnection) { connections.append(connection) }

  func remove(_ connection: PulseConnection) { connections.removeAll { $0 === connection } }

  /// Has all connections have a turn soon.
  func wake() { pulse.wake() }

  private func makePulse() -> PulseLoop {
    let pulse = PulseLoop(on: loop)
    pulse.hasRead = { [unowned self] in
      // A copy, since connections come and go meanwhile.
      for connection in connections { connection.haveTurn() }
    }
    return pulse
  }
}
