import Basics
import Glibc

/// Machines on a network that the kernel makes believe: a namespace for each, and cables to a router,
/// which all of them reach at ``address`` and ``address6``.
///
/// Cable `n` has the networks 10.77.n.0/24 and fd77:0:0:n::/64, the router's end the number 1 in them and
/// the machine's the number 2. What is sent to any other address is swallowed. Needs root and ip(8). Dropping it takes everything away; programs on it
/// are to be ended before.
package final class NetworkField {
  /// Why there is none.
  package struct Failure: Error {
    package let sentence: String
  }

  package static let address = "10.99.0.1"
  package static let address6 = "fd99::1"

  private let prefix: String
  private var machines: [String] = []

  package init() throws(Failure) {
    guard getuid() == 0 else {
      throw Failure(sentence: "Network namespaces need root; run this as root, or with sudo.")
    }
    prefix = "tipring\(getpid())-\(UInt16.random(in: 0...UInt16.max))"
    try add("router")
    try run(
      """
      ip -n \(name("router")) link add void0 type veth peer name void1
      ip -n \(name("router")) link set void1 up
      ip -n \(name("router")) link set void0 up arp off
      ip -n \(name("router")) route add default dev void0
      ip -n \(name("router")) addr add \(Self.address)/32 dev lo
      ip -n \(name("router")) addr add \(Self.address6)/128 dev lo nodad
      ip netns exec \(name("router")) sh -ec '
        echo 1 > /proc/sys/net/ipv4/ip_forward
        echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
      """)
  }

  deinit {
    for machine in machines { try? run("ip netns del \(name(machine))") }
  }

  /// Whether there can be such networks here.
  package static var isPossible: Bool { (try? NetworkField()) != nil }

  /// The words that run a program on a machine, to be put before its own.
  package func prefix(of machine: String) -> [String] {
    ["ip", "netns", "exec", name(machine)]
  }

  /// A machine's namespace.
  package func name(_ machine: String) -> String { "\(prefix)-\(machine)" }

  /// A machine without a cable.
  package func add(_ machine: String) throws(Failure) {
    machines.append(machine)
    try run("ip netns add \(name(machine)) && ip -n \(name(machine)) link set lo up")
  }

  /// Lays a cable, and has the machine use it at once.
  package func connect(_ machine: String, cable number: Int) throws(Failure) {
    try lay(number, to: machine)
    try run(pluggingIn(number, at: machine))
  }

  /// Lays a cable that the machine does not use yet.
  package func lay(_ number: Int, to machine: String) throws(Failure) {
    let router = name("router")
    try run(
      """
      ip -n \(router) link add to\(number) type veth peer name net\(number) netns \(name(machine))
      ip -n \(router) addr add 10.77.\(number).1/24 dev to\(number)
      ip -n \(router) addr add fd77:0:0:\(number)::1/64 dev to\(number) nodad
      ip -n \(router) link set to\(number) up
      """)
  }

  /// Takes the machine from one cable to another; it has no network between.
  package func move(_ machine: String, from old: Int, to new: Int) throws(Failure) {
    try run("ip -n \(name(machine)) link set net\(old) down\n" + pluggingIn(new, at: machine))
  }

  /// Gives the machine another address (10.77.n.`host`) on the cable it has.
  package func renumber(_ machine: String, on number: Int, host: Int) throws(Failure) {
    let machine = name(machine)
    try run(
      """
      ip -n \(machine) -4 addr flush dev net\(number)
      ip -n \(machine) addr add 10.77.\(number).\(host)/24 dev net\(number)
      ip -n \(machine) route replace default via 10.77.\(number).1
      """)
  }

  /// Nothing comes through to that cable's machine any more, and nobody is told; or everything again.
  package func setSwallowed(_ isSwallowed: Bool, cable number: Int) throws(Failure) {
    let verb = isSwallowed ? "add" : "del"
    try run(
      """
      ip -n \(name("router")) route \(verb) blackhole 10.77.\(number).2/32
      ip -n \(name("router")) -6 route \(verb) blackhole fd77:0:0:\(number)::2/128
      """)
  }

  /// Runs a script of the shell, which ends with the first command that fails.
  package func run(_ script: String) throws(Failure) {
    let process: BenchProcess
    do throws(BenchProcess.Failure) {
      process = try BenchProcess(["-ec", script], of: "sh")
    } catch {
      throw Failure(sentence: error.sentence)
    }
    guard process.wait(timeout: .seconds(10)) == 0 else {
      throw Failure(
        sentence: "The network could not be made. Is ip(8) there (iproute2), and may this machine "
          + "have network namespaces?")
    }
  }

  private func pluggingIn(_ number: Int, at machine: String) -> String {
    let machine = name(machine)
    return """
      ip -n \(machine) link set net\(number) up
      ip -n \(machine) addr add 10.77.\(number).2/24 dev net\(number)
      ip -n \(machine) route replace default via 10.77.\(number).1
      ip -n \(machine) addr add fd77:0:0:\(number)::2/64 dev net\(number) nodad
      ip -n \(machine) -6 route replace default via fd77:0:0:\(number)::1
      """
  }
}
