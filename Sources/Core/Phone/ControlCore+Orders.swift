import Basics
import Calling
import Media

/// Whom the user wants to call.
enum Wish: Equatable, Sendable {
  case target(String)
  case party(AccountID, Party)

  /// As the user would write it.
  var target: String {
    switch self {
    case .target(let text): text
    case .party(_, let party): party.address
    }
  }
}

extension ControlCore {
  /// Carries out what the user asks.
  mutating func carryOut(_ order: CallOrder) {
    switch order {
    case .place(let target): fulfil(.target(target))
    case .call(let account, let address, let name):
      let contact = index(of: account).flatMap { index in
        accounts[index].contacts?.first { $0.address == address }
      }
      fulfil(.party(account, Party(name: name, address: address, isBot: contact?.kind == .bot)))
    case .answer(let id): perform(book.answer(id, at: now))
    case .decline(let id, let reason): perform(book.decline(id, reason: reason, at: now))
    case .hangUp(let id): perform(book.hangUp(id, at: now))
    case .hold(let id): perform(book.hold(id, at: now))
    case .resume(let id): perform(book.resume(id, at: now))
    case .silence(let id): perform(book.silence(id))
    case .mute(let isMuted):
      self.isMuted = isMuted
      effects.append(.media(.mute(isMuted)))
    case .digits(let id, let digits): press(digits, in: id)
    case .requestPerson(let id): requestPerson(in: id)
    case .record(let id, let path): record(id, path: path)
    case .stopRecording(let id): effects.append(.media(.stopRecording(id)))
    case .changeVolume(let steps):
      let steps = min(max(steps, -100), 100)
      volumeDecibels = min(
        max(volumeDecibels + 2 * steps, Self.volumes.lowerBound), Self.volumes.upperBound)
      effects.append(.media(.volume(decibels: volumeDecibels)))
    case .bitrate(let bitsPerSecond):
      effects.append(.media(.bitrate(bitsPerSecond: min(max(bitsPerSecond, 6_000), 510_000))))
    case .note(let id, let text): book.note(id, String(text.prefix(Self.noteLimit)))
    case .noteRecord(let id, let text):
      guard let record = history.note(id, String(text.prefix(Self.noteLimit))) else {
        return refuse("That call is no longer in the history.")
      }
      effects.append(.record(record))
    case .deleteRecord(let id):
      guard !ledger.isLive(recordID: id) else { return refuse("That call is not over.") }
      history.remove(id)
      effects.append(.removeRecord(id: id))
    case .seeMissedCalls:
      if history.markSeen() { effects.append(.markSeen) }
    case .serve(let id, let account, let request): serve(id, account, request)
    case .refresh:
      for index in accounts.indices {
        perform(accounts[index].client.carryOut(.refreshContacts, at: now), of: index)
        perform(accounts[index].client.carryOut(.refreshHistory, at: now), of: index)
      }
    case .chooseDevices(let capture, let playback, let ringer):
      effects.append(
        .media(.chooseDevices(capture: capture, playback: playback, ringer: ringer)))
    }
  }

  /// Places the calls that waited for an account, and gives up those that waited too long.
  mutating func retryWaitingCalls() {
    let waiting = waitingCalls
    waitingCalls = []
    for call in waiting { fulfil(call) }
  }

  private mutating func fulfil(_ wish: Wish) {
    fulfil(WaitingCall(wish: wish, until: now.advanced(by: Self.signInTime)))
  }

  private mutating func fulfil(_ call: WaitingCall) {
    let wish = call.wish
    admitGuest(for: wish)
    switch decide(wish, isLate: now >= call.until) {
    case .wait: wait(call)
    case .nobody(let sentence, let usable):
      let isAnswered = call.asked.map { $0.isEmpty || now >= call.until } ?? usable.isEmpty
      if isAnswered {
        effects.append(.event(.notPlaced(target: wish.target, .unknownCallee(sentence))))
      } else if call.asked != nil {
        wait(call)
      } else {
        askContacts(of: usable, for: wish)
      }
    case .place(let account, let party, let address):
      let placed = book.place(
        to: party, dialling: address, kind: .audio, on: accounts[account].summary, at: now,
        wallTime: wallTime)
      for case .refused(let words) in placed {
        effects.append(.event(.notPlaced(target: wish.target, .signalingFailed(words))))
        return
      }
      perform(placed)
    case .fail(let reason):
      effects.append(.event(.notPlaced(target: wish.target, reason)))
    }
  }

  private mutating func wait(_ call: WaitingCall) {
    guard waitingCalls.count < CallBook.callLimit else {
      return effects.append(
        .event(.notPlaced(target: call.wish.target, .notSignedIn("Too many calls wait already."))))
    }
    waitingCalls.append(call)
  }

  /// Nobody known is meant, but somebody may have come a moment ago.
  private mutating func askContacts(of usable: [AccountID], for wish: Wish) {
    wait(
      WaitingCall(
        wish: wish, until: now.advanced(by: Self.contactTime), asked: Set(usable)))
    for account in usable {
      guard let index = index(of: account) else { continue }
      perform(accounts[index].client.carryOut(.refreshContacts, at: now), of: index)
    }
  }

  /// A conference URL needs no account: whoever has none for it joins as a guest.
  private mutating func admitGuest(for wish: Wish) {
    guard let guest, case .target(let text) = wish,
      let target = CallTarget(text, accountNames: accounts.map(\.account.name)),
      case .conference = target.kind, target.accountName == nil,
      !accounts.contains(where: { $0.account.system == .jitsi })
    else { return }
    self.guest = nil
    accounts.append(guest)
    let index = accounts.count - 1
    perform(accounts[index].client.start(at: now), of: index)
  }

