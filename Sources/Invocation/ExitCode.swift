package import Calling

/// How the program ended, as scripts see it.
package enum ExitCode: Int32, CaseIterable, Sendable {
  case success = 0
  /// The doctor found something bad.
  case unwell = 1
  case usage = 2
  case declined = 3
  case busy = 4
  case noAnswer = 5
  case signalingFailed = 6
  case mediaFailed = 7
  case notSignedIn = 8
  case soundFailed = 9
  case interrupted = 130

  /// What a call's end amounts to, on either side.
  package init(_ reason: EndReason) {
    switch reason {
    case .hungUp, .remoteHungUp: self = .success
    case .declined: self = .declined
    case .busy: self = .busy
    // Nobody here or there has spoken, whoever gave up first.
    case .cancelled, .missed, .noAnswer, .answeredElsewhere: self = .noAnswer
    case .unknownCallee: self = .usage
    case .signalingFailed: self = .signalingFailed
    case .mediaFailed: self = .mediaFailed
    case .notSignedIn: self = .notSignedIn
    }
  }

  /// One line of the table in the help text.
  package var meaning: String {
    switch self {
    case .success: "the call took place and ended normally"
    case .unwell: "the doctor found something bad"
    case .usage: "wrong usage, or nobody is called what TARGET says"
    case .declined: "declined"
    case .busy: "busy"
    case .noAnswer: "no answer"
    case .signalingFailed: "the server or the signalling failed"
    case .mediaFailed: "sound could not be brought across"
    case .notSignedIn: "not signed in"
    case .soundFailed: "the sound device failed"
    case .interrupted: "interrupted"
    }
  }
}
