import Basics
import Formats
import ZulipWire

/// Who is who, as a Zulip client sees it, and what its queues are told.
extension Exchange {
  // MARK: People

  /// A user's number; a new one is put by.
  mutating func zulipNumber(of userID: String, _ turn: inout Turn) -> Int {
    if zulip.roster.count >= ZulipRoster.limit {
      for gone in zulip.roster.prune(keeping: { [directory] in directory.user($0) != nil }) {
        turn.store(.removeDocument(collection: ZulipRoster.collection, key: gone))
      }
    }
    let (number, added) = zulip.roster.number(of: userID)
    if let added { turn.store(.putDocument(added)) }
    return number
  }

  mutating func zulipUser(_ userID: String, _ turn: inout Turn) -> ZulipUser {
    ZulipUser(
      id: zulipNumber(of: userID, &turn), name: zulipName(of: userID),
      email: zulipEmail(of: userID))
  }

  /// Zulip's number of a user's role.
  func zulipRole(of userID: String) -> Int {
    switch directory.user(userID)?.role {
    case .admin: 200
    case .user: 400
    case .guest, nil: 600
    }
  }

  func zulipName(of userID: String) -> String { directory.user(userID)?.name ?? userID }

  /// A name that is no address becomes one.
  func zulipEmail(of userID: String) -> String {
    userID.contains("@") ? userID : "\(userID)@\(Self.zulipDomain)"
  }

  /// The user of an e-mail address, of whatever domain, or of a bare name.
  func zulipUserID(ofEmail email: String) -> String? {
    let email = email.lowercased()
    if directory.user(email) != nil { return email }
    guard let at = email.lastIndex(of: "@") else { return nil }
    let name = String(email[..<at])
    return directory.user(name) == nil ? nil : name
  }

  /// Registered users, and the guests who are there.
  func zulipPeople(including userID: String) -> [StoredUser] {
    let polling = Set(zulip.queues.values.map(\.userID))
    return directory.registeredUsers
      + directory.guests.filter { guest in
        guest.id == userID || polling.contains(guest.id) || sockets.isPresent(guest.id)
      }
  }

  /// Whether a guest is there, in whatever call system, and a member therefore.
  func isZulipGuestThere(_ userID: String) -> Bool {
    sockets.isPresent(userID) || zulip.hasQueue(of: userID)
  }

  /// Tells the others when a guest has come or gone.
  mutating func tellZulipGuest(_ userID: String, wasThere: Bool, _ turn: inout Turn) {
    let isThere = isZulipGuestThere(userID)
    guard isThere != wasThere, directory.user(userID)?.role == .guest else { return }
    tellZulipMember(userID, isMember: isThere, &turn)
  }

  /// Tells the others who is a member from now on, or no more.
  mutating func tellZulipMember(_ userID: String, isMember: Bool, _ turn: inout Turn) {
    guard zulip.queues.values.contains(where: { $0.userID != userID }) else { return }
    let user = zulipUser(userID, &turn)
    let person =
      isMember ? user.encodedAsMember(role: zulipRole(of: userID)) : user.encodedForEvent()
    postZulipToAll(
      ["type": "realm_user", "op": isMember ? "add" : "remove", "person": person],
      except: userID, &turn)
  }

  /// Whether a client of the user waits for events. Clients of other call systems do not count, here and
  /// where presence is told: calls over Zulip do not reach them.
  func isZulipOnline(_ userID: String, _ turn: Turn) -> Bool {
    let limit = settings.zulip.times.presence
    return zulip.queues.values.contains { queue in
      queue.userID == userID
        && (queue.poll != nil || queue.usedAt.duration(to: turn.now) < limit)
    }
  }

  /// Keeps what a client shows of its user, and tells it where it is news.
  mutating func setZulipPresence(of userID: String, isActive: Bool, _ turn: inout Turn) {
    let before = zulip.presences[userID]
    let presence = ZulipState.Presence(isActive: isActive, at: turn.wall)
    zulip.presences[userID] = presence
    if zulip.presences.count > ZulipRoster.limit {
      zulip.presences = zulip.presences.filter { directory.user($0.key) != nil }
    }
    let age = before?.at.duration(to: turn.wall) ?? .seconds(86_400)
    guard before?.isActive != isActive || age > settings.zulip.times.presence else { return }
    tellZulip(presence, of: userID, &turn)
  }

