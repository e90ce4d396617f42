import Basics
import Files
import Formats
import IceNice
import LoopGLib
import NcursesTerminal
import Testing

@testable import Assembly

@Suite("What the doctor sees of terminal, network and servers")
struct SurroundingsTests {
  private func facts(
    isTerminal: Bool = true, complaint: TerminalError? = nil, isUTF8: Bool = true,
    columns: Int? = 100, notification: String? = "OSC 9", multiplexer: String? = nil
  ) -> TerminalFacts {
    TerminalFacts(
      isTerminal: isTerminal, type: "xterm-256color", complaint: complaint, colourCount: 256,
      forbidsColours: false, columns: columns, rows: columns == nil ? nil : 30, isUTF8: isUTF8,
      notification: notification, multiplexer: multiplexer)
  }

  private func verdicts(_ facts: TerminalFacts) -> [String: Finding.Verdict] {
    Dictionary(
      uniqueKeysWithValues: TerminalCheck(facts, Settings().phone).findings.map {
        ($0.name, $0.verdict)
      })
  }

  @Test("a terminal that can do everything is good throughout, and one without is no fault")
  func good() {
    #expect(Set(verdicts(facts()).values) == [.good])
    let none = verdicts(facts(isTerminal: false, columns: nil))
    #expect(none["screen"] == .good && none["size"] == nil && none["ringing"] == nil)
  }

  @Test("what a terminal lacks is told")
  func lacking() {
    #expect(verdicts(facts(complaint: .unknownType("x")))["screen"] == .bad)
    #expect(verdicts(facts(isUTF8: false))["characters"] == .lookAt)
    #expect(verdicts(facts(columns: 40))["size"] == .lookAt)
    var quiet = Settings().phone
    quiet.ringsBell = false
    let ringing = TerminalCheck(facts(notification: nil), quiet).findings.first {
      $0.name == "ringing"
    }
    #expect(ringing?.verdict == .lookAt)
    let tmux = TerminalCheck(facts(multiplexer: "tmux"), Settings().phone).findings.last
    #expect(tmux?.advice?.contains("allow-passthrough") == true)
  }

  @Test("the facts of this process can be had without a terminal")
  func facts() {
    #expect(TerminalFacts.ofThisProcess.columns.map { $0 > 0 } ?? true)
  }

  // MARK: STUN

  /// RFC 5769 §2.2 and §2.3, without what follows the address.
  private static let transaction: [UInt8] = [
    0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86, 0xFA, 0x87, 0xDF, 0xAE,
  ]
  private static let head: [UInt8] = [0x21, 0x12, 0xA4, 0x42] + transaction

