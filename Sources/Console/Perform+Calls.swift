import Basics
import Calling
import Cells

extension ConsoleState {
  /// What decides about a ringing call.
  mutating func performRinging(_ action: Action, _ key: Key) -> [ConsoleCommand] {
    guard let call = ringingCall else { return [] }
    switch action {
    case .accept: return accept(call)
    case .decline:
      return [.order(.decline(call.id, reason: nil))]
    case .declineWithReason:
      popup = .declineReason(call.id, TextField())
    case .silence:
      return [.order(.silence(call.id))]
    case .nextRinging:
      let calls = ringingCalls
      let index = calls.firstIndex { $0.id == call.id } ?? 0
      let step = key == .up ? calls.count - 1 : 1
      markedRinging = calls[(index + step) % calls.count].id
    case .dock:
      isRingingDocked = true
    default:
      let keymap = options.keymap
      say(
        "\(keymap.keyName(for: .accept)) accepts, \(keymap.keyName(for: .decline)) declines, "
          + "\(keymap.keyName(for: .silence)) silences.")
    }
    return []
  }

  /// What begins, changes or ends a call.
  mutating func performCall(_ action: Action, _ key: Key) -> [ConsoleCommand] {
    switch action {
    case .call:
      guard let contact = selectedContact else { return [] }
      return place(contact)
    case .callBack:
      guard let record = selectedRecord else { return [] }
      return callBack(record)
    case .mute:
      return [.order(.mute(!board.isMuted))]
    case .volumeUp: return changeVolume(1)
    case .volumeDown: return changeVolume(-1)
    default:
      guard let call = targetCall else { return [] }
      return perform(action, key, on: call)
    }
  }

  /// Calls a contact and looks at the call.
  mutating func place(_ contact: Contact) -> [ConsoleCommand] {
    let order = CallOrder.call(
      account: contact.account, address: contact.address, name: contact.name)
    say("Calling \(contact.shownName)…")
    return [.order(order)] + lookAtCall()
  }

  private mutating func perform(
    _ action: Action, _ key: Key, on call: CallSummary
  ) -> [ConsoleCommand] {
    switch action {
    case .switchCall:
      markedCall = nil
      return call.phase == .incoming ? accept(call) : [.order(.resume(call.id))]
    case .tone:
      guard case .character(let tone) = key else { return [] }
      if sentTones.isEmpty {
        let way = options.keymap.keyName(for: .nextPane)
        say("\(tone) was sent as a tone. \(way) leads to the other panes.")
      }
      sentTones = String((sentTones + String(tone)).suffix(32))
      return [.order(.digits(call.id, String(tone)))]
    case .hold:
      return [.order(call.phase == .held ? .resume(call.id) : .hold(call.id))]
    case .hangUp:
      return [.order(.hangUp(call.id))]
    case .record:
      return [
        .order(call.recordingPath == nil ? .record(call.id, path: nil) : .stopRecording(call.id))
      ]
    case .browser:
      guard let url = call.browserURL else { return [] }
      // Whatever a server calls a page: only web pages are opened.
      guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
        say("The server names no web page for this call.", .warning)
        return []
      }
      say("Opening \(HarmlessText.line(url, limit: 200))")
      return [.openBrowser(url: url)]
    default:
      return []
    }
  }

  private mutating func accept(_ call: CallSummary) -> [ConsoleCommand] {
    answering.insert(call.id)
    return [.order(.answer(call.id))] + lookAtCall()
  }

  private mutating func callBack(_ record: CallRecord) -> [ConsoleCommand] {
    say("Calling \(record.partyName)…")
    let account =
      board.accounts.first { $0.name == record.accountName }
      ?? board.accounts.first { $0.system == record.system }
    let order: CallOrder =
      if let account {
        .call(account: account.id, address: record.party.address, name: record.party.name)
      } else {
        .place(target: record.party.address)
      }
    return [.order(order)] + lookAtCall()
  }

  private mutating func changeVolume(_ steps: Int) -> [ConsoleCommand] {
    let decibels = board.volumeDecibels + 2 * steps
    say("Volume \(decibels > 0 ? "+" : "")\(decibels) dB.")
    return [.order(.changeVolume(steps: steps))]
  }
}
