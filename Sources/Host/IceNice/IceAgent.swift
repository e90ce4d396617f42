package import Basics
package import LoopGLib
package import Media
import SDP

/// Finds a path to the peer of one session and carries its datagrams (RFC 8445, RFC 8838).
///
/// Used on its loop's thread only. Dropping or closing it gives everything back; nothing is told
/// afterwards.
package final class IceAgent: @unchecked Sendable {
  // Unchecked: touched on the loop's thread only.
  private let loop: GLibLoop
  private let settings: IceSettings
  private let trust: ServerTrust
  private let localAddresses: @Sendable (_ includesLoopback: Bool) -> [String]
  private let note: @Sendable (LogEntry) -> Void
  private let outlet: EventOutlet<IceEvent>

  private var plan: Plan?
  private var current: IceGeneration?
  /// Carries datagrams until the current generation does after a restart, and a while longer what
  /// the peer still sends there.
  private var previous: IceGeneration?
  private var previousAlarm: Alarm?
  private var isClosed = false
  private var generationNumber = 0

  private struct Plan {
    var isControlling: Bool
    var servers: [IceServer]
    var includesLoopback: Bool
  }

  /// - Parameters:
  ///   - trust: which TURN servers over TLS are trusted.
  ///   - localAddresses: where to open sockets; tests name their own.
  ///   - note: told what is passed over: servers without an address, surplus candidates.
  ///   - handler: called on the loop's thread, never from within ``perform(_:)``.
  package init(
    loop: GLibLoop, settings: IceSettings = IceSettings(), trust: ServerTrust = ServerTrust(),
    localAddresses: @escaping @Sendable (_ includesLoopback: Bool) -> [String] =
      LocalAddresses.list(includesLoopback:),
    note: @escaping @Sendable (LogEntry) -> Void = { _ in },
    handler: @escaping @Sendable (IceEvent) -> Void
  ) {
    self.loop = loop
    self.settings = settings
    self.trust = trust
    self.localAddresses = localAddresses
    self.note = note
    outlet = EventOutlet(on: loop, handler: handler)
  }

  /// Carries an order out. Orders before `gather` and after `close` are passed over.
  package func perform(_ order: IceOrder) {
    guard !isClosed else { return }
    outlet.whileAsked { carryOut(order) }
  }

  private func carryOut(_ order: IceOrder) {
    switch order {
    case .gather(let isControlling, let servers, let includesLoopback):
      guard plan == nil else { return }
      plan = Plan(
        isControlling: isControlling, servers: servers, includesLoopback: includesLoopback)
      beginGeneration()
    case .setRemote(let credentials):
      current?.setRemote(credentials)
    case .addRemote(let candidate):
      current?.addRemote(candidate)
    case .endOfRemoteCandidates:
      current?.endOfRemoteCandidates()
    case .send(let datagram):
      // A new pair is used as soon as it works.
      let path = current?.isConnected == true ? current : previous
      path?.send(datagram)
    case .servers(let servers):
      plan?.servers = servers
    case .restart:
      guard plan != nil else { return }
      keepPrevious()
      beginGeneration()
    case .close:
      isClosed = true
      (current, previous, previousAlarm) = (nil, nil, nil)
      outlet.close()
    }
  }

  private func beginGeneration() {
    guard let plan else { return }
    // The generation is told apart by its number, since it reports while it is being made.
    generationNumber += 1
    let number = generationNumber
    let generation = IceGeneration(
      isControlling: plan.isControlling, settings: settings, trust: trust, on: loop, note: note
    ) { [weak self] event in self?.generationReports(event, number: number) }
    current = generation
    let addresses = localAddresses(plan.includesLoopback)
    // Where nothing can be gathered, nothing begins: there would be nothing to be described.
    if !addresses.isEmpty { emit(.gathering(generation.credentials)) }
    generation.gather(servers: plan.servers, addresses: addresses)
  }

  /// After a restart the pair that works is kept; a generation that never had one is not.
  private func keepPrevious() {
    guard let current, current.isConnected else { return }
    previous = current
    previousAlarm = nil
  }

  private func generationReports(_ event: IceEvent, number: Int) {
    if number != generationNumber {
      // Of an earlier generation only what the peer sends is of interest.
      if case .received = event { emit(event) }
      return
    }
    if case .connected = event, previous != nil, previousAlarm == nil {
      let alarm = Alarm(on: loop) { [weak self] in
        self?.previous = nil
        self?.previousAlarm = nil
      }
      alarm.set(Instant.now.advanced(by: Self.previousTime))
      previousAlarm = alarm
    }
    emit(event)
  }

  private func emit(_ event: IceEvent) {
    if case .received = event, outlet.waitingCount >= Self.mostWaiting { return }
    outlet.tell(event)
  }

  /// For what was on its way on the old pair.
  private static let previousTime: Duration = .seconds(5)
  /// Beyond it datagrams are dropped; other events are few by themselves.
  private static let mostWaiting = 256
}
