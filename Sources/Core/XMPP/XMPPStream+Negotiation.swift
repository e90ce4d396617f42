import Basics
import Formats
import Transport

/// From the open socket to the bound resource.
extension XMPPStream {
  mutating func opened(_ socket: SocketID, at now: Instant) {
    switch state {
    case .connecting(_, let until):
      open(socket, isSignedIn: false, until: until)
    case .down, .negotiating, .online, .waiting: break  // A host opens a socket once.
    }
  }

  /// Asks for a stream: the first one, or the one after signing in (RFC 7395 §3.4).
  private mutating func open(_ socket: SocketID, isSignedIn: Bool, until: Instant) {
    state = .negotiating(socket, .open(isSignedIn: isSignedIn), until: until)
    write(
      XMLElement(
        "open", XMPPNamespace.framing, ["to": settings.domain, "version": "1.0"]),
      to: socket)
  }

  /// Takes what is no stanza while the stream is being set up.
  mutating func negotiate(
    _ element: XMLElement, _ step: Step, on socket: SocketID, until: Instant, at now: Instant
  ) {
    switch (step, element.namespace, element.name) {
    case (.open(let isSignedIn), XMPPNamespace.framing, "open"):
      state = .negotiating(socket, .features(isSignedIn: isSignedIn), until: until)
    case (.features(isSignedIn: false), XMPPNamespace.streams, "features"):
      authenticate(element, credential: 0, on: socket, until: until)
    case (.features(isSignedIn: true), XMPPNamespace.streams, "features"):
      features = element
      resumeOrBind(on: socket, until: until, at: now)
    case (.success, XMPPNamespace.sasl, "success"):
      open(socket, isSignedIn: true, until: until)
    case (.success(let credential), XMPPNamespace.sasl, "failure"):
      failed(element, credential: credential, on: socket, until: until, at: now)
    case (.success, XMPPNamespace.sasl, "challenge"):
      // Neither mechanism has one (RFC 4505, RFC 4616).
      giveUp("The server wants more to sign in than this program has.", on: socket)
    case (.resumed, XMPPNamespace.streamManagement, "resumed"):
      resumed(element, on: socket, at: now)
    case (.resumed, XMPPNamespace.streamManagement, "failed"):
      _ = count(in: element).map { management?.acknowledged($0) }
      forget()
      bind(on: socket, until: until)
    case (.bound(let id), XMPPNamespace.client, "iq") where element["id"] == id:
      bound(element, on: socket, until: until, at: now)
    case (.session(let id), XMPPNamespace.client, "iq") where element["id"] == id:
      if element["type"] == "result" {
        begin(on: socket, at: now)
      } else {
        closeSocket(socket)
        lose("The server did not begin a session.", at: now)
      }
    default:
      note(.warning, "The server sent “\(HarmlessText.line(element.name, limit: 40))” too early.")
    }
  }

  // MARK: Signing in

  /// Signs in with the first credentials, from `credential` on, that the server has a way for.
  private mutating func authenticate(
    _ features: XMLElement, credential: Int, on socket: SocketID, until: Instant
  ) {
    self.features = features
    let mechanisms = features.child("mechanisms", XMPPNamespace.sasl)?.children("mechanism") ?? []
    let offered = Set(mechanisms.map { $0.text.uppercased() })
    for index in settings.credentials.indices where index >= credential {
      let credentials = settings.credentials[index]
      guard offered.contains(credentials.mechanism) else { continue }
      var auth = XMLElement(
        "auth", XMPPNamespace.sasl, ["mechanism": credentials.mechanism])
      if case .plain(let username, let password) = credentials {
        auth.nodes = [.text(Base64.encode("\0\(username)\0\(password)".utf8))]
      }
      state = .negotiating(socket, .success(credential: index), until: until)
      return write(auth, to: socket)
    }
    let wanted = settings.credentials.map(\.mechanism).joined(separator: " or ")
    giveUp("The server does not offer to sign in by \(wanted).", on: socket)
  }

