import Basics
import Transport

/// Who asks, and with which token.
struct Session: Equatable, Sendable {
  let user: StoredUser
  /// The token's hash.
  let hash: String
}

extension Exchange {
  // MARK: Events

  /// Answers a request, now or when the store has answered.
  mutating func serve(
    _ id: ExchangeRequestID, from address: String, _ request: HTTPRequest, _ turn: inout Turn
  ) {
    guard let target = RequestTarget(request.url) else {
      return refuse(id, .badRequest("The address is malformed."), &turn)
    }
    Self.facade(for: request, target)
      .serve(id, from: address, request, target, in: &self, &turn)
  }

  mutating func refuse(
    _ id: ExchangeRequestID, _ refusal: ExchangeRefusal, _ turn: inout Turn
  ) {
    answer(id, BotServerFacade.response(to: refusal), &turn)
  }

  mutating func answer(
    _ id: ExchangeRequestID, _ response: HTTPResponse, _ turn: inout Turn
  ) {
    counters.responses[response.status, default: 0] += 1
    turn.effects.append(.respond(id, response))
  }

  /// The store has looked for a call that is not live.
  mutating func answerCall(_ query: PendingQuery, _ call: StoredCall?, _ turn: inout Turn) {
    guard let call else { return findRow(query, &turn) }
    guard call.includes(query.userID) else {
      return refuse(query.request, .forbidden("This is a call of others."), &turn)
    }
    switch query.purpose {
    case .show: answer(query.request, BotServerFacade.response(showing: call), &turn)
    case .refuseChange, .history: refuse(query.request, .callEnded, &turn)
    }
  }

  /// Looks for the user's part in a call of several.
  private mutating func findRow(_ query: PendingQuery, _ turn: inout Turn) {
    guard let rowID = query.rowID else { return refuse(query.request, .unknownCall, &turn) }
    var query = query
    query.rowID = nil
    do throws(ExchangeRefusal) {
      try ask(query, &turn) { .findCall($0, callID: rowID) }
    } catch {
      refuse(query.request, error, &turn)
    }
  }

  mutating func answerHistory(
    _ query: PendingQuery, _ calls: [StoredCall], total: Int, _ turn: inout Turn
  ) {
    guard case .history(let limit, let offset) = query.purpose else { return }
    let response = BotServerFacade.response(
      listing: calls, total: total, limit: limit, offset: offset, on: turn.wall)
    answer(query.request, response, &turn)
  }

  // MARK: Who asks

  /// - Parameter token: where a facade allows it beside the `Authorization` field.
  func session(of request: HTTPRequest, token: String? = nil) -> Session? {
    guard let token = token ?? bearer(request.fields["Authorization"]), token.utf8.count <= 256
    else { return nil }
    let hash = ports.digest(token)
    return directory.owner(ofHash: hash).map { Session(user: $0, hash: hash) }
  }

  /// Takes one request from the allowance of the user, or of the address when nobody is known.
  mutating func spend(
    _ session: Session?, from address: String, _ now: Instant
  ) throws(ExchangeRefusal) {
    let client = session.map { "user " + $0.user.id } ?? "address " + address
    guard let wait = rates.take(client, at: now) else { return }
    counters.requestsLimited &+= 1
    throw .tooMany("Too many requests; slow down.", retryAfter: wait)
  }

  /// Signs a guest in and returns the token.
  mutating func signInGuest(
    _ name: String, isFromBrowser: Bool, _ turn: inout Turn
  ) throws(ExchangeRefusal) -> (user: StoredUser, token: String) {
    // A page from elsewhere can reach a server on this machine, but is no guest of it.
    guard settings.admitsGuests, !isFromBrowser else {
      throw .forbidden(
        "This exchange admits no guests; ask its owner for a token (tipring serve adduser NAME).")
    }
    // Who polls has no socket, and is there all the same.
    let polling = Set(zulip.queues.values.map(\.userID))
    do throws(Directory.Refusal) {
      let guest = try directory.signInGuest(
        name, using: ports, on: turn.wall,
        isPresent: { [sockets] in sockets.isPresent($0) || polling.contains($0) })
      for operation in guest.operations { turn.store(operation) }
      return (guest.user, guest.token)
    } catch {
      switch error {
      case .badName:
        throw .badRequest("A name has 1 to 32 letters, digits and . _ - + @, no spaces.")
      case .nameTaken:
        throw .nameTaken("The name is taken; sign in with a token, or choose another.")
      case .full: throw .tooMany("There are too many guests.", retryAfter: .seconds(60))
      }
    }
  }

  private func bearer(_ field: String?) -> String? {
    guard let field, let space = field.firstIndex(of: " "),
      field[..<space].lowercased() == "bearer"
    else { return nil }
    return String(field[field.index(after: space)...])
  }
}
