import Basics

/// Why the exchange does not do what was asked. Each facade has its own words for these.
enum ExchangeRefusal: Error, Equatable {
  case badRequest(String)
  /// No token, or one that nobody has.
  case notSignedIn
  case forbidden(String)
  case unknownUser(String)
  case unknownCall
  /// The call is over; nothing can happen to it.
  case callEnded
  /// Another device of the callee, or the callee's first try, took the call.
  case alreadyTaken
  case busy(String)
  case nameTaken(String)
  /// A limit is reached; with when to come again, if waiting helps.
  case tooMany(String, retryAfter: Duration?)
  case nothingThere
  case wrongMethod(allowed: [String])
  /// The path is a WebSocket's.
  case socketOnly
  case storeFailed
}
