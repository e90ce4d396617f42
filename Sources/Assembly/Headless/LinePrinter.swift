import Basics
import Calling
import Cells
import Formats
import Glibc
import Invocation
import LoopGLib
import Media
import NcursesTerminal

/// Writes what happens, one line each: for people, or with `--json` one object a line.
///
/// With JSON, standard output holds nothing else, and what is for people goes to standard error.
struct LinePrinter {
  let isJSON: Bool
  var names = StatisticsNames.w3c

  /// Accounts are signed in: calls can be placed and taken.
  func ready(_ accounts: [AccountSummary]) {
    let names = accounts.map { "\($0.username) on \($0.name)" }.joined(separator: ", ")
    let list = accounts.map { account -> JSONValue in
      [
        "name": .string(account.name), "system": .string(account.system.rawValue),
        "username": .string(account.username),
      ]
    }
    write(
      "Ready: \(HarmlessText.line(names, limit: 200))".asSentence,
      JSONLine("ready", at: .now, [("accounts", .array(list))]))
  }

  /// A call has begun or changed its phase.
  func state(of call: CallSummary) {
    let party = HarmlessText.line(call.party.name, limit: 80)
    let text =
      switch call.phase {
      case .outgoing: "Calling \(party)…"
      case .ringing: "It rings at \(party)".asSentence
      case .incoming:
        "\(party) is calling (\(HarmlessText.line(call.party.address, limit: 80)), \(call.system.title))."
      case .connecting: "Connecting…"
      case .active: "Connected to \(party)".asSentence
      case .held: "Holding \(party)".asSentence
      case .ended(let reason):
        reason.sentence(about: call.party.name, isIncoming: call.id.isIncoming)
      }
    var members: [(String, JSONValue?)] = [
      ("state", .string(call.phase.name)),
      ("direction", .string(call.id.isIncoming ? "incoming" : "outgoing")),
      ("party", .string(call.party.name)), ("address", .string(call.party.address)),
      ("account", .string(call.accountName)), ("remoteCall", call.remoteID.map { .string($0) }),
    ]
    if case .ended(let reason) = call.phase {
      members += [
        ("reason", .string(reason.word)),
        (
          "message",
          .string(reason.sentence(about: call.party.name, isIncoming: call.id.isIncoming))
        ),
      ]
    }
    write("\(call.id)  \(text)", JSONLine("state", at: .now, call: call.id, members))
  }

  /// One moment of a call's sound.
  func statistics(of call: CallID, _ statistics: MediaStatistics) {
    let loss = (statistics.recentLoss * 1_000).rounded() / 10
    let delay = Int((statistics.estimatedDelay * 1_000).rounded())
    let mos = statistics.mos.map { String(($0 * 10).rounded() / 10) } ?? "–"
    write(
      "\(call)  MOS \(mos), delay \(delay) ms, loss \(loss) %, up \(statistics.sentBitrate / 1_000)"
        + " kbit/s, down \(statistics.receivedBitrate / 1_000) kbit/s"
        + (statistics.adaptation.map { "; sent: \($0.sentence)" } ?? "")
        + (statistics.reception.map { "; received: \($0.sentence)" } ?? ""),
      JSONLine(
        "statistics", at: .now, call: call,
        names == .nx
          ? JSONLine.nexaconMembers(of: statistics, at: .now) : JSONLine.members(of: statistics)))
  }

  /// Something that was said, as far as it is known.
  func transcript(in call: CallID, _ line: TranscriptLine) {
    let speaker = HarmlessText.line(line.speaker, limit: 40)
    let json = JSONLine(
      "transcript", at: .now, call: call,
      [
        ("speaker", .string(line.speaker)), ("isSelf", .boolean(line.isSelf)),
        ("text", .string(line.text)), ("isFinal", .boolean(line.isFinal)),
      ])
    // A line for people cannot be replaced once it is written, so only what is final is.
    write(
      line.isFinal ? "\(call)  \(speaker): \(HarmlessText.line(line.text, limit: 1_000))" : nil,
      json)
  }

  /// A voice bot began to listen, think or speak.
  func speaker(in call: CallID, _ state: AgentState) {
    write(
      nil,
      JSONLine("speaker", at: .now, call: call, [("state", .string(state.rawValue))]))
  }

  /// Who speaks in a call of several.
  func speakers(in call: CallID, _ speakers: [Participant]) {
    let list = speakers.map { speaker -> JSONValue in
      ["id": .string(speaker.id), "name": .string(speaker.name)]
    }
    write(nil, JSONLine("speaker", at: .now, call: call, [("speakers", .array(list))]))
  }

  /// A line of chat.
  func message(in call: CallID, from name: String, _ text: String) {
    let name = HarmlessText.line(name, limit: 60)
    let text = HarmlessText.line(text, limit: 1_000)
    write(
      "\(call)  \(name) writes: \(text)",
      JSONLine(
        "note", at: .now, call: call, [("from", .string(name)), ("message", .string(text))]))
  }

