import AlsaAudio
import Basics
import Calling
import Cells
import Console
import Files
import Glibc
import Invocation
import LoopGLib
import Media
import NcursesTerminal
import Phone

/// The main loop of the phone with a screen: keys, boards and time in; orders and drawings out.
///
/// Four steps for whatever comes: reduce it, perform the commands, and, if the state changed, draw at
/// most thirty times a second.
actor ConsoleDriver {
  nonisolated let loop = GLibLoop(name: "main")
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private let phone: RunningPhone
  /// How a ringing call makes itself known.
  private let alerts: Settings.Phone
  private let terminal: Terminal
  private var state: ConsoleState
  /// What is wrong in the settings.
  private let complaints: [String]
  private var children: [ChildCommand] = []
  private var watches: [DescriptorWatch] = []
  private var signals: [SignalWatch] = []
  private var tickAlarm: Alarm?
  private var paintAlarm: Alarm?
  private var nextPaint = Instant.zero
  private var nextTick = Instant.zero
  private var isDirty = true
  private var isStopping = false
  private var stopDeadline: Instant?
  /// Read after the loop has ended.
  private let summary = Lock<[String]>([])

  init(
    setup: PhoneSetup, options: ConsoleOptions, terminal: Terminal, alerts: Settings.Phone,
    complaints: [String]
  ) {
    var setup = setup
    setup.showsLevels = true
    phone = RunningPhone(setup)
    self.terminal = terminal
    self.alerts = alerts
    state = ConsoleState(options: options, size: terminal.size)
    self.complaints = complaints
  }

  /// Runs until the user leaves; returns what is to stay in the terminal's scrollback.
  nonisolated func run() -> [String] {
    loop.perform {
      self.assumeIsolated { $0.start() }
    }
    loop.run()
    phone.end()
    return summary.withLock { $0 }
  }

  private func start() {
    if state.isMouseOn { terminal.setMouse(true) }
    tick()
    // Once the clock has been told, so that they stay for a while.
    handle(.complaints(complaints))
    paint()  // Before anything else starts, so that the screen is there at once.
    tickAlarm = Alarm(on: loop) { self.assumeIsolated { $0.alarmRang() } }
    paintAlarm = Alarm(on: loop) { self.assumeIsolated { $0.paint() } }
    watches = [
      DescriptorWatch(of: terminal.inputDescriptor, on: loop) {
        self.assumeIsolated { $0.readKeys() }
      },
      DescriptorWatch(of: terminal.signalDescriptor, on: loop) {
        self.assumeIsolated { $0.readSignals() }
      },
    ]
    phone.messages.deliver(on: loop) { messages in
      self.assumeIsolated { driver in
        for message in messages { driver.take(message) }
        driver.settle()
      }
    }
    phone.start()
    listDevices()
    settle()
  }

  // MARK: What comes in

  private func take(_ message: UserMessage) {
    switch message {
    case .board(let board): handle(.board(board, at: .now))
    case .statistics(let call, let statistics): handle(.statistics(call, statistics))
    case .levels(let capture, let playback):
      handle(.levels(capture: capture, playback: playback))
    case .event(let event): take(event)
    case .exchangeFailed(let reason): handle(.log(LogEntry(.error, "exchange", reason)))
    case .log(let entry): handle(.log(entry))
    case .stopped: finish()
    }
  }

  /// The board shows nearly everything that events tell; what it does not show becomes a message.
  private func take(_ event: PhoneEvent) {
    switch event {
    case .notPlaced(let target, let reason):
      handle(.log(LogEntry(.error, "call", reason.sentence(about: target))))
    case .note(let id, let text): handle(.log(LogEntry(.info, state.subject(of: id), text)))
    case .warning(let id, let text):
      handle(.log(LogEntry(.warning, state.subject(of: id), text)))
    case .hint(let hint): handle(.hint(hint))
    case .error(let id, let text): handle(.log(LogEntry(.error, state.subject(of: id), text)))
    case .digit(let id, let digit):
      handle(.log(LogEntry(.info, state.subject(of: id), "The other side pressed \(digit).")))
    case .answered(let id, let answer): handle(.answered(id, answer))
    case .ready, .call, .transcript, .agent, .speakers, .message, .recording, .captureEnded: break
    }
  }

  private func readKeys() {
    for key in terminal.readKeys() { handle(.key(key, at: .now)) }
    if terminal.inputHasEnded {
      watches.removeFirst()  // It would stay readable for ever.
      stop()
    }
    settle()
  }

  private func readSignals() {
    for signal in terminal.readSignals() {
      switch signal {
      case .resized: handle(.resize(terminal.size))
      case .interrupt: handle(.key(.control("c"), at: .now))
      case .suspend: handle(.key(.control("z"), at: .now))
      case .terminate, .hangUp: stop()
      }
    }
    settle()
  }

  private func alarmRang() {
    if let stopDeadline, Instant.now >= stopDeadline { return finish() }
    tick()
    settle()
  }

  private func tick() {
    let wallTime = WallTime.now
    handle(.tick(now: .now, wallTime: wallTime, offset: wallTime.localOffset))
    // On the full second, so that clocks of calls advance evenly.
    if Instant.now >= nextTick { nextTick = Instant.now.advanced(by: .seconds(1)) }
    children.removeAll { $0.hasEnded }
  }

  // MARK: What goes out

  private func handle(_ event: ConsoleEvent) {
    let before = state
    let commands = reduce(&state, event)
    if state != before { isDirty = true }
    for command in commands { perform(command) }
  }

  private func perform(_ command: ConsoleCommand) {
    switch command {
    case .order(let order): phone.order(order)
    case .ringAlert(let call, let title, let body):
      if alerts.ringsBell { terminal.bell() }
      if alerts.notifies { terminal.notify(title: title, body: body) }
      ring(call, title: title, body: body)
    case .listDevices: listDevices()
    case .bell: if alerts.ringsBell { terminal.bell() }
    case .notify(let title, let body):
      if alerts.notifies { terminal.notify(title: title, body: body) }
    case .copy(let text): terminal.copy(text)
    case .openBrowser(let url): start(ChildCommand(opening: url))
    case .redraw:
      terminal.redraw()
      isDirty = true
    case .setMouse(let isOn): terminal.setMouse(isOn)
    case .suspend:
      terminal.suspend()
      handle(.resize(terminal.size))
      isDirty = true
    case .quit: stop()
    }
  }

  private func ring(_ call: CallID, title: String, body: String) {
    guard let ringCommand = alerts.ringCommand else { return }
    start(
      ChildCommand(
        shell: ringCommand,
        environment: [
          "TIPRING_CALL": call.description, "TIPRING_CALLER": title, "TIPRING_DETAIL": body,
        ]))
  }

  private func start(_ child: ChildCommand?) {
    guard children.count < 8 else { return }
    if let child {
      children.append(child)
    } else {
      handle(.log(LogEntry(.warning, "phone", "That program could not be started.")))
    }
  }

  /// Arms the alarms for what is pending after an event.
  private func settle() {
    tickAlarm?.set([nextTick, state.deadline, stopDeadline].compactMap { $0 }.min())
    if isDirty { paintAlarm?.set(max(nextPaint, .now)) }
  }

  private func paint() {
    guard isDirty else { return }
    isDirty = false
    nextPaint = Instant.now.advanced(by: .milliseconds(33))
    let drawing = render(state)
    terminal.paint(drawing.screen, cursor: drawing.cursor)
  }

  /// Looks for devices away from all loops, since ALSA may ask a sound server.
  private func listDevices() {
    let phone = phone
    BackgroundThread.run {
      let devices = DeviceList.devices()
      phone.offerDevices(
        capture: devices.filter(\.canCapture).map(\.name),
        playback: devices.filter(\.canPlay).map(\.name),
        descriptions: Dictionary(
          devices.map { ($0.name, $0.description) }, uniquingKeysWith: { first, _ in first }))
    }
  }

  private func stop() {
    guard !isStopping else { return finish() }  // Asked twice: at once.
    isStopping = true
    stopDeadline = Instant.now.advanced(by: .seconds(3))
    phone.stop()
  }

  private func finish() {
    summary.withLock { $0 = exitSummary(state) }
    terminal.leave()
    loop.quit()
  }
}
