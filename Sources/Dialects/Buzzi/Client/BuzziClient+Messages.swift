import Basics
import BuzziWire
import Calling
import Transport

/// What servers say on the socket of a call.
extension BuzziClient {
  mutating func received(_ text: String, over socket: SocketID, at now: Instant) {
    guard let index = calls.firstIndex(where: { $0.socket == socket }) else { return }
    do throws(WireError) {
      guard let message = try ServerMessage(decoding: text) else { return }
      take(message, in: index, at: now)
    } catch {
      switch error {
      case .malformed: noteNonsense("The server sent a message that is not JSON.")
      case .missing(let member):
        noteNonsense("The server sent a message without a proper “\(member)”.")
      case .unknownType(let type):
        noteNonsense("The server sent a message of a kind “\(HarmlessText.line(type, limit: 40))”.")
      case .notSound: noteNonsense("The server sent sound that is not base64.")
      }
    }
  }

  private mutating func take(_ message: ServerMessage, in index: Int, at now: Instant) {
    let id = calls[index].id
    switch message {
    case .ready: return greeted(index, at: now)
    case .callStarted: return started(index, at: now)
    case .callEnded(let reason, _): return ended(index, reason)
    case .error(let text, let code): return complained(index, text, code, at: now)
    case .status(let status): return take(status, in: index, at: now)
    case .audioResponse, .transcript, .agent, .stopAudio, .escalationStarted:
      // A server that sends these has started the call, whether it has said so or not.
      started(index, at: now)
    }
    guard calls[index].isUp else { return }
    switch message {
    case .audioResponse(let bytes):
      let samples = calls[index].reader.take(bytes)
      guard !samples.isEmpty else { return }
      if let hint = calls[index].watch.arrived(sampleCount: samples.count, at: now) {
        report(.callNotice(id, hint.sentence))
      }
      report(.sound(id, samples))
    case .transcript(let isCaller, let text, let isFinal):
      calls[index].watch.spoke(at: now)
      report(
        .transcript(
          id,
          TranscriptLine(
            speaker: isCaller ? account.username : calls[index].chatbotID, isSelf: isCaller,
            text: String(text.prefix(Self.textLimit)), isFinal: isFinal, at: now)))
    case .agent(let agent):
      guard calls[index].agent != agent else { return }
      calls[index].agent = agent
      calls[index].watch.agent(isSpeaking: agent == .speaking, at: now)
      report(.agent(id, AgentState(agent)))
    case .stopAudio:
      calls[index].watch.flushed(at: now)
      calls[index].reader = PCM16Reader()
      report(.flushSound(id))
    case .escalationStarted(let reason, _, _, let text):
      let words = HarmlessText.line(text.isEmpty ? reason : text, limit: 200)
      report(.callNotice(id, "A person is being called" + (words.isEmpty ? "." : ": \(words)")))
    case .ready, .callStarted, .callEnded, .error, .status: break  // Dealt with above.
    }
  }

  private mutating func take(_ status: ServerMessage.Status, in index: Int, at now: Instant) {
    switch status {
    case .connecting: break
    case .inProgress: started(index, at: now)
    case .completed: break  // `call_ended` follows, or the socket closes.
    case .failed:
      calls[index].complaint = calls[index].complaint ?? "The server says that the call failed."
    }
  }

  private mutating func ended(_ index: Int, _ reason: String) {
    let call = calls[index]
    if let socket = call.socket { close(socket) }
    if case .ending = call.stage {
      calls.remove(at: index)
      return
    }
    switch reason {
    case "timeout", "silence_timeout", "inactivity":
      report(.callNotice(call.id, ErrorCode.timeout.sentence))
      finish(index, .remoteHungUp, telling: nil)
    case "error", "failed":
      let words = call.complaint ?? "The server ended the call for an error."
      finish(index, .signalingFailed(words), telling: nil)
    default:
      finish(
        index,
        call.wasUp ? .remoteHungUp : .declined(reason: HarmlessText.line(reason, limit: 200)),
        telling: nil)
    }
  }

  private mutating func complained(
    _ index: Int, _ text: String, _ code: ErrorCode?, at now: Instant
  ) {
    let call = calls[index]
    let words =
      code?.sentence ?? "The server says: \(HarmlessText.line(text, limit: 200))"
    switch code {
    case .invalidSession, .chatbotNotFound, .callsNotEnabled:
      if let socket = call.socket { close(socket) }
      finish(index, .signalingFailed(words), telling: nil)
    case .timeout, .providerError, .audioFormatError, .rateLimited, nil:
      // The server ends the call itself if it cannot go on.
      if call.isUp {
        report(.callNotice(call.id, words))
      } else {
        calls[index].complaint = words
        note(.warning, words)
      }
    }
  }

  /// Characters of one line of a transcript at most.
  private static let textLimit = 8_000
}

extension AgentState {
  init(_ agent: ServerMessage.Agent) {
    switch agent {
    case .listening: self = .listening
    case .thinking: self = .thinking
    case .speaking: self = .speaking
    }
  }
}
