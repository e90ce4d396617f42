import Basics
import BotServerWire
import BuzziWire
import Formats
import Janus
import NexaconWire
import Transport
import XMPP
import ZulipWire

extension FuzzTarget {
  static func json(_ bytes: [UInt8]) -> String? {
    guard let value = try? JSONValue(decoding: bytes) else { return nil }
    guard let again = try? JSONValue(decoding: value.text) else { return "cannot be read again" }
    return again == value ? nil : "becomes another value: \(value.text), \(again.text)"
  }

  static func xml(_ bytes: [UInt8]) -> String? {
    guard let element = try? XMLElement(decoding: String(decoding: bytes, as: UTF8.self)) else {
      return nil
    }
    guard let again = try? XMLElement(decoding: element.encoded()) else {
      return "cannot be read again: \(element.encoded())"
    }
    return again == element ? nil : "becomes another: \(element.encoded()), \(again.encoded())"
  }

  /// A line for each thing the server says; `$ID` stands for the last question's name.
  static func xmpp(_ bytes: [UInt8]) -> String? {
    var stream = XMPPStream(
      settings: XMPPSettings(url: "ws://h/", domain: "example.org", credentials: [.anonymous]),
      lane: 1, seed: 1)
    var socket = SocketID(0)
    var lastID = ""
    func note(_ effects: [XMPPStream.Effect]) {
      for effect in effects {
        switch effect {
        case .transport(.open(let opened, _)): socket = opened
        case .transport(.send(_, .text(let text))):
          if let id = (try? XMLElement(decoding: text))?["id"] { lastID = id }
        default: break
        }
      }
    }
    note(stream.start(at: .zero))
    note(stream.receive(.opened(socket), at: .zero))
    var script = FuzzScript(bytes)
    var count = 0
    while !script.isAtEnd, count < 64 {
      count += 1
      let text = script.line().replacing("$ID", with: lastID)
      note(stream.receive(.received(socket, .text(text)), at: .zero))
    }
    return stream.deadline != nil || stream.state == .down ? nil : "waits for ever"
  }

  static func jingle(_ bytes: [UInt8]) -> String? {
    guard let element = try? XMLElement(decoding: String(decoding: bytes, as: UTF8.self)) else {
      return nil
    }
    _ = DiscoInfo(decoding: element)
    _ = ExternalServices(decoding: element)
    guard let message = try? JingleMessage(decoding: element) else { return nil }
    guard (try? JingleMessage(decoding: message.encoded())) == message else {
      return "becomes another: \(message)"
    }
    return nil
  }

  static func janus(_ bytes: [UInt8]) -> String? {
    _ = try? JanusMessage(decoding: String(decoding: bytes, as: UTF8.self))
    return nil
  }

  static func botServer(_ bytes: [UInt8]) -> String? {
    if let message = try? MeetMessage(decoding: String(decoding: bytes, as: UTF8.self)) {
      guard (try? MeetMessage(decoding: message.encoded())) != nil else {
        return "cannot be read again: \(message)"
      }
    }
    guard let value = try? JSONValue(decoding: bytes) else { return nil }
    _ = try? InitiateMessage(decoding: value)
    _ = try? RespondMessage(decoding: value)
    _ = try? UsersMessage(decoding: value)
    _ = try? BotServerWire.HistoryMessage(decoding: value)
    _ = try? MediaMessage(decoding: value)
    guard let call = try? CallMessage(decoding: value) else { return nil }
    return (try? CallMessage(decoding: call.encoded())) != nil ? nil : "cannot be read: \(call)"
  }

  static func zulip(_ bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = JoinLink(in: text)
    guard let value = try? JSONValue(decoding: bytes) else { return nil }
    _ = ZulipEvent(decoding: value, readBy: 7)
    _ = EventsPage(decoding: value, readBy: 7)
    _ = CallEventMessage(decoding: value, readBy: 7)
    _ = GroupEventMessage(decoding: value)
    _ = RegisteredQueue(decoding: value)
    _ = CreatedCall(decoding: value)
    _ = RespondedCall(decoding: value)
    _ = CallStatusMessage(decoding: value)
    _ = HistoryPage(decoding: value)
    _ = DirectMessage(decoding: value)
    _ = ZulipProblem(decoding: value)
    _ = CreateRequest(reading: ZulipParameters(value))
    _ = GroupCreateRequest(reading: ZulipParameters(value))
    return nil
  }

  static func nexacon(_ bytes: [UInt8]) -> String? {
    _ = try? SignalMessage(decoding: String(decoding: bytes, as: UTF8.self))
    guard let value = try? JSONValue(decoding: bytes) else { return nil }
    _ = try? TokenMessage(decoding: value)
    _ = CredentialsMessage(decoding: value)
    _ = ContactMessage.list(decoding: value)
    return nil
  }

  static func buzzi(_ bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try? BuzziWire.ServerMessage(decoding: text)
    _ = try? BuzziWire.ClientMessage(decoding: text)
    guard let value = try? JSONValue(decoding: bytes) else { return nil }
    _ = VoiceConfig(decoding: value)
    _ = try? SessionRequest(decoding: value)
    _ = try? SessionResponse(decoding: value)
    _ = try? BuzziWire.AnalyticsMessage(decoding: value)
    _ = try? CallEntry(decoding: value)
    _ = try? IntegrationAccount(decoding: value)
    _ = WhatsAppEvent.events(in: value)
    _ = ErrorBody(decoding: value)
    return nil
  }
}
