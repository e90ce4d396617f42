import Basics
import Calling
import Cells

/// What a server can do beside carrying a call.
extension ConsoleState {
  mutating func performService(_ action: Action) -> [ConsoleCommand] {
    switch action {
    case .qualityPoor: return change(kilobits: 32)
    case .qualityMedium: return change(kilobits: 64)
    case .qualityGood: return change(kilobits: 128)
    case .rooms:
      guard let account = board.accounts.first(where: { $0.id == focusedAccount }) else {
        return []
      }
      return ask(.rooms, of: account.id, "Rooms")
    case .people: return showPeople()
    default: break
    }
    guard let call = targetCall else { return [] }
    if action == .person {
      say("Asking \(call.partyName) for a person.")
      return [.order(.requestPerson(call.id))]
    }
    guard let remoteID = call.remoteID else { return [] }
    switch action {
    case .serverRecord: return ask(.startRecording(call: remoteID), of: call, "Recording")
    case .serverRecordStop: return ask(.stopRecording(call: remoteID), of: call, "Recording")
    case .recordings: return ask(.recordings(call: remoteID), of: call, "Recordings")
    case .transcribe:
      return ask(.startTranscription(call: remoteID, language: nil), of: call, "Transcript")
    default: return []
    }
  }

  /// Why a request cannot be made now; `nil` when it can.
  func serviceObstacle(to action: Action) -> String? {
    switch action {
    case .qualityPoor, .qualityMedium, .qualityGood: return nil
    case .rooms: return board.accounts.isEmpty ? "There is no account to ask." : nil
    case .people:
      let isRoom = focus == .contacts && selectedContact?.kind == .room
      let isSeveral = targetCall?.participants.isEmpty == false
      return isRoom || isSeveral ? nil : "This is no room, and no call of several."
    default: break
    }
    guard let call = targetCall, call.isLive else { return "No call is up." }
    if action == .person { return call.party.isBot ? nil : "You are not talking to a bot." }
    return call.remoteID == nil ? "The server has not taken the call yet." : nil
  }

  /// Shows an answer, over the panes when nothing else is there.
  mutating func answered(_ id: ServiceID, _ answer: ServiceAnswer) {
    guard let title = questions.removeValue(forKey: id) else { return }
    if message?.text == Self.asking(title) { message = nil }
    switch answer {
    case .table(let table) where table.rows.isEmpty:
      noted(LogEntry(.info, title, table.emptiness))
      say("\(title): \(HarmlessText.line(table.emptiness, limit: Self.messageLimit))")
    case .table(let table):
      let page = AnswerPage(title: title, table: table)
      if popup == nil {
        popup = .answer(page)
      } else {
        for line in page.lines(width: .max).reversed() { noted(LogEntry(.info, title, line)) }
        say("\(title): the answer is among the messages.")
      }
    case .done(let words, _): say(HarmlessText.line(words, limit: Self.messageLimit))
    case .document(let name, _, let bytes):
      say("\(HarmlessText.line(name, limit: 80)) has \(bytes.count) bytes.")
    case .failed(let words): noted(LogEntry(.error, title, words))
    case .unsupported: say("\(title): this call system has nothing of the kind.", .warning)
    }
  }

  private mutating func change(kilobits: Int) -> [ConsoleCommand] {
    say("Speech takes \(kilobits) kbit/s from now on.")
    return [.order(.bitrate(bitsPerSecond: kilobits * 1_000))]
  }

  private mutating func showPeople() -> [ConsoleCommand] {
    if focus == .contacts, let room = selectedContact, room.kind == .room {
      let id = room.address.hasPrefix("room:") ? String(room.address.dropFirst(5)) : room.address
      return ask(.roomParticipants(id: id), of: room.account, room.shownName)
    }
    guard let call = targetCall else { return [] }
    popup = .answer(
      AnswerPage(title: call.partyName, lines: call.participants.map(\.line)))
    return []
  }

  private mutating func ask(
    _ request: ServiceRequest, of call: CallSummary, _ title: String
  ) -> [ConsoleCommand] {
    ask(request, of: call.id.account, title)
  }

  private mutating func ask(
    _ request: ServiceRequest, of account: AccountID, _ title: String
  ) -> [ConsoleCommand] {
    guard questions.count < Self.questionLimit else {
      say("Too much has been asked; wait for an answer.", .warning)
      return []
    }
    questionCount += 1
    questions[ServiceID(questionCount)] = title
    say(Self.asking(title))
    return [.order(.serve(ServiceID(questionCount), account, request))]
  }

  private static func asking(_ title: String) -> String { "\(title): asking…" }

  /// Whose account keys mean: that of the selected contact, else the first.
  private var focusedAccount: AccountID? {
    focus == .contacts
      ? selectedContact?.account ?? board.accounts.first?.id
      : board.accounts.first?.id
  }

  /// Questions that wait for their answers at most.
  private static let questionLimit = 16
}

extension Participant {
  /// A line for a list: `● Ann  speaks`.
  fileprivate var line: String {
    let remark = isMuted ? "muted" : isSpeaking ? "speaks" : isSelf ? "you" : ""
    return "\(isSpeaking ? "●" : "○") \(shownName(name, else: id))  \(remark)"
  }
}
