import CGLib
import CSoup
import Exchange
import Transport

/// The requests that have been read and wait for their answers. Used on the loop's thread.
///
/// libsoup leaves a paused message alone until it goes on; it does not even notice that its client has
/// left, which is the patrol's task.
struct WaitingRequests: ~Copyable {
  private var messages: [ExchangeRequestID: OpaquePointer] = [:]

  deinit {
    for message in messages.values { g_object_unref(UnsafeMutableRawPointer(message)) }
  }

  var count: Int { messages.count }

  subscript(id: ExchangeRequestID) -> OpaquePointer? { messages[id] }

  mutating func pause(_ message: ServerMessage, as id: ExchangeRequestID) {
    g_object_ref(UnsafeMutableRawPointer(message.message))
    soup_server_message_pause(message.message)
    messages[id] = message.message
  }

  mutating func resume(_ id: ExchangeRequestID, with response: HTTPResponse) {
    guard let message = messages.removeValue(forKey: id) else { return }
    ServerMessage(message).respond(response)
    soup_server_message_unpause(message)
    g_object_unref(UnsafeMutableRawPointer(message))
  }
}
