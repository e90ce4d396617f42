import Basics
import Calling
import SDP

let account = AccountID(0)
let outgoingID = CallID(account: account, isIncoming: false, number: 1)
let incomingID = CallID(account: account, isIncoming: true, number: 1)
let server = IceServer(kind: .stun, host: "stun.example.org", port: 3478)
let terms = MediaTerms(iceServers: [server])
let bob = Party(name: "Bob", address: "bob")
let offer = description(1)
let answer = description(2)

func description(_ number: UInt64) -> SessionDescription {
  SessionDescription(origin: .init(sessionID: number, version: 1, address: "127.0.0.1"))
}

func candidate(_ port: UInt16) -> Candidate {
  Candidate(
    foundation: "1", component: 1, transport: "udp", priority: 1, address: "127.0.0.1",
    port: port, kind: .host)
}

func at(_ seconds: Double) -> Instant {
  Instant(nanoseconds: Int64(seconds * 1_000_000_000))
}

func before(_ instant: Instant) -> Instant { instant.advanced(by: .nanoseconds(-1)) }

func summary(_ number: Int = 0, name: String = "exchange", system: CallSystem = .botServer)
  -> AccountSummary
{
  AccountSummary(
    id: AccountID(number), name: name, system: system, server: "http://127.0.0.1:8077",
    username: "you", state: .signedIn)
}
