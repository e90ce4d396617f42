import Basics
import Calling
import Formats
import NexaconWire
import Transport
import XMPP

/// Contacts, past calls, and what else the server can be asked for.
extension NexaconClient {
  // MARK: Contacts

  mutating func requestContacts() {
    if !isAsking(.contacts) { request(.contacts, .get, NexaconPath.contacts) }
  }

  mutating func takeContacts(_ reply: NexaconReply) {
    guard case .granted(let value) = reply else {
      return note(.warning, "The contacts could not be had. \(reply.sentence)")
    }
    contacts = ContactMessage.list(decoding: value).filter { contact in
      jid(of: contact.nxid).map { $0 != me } ?? false
    }
    let known = Set(contacts.compactMap { jid(of: $0.nxid) })
    presence = presence.filter { known.contains($0.key) }
    reportContacts()
    unasked = contacts.prefix(Self.presenceLimit).map(\.nxid)
    requestNextPresence()
  }

  /// One by one, so that a server with few requests to spare is not overrun.
  private mutating func requestNextPresence() {
    guard !unasked.isEmpty else { return }
    let user = unasked.removeFirst()
    request(
      .presence(user), .get, NexaconPath.presence + "?user=" + NexaconPath.encoded(user))
  }

  mutating func takePresence(_ reply: NexaconReply, of user: String) {
    switch reply {
    case .granted(let value):
      if let jid = jid(of: user) {
        setPresence(PresenceMessage(decoding: value).isOnline ? .online : .offline, of: jid)
      }
      requestNextPresence()
    case .refused, .failed:
      unasked = []  // The stream will tell who comes and goes.
    }
  }

  mutating func take(presence stanza: XMLElement, from: JID) {
    guard from.bare != me else { return }
    switch stanza["type"] {
    case nil:
      guard contacts.contains(where: { jid(of: $0.nxid) == from.bare }) else {
        return greet(from.bare)
      }
      setPresence(stanza.child("show") == nil ? .online : .away, of: from.bare)
    case "unavailable": setPresence(.offline, of: from.bare)
    default: break  // Subscriptions are the server's business.
    }
  }

  /// Somebody has come who is not in the contacts: perhaps the server knows them by now.
  private mutating func greet(_ stranger: JID) {
    guard stranger.domain == me?.domain, stranger.node != nil,
      strangers.count < Self.strangerLimit, strangers.insert(stranger).inserted
    else { return }
    if timers[.contacts] == nil { timers[.contacts] = now.advanced(by: Self.contactsDelay) }
  }

  private mutating func setPresence(_ value: Contact.Presence, of jid: JID) {
    guard presence[jid] != value, contacts.contains(where: { self.jid(of: $0.nxid) == jid }) else {
      return
    }
    presence[jid] = value
    reportContacts()
  }

  private mutating func reportContacts() {
    report(
      .contacts(
        contacts.compactMap { contact in
          guard let jid = jid(of: contact.nxid) else { return nil }
          return Contact(
            account: account.id, address: address(of: jid), name: String(contact.name.prefix(200)),
            kind: .person, presence: presence[jid] ?? .unknown)
        }))
  }

  // MARK: Past calls

  mutating func requestHistory() {
    if !isAsking(.history) {
      request(.history, .get, NexaconPath.history + "?page=1&page_size=50")
    }
  }

  mutating func takeHistory(_ reply: NexaconReply) {
    guard case .granted(let value) = reply, let page = try? HistoryMessage(decoding: value) else {
      return note(.warning, "The past calls could not be had. \(reply.sentence)")
    }
    report(.history(page.entries.compactMap(callRecord)))
  }

  private func callRecord(_ entry: HistoryMessage.Entry) -> CallRecord? {
    guard let startedAt = entry.startedAt else { return nil }
    let caller = jid(of: entry.caller)
    let isIncoming = caller.map { $0 != me } ?? false
    let other = isIncoming ? caller : entry.participants.lazy.compactMap(jid).first { $0 != me }
    guard let other else { return nil }
    let outcome: CallRecord.Outcome =
      switch entry.outcome {
      case .ended, .answered: .answered
      case .declined: .declined
      // A caller who gave up was missed all the same.
      case .cancelled: isIncoming ? .missed : .cancelled
      case .missed: isIncoming ? .missed : .noAnswer
      case .failed: .failed
      case .initiated, .calling, nil: .unfinished
      }
    let party = party(of: other)
    let duration = Duration.seconds(min(entry.durationSeconds, 1_000_000))
    let endedAt = entry.endedAt ?? startedAt.advanced(by: duration)
    return CallRecord(
      id: "\(account.name)/\(entry.room)", accountName: account.name, system: .nexacon,
      isIncoming: isIncoming,
      party: CallRecord.PartyName(name: party.name, address: party.address), startedAt: startedAt,
      answeredAt: outcome == .answered ? endedAt.advanced(by: .zero - duration) : nil,
      endedAt: endedAt, outcome: outcome, isSeen: !(isIncoming && outcome == .missed))
  }

  // MARK: Records

