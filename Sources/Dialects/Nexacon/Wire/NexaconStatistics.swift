package import Formats

/// A call's figures under the names that the vendor's kit gives them (seed 2, *Statistics Data
/// Structure*).
///
/// A plain value, so that whoever measures the call can fill it in. There is no video here: its
/// figures are zero.
package struct NexaconStatistics: Equatable, Sendable {
  package struct Received: Equatable, Sendable {
    package var bitsPerSecond = 0
    package var packets = 0
    package var packetsLost = 0
    package var bytes = 0

    package init() {}
  }

  package struct Sent: Equatable, Sendable {
    package var packets = 0
    package var bytes = 0

    package init() {}
  }

  package var received = Received()
  package var sent = Sent()
  /// Since 1970.
  package var milliseconds: Int64 = 0

  package init() {}

  package var json: JSONValue {
    func count(_ number: Int) -> JSONValue { .integer(Int64(number)) }
    return [
      "video": [
        "bitrate": 0, "packetsReceived": 0, "packetsLost": 0, "bytesReceived": 0,
        "framesReceived": 0, "frameWidth": 0, "frameHeight": 0,
      ],
      "audio": [
        "bitrate": count(received.bitsPerSecond), "packetsReceived": count(received.packets),
        "packetsLost": count(received.packetsLost), "bytesReceived": count(received.bytes),
      ],
      "videoOut": ["packetsSent": 0, "bytesSent": 0],
      "audioOut": ["packetsSent": count(sent.packets), "bytesSent": count(sent.bytes)],
      "timestamp": .integer(milliseconds),
    ]
  }
}
