import Basics
import BuzziWire
import Formats
import Transport

/// Services that give bots their voice, instead of the scripted bot.
extension BuzziFacade {
  /// Lets a caller talk to the service that its chatbot is set up with; to the scripted bot, if the
  /// exchange has no key for it.
  static func connectVoice(
    _ name: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard var session = exchange.buzzi.sessions[name] else { return }
    let request: SocketRequest
    let provider: any VoiceProvider
    let voice = session.chatbot.voice
    switch (session.chatbot.provider, exchange.settings.openAI, exchange.settings.gemini) {
    case (.openAI, .some(let settings), _):
      request = OpenAIRealtime.request(settings)
      provider = OpenAIRealtime(voice)
    case (.gemini, _, .some(let settings)):
      request = GeminiLive.request(settings)
      provider = GeminiLive(voice, model: settings.model, rate: session.inputRate)
    case (.openAI, nil, _), (.gemini, _, nil):
      return connectBot(name, in: &exchange, &turn)
    }
    let socket = exchange.connect(request, for: self.name, key: name, &turn)
    session.voice = .provider
    session.provider = ProviderLink(
      socket: socket, provider: provider,
      readyUntil: turn.now.advanced(by: ProviderLink.readyTime))
    keep(session, in: &exchange)
  }

  static func dropProvider(
    of session: inout BuzziSession, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard let socket = session.provider?.socket else { return }
    session.provider = nil
    exchange.outgoing.sockets[socket] = nil
    turn.effects.append(.transport(.close(socket, code: 1000)))
  }

  /// The caller's sound, for the service.
  static func pass(_ samples: [Int16], of session: BuzziSession, _ turn: inout Turn) {
    guard let link = session.provider, link.readyUntil == nil else { return }
    turn.effects.append(.transport(.send(link.socket, .text(link.provider.audio(samples)))))
  }

  static func take(
    _ event: TransportEvent, for key: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard var session = exchange.buzzi.sessions[key], var link = session.provider else { return }
    switch event {
    case .opened(link.socket):
      let messages = link.provider.opened()
      session.provider = link
      exchange.buzzi.sessions[key] = session
      send(messages, over: link.socket, &turn)
    case .received(link.socket, let message):
      guard let value = Self.value(of: message) else { return }
      let (messages, events) = link.provider.received(value)
      session.provider = link
      exchange.buzzi.sessions[key] = session
      send(messages, over: link.socket, &turn)
      for event in events { take(event, of: key, in: &exchange, &turn) }
    case .closed(link.socket, let code, _):
      giveUp(key, "closed with code \(code)", in: &exchange, &turn)
    case .failed(link.socket, let failure):
      giveUp(key, failure.sentence, in: &exchange, &turn)
    case .opened, .received, .closed, .failed, .response, .requestFailed: break  // Of earlier.
    }
  }

  /// Gemini sends its JSON in binary messages.
  private static func value(of message: SocketMessage) -> JSONValue? {
    switch message {
    case .text(let text): try? JSONValue(decoding: text, limit: ServerMessage.byteLimit)
    case .binary(let bytes): try? JSONValue(decoding: bytes, limit: ServerMessage.byteLimit)
    }
  }

  private static func send(_ messages: [String], over socket: SocketID, _ turn: inout Turn) {
    for message in messages { turn.effects.append(.transport(.send(socket, .text(message)))) }
  }

  private static func take(
    _ event: ProviderEvent, of name: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard var session = exchange.buzzi.sessions[name] else { return }
    switch event {
    case .ready:
      session.provider?.readyUntil = nil
      return keep(session, in: &exchange)
    case .failed(let words): return giveUp(name, words, in: &exchange, &turn)
    case .audio, .said, .agent, .interrupted, .escalate: break
    }
    // While a person has the call, the service is not heard.
    guard session.voice == .provider else { return }
    switch event {
    case .audio(let samples): play(samples, to: session, in: &exchange, &turn)
    case .said(let line): say(line, to: session, in: &exchange, &turn)
    case .agent(let activity):
      send(.agent(ServerMessage.Agent(activity)), to: session, in: exchange, &turn)
    case .interrupted:
      spoke(name, in: &exchange, turn.now)
      send(.stopAudio(reason: "user_interrupted"), to: session, in: exchange, &turn)
    case .escalate(let reason): handOver(session, reason: reason, in: &exchange, &turn)
    case .ready, .failed: break  // Dealt with above.
    }
  }

  /// The service has failed: the caller is told, and the scripted bot takes over.
  static func giveUp(
    _ name: String, _ words: String, in exchange: inout Exchange, _ turn: inout Turn
  ) {
    guard var session = exchange.buzzi.sessions[name], session.provider != nil else { return }
    let provider = session.chatbot.provider.rawValue
    turn.note(.warning, "\(provider) failed: \(HarmlessText.line(words, limit: 200))")
    dropProvider(of: &session, in: &exchange, &turn)
    let wasSpeaking = session.voice == .provider
    if wasSpeaking { session.voice = nil }
    keep(session, in: &exchange)
    guard wasSpeaking else { return }
    send(
      .error(message: ErrorCode.providerError.sentence, code: .providerError), to: session,
      in: exchange, &turn)
    send(.stopAudio(reason: "provider_error"), to: session, in: exchange, &turn)
    connectBot(name, in: &exchange, &turn)
  }
}
