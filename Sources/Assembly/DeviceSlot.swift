import Basics
import LoopGLib
import Realtime

/// One device in use by the media loop, and the better one that is being tried meanwhile.
///
/// Used on the loop alone.
final class DeviceSlot<Device> {
  /// The device in use; `nil` while none is needed.
  private(set) var device: Device?

  private let loop: GLibLoop
  private let parts: (Device) -> Parts
  private let rang: @Sendable () -> Void
  private var watch: DescriptorWatch?
  private var candidate: (device: Device, watch: DescriptorWatch)?

  /// What inputs and outputs have in common.
  struct Parts {
    let doorbell: Doorbell
    let state: AudioDeviceState
    let stop: () -> Void
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
    watch = DescriptorWatch(of: parts(next).doorbell.descriptor, on: loop, handler: rang)
  }

  /// Watches a started device that may prove better than the one in use.
  func tryOut(_ next: Device) {
    dropCandidate()
    candidate = (
      next, DescriptorWatch(of: parts(next).doorbell.descriptor, on: loop, handler: rang)
    )
  }

  /// Takes the device that was tried into use if it runs; gives it up if it failed.
  ///
  func settleCandidate() {
    guard let candidate else { return }
    switch parts(candidate.device).state {
    case .idle, .opening: break
    case .ended, .failed: dropCandidate()
    case .running:
      watch = candidate.watch
      if let device { parts(device).stop() }
      device = candidate.device
      self.candidate = nil
    }
  }

  /// Takes the rings back, before a look at what there is to do.
  func clearDoorbells() {
    for device in [device, candidate?.device] {
      if let device { parts(device).doorbell.clear() }
    }
  }

  /// Whether a device is being tried.
  var isTrying: Bool { candidate != nil }

  /// Gives everything back.
  func close() {
    dropCandidate()
    watch = nil
    if let device { parts(device).stop() }
    device = nil
  }

  private func dropCandidate() {
    guard let candidate else { return }
    self.candidate = nil
    parts(candidate.device).stop()
  }
}

extension DeviceSlot where Device == any AudioInput {
  convenience init(inputOn loop: GLibLoop, rang: @escaping @Sendable () -> Void) {
    self.init(
      on: loop, parts: { Parts(doorbell: $0.doorbell, state: $0.state, stop: $0.stop) },
      rang: rang)
  }
}

extension DeviceSlot where Device == any AudioOutput {
  convenience init(outputOn loop: GLibLoop, rang: @escaping @Sendable () -> Void) {
    self.init(
      on: loop, parts: { Parts(doorbell: $0.doorbell, state: $0.state, stop: $0.stop) },
      rang: rang)
  }
}
