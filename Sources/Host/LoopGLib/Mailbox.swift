import Basics

/// A bounded queue of values into a loop, first in, first out.
package final class Mailbox<Message: Sendable>: Sendable {
  private let waiting = Lock<[Entry]>([])
  private let capacity: Int
  private let alarm: Lock<Alarm?>

  private struct Entry {
    var key: String?
    var message: Message
  }

  /// A mailbox that is not yet emptied by anybody.
  package init(capacity: Int = 256) {
    self.capacity = capacity
    alarm = Lock(nil)
  }

  /// Names who empties the mailbox. Once.
  ///
  /// - Parameter receiver: called on the loop's thread with all that waits, in order.
  package func deliver(on loop: GLibLoop, to receiver: @escaping @Sendable ([Message]) -> Void) {
    let alarm = Alarm(on: loop) { [waiting] in
      let batch = waiting.withLock { entries in
        defer { entries.removeAll(keepingCapacity: true) }
        return entries.map(\.message)
      }
      if !batch.isEmpty { receiver(batch) }
    }
    self.alarm.withLock { $0 = alarm }
    alarm.ringNow()
  }

  /// Puts a message in. Any thread.
  ///
  /// - Parameters:
  ///   - key: the waiting message of the same key, if any, is dropped for this one, which queues at the
  ///     end; for summaries of which only the last counts.
  ///   - merge: may take the message into the last one that waits, so that it needs no room of its own;
  ///     tells whether it did.
  /// - Returns: `false` when the mailbox is full and the message was not taken.
  @discardableResult
  package func post(
    _ message: Message, replacing key: String? = nil,
    merging merge: ((inout Message, Message) -> Bool)? = nil
  ) -> Bool {
    let isTaken = waiting.withLock { entries in
      if let key, let index = entries.firstIndex(where: { $0.key == key }) {
        entries.remove(at: index)
      } else if let merge, let last = entries.indices.last, merge(&entries[last].message, message) {
        return true
      } else if entries.count >= capacity {
        return false
      }
      entries.append(Entry(key: key, message: message))
      return true
    }
    alarm.withLock { $0 }?.ringNow()
    return isTaken
  }
}
