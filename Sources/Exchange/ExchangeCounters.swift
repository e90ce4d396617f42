import ZulipWire

/// What has been counted since the start.
struct ExchangeCounters: Equatable, Sendable {
  var responses: [Int: Int] = [:]
  var endedCalls: [CallStatus: Int] = [:]
  var placedCalls = 0
  var socketsOpened = 0
  var messagesReceived = 0
  var messagesRefused = 0
  var requestsLimited = 0
  var storeFailures = 0
  var conferenceEntries = 0
}

extension Exchange {
  /// The counters and gauges in the Prometheus text format, version 0.0.4.
  var metricsText: String {
    var text = MetricsText()
    text.gauge("tipring_users", "Registered users.", directory.registeredCount)
    text.gauge("tipring_guests", "Guests known.", directory.guestCount)
    text.gauge("tipring_users_online", "Users with an open socket.", sockets.presentUsers.count)
    text.gauge("tipring_sockets", "Open events sockets.", sockets.count)
    text.family("tipring_calls", "gauge", "Live calls by state.")
    let ringing = calls.values.count(where: \.isRinging)
    text.sample("tipring_calls", [("state", "ringing")], ringing)
    text.sample("tipring_calls", [("state", "active")], calls.count - ringing)
    text.gauge("tipring_rooms", "Rooms that there are.", meetings.rooms.count)
    text.gauge("tipring_meetings", "Calls of several that go on.", meetings.meetings.count)
    let people = meetings.meetings.values.reduce(0) { $0 + $1.present.count }
    text.gauge("tipring_participants", "People in calls of several.", people)
    text.gauge("tipring_recordings", "Recordings kept.", meetings.recordings.count)
    text.family("tipring_transcripts", "gauge", "Transcripts by state.")
    for status in TranscriptFacts.Status.allCases {
      let count = meetings.transcripts.values.count { $0.status == status }
      text.sample("tipring_transcripts", [("state", status.rawValue)], count)
    }
    text.family("tipring_calls_ended_total", "counter", "Ended calls by outcome.")
    for status in CallStatus.allCases where !status.isLive {
      text.sample(
        "tipring_calls_ended_total", [("outcome", status.rawValue)],
        counters.endedCalls[status] ?? 0)
    }
    text.counter("tipring_calls_placed_total", "Calls placed.", counters.placedCalls)
    text.family("tipring_http_requests_total", "counter", "Answered requests by status.")
    for (status, count) in counters.responses.sorted(by: { $0.key < $1.key }) {
      text.sample("tipring_http_requests_total", [("status", String(status))], count)
    }
    text.counter(
      "tipring_http_requests_limited_total", "Requests refused for their rate.",
      counters.requestsLimited)
    text.counter("tipring_sockets_opened_total", "Sockets opened.", counters.socketsOpened)
    text.counter(
      "tipring_socket_messages_total", "Messages taken from sockets.", counters.messagesReceived)
    text.counter(
      "tipring_socket_messages_refused_total", "Messages that made no sense or were out of place.",
      counters.messagesRefused)
    let rooms = jitsi.rooms.values.filter { !$0.chat.occupants.isEmpty }
    text.gauge("tipring_conferences", "Conferences with somebody in them.", rooms.count)
    text.gauge(
      "tipring_conference_people", "People in conferences.",
      rooms.reduce(0) { $0 + $1.chat.occupants.count })
    text.counter(
      "tipring_conference_entries_total", "Times that somebody came into a conference.",
      counters.conferenceEntries)
    text.counter(
      "tipring_store_failures_total", "Operations that the store failed in.",
      counters.storeFailures)
    addZulip(to: &text)
    return text.text
  }

  private func addZulip(to text: inout MetricsText) {
    let counters = zulip.counters
    text.gauge("tipring_zulip_queues", "Event queues of Zulip clients.", zulip.queues.count)
    text.gauge("tipring_zulip_calls", "Zulip calls that are not over.", zulip.live.count)
    text.counter("tipring_zulip_calls_created_total", "Zulip calls created.", counters.created)
    text.family("tipring_zulip_calls_ended_total", "counter", "Ended Zulip calls by state.")
    for state in ZulipCallState.allCases where state.isOver {
      text.sample(
        "tipring_zulip_calls_ended_total", [("state", state.rawValue)],
        counters.ended[state] ?? 0)
    }
    text.counter(
      "tipring_zulip_calls_refused_total", "Refused requests about Zulip calls.",
      counters.refusedCalls)
    text.counter(
      "tipring_zulip_call_seconds_total", "Seconds of answered Zulip calls.",
      Int(clamping: counters.seconds))
    text.counter(
      "tipring_zulip_group_calls_total", "Zulip group calls created.", counters.groupCalls)
    text.counter(
      "tipring_zulip_pushes_total", "Push notifications written down.", counters.pushes)
  }
}

/// Writes the lines of the Prometheus text format.
private struct MetricsText {
  private(set) var text = ""

  mutating func family(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Int) {
    let inner = labels.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
    text += inner.isEmpty ? "\(name) \(value)\n" : "\(name){\(inner)} \(value)\n"
  }

  mutating func gauge(_ name: String, _ help: String, _ value: Int) {
    family(name, "gauge", help)
    sample(name, [], value)
  }

  mutating func counter(_ name: String, _ help: String, _ value: Int) {
    family(name, "counter", help)
    sample(name, [], value)
  }
}
