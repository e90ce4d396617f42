import Basics
import BuzziWire
import Exchange
import Files
import Invocation
import ZulipWire

extension ExchangeSettings {
  /// An exchange as the settings file wants it; fetches the secrets that it names.
  init(_ settings: Settings.Exchange, admitsGuests: Bool) throws(SetupError) {
    self.init(admitsGuests: admitsGuests, attendants: AttendantProfile.standard)
    zulip.dialect = ZulipDialect(rawValue: settings.zulipDialect.rawValue) ?? .three
    zulip.jitsiServer = settings.zulipJitsiServer
    if !settings.turnURIs.isEmpty {
      guard let reference = settings.turnSecret else {
        throw SetupError(
          sentence: "[exchange] turn-uri needs the secret shared with that server; give "
            + "turn-secret-file, turn-secret-command or turn-secret-env.", exitCode: .usage)
      }
      turn = TurnService(
        uris: settings.turnURIs, secret: try Self.secret(reference, of: "turn-secret"))
    }
    nexacon.domain = settings.nexaconDomain
    nexacon.keys = try Self.nexaconKeys(settings)
    roomLimit = settings.roomLimit
    administrators = Set(settings.administrators)
    try takeOverRooms(settings)
    try takeOver(settings.bots)
  }

  private mutating func takeOverRooms(_ settings: Settings.Exchange) throws(SetupError) {
    if settings.rooms == .janus {
      guard let url = settings.janusURL else {
        throw SetupError(
          sentence: "[exchange] rooms = janus needs the server's WebSocket; give janus-url.",
          exitCode: .usage)
      }
      janus = JanusService(
        url: url, adminKey: try Self.secret(ifAny: settings.janusKey, of: "janus-key"),
        apiSecret: try Self.secret(ifAny: settings.janusSecret, of: "janus-secret"))
    }
    if let url = settings.transcriptionURL {
      transcription = TranscriptionService(
        url: url, model: settings.transcriptionModel,
        key: try Self.secret(ifAny: settings.transcriptionKey, of: "transcription-key"))
    }
  }

  private static func nexaconKeys(
    _ settings: Settings.Exchange
  ) throws(SetupError) -> NexaconSettings.KeyPair? {
    let apiKey = try secret(ifAny: settings.nexaconAPIKey, of: "nexacon-api-key")
    let secretKey = try secret(ifAny: settings.nexaconSecretKey, of: "nexacon-secret-key")
    switch (apiKey, secretKey) {
    case (nil, nil): return nil
    case (let apiKey?, let secretKey?):
      return NexaconSettings.KeyPair(apiKey: apiKey, secretKey: secretKey)
    case (_, nil), (nil, _):
      let missing = apiKey == nil ? "nexacon-api-key" : "nexacon-secret-key"
      throw SetupError(
        sentence: "[exchange] Nexacon's clients show two keys; give \(missing)-file, "
          + "\(missing)-command or \(missing)-env as well.", exitCode: .usage)
    }
  }

  private static func secret(
    ifAny reference: SecretReference?, of key: String
  ) throws(SetupError) -> Secret? {
    guard let reference else { return nil }
    return try secret(reference, of: key)
  }

  private mutating func takeOver(_ bots: BotSettings) throws(SetupError) {
    buzzi.revision =
      switch bots.revision {
      case .document: .document
      case .code: .code
      case .both: .both
      }
    buzzi.companyID = bots.company
    buzzi.sessionsPerMinute = Double(bots.sessionsPerMinute)
    buzzi.socketsPerAddress = bots.socketsPerAddress
    seat = bots.seat
    openAI = try Self.provider(bots.openAI, "openai-key")
    gemini = try Self.provider(bots.gemini, "gemini-key")
    guard let number = bots.whatsApp.number else { return }
    func secret(
      _ reference: SecretReference?, _ key: String
    ) throws(SetupError) -> Secret {
      guard let reference else {
        throw SetupError(
          sentence: "[exchange] whatsapp-number needs \(key); give \(key)-file, \(key)-command or "
            + "\(key)-env.", exitCode: .usage)
      }
      return try Self.secret(reference, of: key)
    }
    var whatsApp = WhatsAppSettings(
      phoneNumberID: number, accessToken: try secret(bots.whatsApp.token, "whatsapp-token"),
      appSecret: try secret(bots.whatsApp.appSecret, "whatsapp-secret"),
      verifyToken: try secret(bots.whatsApp.verifyToken, "whatsapp-verify"))
    whatsApp.graphURL = bots.whatsApp.url
    whatsApp.callee = bots.whatsApp.callee
    self.whatsApp = whatsApp
  }

  private static func provider(
    _ settings: BotSettings.Provider, _ key: String
  ) throws(SetupError) -> ProviderSettings? {
    guard let reference = settings.key else { return nil }
    return ProviderSettings(
      url: settings.url, model: settings.model, key: try secret(reference, of: key))
  }

  private static func secret(
    _ reference: SecretReference, of key: String
  ) throws(SetupError) -> Secret {
    do throws(SecretError) {
      return try reference.read()
    } catch {
      throw SetupError(
        sentence: "[exchange] \(key) cannot be read. \(error.sentence)", exitCode: .usage)
    }
  }
}
