import Media

extension ArgumentReader {
  func doctor() throws(UsageError) -> DoctorOptions {
    let sound = try sound()
    var options = DoctorOptions()
    options.accountName = scanned.value("--account")
    options.trust = trust()
    options.capture = sound.capture
    options.playback = sound.playback
    options.latency = sound.latency
    options.isSilent = scanned.has("--silent")
    options.isJSON = scanned.has("--json")
    return options
  }
}