  @Test("an IPv4 address is read from an answer")
  func ipv4() {
    let answer =
      [0x01, 0x01, 0x00, 0x1C] + Self.head + [
        0x80, 0x22, 0x00, 0x0B, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6F, 0x72,
        0x20,
        0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43,
      ]
    #expect(
      StunBinding.mappedAddress(in: answer, to: Self.transaction)
        == StunBinding.Address(address: "192.0.2.1", port: 32_853))
    for count in 0..<answer.count {
      #expect(
        StunBinding.mappedAddress(in: Array(answer[..<count]), to: Self.transaction) == nil)
    }
    #expect(
      StunBinding.mappedAddress(in: answer, to: [UInt8](repeating: 1, count: 12)) == nil)
  }

  @Test("an IPv6 address is read from an answer")
  func ipv6() {
    let answer =
      [0x01, 0x01, 0x00, 0x18] + Self.head + [
        0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xA1, 0x47, 0x01, 0x13, 0xA9, 0xFA, 0xA5, 0xD3, 0xF1,
        0x79, 0xBC, 0x25, 0xF4, 0xB5, 0xBE, 0xD2, 0xB9, 0xD9,
      ]
    #expect(
      StunBinding.mappedAddress(in: answer, to: Self.transaction)
        == StunBinding.Address(address: "2001:db8:1234:5678:11:2233:4455:6677", port: 32_853))
  }

  @Test("a translator that gives every server another address is told apart")
  func mapping() {
    let one = StunBinding.Address(address: "192.0.2.1", port: 1_000)
    let other = StunBinding.Address(address: "192.0.2.1", port: 1_001)
    #expect(NetworkCheck.judge([one, other], 2).verdict == .lookAt)
    #expect(NetworkCheck.judge([one, one], 2).verdict == .good)
    #expect(NetworkCheck.judge([one], 2).sentence.contains("cannot tell"))
    #expect(NetworkCheck.judge([], 2).verdict == .bad)
    let own = StunBinding.Address(address: "127.0.0.1", port: 5)
    #expect(NetworkCheck.judge([own], 1).sentence.contains("own address"))
  }

  @Test("a server that does not answer is silent, and one without a name unknown")
  func silent() throws {
    let probe = try #require(StunProbe(isIPv6: false))
    #expect(throws: StunProbe.Failure.unknownName) {
      try probe.ask(host: "no-such-host.invalid", port: 3_478)
    }
    #expect(throws: (any Error).self) { try probe.ask(host: "127.0.0.1", port: 9) }
  }

  // MARK: Servers

  @Test(
    "a certificate is good, near its end, or over",
    arguments: [(90, "good"), (3, "look at"), (-1, "bad")])
  func certificate(days: Int, verdict: String) {
    let now = WallTime(milliseconds: 1_795_000_000_000)
    let reading = ServerProbe.Reading(
      connectTime: .milliseconds(3),
      certificateExpiry: now.advanced(by: .seconds(86_400 * days + 60)), date: nil)
    #expect(ServerCheck.judge(reading, of: "work", at: now).map(\.verdict.rawValue) == [verdict])
  }

  @Test("a clock that is minutes off is told")
  func clock() {
    let now = WallTime(milliseconds: 1_795_000_000_000)
    for (seconds, verdict) in [(2, Finding.Verdict.good), (-300, .lookAt)] {
      let reading = ServerProbe.Reading(
        connectTime: .zero, certificateExpiry: nil, date: now.advanced(by: .seconds(seconds)))
      #expect(ServerCheck.judge(reading, of: "work", at: now).map(\.verdict) == [verdict])
    }
  }

  @Test("a server's date is read from its head, and nothing else is taken for one")
  func date() {
    let head = "HTTP/1.1 200 OK\r\nServer: x\r\nDate: Sat, 21 Nov 2026 05:50:01 GMT\r\n\r\n"
    #expect(WallTime(httpDateIn: head)?.iso8601.hasPrefix("2026-11-21T05:50:01") == true)
    for bad in ["", "Date:", "Date: x, 99 Foo 1 1:2:3 GMT", "Date: Sat, 21 Nov 2026 a:b:c GMT"] {
      #expect(WallTime(httpDateIn: bad) == nil)
    }
  }

  @Test(
    "a base URL leads to a host and a port",
    arguments: [
      ("https://calls.example.org/x", "calls.example.org", 443, true),
      ("http://127.0.0.1:8077", "127.0.0.1", 8_077, false),
      ("https://[::1]:8443", "::1", 8_443, true),
    ])
  func place(url: String, host: String, port: Int, isTLS: Bool) {
    let place = ServerCheck.place(of: url)
    #expect(place?.host == host && place?.port == UInt16(port) && place?.isTLS == isTLS)
    #expect(ServerCheck.place(of: "") == nil)
  }

  @Test("a card's rate is read from what the driver says of it")
  func rate() {
    #expect(CardRates.rate(in: "access: RW\nrate: 44100 (44100/1)\n") == 44_100)
    #expect(CardRates.rate(in: "closed\n") == nil)
  }

  @Test("the room for recordings is known also before their folder is made")
  func room() {
    let finding = FileCheck.room(at: "/tmp/no/such/folder")
    #expect(finding.figures["freeMegabytes"]?.integer.map { $0 >= 0 } == true)
  }
}
