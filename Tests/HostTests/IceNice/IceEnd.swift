import Basics
import Files
import IceNice
import LoopGLib
import Media
import SDP

/// One end of a call that has nothing but connectivity, on a loop; remembers what it was told.
final class IceEnd: Sendable {
  struct Told {
    var events: [IceEvent] = []
    var times: [Instant] = []
    var notes: [LogEntry] = []
  }

  let loop: GLibLoop
  let told = Lock(Told())
  private let agent = Lock<IceAgent?>(nil)
  private let peer = Lock<IceEnd?>(nil)

  init(
    on loop: GLibLoop, settings: IceSettings = IceSettings(), caFile: String? = nil,
    addresses: [String]? = ["127.0.0.1"]
  ) {
    self.loop = loop
    let told = told
    let peer = peer
    let made = IceAgent(
      loop: loop, settings: settings, trust: ServerTrust(caFile: caFile),
      localAddresses: { addresses ?? LocalAddresses.list(includesLoopback: $0) },
      note: { note in told.withLock { $0.notes.append(note) } },
      handler: { event in
        loop.checkIsolated()
        told.withLock {
          $0.events.append(event)
          $0.times.append(.now)
        }
        // What signalling does when candidates trickle.
        switch (event, peer.withLock { $0 }) {
        case (.gathering(let credentials), let peer?): peer.perform(.setRemote(credentials))
        case (.candidate(let candidate), let peer?): peer.perform(.addRemote(candidate))
        case (.gatheringDone, let peer?): peer.perform(.endOfRemoteCandidates)
        default: break
        }
      })
    agent.withLock { $0 = made }
  }

  /// From now on everything that this end learns is told to the other.
  func trickle(to other: IceEnd?) {
    peer.withLock { $0 = other }
  }

  func perform(_ order: IceOrder) {
    loop.perform { self.carryOut(order) }
  }

  /// On the loop.
  func carryOut(_ order: IceOrder) {
    agent.withLock { $0 }?.perform(order)
  }

  /// Drops the agent, on its loop.
  func drop() {
    let agent = agent
    let peer = peer
    loop.perform {
      peer.withLock { $0 = nil }
      let last = agent.withLock { agent in
        defer { agent = nil }
        return agent
      }
      _ = last
    }
  }

  var events: [IceEvent] { told.withLock { $0.events } }

  var candidates: [Candidate] {
    events.compactMap { if case .candidate(let candidate) = $0 { candidate } else { nil } }
  }

  var credentials: [IceCredentials] {
    events.compactMap { if case .gathering(let credentials) = $0 { credentials } else { nil } }
  }

  var received: [[UInt8]] {
    events.compactMap { if case .received(let datagram) = $0 { datagram } else { nil } }
  }

  var failures: [String] {
    events.compactMap { if case .failed(let reason) = $0 { reason } else { nil } }
  }

  var connectedCount: Int {
    events.count { if case .connected = $0 { true } else { false } }
  }

  func time(of event: (IceEvent) -> Bool) -> Instant? {
    told.withLock { told in
      told.events.firstIndex(where: event).map { told.times[$0] }
    }
  }

  var connectedAt: Instant? {
    time { if case .connected = $0 { true } else { false } }
  }
}

/// Two ends on one loop, told of each other.
final class IcePair: Sendable {
  let loop: GLibLoop
  let one: IceEnd
  let other: IceEnd

  init(
    addresses: [String]? = ["127.0.0.1"], settings: IceSettings = IceSettings(),
    caFile: String? = nil
  ) {
    loop = GLibLoop(name: "ice")
    loop.start()
    one = IceEnd(on: loop, settings: settings, caFile: caFile, addresses: addresses)
    other = IceEnd(on: loop, settings: settings, caFile: caFile, addresses: addresses)
  }

  /// Gathers on both sides, each candidate being told as it is found.
  func connect() async -> Bool {
    one.trickle(to: other)
    other.trickle(to: one)
    gather()
    return await eventually { self.one.connectedAt != nil && self.other.connectedAt != nil }
  }

  /// Gathers on both sides, before either can be told of the other's candidates.
  func gather() {
    let (one, other) = (one, other)
    loop.perform {
      one.carryOut(.gather(isControlling: true, servers: [], includesLoopback: true))
      other.carryOut(.gather(isControlling: false, servers: [], includesLoopback: true))
    }
  }

  /// How many writes the loop's thread has made so far, to wake others or itself; datagrams are not
  /// written but sent.
  ///
  /// - Returns: `nil` if this system does not count them.
  func writtenCount() async -> Int? {
    await withCheckedContinuation { continuation in
      loop.perform {
        let bytes = (try? SmallFile.read("/proc/thread-self/io", limit: 1_024)) ?? []
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
          .first { $0.hasPrefix("syscw: ") }
        continuation.resume(returning: line.flatMap { Int($0.dropFirst(7)) })
      }
    }
  }

  /// Ends both agents and the loop.
  func stop() {
    one.drop()
    other.drop()
    loop.stop()
  }
}
