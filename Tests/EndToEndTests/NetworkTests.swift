import Assembly
import Basics
import EndToEnd
import Formats
import Glibc
import Testing

extension WholePrograms {
  /// Whole phones on networks that the kernel makes believe.
  @Suite(
    "Networks",
    .enabled(if: NetworkField.isPossible, "needs root, ip(8) and network namespaces"))
  struct NetworkTests {
    @Test("a call goes on when the machine of either side moves to another network")
    func moves() throws {
      let call = try NetworkCall()
      try call.field.lay(3, to: "a")
      try call.field.lay(4, to: "b")
      try call.begin(listen: NetworkField.address)
      for (machine, old, new) in [("a", 1, 3), ("b", 2, 4)] {
        try call.field.move(machine, from: old, to: new)
        #expect(call.phone(machine).event("warning", within: .seconds(10)) != nil, "server lost")
        #expect(call.phone(machine).event("note", within: .seconds(20)) != nil, "server found")
        usleep(3_000_000)
      }
      let heard = try call.end()
      for file in heard {
        let gap = try #require(GapProbe.longestGap(in: Sound(wav: file).wholeSamples))
        // How long it is on an idle machine, "tipring bench network" measures.
        #expect(gap < .seconds(8))
      }
    }

    @Test("a path that swallows everything is told, and sound comes back with it")
    func cut() throws {
      let call = try NetworkCall()
      try call.begin(listen: NetworkField.address)
      try call.field.setSwallowed(true, cable: 1)
      let words = "Nothing comes from the other side; waiting for it."
      for machine in ["a", "b"] {
        #expect(
          call.phone(machine).event("warning", within: .seconds(20)) {
            $0["message"]?.string == words
          } != nil)
      }
      try call.field.setSwallowed(false, cable: 1)
      for machine in ["a", "b"] {
        #expect(
          call.phone(machine).event("note", within: .seconds(40)) {
            $0["message"]?.string == "Sound comes from there again."
          } != nil)
      }
      _ = try call.end()
    }

    @Test("phones and exchange with nothing but IPv6 hear each other")
    func sixOnly() throws {
      let call = try NetworkCall()
      for machine in ["a", "b"] {
        try call.field.run("ip -n \(call.field.name(machine)) -4 addr flush scope global")
      }
      try call.begin(listen: "[\(NetworkField.address6)]")
      usleep(2_000_000)
      let heard = try call.end()
      #expect(try strength(of: 660, in: heard[0]) > 0.02)
      #expect(try strength(of: 440, in: heard[1]) > 0.02)
    }

    @Test("behind a symmetric NAT, a phone is reached by the address that its checks come from")
    func peerReflexive() throws {
      try #require(nft, "needs nft(8), of the package nftables")
      let call = try NetworkCall(hidden: ["a"])
      try call.begin(listen: NetworkField.address)
      let statistics = call.phone("b").event("statistics", within: .seconds(10)) {
        $0["remoteCandidateType"]?.string == "prflx"
      }
      #expect(statistics != nil)
      let heard = try call.end()
      #expect(try strength(of: 660, in: heard[0]) > 0.02)
      #expect(try strength(of: 440, in: heard[1]) > 0.02)
    }

    @Test("where no UDP passes, phones hear each other over TCP")
    func withoutUDP() throws {
      try #require(nft, "needs nft(8), of the package nftables")
      let call = try NetworkCall()
      for user in ["a", "b"] { call.rig.folder.makeSettings("[network]\ntcp = yes\n", of: user) }
      try call.field.run(
        """
        ip netns exec \(call.field.name("router")) nft -f - <<'END'
        table inet block {
          chain through {
            type filter hook forward priority 0
            meta l4proto udp drop
          }
        }
        END
        """)
      try call.begin(listen: NetworkField.address)
      usleep(1_500_000)
      let heard = try call.end()
      #expect(try strength(of: 660, in: heard[0]) > 0.02)
      #expect(try strength(of: 440, in: heard[1]) > 0.02)
    }

    @Test("two phones behind symmetric NATs meet at a TURN server")
    func relayed() throws {
      try #require(nft, "needs nft(8), of the package nftables")
      let call = try NetworkCall(hidden: ["a", "b"])
      try call.startRelay()
      try call.begin(listen: NetworkField.address)
      let statistics = call.phone("a").event("statistics", within: .seconds(10)) {
        [$0["localCandidateType"], $0["remoteCandidateType"]].contains { $0?.string == "relay" }
      }
      #expect(statistics != nil)
      let heard = try call.end()
      #expect(try strength(of: 660, in: heard[0]) > 0.02)
      #expect(try strength(of: 440, in: heard[1]) > 0.02)
    }

    @Test("packets of calls keep to the ports that are set, and carry the mark of telephony or not")
    func portsAndMark() throws {
      try #require(nft, "needs nft(8), of the package nftables")
      let call = try NetworkCall()
      for (user, mark) in [("a", "yes"), ("b", "no")] {
        call.rig.folder.makeSettings(
          "[network]\nports = 50000-50031\ndscp = \(mark)\n", of: user)
      }
      let router = call.field.name("router")
      try call.field.run(
        """
        ip netns exec \(router) nft -f - <<'END'
        table inet watch {
          counter marked { }
          counter unmarked { }
          counter elsewhere { }
          chain passing {
            type filter hook forward priority 0;
            iifname to1 udp sport 50000-50031 ip dscp ef counter name marked
            iifname to1 udp sport 50000-50031 ip6 dscp ef counter name marked
            iifname to2 udp sport 50000-50031 ip dscp cs0 counter name unmarked
            iifname to2 udp sport 50000-50031 ip6 dscp cs0 counter name unmarked
            meta l4proto udp udp sport != 50000-50031 counter name elsewhere
          }
        }
        END
        """)
      try call.begin(listen: NetworkField.address)
      usleep(2_000_000)
      _ = try call.end()
      func count(_ name: String) throws -> Int {
        let list = try ChildProcess(
          "ip",
          ["netns", "exec", router, "/usr/sbin/nft", "list", "counter", "inet", "watch", name])
        let line = list.line(containing: "packets", within: .seconds(5)) ?? ""
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? -1
      }
      #expect(try count("marked") > 50)
      #expect(try count("unmarked") > 50)
      #expect(try count("elsewhere") == 0)
    }
  }
}