  /// The last client of a user has gone: the others need not wait until its presence is old.
  mutating func endZulipPresence(of userID: String, _ turn: inout Turn) {
    guard !zulip.hasQueue(of: userID), zulip.presences.removeValue(forKey: userID) != nil
    else { return }
    let age = settings.zulip.times.presence + .seconds(1)
    let past = ZulipState.Presence(isActive: false, at: turn.wall.advanced(by: .zero - age))
    tellZulip(past, of: userID, &turn)
  }

  private mutating func tellZulip(
    _ presence: ZulipState.Presence, of userID: String, _ turn: inout Turn
  ) {
    postZulipToAll(
      [
        "type": "presence", "email": .string(zulipEmail(of: userID)),
        "user_id": .integer(Int64(zulipNumber(of: userID, &turn))),
        "server_timestamp": .integer(turn.wall.unixSeconds),
        "presence": presence.message.encoded(),
      ], &turn)
  }

  /// Where a call takes place, for that user: beginning with a slash in the exchange's own conferences.
  func zulipURL(of room: String, isVideo: Bool, for userID: String) -> String {
    let name = ZulipForm.escaped(zulipName(of: userID))
    return (settings.zulip.jitsiServer ?? "") + "/\(room)?userInfo.displayName=\(name)"
      + "&config.startWithAudioMuted=false&config.startWithVideoMuted=\(!isVideo)"
  }

  /// A conference's address for a mobile, which asks the exchange nothing before it is told: where the
  /// exchange holds the conference, at the address by which a client last asked for something.
  func zulipPushURL(of room: String, isVideo: Bool, for userID: String) -> String {
    let url = zulipURL(of: room, isVideo: isVideo, for: userID)
    return url.hasPrefix("/") ? zulip.base + url : url
  }

  /// The domain of users whose names are no addresses.
  private static let zulipDomain = "tipring.local"

  // MARK: Queues

  /// Puts an event into the queues of a user that want it.
  mutating func postZulip(
    _ members: [String: JSONValue], to userID: String, _ turn: inout Turn
  ) {
    let type = members["type"]?.string ?? ""
    for id in zulip.queues(of: userID) where zulip.queues[id]?.wants(type) == true {
      zulip.queues[id]?.append(members)
      if let count = zulip.queues[id]?.events.count,
        count > settings.zulip.limits.eventsPerQueue
      {
        dropZulipQueue(id, &turn)
      } else {
        answerZulipPoll(of: id, &turn)
      }
    }
  }

  /// Puts an event into everybody's queues, or everybody else's.
  mutating func postZulipToAll(
    _ members: [String: JSONValue], except absent: String? = nil, _ turn: inout Turn
  ) {
    for userID in Set(zulip.queues.values.map(\.userID)).sorted() where userID != absent {
      postZulip(members, to: userID, &turn)
    }
  }

  /// Answers a queue's poll with what there is.
  mutating func answerZulipPoll(of id: String, _ turn: inout Turn) {
    guard let queue = zulip.queues[id], let poll = queue.poll else { return }
    zulip.queues[id]?.poll = nil
    zulip.queues[id]?.usedAt = turn.now
    answer(poll.request, ZulipFacade.json(200, queue.answer(base: poll.base)), &turn)
  }

  /// Forgets a queue; who waits for it is told so.
  mutating func dropZulipQueue(_ id: String, _ turn: inout Turn) {
    guard let queue = zulip.queues.removeValue(forKey: id) else { return }
    if let poll = queue.poll {
      answer(poll.request, ZulipFacade.response(to: .badQueue(id)), &turn)
    }
  }

  /// Forgets a queue whose client has gone, and tells the others if it was the user's last.
  mutating func closeZulipQueue(_ id: String, _ turn: inout Turn) {
    guard let userID = zulip.queues[id]?.userID else { return }
    dropZulipQueue(id, &turn)
    endZulipPresence(of: userID, &turn)
    tellZulipGuest(userID, wasThere: true, &turn)
  }

  mutating func expireZulipQueues(_ turn: inout Turn) {
    let life = settings.zulip.times.queueLife
    for id in zulip.queues.keys.sorted() {
      guard let queue = zulip.queues[id] else { continue }
      if let poll = queue.poll {
        guard poll.until <= turn.now else { continue }
        zulip.queues[id]?.append(["type": "heartbeat"])
        answerZulipPoll(of: id, &turn)
      } else if queue.usedAt.advanced(by: life) <= turn.now {
        closeZulipQueue(id, &turn)
      }
    }
  }
}

extension ZulipState.Presence {
  var message: PresenceMessage { PresenceMessage(isActive: isActive, at: at) }
}
