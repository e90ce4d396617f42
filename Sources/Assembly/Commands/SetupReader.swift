import Basics
import Calling
import Console
import Files
import IceNice
import Invocation
import Media
import NetSoup
import Phone
import SDP

/// Why a command cannot begin; told in a sentence, with the exit code that goes with it.
struct SetupError: Error, Equatable {
  let sentence: String
  let exitCode: ExitCode
}

/// Brings the settings file and the options of one start together.
struct SetupReader {
  let paths: SearchPaths
  let settings: Settings
  /// The keys of the screen, with the user's own.
  let keymap: Keymap
  /// What is wrong in the settings file; everything else in it counts.
  let complaints: [String]

  init() {
    paths = .ofThisProcess
    let (settings, complaints) = SettingsFile(paths).read()
    self.settings = settings
    let (keymap, keyComplaints) = Self.keymap(settings.keys, of: paths.settingsFile)
    self.keymap = keymap
    self.complaints = (complaints + keyComplaints).map(\.description)
  }

  /// How the phone is to be run; what is wrong with single accounts is told beside it.
  ///
  /// - Parameter oneAccount: whether only the default account is wanted when none is named.
  func phone(
    _ server: ServerOptions, _ sound: SoundOptions
  ) throws(SetupError) -> (setup: PhoneSetup, complaints: [String]) {
    var complaints = complaints
    let identity = server.identity ?? settings.exchange.identity
    var setup = PhoneSetup(
      settings: PhoneSettings(recordingsFolder: recordingsFolder), sound: self.sound(sound),
      historyPath: paths.historyFile, identity: identity)
    setup.settings.sound.use(
      capture: setup.sound.capture.text, playback: setup.sound.playback.text,
      ringer: setup.sound.ringer?.text ?? "")
    setup.ice = ice
    setup.guestTrust = TransportSettings(server.trust)
    if let url = server.exchangeURL {
      let id = AccountID(0)
      setup.accounts = [
        Account(
          id: id, name: "exchange", system: .botServer, server: url, username: identity,
          secret: nil)
      ]
      setup.trust[id] = TransportSettings(server.trust)
      return (setup, complaints)
    }
    let wanted = try wantedAccounts(server)
    for (number, configured) in wanted.enumerated() {
      do throws(SetupError) {
        let (account, iceServers) = try account(configured, id: AccountID(number))
        setup.accounts.append(account)
        setup.settings.iceServers[account.id] = iceServers
        var trust = server.trust
        trust.authorityFile = trust.authorityFile ?? configured.authorityFile
        setup.trust[account.id] = TransportSettings(trust)
      } catch {
        complaints.append(error.sentence)
        if wanted.count == 1 { throw error }
      }
    }
    if setup.accounts.isEmpty, let complaint = complaints.last, !wanted.isEmpty {
      throw SetupError(sentence: complaint, exitCode: .notSignedIn)
    }
    return (setup, complaints)
  }

  /// One configured account with its password fetched.
  func account(
    _ configured: AccountSettings, id: AccountID
  ) throws(SetupError) -> (Account, [IceServer]) {
    guard DialectRegistry.systems.contains(configured.system) else {
      throw SetupError(
        sentence: "The account \(configured.name) is left out: this version does not speak "
          + "\(configured.system.title) yet.", exitCode: .notSignedIn)
    }
    do throws(SecretError) {
      let secret = try configured.password?.read()
      let turnPassword = try configured.turnPassword?.read()
      var secrets: [String: Secret] = [:]
      for (name, reference) in configured.secrets { secrets[name] = try reference.read() }
      return (
        Account(
          id: id, name: configured.name, system: configured.system, server: configured.server,
          username: configured.username, secret: secret, options: configured.options,
          secrets: secrets),
        configured.iceServers(turnPassword: turnPassword)
      )
    } catch {
      throw SetupError(
        sentence: "The account \(configured.name) cannot sign in. \(error.sentence)",
        exitCode: .notSignedIn)
    }
  }

