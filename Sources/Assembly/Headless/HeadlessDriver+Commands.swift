import Basics
import Calling
import Invocation
import LoopGLib
import Media
import Phone

/// Commands: from standard input, or a script.
extension HeadlessDriver {
  /// A line of standard input; `nil` at its end.
  func typed(_ line: String?) {
    guard let line else {
      queue.close()
      return proceed()
    }
    if !queue.add(PlainCommand(line)) {
      printer.remark("error", in: nil, "Too many commands wait for their turn; that one is lost.")
    }
    proceed()
  }

  /// Does what is next, up to a command that waits.
  func proceed() {
    checkWait()
    while !isStopping, let command = queue.next() {
      perform(command)
      checkWait()
    }
    if queue.isOver { stop(.success) }
    rearm()
  }

  /// A call rings: what the script says about that comes before the rest of it.
  func runHandler() {
    guard let handler = script?.handler else { return }
    if !queue.interrupt(with: handler, at: .now) {
      printer.remark("error", in: nil, "Too many calls ring at once for the script.")
    }
    proceed()
  }

  // MARK: Waiting

  /// Goes on when what is waited for has come about.
  private func checkWait() {
    guard let wait = queue.waitsFor, isMet(wait) else { return }
    queue.unblock()
  }

  private func isMet(_ wait: PlainCommand.Wait) -> Bool {
    let live = board.calls.filter { !$0.phase.isEnded }
    switch wait {
    case .ready: return isReady
    case .incoming: return live.contains { $0.phase == .incoming }
    case .ringing:
      return !isPlacing
        && live.contains { call in
          !call.id.isIncoming && call.phase != .outgoing
        }
    case .active: return !isPlacing && (live.last?.phase == .active || live.last?.phase == .held)
    case .ended: return !isPlacing && live.isEmpty
    case .words, .answer, .devices, .time: return false  // An event tells, or the clock.
    }
  }

  /// Something that is waited for has happened.
  func happened(_ wait: PlainCommand.Wait) {
    guard queue.waitsFor == wait else { return }
    queue.unblock()
    proceed()
  }

  /// A call will not become what is waited for.
  func callFailed(_ code: ExitCode, _ words: String) {
    switch queue.waitsFor {
    case .ringing?, .active?, .words?: waitFailed(code, words)
    case .ready?, .incoming?, .ended?, .answer?, .devices?, .time?, nil: break
    }
  }

  /// The time for waiting is over.
  func waitExpired() {
    guard let wait = queue.waitsFor else { return }
    guard wait != .time else {
      queue.unblock()
      return proceed()
    }
    waitFailed(.noAnswer, "Waited in vain: \(wait.about).")
  }

  /// A script ends there; who types reads it and decides.
  func waitFailed(_ code: ExitCode, _ words: String) {
    queue.unblock()
    printer.remark("error", in: nil, words)
    if script != nil { return stop(code) }
    proceed()
  }

  // MARK: Commands

  private func perform(_ command: PlainCommand) {
    let live = board.calls.filter { !$0.phase.isEnded }
    let current = live.last { $0.phase != .held } ?? live.last
    let ringing = board.calls.last { $0.phase == .incoming }
    switch command {
    case .call(let target):
      isPlacing = true
      phone.order(.place(target: target))
    case .answer(let name):
      with(name, else: ringing, or: "No call is ringing.") { phone.order(.answer($0.id)) }
    case .decline(let name, let reason):
      with(name, else: ringing, or: "No call is ringing.") {
        phone.order(.decline($0.id, reason: reason))
      }
    case .hangUp(let name): with(name, else: current) { phone.order(.hangUp($0.id)) }
    case .mute: phone.order(.mute(true))
    case .unmute: phone.order(.mute(false))
    case .hold(let name): with(name, else: current) { phone.order(.hold($0.id)) }
    case .resume(let name):
      let held = board.calls.last { $0.phase == .held }
      with(name, else: held, or: "No call is held.") { phone.order(.resume($0.id)) }
    case .digits(let keys): with(nil, else: current) { phone.order(.digits($0.id, keys)) }
    case .person: with(nil, else: current) { phone.order(.requestPerson($0.id)) }
    case .record(let path): with(nil, else: current) { phone.order(.record($0.id, path: path)) }
    case .stopRecording: with(nil, else: current) { phone.order(.stopRecording($0.id)) }
    case .note(let text): with(nil, else: current) { phone.order(.note($0.id, text)) }
    case .statistics:
      with(nil, else: current) { printer.statistics(of: $0.id, statistics[$0.id] ?? .init()) }
    case .calls:
      if board.calls.isEmpty { printer.remark("note", in: nil, "There are no calls.") }
      for call in board.calls { printer.state(of: call) }
    case .contacts:
      if board.contacts.isEmpty { printer.remark("note", in: nil, "There are no contacts.") }
      for contact in board.contacts {
        let account = board.accounts.first { $0.id == contact.account }
        printer.contact(contact, account: account?.name ?? "")
      }
    case .history:
      if board.history.isEmpty { printer.remark("note", in: nil, "The history is empty.") }
      for record in board.history.prefix(20) { printer.record(record) }
    case .rooms: askAll(.rooms)
    case .createRoom(let name): createRoom(name)
    case .wait(let wait, let limit): queue.block(for: wait, until: Instant.now.advanced(by: limit))
    case .pause(let time): queue.block(for: .time, until: Instant.now.advanced(by: time))
    case .people:
      with(nil, else: current) { call in
        if call.participants.isEmpty { printer.remark("note", in: call.id, "Nobody is listed.") }
        for person in call.participants { printer.remark("note", in: call.id, person.line) }
      }
    case .quality(let quality): phone.order(.bitrate(bitsPerSecond: quality.bitsPerSecond))
    case .devices: listDevices()
    case .device(let task, let name): use(name, for: task)
    case .quit: stop(.success)
    case .help:
      for line in PlainCommand.helpText.split(separator: "\n") { printer.text(String(line)) }
    case .nothing: break
    case .wrong(let reason): printer.remark("error", in: nil, reason)
    }
  }

  private func with(
    _ name: String?, else current: CallSummary?, or absence: String = "There is no such call now.",
    _ action: (CallSummary) -> Void
  ) {
    let call = name.map { name in board.calls.first { $0.id.description == name } } ?? current
    guard let call else {
      let reason = name.map { "There is no call \(HarmlessText.line($0, limit: 20))." }
      return printer.remark("error", in: nil, reason ?? absence)
    }
    action(call)
  }

  /// Makes a room on the first account whose system has rooms of its own, and waits for the answer.
  private func createRoom(_ name: String) {
    let account = board.accounts.first { $0.system == .botServer } ?? board.accounts.first
    guard let account else {
      return printer.remark("error", in: nil, "There is no account to make a room on.")
    }
    serviceCount += 1
    phone.order(.serve(ServiceID(serviceCount), account.id, .createRoom(RoomPlan(name: name))))
    queue.block(for: .answer, until: Instant.now.advanced(by: .seconds(30)))
  }
}
