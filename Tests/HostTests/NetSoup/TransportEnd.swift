import Basics
import LoopGLib
import NetSoup
import Transport

/// A transport runner on a loop of its own; remembers what it was told.
final class TransportEnd: Sendable {
  let loop: GLibLoop
  private let told = Lock<[TransportEvent]>([])
  private let runner = Lock<TransportRunner?>(nil)

  init(settings: TransportSettings = TransportSettings()) {
    let loop = GLibLoop(name: "transport")
    self.loop = loop
    let (told, runner) = (told, runner)
    loop.perform {
      let made = TransportRunner(loop: loop, settings: settings) { event in
        loop.checkIsolated()
        told.withLock { $0.append(event) }
      }
      runner.withLock { $0 = made }
    }
    loop.start()
  }

  func perform(_ effects: TransportEffect...) {
    let runner = runner
    loop.perform {
      for effect in effects { runner.withLock { $0 }?.perform(effect) }
    }
  }

  /// Drops the runner, on its loop.
  func drop() {
    let runner = runner
    loop.perform {
      let last = runner.withLock { runner in
        defer { runner = nil }
        return runner
      }
      _ = last
    }
  }

  /// Drops the runner and ends the loop.
  func stop() {
    drop()
    loop.stop()
  }

  var events: [TransportEvent] { told.withLock { $0 } }

  /// Asks, and waits for the answer.
  func ask(_ number: Int, _ request: HTTPRequest) async -> TransportEvent? {
    perform(.request(RequestID(number), request))
    return await event { event in
      switch event {
      case .response(RequestID(number), _), .requestFailed(RequestID(number), _): true
      default: false
      }
    }
  }

  /// Waits for an event.
  func event(
    within limit: Duration = .seconds(30), _ condition: @Sendable @escaping (TransportEvent) -> Bool
  ) async -> TransportEvent? {
    let told = told
    _ = await eventually(within: limit) { told.withLock { $0.contains(where: condition) } }
    return told.withLock { $0.first(where: condition) }
  }

  /// Opens a socket and waits for `opened` or `failed`.
  func open(_ number: Int, _ request: SocketRequest) async -> TransportEvent? {
    perform(.open(SocketID(number), request))
    return await event { event in
      switch event {
      case .opened(SocketID(number)), .failed(SocketID(number), _): true
      default: false
      }
    }
  }

  /// Waits for a socket's `closed` or `failed`.
  func end(of number: Int) async -> TransportEvent? {
    await event { event in
      switch event {
      case .closed(SocketID(number), _, _), .failed(SocketID(number), _): true
      default: false
      }
    }
  }
}
