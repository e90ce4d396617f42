import Basics
import BuzziClient
import Calling
import Exchange
import Media
import Simulation
import Testing
import Transport

/// A phone's side of a call with a bot over Buzzi, and the exchange's with its desk of attendants, in
/// virtual time and without a network's delay.
private final class BuzziOnExchange {
  private var client: BuzziClient
  private let exchange: ExchangeBench
  private var desk: AttendantDesk
  private var session: SampleSession?
  private(set) var now = Instant.zero
  private var sockets: [SocketID: Int] = [:]
  private var nextFrame = Instant.zero
  /// What the caller says, in frames of 20 ms; then silence.
  var speech: [[Int16]] = []
  /// What the caller hears.
  private(set) var heard: [Int16] = []
  /// How much had been heard when the bot's words were to be dropped.
  private(set) var flushes: [Int] = []
  private(set) var reports: [SignalingReport] = []

  init(voices: Voices = Voices(), options: [String: String] = ["chatbot-id": "parrot, echo"]) {
    let account = Account(
      id: AccountID(0), name: "bots", system: .buzzi, server: "http://127.0.0.1:8077",
      username: "ada", secret: nil, options: options)
    client = BuzziClient(account: account, seed: 3)
    exchange = ExchangeBench()
    desk = AttendantDesk(
      ports: FakePorts(seed: 5), includesLoopback: true, voices: voices,
      wallTime: WallTime(milliseconds: 0), at: .zero)
    perform(client.start(at: now))
  }

  static let callID = CallID(account: AccountID(0), isIncoming: false, number: 1)

  func order(_ order: SignalingOrder) { perform(client.carryOut(order, at: now)) }

  /// The phone's connection breaks.
  func cut() {
    for (socket, number) in sockets {
      exchange.closeSocket(number)
      sockets[socket] = nil
      perform(client.receive(.failed(socket, .broken("reset")), at: now))
    }
  }

  /// Lets time pass.
  func run(for duration: Duration, inStepsOf step: Duration = .milliseconds(5)) {
    let end = now.advanced(by: duration)
    while now < end {
      now = now.advanced(by: step)
      exchange.advance(step)
      if let due = client.deadline, due <= now { perform(client.expire(at: now)) }
      if let due = desk.deadline, due <= now { perform(desk.expire(at: now)) }
      settle()
      if now >= nextFrame { passFrame() }
      settle()
    }
  }

  private func passFrame() {
    nextFrame = now.advanced(by: .milliseconds(20))
    guard session != nil else { return }
    let frame = speech.isEmpty ? [Int16](repeating: 0, count: 960) : speech.removeFirst()
    take(session?.captured(frame, at: now) ?? [])
    if let pulled = session?.pull(sampleCount: 960, at: now) {
      heard += pulled.samples
      take(pulled.effects)
    }
  }

  private func take(_ effects: [SessionEffect]) {
    for case .report(.sound(let samples)) in effects { order(.sound(Self.callID, samples)) }
  }

  /// Carries what is said between exchange, desk and client, until nothing is left to be said.
  private func settle() {
    var isBusy = true
    while isBusy {
      isBusy = false
      for order in exchange.takeOrders() {
        isBusy = true
        perform(desk.carryOut(order, at: now))
      }
      for (socket, number) in sockets {
        while let text = try? exchange.receive(from: number) {
          isBusy = true
          perform(client.receive(.received(socket, .text(text)), at: now))
        }
        if let code = exchange.closed[number], sockets.removeValue(forKey: socket) != nil {
          perform(client.receive(.closed(socket, code: code, reason: ""), at: now))
        }
      }
    }
  }

  private func perform(_ effects: [AttendantEffect]) {
    for case .report(let report) in effects { exchange.feed(.attendant(report)) }
  }

  private func perform(_ effects: [DialectEffect]) {
    for effect in effects {
      switch effect {
      case .transport(let effect): perform(effect)
      case .report(let report): take(report)
      case .note: break
      }
    }
  }

  private func perform(_ effect: TransportEffect) {
    switch effect {
    case .request(let id, var request):
      request.url = path(request.url)
      request.fields["Host"] = "127.0.0.1:8077"
      guard let response = try? exchange.request(request) else { return }
      perform(client.receive(.response(id, response), at: now))
    case .open(let id, let request):
      do {
        sockets[id] = try exchange.openSocket(HTTPRequest(.get, path(request.url)))
        perform(client.receive(.opened(id), at: now))
      } catch {
        let status = (error as? SocketRefused)?.status ?? 500
        perform(client.receive(.failed(id, .refused(status: status)), at: now))
      }
    case .send(let id, .text(let text)):
      if let number = sockets[id] { try? exchange.send(text, over: number) }
    case .close(let id, let code):
      guard let number = sockets.removeValue(forKey: id) else { return }
      exchange.closeSocket(number)
      perform(client.receive(.closed(id, code: code, reason: ""), at: now))
    case .send, .cancel: break
    }
  }

