package import Basics

/// A service that gives bots their voice: OpenAI's Realtime API, or Google's Gemini Live API.
package struct ProviderSettings: Equatable, Sendable {
  /// `wss:`, without the model.
  package var url: String
  package var model: String
  package var key: Secret

  package init(url: String, model: String, key: Secret) {
    self.url = url
    self.model = model
    self.key = key
  }
}
