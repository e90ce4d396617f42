import Basics
import CLinux
import Glibc
package import LoopGLib
package import Media

/// Watches the addresses of this machine and tells when they have changed.
///
/// The kernel tells of every link, address and route; what a change of network brings in quick succession
/// is gathered, and told if the addresses differ in the end. GLib has a watch of its own, which tells of
/// routes alone, and only to the program's first loop.
///
/// Made and used on its loop's thread; dropping it ends the telling.
package final class NetworkWatch: @unchecked Sendable {
  // Unchecked: touched on the loop's thread only.
  private let descriptor: Int32
  private let state: @Sendable () -> NetworkState
  private let handler: @Sendable (NetworkChange) -> Void
  private var watch: DescriptorWatch?
  private var alarm: Alarm?
  private var known: NetworkState
  /// When the news began that has not been looked into.
  private var newsBegan: Instant?

  /// `nil` when the kernel does not let us watch.
  ///
  /// - Parameters:
  ///   - state: what to compare; tests have their own.
  ///   - handler: called on the loop's thread.
  package init?(
    on loop: GLibLoop, state: @escaping @Sendable () -> NetworkState = LocalAddresses.state,
    handler: @escaping @Sendable (NetworkChange) -> Void
  ) {
    let descriptor = shim_open_network_watch()
    self.descriptor = descriptor
    self.state = state
    self.handler = handler
    known = state()
    guard descriptor >= 0 else { return nil }
    alarm = Alarm(on: loop) { [weak self] in self?.look() }
    watch = DescriptorWatch(of: descriptor, on: loop) { [weak self] in self?.hear() }
  }

  deinit {
    watch = nil
    if descriptor >= 0 { close(descriptor) }
  }

  /// Something has changed. What it is, is not read: the end counts.
  private func hear() {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    // Bounded, so that a flood of routes does not hold the loop; the rest calls again. An error is news
    // as well: more has happened than the kernel could keep.
    for _ in 0..<32 where recv(descriptor, &buffer, buffer.count, 0) <= 0 { break }
    let now = Instant.now
    let began = newsBegan ?? now
    newsBegan = began
    alarm?.set(min(now.advanced(by: Self.quietTime), began.advanced(by: Self.longestWait)))
  }

  private func look() {
    newsBegan = nil
    let found = state()
    guard found != known else { return }
    let change = NetworkChange(from: known, to: found)
    known = found
    handler(change)
  }

  /// After the last piece of news.
  private static let quietTime: Duration = .milliseconds(60)
  /// After the first.
  private static let longestWait: Duration = .milliseconds(300)
}
