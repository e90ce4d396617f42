import EndToEnd
import Glibc
import LoopGLib

/// Passes bytes between clients and a server on 127.0.0.1, until it is cut.
final class CuttableWire: Sendable {
  private let ends = Lock<[ScriptedServer.Connection]>([])
  private let server: ScriptedServer

  var port: UInt16 { server.port }

  init(to port: UInt16) {
    let ends = ends
    server = ScriptedServer { client in
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      let upstream = ScriptedServer.Connection(reading: descriptor, writing: descriptor)
      guard LoopbackSocket.connect(descriptor, to: port) else { return }
      ends.withLock { $0 += [client, upstream] }
      ScriptedServer.onThread { Self.pass(from: upstream, to: client) }
      Self.pass(from: client, to: upstream)
    }
  }

  deinit { cut() }

  /// Breaks all connections there are; new ones are passed on again.
  func cut() {
    ends.withLock { ends in
      for end in ends { end.cut() }
      ends = []
    }
  }

  private static func pass(
    from source: ScriptedServer.Connection, to sink: ScriptedServer.Connection
  ) {
    while true {
      let bytes = source.readSome()
      guard !bytes.isEmpty, sink.write(bytes) else { break }
    }
    source.cut()
    sink.cut()
  }
}
