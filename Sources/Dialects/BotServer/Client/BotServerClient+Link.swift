import Basics
import BotServerWire
import Calling
import Transport

/// The events socket's coming and going, and asking instead while it is away.
extension BotServerClient {
  mutating func linkUp() {
    let wasAway = lostAt != nil
    lostAt = nil
    timers[.poll] = nil
    pollFailureCount = 0
    guard phase == .online else { return }
    report(.account(.signedIn))
    for index in calls.indices { speak(index) }
    deliverKeptErrands()
    requestCalls()
    if wasAway {
      requestUsers()
      requestRooms()
      requestHistory()
    }
  }

  mutating func linkDown(_ failure: TransportFailure, nextTry: Instant, at now: Instant) {
    guard phase == .online else { return }
    let since = lostAt ?? now
    lostAt = since
    report(.account(.reconnecting(since: since, nextTry: nextTry, reason: failure.sentence)))
    // A server that was merely restarted is found again before anything need be asked.
    if timers[.poll] == nil, !isAsking(.ringing) {
      timers[.poll] = now.advanced(by: Self.firstPollDelay)
    }
  }

  /// Asks for what the socket would have told.
  mutating func poll() {
    guard phase == .online, !isLinkUp, !isAsking(.ringing) else { return }
    request(.ringing, .get, BotServerPath.history + "?status=ringing&limit=20")
    requestCalls()
  }

  mutating func takeRinging(_ reply: Reply, at now: Instant) {
    guard phase == .online, !isLinkUp else { return }
    var wait = Self.pollInterval
    switch reply {
    case .granted(let value):
      let page = try? HistoryMessage(decoding: value)
      for call in page?.calls.prefix(20) ?? [] where call.status == .ringing {
        take(call, lastWords: [], at: now)
      }
      deliverKeptErrands()
      // The server is back: the socket need not wait for its turn.
      if pollFailureCount > 0 { perform(link.hasten(at: now), at: now) }
      pollFailureCount = 0
    case .refused, .failed:
      pollFailureCount = min(pollFailureCount + 1, 3)
      wait = min(Self.pollInterval * (1 << pollFailureCount), Self.longestPollInterval)
    }
    let delay = max(wait.jittered(using: &generator), reply.retryAfter ?? .zero)
    timers[.poll] = now.advanced(by: delay)
  }

  /// Asks how the calls stand that are known here.
  private mutating func requestCalls() {
    for call in calls where !call.remoteID.isEmpty { requestCall(call.id) }
  }

  mutating func requestCall(_ id: CallID) {
    guard let call = calls.first(where: { $0.id == id }), !isAsking(.call(id)) else { return }
    request(.call(id), .get, BotServerPath.call(percentEncoded(call.remoteID)))
  }

  /// Asks for a call as it stands, with what its servers know us by; also where a Janus server mixes
  /// the sound, to which a path may lead over a relay as well.
  mutating func renewServers(of id: CallID) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    calls[index].wantsServers = true
    if phase == .online, !calls[index].remoteID.isEmpty { requestCall(id) }
  }

  mutating func takeCall(_ reply: Reply, of id: CallID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
    let isOurs = calls[index].stage == .accepting && !errands.contains { $0.acceptedCall == id }
    switch reply {
    case .granted(let value):
      guard let call = try? CallMessage(decoding: value), call.callID == calls[index].remoteID
      else { return noteNonsense("The server's word on a call cannot be read.") }
      if calls[index].wantsServers, !call.terms.iceServers.isEmpty {
        calls[index].wantsServers = false
        report(.servers(id, call.terms.iceServers))
      }
      if isOurs, call.status == .active {
        calls[index].stage = .accepted
        return speak(index)
      }
      if call.status == .ringing, !id.isIncoming, !isLinkUp { report(.ringing(id)) }
      update(id, with: call)
    case .refused(let refusal) where [404, 410].contains(refusal.status):
      // Sound that passes needs no server: only a call that has not come about is given up.
      guard calls[index].stage != .accepted else { return }
      finish(id)
      report(.ended(id, .signalingFailed("The server no longer knows the call.")))
    case .refused, .failed:
      guard isOurs else { return }
      finish(id)
      report(.ended(id, .signalingFailed(reply.sentence)))
    }
  }

  /// Until the first question after the socket was lost.
  static let firstPollDelay: Duration = .seconds(1)
  /// Between questions, before chance.
  static let pollInterval: Duration = .seconds(5)
  /// Between questions to a server that does not answer.
  static let longestPollInterval: Duration = .seconds(30)
}
