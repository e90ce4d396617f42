import Basics
import Exchange
import Files
import Invocation
import ZulipWire

extension ExchangeSettings {
  /// An exchange as the settings file wants it; fetches the secrets that it names.
  init(_ settings: Settings.Exchange, admitsGuests: Bool) throws(SetupError) {
    self.init(admitsGuests: admitsGuests, attendants: AttendantProfile.standard)
    zulip.dialect = settings.zulipDialect
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