  private mutating func failed(
    _ failure: XMLElement, credential: Int, on socket: SocketID, until: Instant, at now: Instant
  ) {
    let condition = StreamWords.condition(of: failure, in: XMPPNamespace.sasl)
    let sentence = StreamWords.sentence(failure: failure)
    if condition == "temporary-auth-failure" {
      closeStream(socket)
      return lose(sentence, at: now)
    }
    guard condition == "not-authorized", credential + 1 < settings.credentials.count,
      let features
    else { return giveUp(sentence, on: socket) }
    authenticate(features, credential: credential + 1, on: socket, until: until)
  }

  // MARK: Resuming

  private mutating func resumeOrBind(on socket: SocketID, until: Instant, at now: Instant) {
    guard let resumption = management?.resumption, let resumableUntil, now <= resumableUntil,
      features?.child("sm", XMPPNamespace.streamManagement) != nil
    else {
      forget()
      return bind(on: socket, until: until)
    }
    state = .negotiating(socket, .resumed, until: until)
    write(
      XMLElement(
        "resume", XMPPNamespace.streamManagement,
        ["previd": resumption.id, "h": String(management?.receivedCount ?? 0)]),
      to: socket)
  }

  private mutating func resumed(_ element: XMLElement, on socket: SocketID, at now: Instant) {
    guard let jid, let count = count(in: element), management?.acknowledged(count) == true else {
      forget()
      closeStream(socket)
      return lose("The server resumed a stream that it does not know.", at: now)
    }
    resumableUntil = nil
    enterOnline(socket, at: now)
    for stanza in management?.unacknowledged ?? [] { write(stanza, to: socket) }
    add(.online(jid, resumed: true))
  }

  func count(in element: XMLElement) -> UInt32? { element["h"].flatMap { UInt32($0) } }

  // MARK: Binding

  private mutating func bind(on socket: SocketID, until: Instant) {
    let id = nextID()
    var request = XMLElement("bind", XMPPNamespace.bind)
    if let resource = settings.resource {
      request.append(XMLElement("resource", XMPPNamespace.bind, text: resource))
    }
    state = .negotiating(socket, .bound(id: id), until: until)
    write(.iq("set", id: id, request), to: socket)
  }

  private mutating func bound(
    _ answer: XMLElement, on socket: SocketID, until: Instant, at now: Instant
  ) {
    let text = answer.child("bind", XMPPNamespace.bind)?.child("jid")?.text
    guard answer["type"] == "result", let jid = text.flatMap({ JID($0) }), !jid.isBare else {
      closeStream(socket)
      let words = answer.stanzaError.map(\.sentence) ?? "The server gave no address."
      return lose("No address could be had from the server. \(words)", at: now)
    }
    self.jid = jid
    let session = features?.child("session", XMPPNamespace.session)
    guard let session, session.child("optional") == nil else { return begin(on: socket, at: now) }
    let id = nextID()
    state = .negotiating(socket, .session(id: id), until: until)
    write(.iq("set", id: id, XMLElement("session", XMPPNamespace.session)), to: socket)
  }

  /// The stream can be used.
  private mutating func begin(on socket: SocketID, at now: Instant) {
    guard let jid else { return }
    enterOnline(socket, at: now)
    if settings.resumes, features?.child("sm", XMPPNamespace.streamManagement) != nil {
      write(
        XMLElement("enable", XMPPNamespace.streamManagement, ["resume": "true"]), to: socket)
      management = StreamManagement()
    }
    add(.online(jid, resumed: false))
  }

  private mutating func enterOnline(_ socket: SocketID, at now: Instant) {
    redirectionCount = 0
    let pingAt = now.advanced(by: settings.pingInterval)
    state = .online(socket, since: now, .quiet(pingAt: pingAt))
  }
}
