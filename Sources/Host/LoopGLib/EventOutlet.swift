/// Tells events to the owner of something on a loop, in order, and never while the owner is asking:
/// libraries report within the very calls that they report about.
///
/// Used on its loop's thread only. Dropping or closing it ends the telling, also from within the
/// handler.
package final class EventOutlet<Event: Sendable>: @unchecked Sendable {
  // Unchecked: touched on the loop's thread only.
  private let loop: GLibLoop
  private let handler: @Sendable (Event) -> Void
  private var isAsked = false
  private var isClosed = false
  private var waiting: [Event] = []
  /// How many events wait for the loop to be free. Kept, because it is asked for with each event, and to
  /// ask an array of who knows what takes far longer.
  package private(set) var waitingCount = 0
  private var alarm: Alarm?

  /// - Parameter handler: called on the loop's thread, never from within ``whileAsked(_:)``.
  package init(on loop: GLibLoop, handler: @escaping @Sendable (Event) -> Void) {
    self.loop = loop
    self.handler = handler
  }

  /// Carries out what the owner asks; what is told meanwhile waits until the loop is free.
  package func whileAsked(_ body: () -> Void) {
    isAsked = true
    body()
    isAsked = false
  }

  /// Tells an event, at once if nothing stands before it.
  package func tell(_ event: Event) {
    guard !isClosed else { return }
    guard isAsked || waitingCount > 0 else {
      handler(event)
      return
    }
    waiting.append(event)
    waitingCount += 1
    if alarm == nil {
      alarm = Alarm(on: loop) { [weak self, handler] in
        // The outlet is not held meanwhile: its owner may drop it upon any of these.
        while let event = self?.takeWaiting() { handler(event) }
      }
    }
    alarm?.ringNow()
  }

  /// Nothing more is told, not even what waits.
  package func close() {
    isClosed = true
    waiting = []
    waitingCount = 0
    alarm = nil
  }

  private func takeWaiting() -> Event? {
    guard waitingCount > 0 else { return nil }
    waitingCount -= 1
    return waiting.removeFirst()
  }
}
