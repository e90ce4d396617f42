import Basics
import Calling
import Media

/// One line of standard input in `tipring --plain`.
enum PlainCommand: Equatable {
  case call(target: String)
  case answer(call: String?)
  case decline(call: String?, reason: String?)
  case hangUp(call: String?)
  case mute
  case unmute
  case hold(call: String?)
  case resume(call: String?)
  case digits(String)
  /// Ask the bot for a person.
  case person
  case record(path: String?)
  case stopRecording
  case note(String)
  case statistics
  case calls
  case contacts
  case history
  case rooms
  /// Make a room, and wait until it is there.
  case createRoom(String)
  case people
  case quality(SoundQuality)
  /// The sound devices, and which are used.
  case devices
  /// Use another device from now on, named as after the options; no name for a ringer that is the
  /// loudspeaker.
  case device(DeviceTask, String)
  /// Do nothing further until that is so, or that time is over.
  case wait(Wait, Duration)
  case pause(Duration)
  case quit
  case help
  case nothing
  /// In words.
  case wrong(String)

  /// What commands may wait for.
  enum Wait: String, CaseIterable {
    case ready, incoming, ringing, active, ended
    /// The other side has said something that the transcript has whole.
    case words
    /// A server's answer. Not to be typed.
    case answer
    /// The list of sound devices. Not to be typed.
    case devices
    /// Not to be typed.
    case time

    static let typed: [Wait] = [.ready, .incoming, .ringing, .active, .ended, .words]

    /// What did not come about, as part of a sentence.
    var about: String {
      switch self {
      case .ready: "no account is signed in"
      case .incoming: "nobody called"
      case .ringing: "it does not ring there"
      case .active: "the call was not answered"
      case .ended: "a call still goes on"
      case .words: "nobody said anything that was written down"
      case .answer: "the server did not answer"
      case .devices: "the sound devices were not listed"
      case .time: "the time is not over"
      }
    }
  }

  /// Reads a line as typed. A call may be named by its short name (`i1`) after the command.
  init(_ line: String) {
    if let keyword = Self.keyword(line) {
      self = keyword
      return
    }
    let trimmed = line.drop { $0 == " " || $0 == "\t" }
    let word = trimmed.prefix { $0 != " " && $0 != "\t" }.lowercased()
    var rest = String(trimmed.dropFirst(word.count).drop { $0 == " " || $0 == "\t" })
    while let last = rest.last, last == " " || last == "\t" || last == "\r" { rest.removeLast() }
    let argument = rest.isEmpty ? nil : rest
    switch word {
    case "": self = .nothing
    case "wait": self = Self.waiting(rest)
    case "pause":
      self = Self.time(rest).map { .pause($0) } ?? .wrong("Say how long to pause: pause 2s")
    case "create" where rest.lowercased().hasPrefix("room "):
      self = .createRoom(String(rest.dropFirst(5).drop { $0 == " " }))
    case "call":
      self = argument.map { .call(target: $0) } ?? .wrong("Say whom to call: call Echo")
    case "answer", "accept": self = .answer(call: argument)
    case "decline":
      // A first word that looks like a call's name is one; everything else is the reason.
      let first = rest.prefix { $0 != " " }
      if Self.isCallName(first) {
        let reason = rest.dropFirst(first.count).drop { $0 == " " }
        self = .decline(call: String(first), reason: reason.isEmpty ? nil : String(reason))
      } else {
        self = .decline(call: nil, reason: argument)
      }
    case "hangup": self = .hangUp(call: argument)
    case "mute": self = .mute
    case "unmute": self = .unmute
    case "hold": self = .hold(call: argument)
    case "resume": self = .resume(call: argument)
    case "digits":
      self = argument.map { .digits($0) } ?? .wrong("Say which keys to press: digits 12#")
    case "person": self = .person
    case "record": self = argument == "stop" ? .stopRecording : .record(path: argument)
    case "note": self = argument.map { .note($0) } ?? .wrong("Say what to note: note call back")
    case "statistics", "stats": self = .statistics
    case "calls": self = .calls
    case "contacts": self = .contacts
    case "history": self = .history
    case "rooms": self = .rooms
    case "people", "participants": self = .people
    case "quality":
      self =
        SoundQuality(rawValue: rest.lowercased()).map { .quality($0) }
        ?? .wrong("Say which: quality poor, quality medium or quality good")
    case "devices": self = .devices
    case "device": self = Self.device(rest)
    case "quit", "exit": self = .quit
    case "help", "?": self = .help
    default: self = .wrong("“\(word.prefix(40))” is no command; type help for all of them.")
    }
  }

  /// All commands, for `help`.
  static let helpText = """
    call TARGET             call a contact, an address or a number
    answer [CALL]           take the ringing call
    decline [CALL] [REASON] refuse the ringing call
    hangup [CALL]           end the call
    mute, unmute            stop or resume sending your voice
    hold [CALL], resume [CALL]
    digits 12#              press keys
    person                  ask the bot for a person
    record [PATH], record stop
    note TEXT               note something about the call
    statistics              how the sound is now
    calls, contacts, history
    rooms                   the rooms that the servers have
    people                  who is in the call
    create room NAME        make a room
    wait ready|incoming|ringing|active|ended|words [TIME]
                            go on when it is so; 60 s at most unless a time is given
    pause TIME              go on after that time
    quality poor|medium|good  what speech may take: 32, 64 or 128 kbit/s
    devices                 the sound devices, and which are used
    device capture|playback|ringer NAME
                            use another one from now on, also in a call
    quit
    CALL is a short name such as o1 or i2; without it the current call is meant.
    """

  private static func isCallName(_ text: some StringProtocol) -> Bool {
    guard let first = text.first, first == "i" || first == "o", text.count > 1 else { return false }
    return text.dropFirst().allSatisfy { $0.isNumber || $0 == "." }
  }
}
