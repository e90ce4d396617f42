import Basics
import LoopGLib
import SDP

/// Why TURN servers have given no address, as far as it can be told: the library says nothing of what
/// they answered.
struct RelayComplaint {
  let sentence: String

  init(servers: [IceServer], at now: WallTime) {
    let names = servers.map(\.description).joined(separator: ", ")
    if let time = servers.lazy.compactMap(\.expiry).first(where: { $0 < now.milliseconds / 1_000 })
    {
      let minutes = (now.milliseconds / 1_000 - time) / 60
      sentence = """
        \(names) relays nothing for us: the credentials expired \(minutes) minutes ago. Sign in again \
        for new ones, and see that this machine's clock is right.
        """
    } else {
      sentence = """
        \(names) relays nothing for us: it does not answer, or does not accept the user name and \
        password.
        """
    }
  }
}

extension IceServer {
  var isRelay: Bool {
    if case .turn = kind { true } else { false }
  }
}
