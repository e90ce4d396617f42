import LoopGLib
import Realtime
import Testing

@testable import Assembly

/// How one device takes the place of another while sound goes on.
@Suite("A device slot")
struct DeviceSlotTests {
  /// What a test says it is.
  private final class Device: Sendable {
    let doorbell = Doorbell()
    let facts = Lock((state: AudioDeviceState.opening, hasBegun: false, isStopped: false))

    init(_ state: AudioDeviceState = .opening) { become(state) }

    func become(_ state: AudioDeviceState, hasBegun: Bool = false) {
      facts.withLock {
        $0.state = state
        $0.hasBegun = hasBegun
      }
    }

    var isStopped: Bool { facts.withLock { $0.isStopped } }
  }

  private func makeSlot() -> DeviceSlot<Device> {
    DeviceSlot(
      on: GLibLoop(name: "slot"),
      parts: { device in
        let facts = device.facts.withLock { $0 }
        return DeviceSlot<Device>.Parts(
          doorbell: device.doorbell, state: facts.state, hasBegun: facts.hasBegun,
          stop: { device.facts.withLock { $0.isStopped = true } })
      }, rang: {})
  }

  @Test("keeps the device in use until the one that was chosen has begun to work")
  func takesOver() {
    let (slot, old, new) = (makeSlot(), Device(.running), Device())
    slot.use(old)
    slot.tryOut(new, isChosen: true)
    #expect(slot.isRunning && slot.isTrying)
    #expect(!slot.settleCandidate())
    new.become(.running)
    #expect(!slot.settleCandidate())
    #expect(slot.device === old && !old.isStopped)
    new.become(.running, hasBegun: true)
    #expect(slot.settleCandidate())
    #expect(slot.device === new && old.isStopped && !slot.isTrying)
    #expect(!slot.settleCandidate())
    slot.close()
    #expect(new.isStopped)
  }

  @Test("lets a device that was chosen tell why it failed, and gives up one that was merely tried")
  func failure() {
    let (slot, old) = (makeSlot(), Device(.running))
    let error = AudioDeviceError(device: "usb", operation: .open, code: 16)
    slot.use(old)
    let tried = Device(.failed(error))
    slot.tryOut(tried)
    #expect(!slot.settleCandidate())
    #expect(slot.device === old && tried.isStopped && !slot.isTrying)
    let chosen = Device(.failed(error))
    slot.tryOut(chosen, isChosen: true)
    #expect(slot.settleCandidate())
    #expect(slot.device === chosen && old.isStopped)
    #expect(!slot.isRunning)
    slot.close()
  }

  @Test("gives up what is tried when the device in use is chosen again, or another one")
  func changesItsMind() {
    let (slot, old, first, second) = (makeSlot(), Device(.running), Device(), Device())
    slot.use(old)
    slot.tryOut(first, isChosen: true)
    slot.tryOut(second, isChosen: true)
    #expect(first.isStopped)
    slot.keep()
    #expect(second.isStopped && !slot.isTrying)
    #expect(slot.device === old && !old.isStopped)
    slot.close()
  }
}
