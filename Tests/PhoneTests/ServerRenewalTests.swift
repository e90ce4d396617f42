import Basics
import Calling
import Media
import SDP
import Testing

@testable import Phone

@Suite("Control core: servers that know one for a while")
struct ServerRenewalTests {
  /// Two hours after the bench's clock begins.
  private static let expiry: Int64 = 1_790_000_000 + 7_200

  private static func turn(until expiry: Int64) -> IceServer {
    IceServer(
      kind: .turn(username: "\(expiry):you", credential: "x", transport: .udp),
      host: "turn.example.org", port: 3_478)
  }

  /// A call that has been placed with these servers.
  private static func bench(_ servers: [IceServer]) -> ControlBench {
    var bench = ControlBench.signedIn()
    bench.order(.call(account: AccountID(0), address: "bob", name: "Bob"))
    bench.report([
      .placed(
        outgoingID, remoteID: "call_1", party: Party(name: "Bob", address: "bob"),
        terms: MediaTerms(iceServers: servers), browserURL: nil),
      .ringing(outgoingID), .accepted(outgoingID),
    ])
    bench.media(.secured(outgoingID))
    bench.media(.flowing(outgoingID))
    _ = bench.takeEffects()
    _ = bench.scripts[0].takeOrders()
    return bench
  }

  @Test("asks for others two minutes before the end, and brings them to media")
  func renews() {
    var bench = Self.bench([Self.turn(until: Self.expiry)])
    bench.advance(.seconds(7_200 - 120) - .nanoseconds(1))
    #expect(bench.scripts[0].takeOrders() == [])
    bench.advance(.nanoseconds(1))
    #expect(bench.scripts[0].takeOrders() == [.renewServers(outgoingID)])
    let fresh = Self.turn(until: Self.expiry + 7_200)
    bench.report([.servers(outgoingID, [fresh])])
    #expect(bench.takeMedia() == [.servers(outgoingID, [fresh])])
    bench.advance(.seconds(7_000))
    #expect(bench.scripts[0].takeOrders() == [])
    bench.advance(.seconds(200))
    #expect(bench.scripts[0].takeOrders() == [.renewServers(outgoingID)])
  }

  @Test("asks once a minute while there is no answer, and not after the call")
  func repeats() {
    var bench = Self.bench([Self.turn(until: Self.expiry)])
    bench.advance(.seconds(7_200))
    #expect(bench.scripts[0].takeOrders().count == 3)
    bench.report([.ended(outgoingID, .remoteHungUp)])
    _ = bench.scripts[0].takeOrders()
    bench.advance(.seconds(600))
    #expect(bench.scripts[0].takeOrders() == [])
  }

  @Test("asks before another path is sought when the end is near by the clock on the wall")
  func afterSleep() {
    for (seconds, isAsked) in [(121, false), (120, true), (-5_000, true)] as [(Int64, Bool)] {
      var bench = Self.bench([Self.turn(until: 1_790_000_000 + seconds)])
      let change = NetworkChange(
        from: NetworkState(addresses: ["192.0.2.1"], outgoing: ["192.0.2.1"]),
        to: NetworkState(addresses: ["198.51.100.7"], outgoing: ["198.51.100.7"]))
      bench.networkChanged(change)
      #expect(bench.scripts[0].takeOrders() == (isAsked ? [.renewServers(outgoingID)] : []))
    }
  }

  @Test("servers without an end are never asked for, and senseless ends do no harm")
  func endless() {
    let password = IceServer(
      kind: .turn(username: "you", credential: "x", transport: .udp), host: "t", port: 1)
    var bench = Self.bench([password])
    #expect(bench.core.deadline == nil)
    bench.report([.servers(outgoingID, [Self.turn(until: .max)])])
    #expect(bench.core.deadline != nil)
    bench.report([.servers(outgoingID, [password])])
    #expect(bench.core.deadline == nil)
  }
}