  private func path(_ url: String) -> String {
    String((url.split(separator: "//", maxSplits: 1).last ?? "").drop { $0 != "/" })
  }

  private func take(_ report: SignalingReport) {
    reports.append(report)
    switch report {
    case .placed(_, _, _, let terms, _):
      guard case .samples(let terms) = terms.carriage,
        let plan = SamplePlan(
          sentRate: terms.sentRate, receivedRate: terms.receivedRate, chunk: terms.chunk)
      else { return }
      session = SampleSession(plan: plan, ports: FakePorts(seed: 7))
      _ = session?.prepare(at: now)
    case .accepted: _ = session?.open(at: now)
    case .sound(_, let samples): session?.play(samples, at: now)
    case .flushSound:
      flushes.append(heard.count)
      session?.flush()
    case .ended:
      _ = session?.close(at: now)
      session = nil
    default: break
    }
  }
}

@Suite("A phone with a Buzzi account on an exchange")
struct BuzziScenarioTests {
  private let id = BuzziOnExchange.callID
  private let loud = [Int16](repeating: 6_000, count: 960)
  /// A greeting of five seconds.
  private let voices = Voices(clips: [
    .parrotGreeting: [Int16](repeating: 3_000, count: 48_000 * 5)
  ])

  @Test("calls Parrot, hears it, and hangs up")
  func wholeCall() {
    let phone = BuzziOnExchange(voices: voices)
    #expect(phone.reports.contains(.account(.signedIn)))
    phone.order(.place(id, to: "bot:parrot", kind: .audio))
    phone.run(for: .seconds(2))
    #expect(phone.reports.contains(.accepted(id)))
    #expect(phone.reports.contains(.agent(id, .speaking)))
    #expect(phone.heard.suffix(9_600).allSatisfy { $0 == 3_000 })
    phone.order(.end(id, .hungUp))
    phone.run(for: .seconds(3))
    phone.order(.refreshHistory)
    #expect(
      phone.reports.contains { report in
        guard case .history(let records) = report else { return false }
        return records.map(\.outcome) == [.answered]
      })
  }

  @Test("hears Echo say the same a second later")
  func echo() {
    let phone = BuzziOnExchange()
    phone.order(.place(id, to: "bot:echo", kind: .audio))
    phone.run(for: .milliseconds(200))
    phone.speech = Array(repeating: loud, count: 25)
    phone.run(for: .seconds(3))
    let echoed = phone.heard.count { $0 > 4_000 }
    #expect((960 * 20...960 * 26).contains(echoed), "\(echoed)")
  }

  @Test("interrupts Parrot: 20 ms after the server says stop there is silence at the ear")
  func interruption() throws {
    let phone = BuzziOnExchange(voices: voices)
    phone.order(.place(id, to: "bot:parrot", kind: .audio))
    phone.run(for: .seconds(2))
    #expect(phone.heard.last == 3_000)
    let start = phone.heard.count
    phone.speech = Array(repeating: loud, count: 100)
    phone.run(for: .seconds(2))
    let flush = try #require(phone.flushes.first)
    // The bot notices within 60 ms of hearing the voice; the way there takes two chunks and a frame.
    #expect(flush - start <= 48 * 200, "the server said stop after \(flush - start) samples")
    let after = phone.heard.dropFirst(flush)
    #expect(after.dropFirst(48 * 20).allSatisfy { abs(Int($0)) < 30 })
  }

  @Test("comes back to the same bot when its connection breaks")
  func reconnects() {
    let phone = BuzziOnExchange(voices: voices)
    phone.order(.place(id, to: "bot:parrot", kind: .audio))
    phone.run(for: .seconds(1))
    phone.cut()
    phone.run(for: .seconds(2))
    #expect(phone.reports.contains(.callNotice(id, "The call is connected again.")))
    #expect(phone.heard.last == 3_000)
    #expect(
      !phone.reports.contains { report in
        if case .ended = report { return true }
        return false
      })
  }

  @Test("is told of the end for silence beforehand, and then of the end")
  func silence() {
    let phone = BuzziOnExchange()
    phone.order(.place(id, to: "bot:parrot", kind: .audio))
    phone.run(for: .seconds(165), inStepsOf: .milliseconds(20))
    let notices = phone.reports.compactMap { report -> String? in
      guard case .callNotice(_, let words) = report else { return nil }
      return words
    }
    #expect(notices.count { $0.contains("20 s") } == 1)
    phone.run(for: .seconds(20), inStepsOf: .milliseconds(20))
    #expect(phone.reports.contains(.ended(id, .remoteHungUp)))
  }
}
