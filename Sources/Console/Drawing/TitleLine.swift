import Basics
import Calling
import Cells

/// The first line: who one is, how the accounts stand, missed calls, levels, time.
extension Painter {
  mutating func paintTitle(row: Int) {
    let columns = state.size.columns
    let right = fittingRight(room: columns - 1 - minimumLeft)
    let rightColumn = columns - 1 - right.columns
    screen.draw(left(room: rightColumn - 3), row: row, column: 1, limit: rightColumn - 3)
    screen.draw(right, row: row, column: rightColumn)
  }

  /// What the accounts get at least.
  private var minimumLeft: Int { min(26, state.size.columns / 2) }

  // MARK: Left

  /// As much about the accounts as there is room for; what is wrong goes last.
  private func left(room: Int) -> [Segment] {
    let name = [Segment("tipring", Theme.strong), Segment("  ")]
    let choices = [
      name + accounts(withUser: true, words: .all), accounts(withUser: true, words: .all),
      name + accounts(withUser: true, words: .ofTrouble),
      accounts(withUser: true, words: .ofTrouble),
      accounts(withUser: false, words: .ofTrouble), accounts(withUser: false, words: .none),
    ]
    return choices.first { $0.columns <= room } ?? choices[choices.count - 1]
  }

  private enum Words { case all, ofTrouble, none }

  /// `● you · exchange online`, for each account.
  private func accounts(withUser: Bool, words: Words) -> [Segment] {
    guard !state.board.accounts.isEmpty else { return [Segment("no account", Theme.quiet)] }
    var segments: [Segment] = []
    for account in state.board.accounts {
      if !segments.isEmpty { segments.append(Segment("  ")) }
      let isWell = account.state == .signedIn
      let style = isWell ? Theme.good : account.isInTrouble ? Theme.poor : Theme.fair
      let user = withUser ? HarmlessText.line(account.username, limit: 24) : ""
      let name = HarmlessText.line(account.name, limit: 24)
      segments.append(Segment(account.sign, style))
      segments.append(Segment(" " + (user.isEmpty ? name : "\(user) · \(name)")))
      if words == .all || (words == .ofTrouble && !isWell) {
        segments.append(
          Segment(" " + account.stateWord(at: state.now), isWell ? Theme.quiet : style))
      }
    }
    return segments
  }

  // MARK: Right

  /// The right part, without its least important pieces until it fits.
  private func fittingRight(room: Int) -> [Segment] {
    var pieces = rightPieces
    while pieces.count > 1, joined(pieces.map(\.segments)).columns > room {
      guard let least = pieces.indices.max(by: { pieces[$0].rank < pieces[$1].rank }),
        pieces[least].rank > 0
      else { break }
      pieces.remove(at: least)
    }
    return joined(pieces.map(\.segments))
  }

  /// From left to right; the higher the rank, the sooner a piece is left out. Rank 0 stays.
  private var rightPieces: [(segments: [Segment], rank: Int)] {
    var pieces: [(segments: [Segment], rank: Int)] = []
    if state.options.isInsecure { pieces.append(([Segment(" INSECURE ", Theme.alarm)], 0)) }
    if state.board.missedCount > 0 {
      pieces.append(([Segment("\(state.board.missedCount) missed", Theme.fair)], 2))
    }
    let hasSound = !state.liveCalls.isEmpty
    if state.board.isMuted {
      pieces.append(([Segment(" MUTED ", Theme.alarm)], 0))
    } else if hasSound {
      pieces.append((meter("mic", state.captureLevels), 4))
    }
    if hasSound { pieces.append((meter("ear", state.playbackLevels), 5)) }
    let clock = state.wallTime.hourAndMinute(offset: state.offset)
    pieces.append(([Segment(clock)], 1))
    return pieces
  }

  private func meter(_ name: String, _ levels: [Double]) -> [Segment] {
    [Segment(name + " ", Theme.quiet), Segment(Meters.levels(levels, width: 5), Theme.good)]
  }

  private func joined(_ pieces: [[Segment]]) -> [Segment] {
    Array(pieces.joined(separator: [Segment("   ")]))
  }
}

extension AccountSummary {
  fileprivate var isInTrouble: Bool {
    switch state {
    case .refused, .unreachable: true
    case .signedOut, .signingIn, .signedIn, .reconnecting: false
    }
  }
}
