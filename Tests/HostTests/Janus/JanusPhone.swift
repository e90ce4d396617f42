import Basics
import IceNice
import Janus
import LoopGLib
import Media
import NetSoup
import Transport

@testable import Assembly

/// Somebody in a room of a Janus server, who says a tone and remembers what is heard.
final class JanusPhone: @unchecked Sendable {
  // Unchecked: all but `told` is touched on the loop's thread only.
  struct Told {
    var reports: [JanusSeat.Report] = []
    var heard: [Int16] = []
    var isSecured = false
    var openCount = 0
  }

  let told = Lock(Told())
  private let loop = GLibLoop(name: "janus phone")
  private let hertz: Double
  private var seat: JanusSeat
  private var session: MediaSession
  private var runner: TransportRunner?
  private var agent: IceAgent?
  private var alarm: Alarm?
  private var metronome: Alarm?
  private var nextFrame = Instant.zero
  private var frameCount = 0
  private var socketCount = 0
  private var generator = SystemRandomNumberGenerator()

  init(_ place: JanusPlace, hertz: Double) {
    self.hertz = hertz
    seat = JanusSeat(place)
    session = MediaSession(
      plan: MediaPlan(role: .offerer, iceServers: [], includesLoopback: true),
      ports: LibraryPorts(), wallTime: .now, at: .now)
    loop.start()
    loop.perform { self.begin() }
  }

  func leave() { loop.perform { self.perform(self.seat.leave(at: .now)) } }

  /// The socket is cut, and the seat told so.
  func loseSocket() {
    loop.perform {
      self.runner?.perform(.close(SocketID(self.socketCount), code: 1001))
      self.perform(self.seat.lost("It was cut.", at: .now, using: &self.generator))
    }
  }

  func stop() {
    loop.perform {
      self.perform(self.session.close(at: .now))
      self.agent = nil
      self.runner = nil
      self.alarm = nil
      self.metronome = nil
    }
    loop.stop()
  }

  /// The last of what was heard.
  func heard(_ count: Int) -> [Int16] { told.withLock { Array($0.heard.suffix(count)) } }

  private func begin() {
    runner = TransportRunner(loop: loop) { [weak self] event in self?.take(event) }
    agent = IceAgent(loop: loop) { [weak self] event in
      guard let self else { return }
      self.perform(self.session.ice(event, at: .now))
    }
    alarm = Alarm(on: loop) { [weak self] in self?.expire() }
    metronome = Alarm(on: loop) { [weak self] in self?.frame() }
    nextFrame = .now
    metronome?.set(nextFrame)
    perform(seat.start(at: .now))
    perform(session.prepare(at: .now) + session.open(at: .now))
  }

  private func frame() {
    let samples = Tones.sine(hertz: hertz, count: 960 * 50)
    let start = frameCount % 50 * 960
    frameCount += 1
    perform(session.captured(Array(samples[start..<start + 960]), at: .now))
    let (heard, effects) = session.pull(sampleCount: 960, at: .now)
    told.withLock { $0.heard += heard }
    perform(effects)
    nextFrame = nextFrame.advanced(by: .milliseconds(20))
    metronome?.set(nextFrame)
  }

  private func expire() {
    perform(session.expire(at: .now))
    perform(seat.expire(at: .now, using: &generator))
  }

  private func take(_ event: TransportEvent) {
    switch event {
    case .opened(SocketID(socketCount)): perform(seat.opened(at: .now))
    case .received(SocketID(socketCount), .text(let text)):
      perform(seat.received(text, at: .now))
    case .closed(SocketID(socketCount), _, _), .failed(SocketID(socketCount), _):
      perform(seat.lost("It broke.", at: .now, using: &generator))
    default: break
    }
  }

  private func perform(_ effects: [JanusSeat.Effect]) {
    for effect in effects {
      switch effect {
      case .open(let url):
        socketCount += 1
        told.withLock { $0.openCount += 1 }
        runner?.perform(
          .open(
            SocketID(socketCount), SocketRequest(url, subprotocols: [JanusPlace.subprotocol])))
      case .send(let text): runner?.perform(.send(SocketID(socketCount), .text(text)))
      case .close: runner?.perform(.close(SocketID(socketCount), code: 1000))
      case .note: break
      case .report(let report):
        told.withLock { $0.reports.append(report) }
        take(report)
      }
    }
    alarm?.set([session.deadline, seat.deadline].compactMap { $0 }.min())
  }

  private func take(_ report: JanusSeat.Report) {
    switch report {
    case .described(let answer): perform(session.describe(answer, at: .now))
    case .candidate(let candidate): perform(session.candidate(candidate, at: .now))
    case .endOfCandidates: perform(session.endOfCandidates(at: .now))
    case .joined, .participants, .notice, .failed, .dismissed, .left: break
    }
  }

  private func perform(_ effects: [SessionEffect]) {
    for effect in effects {
      switch effect {
      case .ice(let order): agent?.perform(order)
      case .report(.described(let offer)): perform(seat.describe(offer, at: .now))
      case .report(.candidate(let candidate)): perform(seat.candidate(candidate, at: .now))
      case .report(.endOfCandidates): perform(seat.endOfCandidates(at: .now))
      case .report(.secured): told.withLock { $0.isSecured = true }
      case .report, .note, .packet: break
      }
    }
    alarm?.set([session.deadline, seat.deadline].compactMap { $0 }.min())
  }
}

/// Makes rooms on a Janus server.
final class JanusHousekeeper: @unchecked Sendable {
  // Unchecked: all but `answers` is touched on the loop's thread only.
  let answers = Lock<[JanusKeeper.Effect]>([])
  private let loop = GLibLoop(name: "janus keeper")
  private let url: String
  private var keeper = JanusKeeper(apiSecret: nil, adminKey: Secret("key"))
  private var runner: TransportRunner?
  private var generator = SystemRandomNumberGenerator()

  init(url: String) {
    self.url = url
    loop.start()
    loop.perform {
      self.runner = TransportRunner(loop: self.loop) { [weak self] event in self?.take(event) }
    }
  }

  func stop() {
    loop.perform { self.runner = nil }
    loop.stop()
  }

  /// Does a task and waits for what comes of it.
  func carryOut(_ task: JanusKeeper.Task, id: Int) async -> Bool {
    loop.perform { self.perform(self.keeper.carryOut(task, id: id, at: .now)) }
    let answers = answers
    _ = await eventually { answers.withLock { $0.contains { Self.id(of: $0) == id } } }
    return answers.withLock { $0.contains(.done(id)) }
  }

  private static func id(of effect: JanusKeeper.Effect) -> Int? {
    switch effect {
    case .done(let id), .refused(let id, _), .failed(let id, _): id
    case .open, .send, .close, .note: nil
    }
  }

  private func take(_ event: TransportEvent) {
    switch event {
    case .opened: perform(keeper.opened(at: .now))
    case .received(_, .text(let text)): perform(keeper.received(text, at: .now))
    case .closed, .failed: perform(keeper.lost("It broke.", at: .now, using: &generator))
    default: break
    }
  }

  private func perform(_ effects: [JanusKeeper.Effect]) {
    for effect in effects {
      switch effect {
      case .open:
        runner?.perform(
          .open(SocketID(1), SocketRequest(url, subprotocols: [JanusPlace.subprotocol])))
      case .send(let text): runner?.perform(.send(SocketID(1), .text(text)))
      case .close: runner?.perform(.close(SocketID(1), code: 1000))
      case .done, .refused, .failed, .note: answers.withLock { $0.append(effect) }
      }
    }
  }
}
