import BuzziWire
import Formats

extension OpenAPI {
  /// Voice calls with bots, what their company may see and set, and the webhook of WhatsApp.
  static let buzziPaths: [String: JSONValue] = {
    var paths = buzziItems
    for path in BuzziPath.webhooks {
      paths[path] = [
        "get": outline(
          "Prove to Meta that the webhook is ours",
          query: ["hub.mode", "hub.verify_token", "hub.challenge"], errors: [403, 429],
          security: []),
        "post": outline(
          "What Meta tells of calls over WhatsApp, signed in X-Hub-Signature-256",
          body: ["object", "entry"], errors: [401, 403, 429], security: []),
      ]
    }
    return paths
  }()

  private static let buzziItems: [String: JSONValue] = [
    BuzziPath.session: [
      "post": outline(
        "Begin a call with a bot",
        body: ["chatbotId!", "companyId", "sessionId", "customer", "userAgent"],
        errors: [400, 403, 404, 429],
        security: [])
    ],
    BuzziPath.socket: [
      "get": outline(
        "A call's sound and words, as JSON with PCM in base64", query: ["sessionId", "reconnect"],
        errors: [426, 429], success: 101, security: [])
    ],
    BuzziPath.end("{session_id}"): [
      "post": outline(
        "End a call", path: ["session_id"], body: ["reason"], errors: [404, 429], security: [])
    ],
    BuzziPath.history: [
      "get": outline(
        "A caller's calls with a bot", query: ["chatbotId", "endUserId", "limit"],
        errors: [400, 429], security: [])
    ],
    BuzziPath.analytics: ["get": company("How the bots' calls went", query: ["days"])],
    BuzziPath.accounts: [
      "get": company("The company's telephone numbers"),
      "post": company(
        "Add a telephone number",
        body: ["provider!", "displayName", "phoneNumber", "credentials", "settings"]),
    ],
    BuzziPath.account("{account_id}"): [
      "patch": company(
        "Change a number", path: ["account_id"], body: ["displayName", "isActive", "settings"]),
      "delete": company("Remove a number", path: ["account_id"]),
    ],
    BuzziPath.chatbot("{chatbot_id}"): [
      "get": company("How a bot takes calls", path: ["chatbot_id"]),
      "patch": company(
        "Change how a bot takes calls", path: ["chatbot_id"],
        body: ["enabledCall", "callAiProvider", "voiceConfig", "callWidgetConfig"]),
    ],
  ]

  private static func company(
    _ summary: String, path: [String] = [], query: [String] = [], body: [String] = []
  ) -> JSONValue {
    outline(
      summary, path: path, query: query, body: body, errors: [400, 401, 403, 404, 429],
      security: ["bearer"])
  }
}
