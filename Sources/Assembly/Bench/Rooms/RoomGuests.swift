import Basics
import Exchange
import IceNice
import LoopGLib
import Media
import SDP

/// People in one room or conference of an exchange's media, on a loop of their own: each has a path over
/// loopback, says something, and hears.
actor RoomGuests {
  /// What they are to take part in.
  enum Gathering: Sendable {
    case room(String)
    case conference(String)
  }

  /// What has come of it, for the thread that waits.
  struct Outcome: Sendable {
    var secured: Set<String> = []
    var ended: [String: String] = [:]
    /// The last second that each has heard.
    var heard: [String: [Int16]] = [:]
    var streams: [String: UInt32] = [:]
    var recordings: [RoomRecording] = []
  }

  nonisolated let loop = GLibLoop(name: "guests")
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  nonisolated let outcome = Lock(Outcome())

  private struct Guest {
    var session: MediaSession
    let agent: IceAgent
    var voice: any GuestVoice
    let alarm: Alarm

    mutating func perform(_ verb: (inout MediaSession) -> [SessionEffect]) -> [SessionEffect] {
      verb(&session)
    }
  }

  private let gathering: Gathering
  private let orders: Mailbox<AttendantOrder>
  private lazy var ports = LibraryPorts()
  private var voices: [String: any GuestVoice] = [:]
  private var guests: [String: Guest] = [:]
  private var clock: Alarm?
  private var nextFrame = Instant.zero

  /// - Parameter orders: to the exchange's media; its reports come to ``take(_:)``.
  init(_ gathering: Gathering, orders: Mailbox<AttendantOrder>) {
    self.gathering = gathering
    self.orders = orders
  }

  // MARK: Any thread

  /// All come in.
  nonisolated func start(_ voices: [String: any GuestVoice]) {
    loop.start()
    loop.perform { self.assumeIsolated { $0.enter(voices) } }
  }

  nonisolated func take(_ report: AttendantReport) {
    loop.perform { self.assumeIsolated { $0.received(report) } }
  }

  /// All go, and the loop ends.
  nonisolated func stop() {
    loop.perform { self.assumeIsolated { $0.leave() } }
    loop.stop()
  }

  // MARK: Coming and going

  private func enter(_ voices: [String: any GuestVoice]) {
    self.voices = voices
    for name in voices.keys.sorted() {
      switch gathering {
      case .room:
        add(name, .offerer)
        act(name) { $0.prepare(at: .now) + $0.open(at: .now) }
      case .conference(let conference):
        orders.post(.joinConference(leg: name, conference: conference))
      }
    }
    nextFrame = .now
    clock = Alarm(on: loop) { self.assumeIsolated { $0.exchangeFrames() } }
    clock?.set(nextFrame)
  }

  private func add(_ name: String, _ role: MediaPlan.Role) {
    guard let voice = voices[name] else { return }
    let plan = MediaPlan(role: role, iceServers: [], includesLoopback: true)
    guests[name] = Guest(
      session: MediaSession(plan: plan, ports: ports, wallTime: .now, at: .now),
      agent: IceAgent(loop: loop) { event in
        self.assumeIsolated { $0.act(name) { $0.ice(event, at: .now) } }
      },
      voice: voice,
      alarm: Alarm(on: loop) {
        self.assumeIsolated { $0.act(name) { $0.expire(at: .now) } }
      })
  }

  private func leave() {
    clock = nil
    for name in guests.keys { act(name) { $0.close(at: .now) } }
    guests = [:]
  }

  // MARK: Sound

  private func exchangeFrames() {
    while nextFrame <= .now {
      for name in guests.keys {
        guard let frame = guests[name]?.voice.next(sampleCount: Self.frameSamples) else { continue }
        act(name) { $0.captured(frame, at: .now) }
        guard
          let (samples, effects) = guests[name]?.session.pull(
            sampleCount: Self.frameSamples, at: .now)
        else { continue }
        outcome.withLock { outcome in
          outcome.heard[name, default: []] += samples
          let excess = (outcome.heard[name]?.count ?? 0) - Sound.sampleRate
          if excess > 0 { outcome.heard[name]?.removeFirst(excess) }
        }
        perform(effects, of: name)
      }
      nextFrame = nextFrame.advanced(by: .milliseconds(20))
    }
    clock?.set(nextFrame)
  }

  // MARK: Both sides

  private func act(_ name: String, _ verb: (inout MediaSession) -> [SessionEffect]) {
    guard let effects = guests[name]?.perform(verb) else { return }
    perform(effects, of: name)
    guests[name]?.alarm.set(guests[name]?.session.deadline)
  }

  private func perform(_ effects: [SessionEffect], of name: String) {
    for effect in effects {
      switch effect {
      case .ice(let order): guests[name]?.agent.perform(order)
      case .report(let report): tell(report, of: name)
      case .packet, .note: break
      }
    }
  }

  private func tell(_ report: SessionReport, of name: String) {
    switch report {
    case .described(let description):
      let sdp = description.encoded()
      switch gathering {
      case .room(let room): orders.post(.joinRoom(leg: name, room: room, offer: sdp))
      case .conference: orders.post(.describe(callID: name, sdp: sdp))
      }
    case .candidate(let candidate):
      orders.post(.candidate(callID: name, candidate.encoded()))
    case .endOfCandidates: orders.post(.endOfCandidates(callID: name))
    default: break
    }
  }

  private func received(_ report: AttendantReport) {
    switch report {
    case .described(let name, let isOffer, let sdp):
      guard let description = try? SessionDescription(decoding: sdp) else { return }
      guard isOffer else { return act(name) { $0.describe(description, at: .now) } }
      add(name, .answerer(offer: description))
      act(name) { $0.prepare(at: .now) + $0.open(at: .now) }
    case .candidate(let name, let line):
      guard let candidate = try? Candidate(decoding: line) else { return }
      act(name) { $0.candidate(candidate, at: .now) }
    case .endOfCandidates(let name): act(name) { $0.endOfCandidates(at: .now) }
    case .secured(let name): outcome.withLock { _ = $0.secured.insert(name) }
    case .stream(let name, let ssrc): outcome.withLock { $0.streams[name] = ssrc }
    case .hangUp(let name, let reason):
      outcome.withLock { $0.ended[name] = reason }
      act(name) { $0.close(at: .now) }
    case .recording(_, _, let news): outcome.withLock { $0.recordings.append(news) }
    case .accept, .transcript, .agent, .samples, .flush, .speakers, .placeCall, .wantsPerson:
      break
    }
  }

  private static let frameSamples = Sound.samples(.milliseconds(20))
}
