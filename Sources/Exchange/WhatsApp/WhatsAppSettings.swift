package import Basics

/// How calls over WhatsApp reach the exchange: what stands in Meta's app, and what is shared with it.
package struct WhatsAppSettings: Equatable, Sendable {
  /// The Graph API with its version, without a slash at the end.
  package var graphURL = "https://graph.facebook.com/v23.0"
  /// Of the business's number.
  package var phoneNumberID: String
  /// Signs what is asked of the Graph API.
  package var accessToken: Secret
  /// Signs what the webhook brings.
  package var appSecret: Secret
  /// Proves to Meta that the webhook is ours.
  package var verifyToken: Secret
  /// Who is called: a user or an attendant; `nil` takes whoever is there and free.
  package var callee: String?

  package init(
    phoneNumberID: String, accessToken: Secret, appSecret: Secret, verifyToken: Secret
  ) {
    self.phoneNumberID = phoneNumberID
    self.accessToken = accessToken
    self.appSecret = appSecret
    self.verifyToken = verifyToken
  }
}
