package import ZulipWire

/// How the exchange plays a Zulip server with calls.
package struct ZulipSettings: Equatable, Sendable {
  package var dialect = ZulipDialect.three
  /// Where calls take place, without a slash at the end; `nil` for the exchange's own conferences.
  package var jitsiServer: String?
  package var times = ZulipTimes()
  package var limits = ZulipLimits()

  package init() {}
}

/// The server's own timers (protocols A.2 and A.5).
package struct ZulipTimes: Equatable, Sendable {
  /// How long a call may go unanswered; `nil` for the dialect's own time.
  package var answer: Duration?
  /// From the answer on, how long a side may be without any heartbeat …
  package var heartbeatGrace = Duration.seconds(90)
  /// … and afterwards from one to the next. A group call has no grace.
  package var heartbeatAge = Duration.seconds(60)
  /// How long a call lasts in which nobody does anything.
  package var idle = Duration.seconds(600)
  /// How long a call outlives the last who leaves its conference, and may come back.
  package var empty = Duration.seconds(5)
  /// From the end of a call to the caller's next.
  package var redial = Duration.seconds(5)
  /// How long a call that has ended can still be asked for by its name.
  package var cleanUp = Duration.seconds(300)
  /// How long a call waits for a busy callee.
  package var queue = Duration.seconds(300)
  /// How long `GET /events` is left unanswered at most.
  package var eventsHeartbeat = Duration.seconds(50)
  /// How long an event queue lives without a poll.
  package var queueLife = Duration.seconds(600)
  /// How long a sign of presence counts.
  package var presence = Duration.seconds(140)

  package init() {}
}

/// How much of everything there may be.
package struct ZulipLimits: Equatable, Sendable {
  /// Calls that are not over; more are refused as `Service busy`.
  package var liveCalls = 512
  /// Calls that the history remembers.
  package var calls = 2_000
  package var groupCalls = 64
  package var participants = 50
  /// Calls that wait for one busy callee.
  package var queuedCalls = 8
  package var queuesPerUser = 8
  /// Events that one queue keeps; a queue that has more is given up.
  package var eventsPerQueue = 1_000
  package var messageBytes = 10_000

  package init() {}
}