  /// What a server answered to a request beside calls.
  func answer(_ answer: ServiceAnswer) {
    switch answer {
    case .table(let table):
      if isJSON {
        Output.line(JSONLine("answer", at: .now, [("answer", table.json)]).text)
      } else {
        for line in Listing.lines(of: table) { Output.listed(line) }
      }
    case .done(let words, let json):
      write(
        HarmlessText.line(words, limit: 1_000),
        JSONLine("answer", at: .now, [("message", .string(words)), ("answer", json)]))
    case .document(let name, let type, let bytes):
      remark("note", in: nil, "\(name) (\(type)) has \(bytes.count) bytes.")
    case .failed(let words): remark("error", in: nil, words)
    case .unsupported:
      remark("error", in: nil, "The account's call system has nothing of the kind.")
    }
  }

  func digit(in call: CallID, _ digit: Character) {
    write(
      "\(call)  The other side pressed \(digit).",
      JSONLine("digit", at: .now, call: call, [("digit", .string(String(digit)))]))
  }

  /// `note`, `warning` or `error`.
  func remark(_ event: String, in call: CallID?, _ text: String) {
    let text = HarmlessText.line(text, limit: 1_000)
    write(
      (call.map { "\($0)  " } ?? "") + text,
      JSONLine(event, at: .now, call: call, [("message", .string(text))]))
  }

  /// How a call was, all in all.
  func summary(
    of call: CallSummary, _ reason: EndReason, statistics: MediaStatistics?, exitCode: Int32
  ) {
    let length = call.times.firstAudioAt.flatMap { first in
      call.times.endedAt.map { first.duration(to: $0) }
    }
    let quality = statistics?.mos.map { ", MOS \(($0 * 10).rounded() / 10)" } ?? ""
    let duration = length.map { " after \(Int($0.seconds.rounded())) s" } ?? ""
    let members: [(String, JSONValue?)] =
      [
        ("direction", .string(call.id.isIncoming ? "incoming" : "outgoing")),
        ("party", .string(call.party.name)), ("address", .string(call.party.address)),
        ("account", .string(call.accountName)), ("remoteCall", call.remoteID.map { .string($0) }),
        ("reason", .string(reason.word)),
        (
          "message",
          .string(reason.sentence(about: call.party.name, isIncoming: call.id.isIncoming))
        ),
        ("exitCode", .integer(Int64(exitCode))),
        ("duration", length.map { .number(($0.seconds * 1_000).rounded() / 1_000) }),
      ] + JSONLine.members(of: call.times) + (statistics.map { JSONLine.members(of: $0) } ?? [])
    write(
      "\(call.id)  Call with \(HarmlessText.line(call.party.name, limit: 80)) ended\(duration)\(quality).",
      JSONLine("summary", at: .now, call: call.id, members))
  }

  /// No call came about.
  func summary(notPlaced target: String, _ reason: EndReason, exitCode: Int32) {
    let sentence = reason.sentence(about: target)
    write(
      sentence,
      JSONLine(
        "summary", at: .now,
        [
          ("target", .string(target)), ("reason", .string(reason.word)),
          ("message", .string(sentence)), ("exitCode", .integer(Int64(exitCode))),
        ]))
  }

  /// One line of a list; no event, so it has no call.
  func contact(_ contact: Contact, account: String) {
    write(
      Listing.line(contact),
      JSONLine("contact", at: .now, [("contact", Listing.json(contact, account: account))]))
  }

  func record(_ record: CallRecord) {
    write(
      Listing.line(record), JSONLine("record", at: .now, [("record", Listing.json(record))]))
  }

  /// The sound devices, one line or two each; no event either.
  func devices(_ listing: DeviceListing) {
    guard isJSON, !listing.devices.isEmpty else {
      for line in listing.lines { isJSON ? remark("note", in: nil, line) : Output.listed(line) }
      return
    }
    for object in listing.objects {
      Output.line(JSONLine("device", at: .now, object.map { ($0.name, $0.value) }).text)
    }
  }

  /// A line of text that is no event: the help.
  func text(_ line: String) {
    if isJSON { Output.error(line) } else { Output.line(line) }
  }

  private func write(_ text: String?, _ json: JSONLine?) {
    if isJSON {
      if let json { Output.line(json.text) }
    } else if let text {
      Output.line(text)
    }
  }
}

/// Standard output and standard error, line by line.
enum Output {
  /// Writes a line at once. A reader that has gone ends the program by SIGPIPE, as is usual.
  static func line(_ text: String) { write(text, to: STDOUT_FILENO) }

  /// Writes a line of a list for people, in the characters that they can see.
  static func listed(_ text: String) { line(seesAll ? text : ASCIIFallback.text(text)) }

  private static let seesAll = CharacterSet.isUTF8

  /// Writes bytes as they are.
  static func bytes(_ bytes: [UInt8]) { write(bytes[...], to: STDOUT_FILENO) }

  /// Writes a line for people.
  static func error(_ text: String) { write("tipring: \(text)", to: STDERR_FILENO) }

  private static func write(_ text: String, to descriptor: Int32) {
    write(Array((text + "\n").utf8)[...], to: descriptor)
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) {
    var bytes = bytes
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        guard errno == EINTR || errno == EAGAIN else { return }
        continue
      }
      bytes = bytes.dropFirst(count)
    }
  }
}