/// Two phones and an exchange, each on a machine of its own; the exchange is on the router.
private final class NetworkCall {
  let rig: Rig
  let field: NetworkField
  private var phones: [String: Phone] = [:]
  private var exchange: Phone?
  private var relay: ChildProcess?

  /// - Parameter hidden: machines behind a router of their own, which gives each connection another port.
  init(hidden: Set<String> = []) throws {
    rig = try Rig()
    field = try NetworkField()
    for (machine, cable) in [("a", 1), ("b", 2)] {
      try field.add(machine)
      if hidden.contains(machine) {
        try hide(machine, cable: cable)
      } else {
        try field.connect(machine, cable: cable)
      }
    }
  }

  deinit {
    for process in phones.values.map(\.process) + [exchange?.process, relay].compactMap({ $0 }) {
      process.kill()
    }
  }

  func phone(_ machine: String) -> Phone { phones[machine]! }  // After `begin`.

  /// Starts the exchange and both phones, and waits until each hears the other.
  func begin(listen host: String) throws {
    let exchange = try rig.start(
      ["serve", "--listen", "\(host):8077", "--guests", "--data", rig.folder["x"], "--json"],
      as: "exchange", by: field.prefix(of: "router"))
    self.exchange = exchange
    let url = try #require(
      exchange.event("ready", within: .seconds(20))?["url"]?.string, "\(exchange.process.errorText)"
    )
    phones["b"] = try start(["answer", "--auto", "--once"], on: "b", hertz: 660, url)
    try #require(phone("b").event("ready", within: .seconds(20)) != nil)
    phones["a"] = try start(["call", "b"], on: "a", hertz: 440, url)
    for machine in ["a", "b"] {
      try #require(
        phone(machine).state("active", within: .seconds(30)) != nil, "no sound at \(machine)")
    }
    usleep(1_500_000)
  }

  /// Ends the call in order; returns what was heard at either side.
  func end() throws -> [String] {
    for machine in ["a", "b"] {
      phone(machine).process.signal(SIGINT)
      #expect([0, 130].contains(phone(machine).exitCode(within: .seconds(20))))
    }
    return ["a", "b"].map { rig.folder["\($0).wav"] }
  }

  /// Starts coturn on the router, and has the exchange give out credentials for it.
  func startRelay() throws {
    let address = NetworkField.address
    relay = try ChildProcess(
      "ip",
      Array(field.prefix(of: "router").dropFirst()) + [
        "turnserver", "-n", "--listening-ip=\(address)", "--relay-ip=\(address)",
        "--use-auth-secret", "--static-auth-secret=north", "--realm=test", "--no-cli", "--no-tls",
        "--no-dtls", "--log-file=stdout", "--pidfile=\(rig.folder["pid"])",
        "--userdb=\(rig.folder["users"])",
      ])
    _ = relay?.line(containing: "UDP listener opened", within: .seconds(10))
    let secret = rig.folder.write("north\n", to: "secret")
    rig.folder.makeSettings(
      """
      [exchange]
      turn-uri = turn:\(address):3478?transport=udp
      turn-secret-file = \(secret)

      """, of: "exchange")
  }

  private func start(
    _ words: [String], on machine: String, hertz: Int, _ url: String
  ) throws -> Phone {
    try rig.start(
      words + [
        "--exchange", url, "--as", machine, "--capture", "tone:\(hertz)", "--playback",
        "file:\(rig.folder["\(machine).wav"])", "--duration", "120s", "--json",
      ], as: machine, by: field.prefix(of: machine))
  }

  /// Puts a NAT between: its outer side is on the cable, and the machine on a network behind it.
  private func hide(_ machine: String, cable: Int) throws {
    let nat = machine + "nat"
    try field.add(nat)
    try field.connect(nat, cable: cable)
    let (inner, outer) = (field.name(machine), field.name(nat))
    try field.run(
      """
      ip -n \(outer) link add in0 type veth peer name eth0 netns \(inner)
      ip -n \(outer) addr add 192.168.\(cable).1/24 dev in0
      ip -n \(outer) link set in0 up
      ip -n \(inner) addr add 192.168.\(cable).2/24 dev eth0
      ip -n \(inner) link set eth0 up
      ip -n \(inner) route add default via 192.168.\(cable).1
      ip netns exec \(outer) sh -ec 'echo 1 > /proc/sys/net/ipv4/ip_forward'
      ip netns exec \(outer) nft -f - <<'END'
      table ip nat {
        chain post {
          type nat hook postrouting priority 100;
          oifname "net\(cable)" masquerade fully-random
        }
      }
      END
      """)
  }
}

extension TemporaryFolder {
  /// Writes a user's settings file.
  fileprivate func makeSettings(_ text: String, of user: String) {
    for folder in [user, "\(user)/config", "\(user)/config/tipring"] { mkdir(self[folder], 0o700) }
    _ = write(text, to: "\(user)/config/tipring/tipring.conf")
  }
}

extension Sound {
  fileprivate var wholeSamples: [Int16] {
    samples.map { Int16(max(-1, min(1, $0)) * 32_767) }
  }
}
