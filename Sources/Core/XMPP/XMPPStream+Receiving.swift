import Basics
import Formats
import Transport

/// What the server sends.
extension XMPPStream {
  mutating func take(_ message: SocketMessage, on socket: SocketID, at now: Instant) {
    guard case .text(let text) = message else {
      return note(.warning, "The server sent a binary message.")
    }
    do throws(XMLError) {
      take(try XMLElement(decoding: text), on: socket, at: now)
    } catch {
      note(.warning, "The server sent something that was dropped. \(error.sentence)")
    }
  }

  private mutating func take(_ element: XMLElement, on socket: SocketID, at now: Instant) {
    switch (element.namespace, element.name) {
    case (XMPPNamespace.framing, "close"): return closed(element, on: socket, at: now)
    case (XMPPNamespace.streams, "error"): return ended(element, on: socket, at: now)
    default: break
    }
    switch state {
    case .down, .connecting, .waiting: break  // Only an open socket of ours delivers.
    case .negotiating(_, let step, let until):
      negotiate(element, step, on: socket, until: until, at: now)
    case .online(_, let since, _):
      let pingAt = now.advanced(by: settings.pingInterval)
      state = .online(socket, since: since, .quiet(pingAt: pingAt))
      if element.isStanza {
        management?.received()
        take(stanza: element)
      } else {
        takeManagement(element, on: socket, at: now)
      }
    }
  }

  // MARK: Ends

  /// The server closes, and may name another place to go to (RFC 7395 §3.6.1).
  private mutating func closed(_ element: XMLElement, on socket: SocketID, at now: Instant) {
    closeStream(socket)
    guard let place = element["see-other-uri"] else {
      return lose("The server closed the connection.", at: now)
    }
    guard isAcceptable(place), redirectionCount < Self.redirectionLimit else {
      redirection = nil
      return lose("The server sent us to a place that cannot be used.", at: now)
    }
    forget()
    redirectionCount += 1
    redirection = place
    connect(at: now)
  }

  /// An encrypted connection is not given up for another place's sake.
  private func isAcceptable(_ place: String) -> Bool {
    let place = place.lowercased()
    guard place.utf8.count <= 1_000 else { return false }
    if place.hasPrefix("wss://") { return true }
    let own = settings.url.lowercased()
    return place.hasPrefix("ws://") && (own.hasPrefix("ws://") || own.hasPrefix("http://"))
  }

  private mutating func ended(_ error: XMLElement, on socket: SocketID, at now: Instant) {
    let sentence = StreamWords.sentence(streamError: error)
    if StreamWords.isFinal(streamError: error) { return giveUp(sentence, on: socket) }
    // After an error the stream is over at the server, too (RFC 6120 §4.9.1.1).
    forget()
    closeStream(socket)
    lose(sentence, at: now)
  }

  // MARK: Stream management

  private mutating func takeManagement(
    _ element: XMLElement, on socket: SocketID, at now: Instant
  ) {
    guard element.namespace == XMPPNamespace.streamManagement else {
      let name = HarmlessText.line(element.name, limit: 40)
      return note(.warning, "The server sent an unknown element “\(name)”.")
    }
    switch element.name {
    case "enabled": management?.enabled(element)
    case "failed": management = nil
    case "r":
      guard let management else { break }
      write(
        XMLElement(
          "a", XMPPNamespace.streamManagement, ["h": String(management.receivedCount)]),
        to: socket)
    case "a":
      guard management != nil, let count = count(in: element) else { break }
      if management?.acknowledged(count) == false {
        forget()
        closeStream(socket)
        lose("The server claims to have got more than was sent.", at: now)
      }
    default: break  // Later versions may say more.
    }
  }

  // MARK: Stanzas

  private mutating func take(stanza: XMLElement) {
    if stanza.isAnswer { return take(answer: stanza) }
    guard stanza.name == "iq" else { return add(.stanza(stanza)) }
    // An iq of another type, or without a name, cannot even be refused.
    guard stanza.isRequest, stanza["id"] != nil else {
      return note(.warning, "The server sent a request that is none.")
    }
    let isGet = stanza["type"] == "get"
    switch stanza.payload?.namespace {
    case XMPPNamespace.ping? where isGet:
      transmit(stanza.result())
    case XMPPNamespace.discoInfo? where isGet && settings.disco != nil:
      transmit(settings.disco?.answer(to: stanza) ?? stanza.result())
    case let namespace? where settings.handledNamespaces.contains(namespace):
      add(.stanza(stanza))
    default:
      transmit(stanza.refusal(StanzaError(.serviceUnavailable)))
    }
  }

  private mutating func take(answer: XMLElement) {
    // Answers to pings are expected to find no request; others came too late.
    guard let id = answer["id"], let request = requests[id] else { return }
    guard mayAnswer(answer, request) else {
      return note(.warning, "Somebody answered what they had not been asked.")
    }
    requests[id] = nil
    if let error = answer.stanzaError {
      add(.answered(id: id, .refused(error)))
    } else {
      add(.answered(id: id, .result(answer)))
    }
  }

  /// RFC 6120 §8.1.2.1: the server leaves its own address out, or writes the account's or its own.
  private func mayAnswer(_ answer: XMLElement, _ request: Request) -> Bool {
    guard answer["from"] != nil else { return true }
    guard let from = answer.from else { return false }
    if let to = request.to { return from == to }
    return from == jid || from == jid?.bare || from == JID(settings.domain)
  }

  /// Redirections in a row at most.
  static let redirectionLimit = 5
}

extension StanzaError {
  /// What went wrong, for a person.
  package var sentence: String {
    let words =
      switch condition {
      case .conflict: "The name is taken"
      case .forbidden, .notAllowed: "The server does not allow it"
      case .itemNotFound: "There is no such thing or person"
      case .notAuthorized: "The password is missing or wrong"
      case .recipientUnavailable, .serviceUnavailable: "It cannot be reached at the moment"
      case .registrationRequired: "Only members are let in"
      case .remoteServerNotFound: "The other server cannot be found"
      case .remoteServerTimeout: "The other server does not answer"
      case .resourceConstraint: "The server is too busy; try again later"
      case .badRequest, .featureNotImplemented, .gone, .internalServerError, .jidMalformed,
        .notAcceptable, .policyViolation, .redirect, .subscriptionRequired, .undefinedCondition,
        .unexpectedRequest:
        "The server refused: "
          + condition.rawValue.split(separator: "-").joined(separator: " ")
      }
    let text = HarmlessText.line(self.text ?? "", limit: 200)
    return text.isEmpty ? words + "." : "\(words) (\(text))."
  }
}
