import Basics
import Calling
import Formats
import LoopGLib

/// Lists as lines: columns for people, one object a line with `--json`.
enum Listing {
  /// - Parameter account: whose contact it is, where there are several accounts.
  static func line(_ contact: Contact, account: String? = nil) -> String {
    let about = contact.about.map { "  " + HarmlessText.line($0, limit: 40) } ?? ""
    let kind = contact.kind == .person ? "" : "  \(contact.kind.rawValue)"
    let account = account.map { "  \(column($0, 10))" } ?? ""
    let members = contact.memberCount.map { " \(max($0, 0))" } ?? ""
    return
      "\(contact.sign) \(column(contact.name, 24))\(account)  "
      + "\(HarmlessText.line(contact.address, limit: 48))\(kind)\(members)\(about)"
  }

  static func json(_ contact: Contact, account: String) -> JSONValue {
    .members([
      "name": .string(contact.name), "address": .string(contact.address),
      "kind": .string(contact.kind.rawValue), "presence": .string(contact.presence.rawValue),
      "about": contact.about.map { .string($0) }, "account": .string(account),
      "members": contact.memberCount.map { .integer(Int64($0)) },
    ])
  }

  static func line(_ record: CallRecord) -> String {
    let offset = record.startedAt.localOffset
    // Here it is not known whether a call still goes on or was cut off.
    let word = record.outcome == .unfinished ? "unfinished" : record.outcomeWord
    let length = record.duration.map { text($0) } ?? word
    let note = record.note.map { "  " + HarmlessText.line($0, limit: 80) } ?? ""
    return "\(record.sign) \(record.startedAt.date(offset: offset).iso8601)"
      + " \(record.startedAt.hourAndMinute(offset: offset))  \(column(record.party.name, 24))"
      + "  \(column(record.accountName, 10))  \(length)\(note)"
  }

  static func json(_ record: CallRecord) -> JSONValue {
    .members([
      "id": .string(record.id), "account": .string(record.accountName),
      "system": .string(record.system.rawValue),
      "direction": .string(record.isIncoming ? "incoming" : "outgoing"),
      "party": .string(record.party.name), "address": .string(record.party.address),
      "startedAt": .string(record.startedAt.iso8601),
      "answeredAt": record.answeredAt.map { .string($0.iso8601) },
      "endedAt": record.endedAt.map { .string($0.iso8601) },
      "outcome": .string(record.outcome.rawValue),
      "duration": record.duration.map { .number($0.seconds) },
      "mos": record.quality.map { .number(($0 * 100).rounded() / 100) },
      "note": record.note.map { .string($0) },
    ])
  }

  /// A table's rows below its columns' names, each column as wide as its widest cell.
  static func lines(of table: ServiceTable) -> [String] {
    guard !table.rows.isEmpty else { return [table.emptiness] }
    let rows =
      [table.columns] + table.rows.map { row in row.map { HarmlessText.line($0, limit: 60) } }
    let widths = table.columns.indices.map { column in
      rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() where column < widths.count {
        let isLast = column == widths.count - 1
        line +=
          cell + (isLast ? "" : String(repeating: " ", count: widths[column] - cell.count + 2))
      }
      return line
    }
  }

  /// `4:07`, or `1:02:03` from an hour on: whole seconds, as the screen's clock counts them.
  static func text(_ duration: Duration) -> String {
    let seconds = duration.components.seconds
    let minutes = "\(seconds / 60 % 60):\(padded(seconds % 60, 2))"
    guard seconds >= 3_600 else { return minutes }
    return "\(seconds / 3_600):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
  }

  /// Text cut or filled to a width, counted in characters.
  private static func column(_ text: String, _ width: Int) -> String {
    let shown = HarmlessText.line(text, limit: width - 1)
    return shown + String(repeating: " ", count: max(0, width - shown.count))
  }
}