  /// Keeps a record of a call that is over, and gives it to the server as soon as possible.
  mutating func record(_ call: NexaconCall, _ reason: EndReason) {
    var metadata: [String: JSONValue] = [
      "is_group": .boolean(call.isGroup), "direction": call.id.isIncoming ? "incoming" : "outgoing",
    ]
    var seconds = 0
    if case .accepted(let at) = call.stage {
      seconds = Int(at.duration(to: now).components.seconds)
    }
    switch reason {
    case .hungUp,
      .cancelled where !call.id.isIncoming:
      metadata["ended_by"] = call.id.isIncoming ? "callee" : "caller"
    case .remoteHungUp, .cancelled:
      metadata["ended_by"] = call.id.isIncoming ? "caller" : "callee"
    case .busy: metadata["reason"] = "busy"
    case .unknownCallee(let words), .signalingFailed(let words), .mediaFailed(let words),
      .notSignedIn(let words):
      metadata["error"] = .string(words)
    case .declined, .missed, .noAnswer, .answeredElsewhere: break
    }
    analytics.append(
      AnalyticsMessage(
        room: call.room, type: call.isGroup ? .group : call.isVideo ? .video : .audio,
        outcome: call.outcome(reason), durationSeconds: max(0, seconds), metadata: metadata))
    if analytics.count > Self.analyticsLimit { analytics.removeFirst() }
    keepAnalytics()
    postAnalytics()
  }

  /// Gives the oldest record to the server, unless one is under way or must wait.
  mutating func postAnalytics() {
    guard token != nil, timers[.analytics] == nil, !isAsking(.analytics),
      let first = analytics.first
    else { return }
    request(.analytics, .post, NexaconPath.analytics, first.encoded())
  }

  /// Lets the next run of the program know what the server has not taken.
  private mutating func keepAnalytics() {
    let text = JSONValue.array(analytics.map { $0.encoded() }).text
    report(.keepsake(analytics.isEmpty ? nil : text))
  }

  /// Records that wait for the server.
  package var keptRecordCount: Int { analytics.count }

  /// Takes up what the last run could not give to the server.
  package mutating func restore(_ keepsake: String) {
    let records = (try? JSONValue(decoding: keepsake))?.array ?? []
    analytics = records.suffix(Self.analyticsLimit).compactMap {
      try? AnalyticsMessage(decoding: $0)
    }
  }

  mutating func takeAnalytics(_ reply: NexaconReply) {
    if reply.isWorthRepeating || reply.isUnauthorized {
      let wait = max(analyticsBackoff.next(using: &generator), reply.retryAfter ?? .zero)
      timers[.analytics] = now.advanced(by: wait)
      return
    }
    analyticsBackoff.reset()
    // A server without a place for records says 404, which the vendor's kit takes as well.
    if case .refused(let status, _, _) = reply, status != 404 {
      note(.warning, "The server did not take the record of a call. \(reply.sentence)")
    }
    if !analytics.isEmpty { analytics.removeFirst() }
    keepAnalytics()
    postAnalytics()
  }

  // MARK: Services

  mutating func serve(_ id: ServiceID, _ service: ServiceRequest) {
    guard phase == .online else {
      return report(.answered(id, .failed("Not signed in to \(account.name).")))
    }
    switch service {
    case .history(let filter):
      request(.service(id, service), .get, NexaconPath.history + Self.query(filter))
    case .callURL(let address, let kind):
      guard let jid = jid(of: address) else {
        let shown = HarmlessText.line(address, limit: 80)
        return report(
          .answered(id, .failed("“\(shown)” is no number or address of this server.")))
      }
      let message = CallRequestMessage(
        to: [jid.description], type: kind == .video ? .video : .audio, room: nil)
      request(
        .service(id, service), .post, NexaconPath.callURL, message.encoded(isGroup: false))
    default:
      report(.answered(id, .unsupported))
    }
  }

  mutating func takeService(_ reply: NexaconReply, _ id: ServiceID, _ service: ServiceRequest) {
    guard case .granted(let value) = reply else {
      return report(.answered(id, .failed(reply.sentence)))
    }
    switch service {
    case .history:
      guard let page = try? HistoryMessage(decoding: value) else {
        return report(.answered(id, .failed(reply.sentence)))
      }
      report(.answered(id, .table(table(of: page))))
    default:
      guard let url = (value["call_url"] ?? value["url"])?.string else {
        return report(.answered(id, .failed(reply.sentence)))
      }
      report(.answered(id, .done(HarmlessText.line(url, limit: 500), ["call_url": .string(url)])))
    }
  }

  private func table(of page: HistoryMessage) -> ServiceTable {
    let rows = page.entries.map { entry in
      [
        entry.startedAt?.iso8601 ?? "", entry.type.rawValue, entry.outcome?.rawValue ?? "",
        entry.caller, entry.participants.joined(separator: ", "), String(entry.durationSeconds),
        entry.room,
      ]
    }
    return ServiceTable(
      columns: ["began", "type", "outcome", "caller", "participants", "seconds", "room"],
      rows: rows, json: page.encoded(),
      emptiness: "The server knows no such call; fewer filters show more.")
  }

  /// Every filter of the server's, as a query.
  static func query(_ filter: HistoryFilter) -> String {
    let fields: [(String, String?)] = [
      ("start_date", filter.from), ("end_date", filter.to), ("call_type", filter.kind),
      ("status", filter.status), ("participant", filter.participant),
      ("page", String(max(1, filter.page))),
      ("page_size", String(max(1, min(filter.pageSize, 100)))),
    ]
    return "?"
      + fields.compactMap { name, value in value.map { "\(name)=\(NexaconPath.encoded($0))" } }
      .joined(separator: "&")
  }

  /// Contacts whose presence is asked for at most.
  private static let presenceLimit = 50
  /// For how many of those who are not in the contacts these are asked for anew.
  private static let strangerLimit = 256
  /// Several come at once when a stream begins.
  private static let contactsDelay: Duration = .seconds(1)
  /// Records kept for the server at most; the oldest is given up for a new one.
  static let analyticsLimit = 64
}