  private enum Decision {
    case wait
    case place(account: Int, Party, dialling: String? = nil)
    /// Not among the contacts of these accounts, which can be asked anew; in words.
    case nobody(String, [AccountID])
    case fail(EndReason)
  }

  private func decide(_ wish: Wish, isLate: Bool) -> Decision {
    switch wish {
    case .party(let account, let party):
      guard let index = index(of: account) else {
        return .fail(.notSignedIn("The account of that call is no longer configured."))
      }
      if accounts[index].isUsable { return .place(account: index, party) }
      return accounts[index].isSettled || isLate ? .fail(failure(of: accounts[index])) : .wait
    case .target(let text):
      return decide(text, isLate: isLate)
    }
  }

  private func decide(_ text: String, isLate: Bool) -> Decision {
    guard let target = CallTarget(text, accountNames: accounts.map(\.account.name)) else {
      return .fail(.unknownCallee("Say whom to call: a contact's name, an address or a number."))
    }
    let named = accounts.filter {
      target.accountName == nil || $0.account.name == target.accountName
    }
    // A conference URL does not wait for accounts that have nothing to do with it.
    let forConferences = named.filter { $0.account.system == .jitsi }
    let isConference = if case .conference = target.kind { true } else { false }
    let asked = isConference && !forConferences.isEmpty ? forConferences : named
    guard let first = asked.first else {
      return .fail(.notSignedIn("There is no account to call with."))
    }
    guard isLate || asked.allSatisfy(\.isSettled) else { return .wait }
    let usable = asked.filter { $0.isUsable && ($0.contacts != nil || isLate) }
    guard !usable.isEmpty else { return .fail(failure(of: first)) }
    let resolution = target.resolve(
      contacts: usable.flatMap { $0.contacts ?? [] }, accounts: usable.map(\.summary))
    switch resolution {
    case .contact(let contact):
      guard let index = index(of: contact.account) else { return .wait }
      let party = Party(
        name: contact.name, address: contact.address, isBot: contact.kind == .bot)
      return .place(account: index, party)
    case .address(let account, let address):
      guard let index = index(of: account) else { return .wait }
      // A URL's parameters may hold what admits one to the conference.
      let shown = String(isConference ? address.prefix { $0 != "?" && $0 != "#" } : address[...])
      return .place(account: index, Party(name: shown, address: shown), dialling: address)
    case .nobody(let sentence):
      return .nobody(sentence, usable.filter { $0.state == .signedIn }.map(\.account.id))
    }
  }

  private func failure(of entry: AccountEntry) -> EndReason {
    switch entry.state {
    case .refused(let reason): .notSignedIn(reason)
    case .unreachable(let reason, _): .signalingFailed(reason)
    case .signedOut, .signingIn, .signedIn, .reconnecting:
      .notSignedIn("Not signed in to \(HarmlessText.line(entry.account.name, limit: 40)).")
    }
  }

  private mutating func press(_ digits: String, in id: CallID) {
    let keys = digits.uppercased()
    guard !keys.isEmpty, keys.count <= Self.digitLimit, keys.allSatisfy(Self.keys.contains) else {
      return refuse("Only the keys 0–9, *, # and A–D can be sent, at most \(Self.digitLimit).")
    }
    switch book[id]?.phase {
    case .connecting, .active, .held: effects.append(.media(.digits(id, keys)))
    case .outgoing, .ringing, .incoming, .ended, nil:
      refuse("Keys can be sent once the call has been taken.")
    }
  }

  private mutating func requestPerson(in id: CallID) {
    switch book[id]?.phase {
    case .connecting, .active, .held: perform([.signaling(.requestPerson(id))])
    case .outgoing, .ringing, .incoming, .ended, nil:
      refuse("A person can be asked for once the call has been taken.")
    }
  }

  private mutating func record(_ id: CallID, path: String?) {
    switch book[id]?.phase {
    case .connecting, .active, .held:
      // A folder that somebody named and that is not there is more likely misspelt.
      effects.append(
        .media(.record(id, path: path ?? recordingPath(of: id), makesFolder: path == nil)))
    case .outgoing, .ringing, .incoming, .ended, nil:
      refuse("A call can be recorded once it has been taken.")
    }
  }

  /// A name of its own for a recording: the time in UTC and the party, in plain letters.
  private func recordingPath(of id: CallID) -> String {
    let time = wallTime.iso8601.prefix(19).filter { $0 != ":" && $0 != "-" }
    let party = (book[id]?.party.name ?? "").unicodeScalars.prefix(40).map { scalar in
      scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) ? Character(scalar) : "-"
    }
    return "\(settings.recordingsFolder)/\(time)-\(String(party)).wav"
  }

  mutating func refuse(_ words: String) { effects.append(.event(.warning(nil, words))) }

  private static let keys = Set("0123456789*#ABCD")
  /// Keys in one order at most.
  static let digitLimit = 64
  /// Characters of a note at most.
  static let noteLimit = 4_000
  /// How long an order to call waits for its account to be signed in.
  package static let signInTime: Duration = .seconds(10)
  /// How long an order to call somebody unknown waits for the contacts as they are now.
  package static let contactTime: Duration = .milliseconds(1_500)
  /// Playback volume in decibels.
  package static let volumes = -40...12
}
