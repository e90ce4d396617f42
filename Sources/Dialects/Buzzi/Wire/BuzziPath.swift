/// The paths of Buzzi's API.
package enum BuzziPath {
  package static let session = "/api/widget/call/session"
  package static let socket = "/api/widget/call/ws"
  package static let history = "/api/widget/call/history"
  package static let analytics = "/api/company/analytics/calls"
  package static let accounts = "/api/company/integration-accounts"
  package static let chatbots = "/api/company/chatbots"
  /// Where Meta's webhook arrives; the running code has another path than its document.
  package static let webhooks = ["/api/webhook/whatsapp", "/api/webhook/whatsapp/calls"]

  package static func end(_ sessionID: String) -> String { "/api/widget/call/\(sessionID)/end" }
  package static func account(_ id: String) -> String { "\(accounts)/\(id)" }
  package static func chatbot(_ id: String) -> String { "\(chatbots)/\(id)" }

  /// The address of a call's socket by what the session's answer says: the document's server leaves the
  /// session's name out, the code's writes it.
  package static func socketURL(_ wsURL: String, sessionID: String, isReconnect: Bool) -> String {
    var url = wsURL
    if !url.contains("sessionId=") {
      url += (url.contains("?") ? "&" : "?") + "sessionId=" + sessionID
    }
    return isReconnect ? url + "&reconnect=true" : url
  }
}
