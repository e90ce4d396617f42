import Basics
import Calling
import Formats
import Jitsi
import Transport
import ZulipWire

/// Outgoing calls, from the order to the room.
extension ZulipClient {
  /// - Parameter address: an e-mail address, a number, several of these with commas between for a group
  ///   call (`room:` may stand before them), or a conference's URL.
  mutating func place(_ id: CallID, to address: String, kind: CallKind, at now: Instant) {
    guard phase == .online, let dialect else {
      return report(.ended(id, .notSignedIn("Not signed in to \(account.name).")))
    }
    guard calls.count < Self.callLimit else {
      return report(.ended(id, .signalingFailed("There are too many calls on this account.")))
    }
    let lowercased = address.lowercased()
    let isVideo = kind == .video
    if lowercased.hasPrefix("https://") || lowercased.hasPrefix("http://") {
      calls.append(
        ZulipCall(
          id: id, kind: .conference, stage: .ringing, remoteID: address,
          party: Party(name: address, address: address), isVideo: isVideo, url: address))
      return enterRoom(of: id, at: now)
    }
    let names = lowercased.hasPrefix("room:") ? String(address.dropFirst(5)) : address
    if names.contains(",") { return placeGroup(id, to: names, isVideo, dialect, at: now) }
    guard names == address else {
      return report(
        .ended(
          id,
          .signalingFailed(
            "Zulip has no rooms by name; for a group call give addresses with commas between.")))
    }
    let user = user(named: address)
    calls.append(
      ZulipCall(
        id: id, kind: dialect == .stock || dialect == .seedA ? .link : .call,
        stage: .placing(endWanted: nil),
        party: user.map(party) ?? Party(name: address, address: address), userID: user?.id,
        isVideo: isVideo))
    // The newest servers want the number, which they tell by the address.
    if user == nil, dialect.hasCallEvents || dialect == .stock {
      let path = ZulipPath.users + "/" + ZulipForm.escaped(address)
      request(.lookUp(id), .get, path, at: now)
    } else {
      create(id, at: now)
    }
  }

  mutating func takeCallee(_ reply: Reply, of id: CallID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    guard case .placing(let endWanted) = calls[index].stage else { return }
    guard endWanted == nil else { return drop(id, at: now) }
    switch reply {
    case .granted(let value):
      guard let user = ZulipUser(decoding: value["user"] ?? value) else {
        return fail(id, .signalingFailed(reply.sentence), at: now)
      }
      calls[index].userID = user.id
      calls[index].party = party(user)
      create(id, at: now)
    case .refused(let refusal) where [400, 404].contains(refusal.status):
      let name = HarmlessText.line(calls[index].party.address, limit: 60)
      fail(id, .signalingFailed("Nobody on this Zulip is called “\(name)”."), at: now)
    case .refused, .failed: fail(id, .signalingFailed(reply.sentence), at: now)
    }
  }

  /// Asks the server for the call.
  mutating func create(_ id: CallID, at now: Instant) {
    guard let call = calls.first(where: { $0.id == id }), let dialect else { return }
    guard case .placing(nil) = call.stage else { return drop(id, at: now) }
    if dialect == .stock { return sendLink(id, at: now) }
    if call.kind == .group { return createGroup(id, at: now) }
    let message = CreateRequest(
      userID: call.userID, email: call.party.address.contains("@") ? call.party.address : nil,
      isVideo: call.isVideo)
    let path = dialect == .seedA ? ZulipPath.initiate : ZulipPath.create
    request(.place(id), .post, path, message.encoded(), at: now)
  }