  /// Where recordings go that are given no path.
  var recordingsFolder: String { settings.phone.recordings ?? paths.recordings }

  /// How the sockets of calls are opened.
  var ice: IceSettings {
    IceSettings(
      portRange: settings.network.ports, marksSound: settings.network.marksSound,
      usesTCP: settings.network.usesTCP)
  }

  /// The keys with the user's own, and which of these cannot be followed.
  private static func keymap(
    _ bindings: [Settings.KeyBinding], of file: String
  ) -> (Keymap, [Complaint]) {
    var keymap = Keymap()
    var complaints: [Complaint] = []
    for binding in bindings {
      guard let sentence = keymap.give(binding.key, to: binding.action) else { continue }
      complaints.append(Complaint(file: file, line: binding.line, .badKeys(sentence)))
    }
    let given = Set(bindings.map(\.action))
    for action in keymap.robbedActions where !given.contains(action) {
      let sentence =
        "Another action has taken the key of \(action); give it one in [keys], or none."
      complaints.append(Complaint(file: file, line: nil, .badKeys(sentence)))
    }
    return (keymap, complaints)
  }

  private func wantedAccounts(_ server: ServerOptions) throws(SetupError) -> [AccountSettings] {
    let enabled = settings.accounts.filter(\.isEnabled)
    guard let name = server.accountName else {
      // A phone that shall carry an exchange although there are accounts says so in the settings.
      if settings.exchange.isEmbedded == true { return [] }
      guard !enabled.isEmpty || settings.exchange.isEmbedded != false else {
        throw SetupError(
          sentence: "No account is configured, and the settings forbid an exchange in the phone; "
            + "add an account with: tipring accounts add",
          exitCode: .usage)
      }
      guard let first = settings.phone.account,
        let index = enabled.firstIndex(where: { $0.name == first })
      else { return enabled }
      return [enabled[index]] + enabled[..<index] + enabled[(index + 1)...]
    }
    if name == "exchange" { return [] }
    return [try configured(name)]
  }

  /// The account of that name in the settings.
  func configured(_ name: String) throws(SetupError) -> AccountSettings {
    if let account = settings.accounts.first(where: { $0.name == name }) { return account }
    let known = settings.accounts.map(\.name).joined(separator: ", ")
    throw SetupError(
      sentence: "There is no account \(HarmlessText.line(name, limit: 40)) in the settings; "
        + (known.isEmpty ? "add one with: tipring accounts add" : "there is \(known)."),
      exitCode: .usage)
  }

  private func sound(_ options: SoundOptions) -> SoundSetup {
    let audio = settings.audio
    let profile = options.latency ?? audio.latency
    return SoundSetup(
      capture: options.capture ?? audio.capture, playback: options.playback ?? audio.playback,
      ringer: audio.ringer,
      isCaptureExplicit: options.capture != nil, isPlaybackExplicit: options.playback != nil,
      repeatsCapture: options.loopsCapture, profile: profile,
      media: MediaSettings(
        latency: profile,
        encoder: EncoderSettings(
          bitsPerSecond: audio.quality.bitsPerSecond, usesFEC: audio.usesFEC,
          usesDTX: audio.usesDTX),
        voice: VoiceSettings(
          isWanted: options.usesProcessing ? audio.usesProcessing : false,
          parts: VoiceParts(
            cancelsEcho: audio.cancelsEcho, suppressesNoise: audio.suppressesNoise,
            controlsGain: audio.controlsGain)),
        firstBitsPerSecond: audio.quality.firstBitsPerSecond,
        usesRedundancy: audio.usesRedundancy))
  }
}

extension TransportSettings {
  /// The certificates that the options or an account accept.
  init(_ trust: Trust) {
    self.init(caFile: trust.authorityFile, isInsecure: trust.isInsecure)
  }
}
