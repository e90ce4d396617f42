import Media

extension MediaCore {
  /// The next samples for the device that calls ring by, where it is not the loudspeaker.
  ///
  /// - Parameter sampleCount: at most a second.
  package mutating func pullRing(
    sampleCount: Int
  ) -> (samples: [Int16], effects: [MediaEffect]) {
    let count = min(max(0, sampleCount), Sound.sampleRate)
    var mixer = Mixer(sampleCount: count)
    let wasSounding = ringTones.isSounding
    ringTones.add(to: &mixer, sampleCount: count, from: .unity, to: .unity)
    let isOver = wasSounding && !ringTones.isSounding
    return (mixer.mixed(), isOver ? useDevices() : [])
  }

  /// Goes over to a tone, on the device where it belongs.
  mutating func start(_ tone: CallTone) {
    switch tone {
    case .ring where ringsApart, .waiting where ringsApart:
      tones.stop()
      ringTones.start(tone)
    case .ring, .waiting, .ringback, .busy, .failure:
      ringTones.stop()
      tones.start(tone)
    }
  }
}