  mutating func takePlaced(_ reply: Reply, of id: CallID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }),
      case .placing(let endWanted) = calls[index].stage
    else { return }
    defer { replayEarlyEvents(at: now) }
    if calls[index].url != nil, calls[index].kind == .link, case .granted = reply {
      guard endWanted == nil else { return drop(id, at: now) }
      calls[index].stage = .ringing
      return enterRoom(of: id, at: now)
    }
    guard case .granted(let value) = reply, let created = CreatedCall(decoding: value) else {
      if endWanted == nil, delayPlacing(index, reply, at: now) { return }
      return endWanted == nil ? fail(id, reason(placing: reply), at: now) : drop(id, at: now)
    }
    let remoteID = created.callID ?? created.queue?.id ?? ""
    guard remoteID.utf8.count <= Self.idLimit else {
      return fail(id, .signalingFailed("The server's answer cannot be read."), at: now)
    }
    calls[index].remoteID = remoteID
    calls[index].url = created.url
    if calls[index].kind == .call, created.callID == nil, created.queue == nil {
      calls[index].kind = .link
    }
    if endWanted != nil {
      // For its name: the history shall know the call for the server's.
      if !remoteID.isEmpty { placed(id, iceServers: []) }
      return end(id, .cancelled, isNamed: true, at: now)
    }
    if let queue = created.queue { return wait(index, queue) }
    calls[index].stage = .ringing
    if created.isReceiverOnline == false {
      report(.callNotice(id, "\(harmless(calls[index].party.name)) is not signed in just now."))
    }
    enterRoom(of: id, at: now)
    watch(id, at: now)
  }

  /// The callee is in another call; the server rings it afterwards.
  private mutating func wait(_ index: Int, _ queue: CreatedCall.Queue) {
    let call = calls[index]
    calls[index].stage = .queued
    calls[index].isPlaced = true
    report(
      .placed(
        call.id, remoteID: queue.id, party: call.party, terms: MediaTerms(.offeredByServer),
        browserURL: nil))
    let words = HarmlessText.line(queue.message, limit: 200)
    report(.callNotice(call.id, words.isEmpty ? "The callee is busy; the call waits." : words))
  }

  /// Waits as the server asks, for a moment and not again and again.
  private mutating func delayPlacing(_ index: Int, _ reply: Reply, at now: Instant) -> Bool {
    guard case .refused(let refusal) = reply, [429, 503].contains(refusal.status),
      let wait = refusal.retryAfter, wait <= Self.longestRedial,
      calls[index].delayCount < Self.redialLimit
    else { return false }
    calls[index].delayCount += 1
    let id = calls[index].id
    timers[.redial(id)] = now.advanced(by: wait)
    report(.callNotice(id, "\(refusal.sentence) Trying again in \(wait.written)."))
    return true
  }

  /// Why a call could not be placed.
  private func reason(placing reply: Reply) -> EndReason {
    guard case .refused(let refusal) = reply else { return .signalingFailed(reply.sentence) }
    switch refusal.status {
    case 401: return .notSignedIn(refusal.sentence)
    case 404, 405:
      return refusal.isOfCalls
        ? .unknownCallee(refusal.sentence)
        : .signalingFailed("This server has no calls any more; sign in again.")
    // A call that is in the way is one's own; otherwise the other is busy.
    case 409 where refusal.problem?.existingCallID == nil: return .busy
    default: return .signalingFailed(refusal.sentence)
    }
  }

  // MARK: Groups

  private mutating func placeGroup(
    _ id: CallID, to names: String, _ isVideo: Bool, _ dialect: ZulipDialect, at now: Instant
  ) {
    guard dialect == .three else {
      return report(
        .ended(id, .signalingFailed("This server has no group calls; call one at a time.")))
    }
    var ids: [Int] = []
    for part in names.split(separator: ",").prefix(Self.groupLimit) {
      let name = String(
        part.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
      guard let user = user(named: name) else {
        let words = "Nobody on this Zulip is called “\(harmless(name))”."
        return report(.ended(id, .signalingFailed(words)))
      }
      if !ids.contains(user.id) { ids.append(user.id) }
    }
    let title = ids.compactMap { number in users.first { $0.id == number }?.name }
      .joined(separator: ", ")
    calls.append(
      ZulipCall(
        id: id, kind: .group, stage: .placing(endWanted: nil),
        remoteID: ids.map { String($0) }.joined(separator: ","),
        party: Party(name: clipped(title), address: names), isVideo: isVideo))
    create(id, at: now)
  }

  private mutating func createGroup(_ id: CallID, at now: Instant) {
    guard let call = calls.first(where: { $0.id == id }) else { return }
    let message = GroupCreateRequest(
      isVideo: call.isVideo, title: clipped(me?.name ?? "") + ", " + clipped(call.party.name),
      userIDs: call.remoteID.split(separator: ",").compactMap { Int($0) })
    request(.place(id), .post, ZulipPath.groupCreate, message.encoded(), at: now)
  }

  // MARK: Links

  /// Sends the link by which a Zulip without calls invites.
  private mutating func sendLink(_ id: CallID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    guard let server = queue?.jitsiServer, let userID = calls[index].userID else {
      return fail(
        id, .signalingFailed("This Zulip has no Jitsi server to hold calls on."), at: now)
    }
    var room = ""
    for _ in 0..<15 { room += String(Int.random(in: 0...9, using: &generator)) }
    let link = JoinLink(url: "\(server)/\(room)", isVideo: calls[index].isVideo)
    calls[index].url = link.url
    calls[index].remoteID = link.url
    let form: ZulipForm = ["type": "private", "to": "[\(userID)]", "content": link.content]
    request(.place(id), .post, ZulipPath.messages, form, at: now)
  }

  // MARK: Helpers

  /// The user of an address, a number or a name.
  func user(named text: String) -> ZulipUser? {
    let wanted = text.lowercased()
    if let number = Int(wanted) { return users.first { $0.id == number } }
    if let user = users.first(where: { $0.email.lowercased() == wanted }) { return user }
    let named = users.filter { $0.name.lowercased() == wanted }
    return named.count == 1 ? named[0] : nil
  }

  func party(_ user: ZulipUser) -> Party {
    let known = users.first { $0.id == user.id }
    let email = known?.email ?? user.email
    // Of somebody whom the list of users lacks, an event may tell no more than the number.
    let name = [user.name, known?.name ?? "", email].first { !$0.isEmpty } ?? "User \(user.id)"
    return Party(
      name: clipped(name), address: email.isEmpty ? String(user.id) : email,
      isBot: known?.isBot ?? user.isBot)
  }

  func harmless(_ name: String) -> String { HarmlessText.line(name, limit: 60) }

  /// Waits at most so long for the server's leave to call, and so often.
  private static let longestRedial: Duration = .seconds(15)
  private static let redialLimit = 2
  private static let groupLimit = 49
  /// Bytes of a call's name at most.
  static let idLimit = 500
}
