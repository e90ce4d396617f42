import Basics

/// Commands in their order, of which one may wait for something and hold up the rest.
///
/// - Bound: ``limit`` commands.
struct CommandQueue {
  private var commands: [PlainCommand]
  private var block: (wait: PlainCommand.Wait, until: Instant)?
  /// Whether no more will come.
  private var isClosed: Bool

  init(_ commands: [PlainCommand] = [], isClosed: Bool = false) {
    self.commands = commands
    self.isClosed = isClosed
  }

  // MARK: Verbs

  /// - Returns: `false` when too many wait.
  mutating func add(_ command: PlainCommand) -> Bool {
    guard commands.count < Self.limit else { return false }
    commands.append(command)
    return true
  }

  mutating func close() { isClosed = true }

  /// Puts commands before all others; a wait goes on behind them, for the time that is left of it.
  ///
  /// - Returns: `false` when too many wait.
  mutating func interrupt(with first: [PlainCommand], at now: Instant) -> Bool {
    guard commands.count + first.count < Self.limit else { return false }
    if let block { commands.insert(.wait(block.wait, now.duration(to: block.until)), at: 0) }
    block = nil
    commands.insert(contentsOf: first, at: 0)
    return true
  }

  mutating func block(for wait: PlainCommand.Wait, until moment: Instant) {
    block = (wait, moment)
  }

  mutating func unblock() { block = nil }

  /// What is to be done now; `nil` while something is waited for, and when there is nothing.
  mutating func next() -> PlainCommand? {
    block != nil || commands.isEmpty ? nil : commands.removeFirst()
  }

  // MARK: Queries

  var waitsFor: PlainCommand.Wait? { block?.wait }
  /// Until when is waited.
  var deadline: Instant? { block?.until }
  /// Whether everything is done and nothing more will come.
  var isOver: Bool { isClosed && block == nil && commands.isEmpty }

  static let limit = 1_000
}
