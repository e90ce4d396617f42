import Basics
import LoopGLib
import Realtime

/// One device in use by the media loop, and another that is to take its place once it works.
///
/// Used on the loop alone.
final class DeviceSlot<Device> {
  /// The device in use; `nil` while none is needed.
  private(set) var device: Device?

  private let loop: GLibLoop
  private let parts: (Device) -> Parts
  private let rang: @Sendable () -> Void
  private var bell: Bell?
  private var candidate: Candidate?

  /// What inputs and outputs have in common.
  struct Parts {
    let doorbell: Doorbell
    let state: AudioDeviceState
    /// Whether it can take the place of one that works: it runs, and a microphone has given something.
    let hasBegun: Bool
    let stop: () -> Void
  }

  /// A device's doorbell, beside the device, for it is looked at with each period of sound.
  private struct Bell {
    let doorbell: Doorbell
    /// `nil` for one that is heard at once.
    let watch: DescriptorWatch?
  }

  private struct Candidate {
    let device: Device
    let bell: Bell
    /// Whether it takes the other's place also when it fails.
    let isChosen: Bool
  }

  /// - Parameter rang: called on the loop whenever a doorbell of the slot rang.
  init(
    on loop: GLibLoop, parts: @escaping (Device) -> Parts, rang: @escaping @Sendable () -> Void
  ) {
    self.loop = loop
    self.parts = parts
    self.rang = rang
  }

  /// Takes a started device into use in the place of the one before it.
  func use(_ next: Device) {
    close()
    device = next
    bell = makeBell(of: next)
  }

  /// Watches a started device, which takes the place of the one in use once it works.
  ///
  /// - Parameter isChosen: whether it does so as well when it has failed; else it is given up then.
  func tryOut(_ next: Device, isChosen: Bool = false) {
    dropCandidate()
    candidate = Candidate(device: next, bell: makeBell(of: next), isChosen: isChosen)
  }

  /// Gives up what is tried: the device in use is the right one.
  func keep() { dropCandidate() }

  /// Lets the device that is tried take the other's place, if it is time for that.
  ///
  /// - Returns: whether another device is in use now.
  func settleCandidate() -> Bool {
    guard let candidate else { return false }
    let parts = parts(candidate.device)
    switch parts.state {
    case .idle, .opening: return false
    case .running where !parts.hasBegun: return false
    case .ended, .failed:
      guard candidate.isChosen else {
        dropCandidate()
        return false
      }
    case .running: break
    }
    bell = candidate.bell
    if let device { stop(device) }
    device = candidate.device
    self.candidate = nil
    return true
  }

  /// Takes the rings back, before a look at what there is to do.
  func clearDoorbells() {
    bell?.doorbell.clear()
    candidate?.bell.doorbell.clear()
  }

  /// Whether a device is being tried.
  var isTrying: Bool { candidate != nil }

  /// Whether the device in use works, so that another may take its time.
  var isRunning: Bool {
    if let device, parts(device).state == .running { true } else { false }
  }

  /// Gives everything back.
  func close() {
    dropCandidate()
    bell = nil
    if let device { stop(device) }
    device = nil
  }

  private func makeBell(of device: Device) -> Bell {
    let doorbell = parts(device).doorbell
    if doorbell.isHeardAtOnce {
      doorbell.listener = rang
      return Bell(doorbell: doorbell, watch: nil)
    }
    return Bell(
      doorbell: doorbell,
      watch: DescriptorWatch(of: doorbell.descriptor, on: loop, handler: rang))
  }

  private func dropCandidate() {
    guard let candidate else { return }
    self.candidate = nil
    stop(candidate.device)
  }

  private func stop(_ device: Device) {
    let parts = parts(device)
    if parts.doorbell.isHeardAtOnce { parts.doorbell.listener = nil }
    parts.stop()
  }
}

extension DeviceSlot where Device == any AudioInput {
  convenience init(inputOn loop: GLibLoop, rang: @escaping @Sendable () -> Void) {
    self.init(
      on: loop,
      parts: {
        Parts(
          doorbell: $0.doorbell, state: $0.state, hasBegun: $0.ring.count > 0, stop: $0.stop)
      }, rang: rang)
  }
}

extension DeviceSlot where Device == any AudioOutput {
  convenience init(outputOn loop: GLibLoop, rang: @escaping @Sendable () -> Void) {
    self.init(
      on: loop,
      parts: {
        Parts(doorbell: $0.doorbell, state: $0.state, hasBegun: true, stop: $0.stop)
      }, rang: rang)
  }
}
