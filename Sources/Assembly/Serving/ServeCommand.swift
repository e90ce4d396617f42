import Basics
import Exchange
import Files
import Formats
import Glibc
import Invocation
import LoopGLib
import SoupHost
import SqliteStore

/// `tipring serve`: the exchange alone.
enum ServeCommand {
  static func run(_ options: ServeOptions) -> ExitCode {
    DescriptorLimit.raise()
    let reader = SetupReader()
    for complaint in reader.complaints { Output.error(complaint) }
    let settled = reader.settings.exchange
    let listen = options.listen ?? settled.listen
    let address = ListenAddress(host: listen.host, port: listen.port)
    var host = HostSettings(listen: address)
    host.certificate = options.certificateFile ?? settled.certificateFile
    host.key = options.keyFile ?? settled.keyFile
    let admitsGuests = options.admitsGuests ?? settled.admitsGuests ?? address.isLoopback
    let exchangeSettings: ExchangeSettings
    do throws(SetupError) {
      exchangeSettings = try ExchangeSettings(settled, admitsGuests: admitsGuests)
    } catch {
      Output.error(error.sentence)
      return error.exitCode
    }
    do throws(HostFailure) {
      let exchange = try RunningExchange(
        host: host, exchange: exchangeSettings,
        data: dataFolder(options.dataDirectory, reader), ice: reader.ice
      ) { entry in
        if entry.level >= .warning { Output.error("\(entry.subject): \(entry.text)") }
      }
      tell(exchange.url, admitsGuests: admitsGuests, isJSON: options.isJSON)
      waitForSignal()
      exchange.stop()
      return .success
    } catch {
      Output.error(error.description)
      return .signalingFailed
    }
  }

  /// Adds a user to an exchange's data, which may be in use, and prints the token once.
  static func addUser(named name: String, data: String?) -> ExitCode {
    let reader = SetupReader()
    let folder = dataFolder(data, reader)
    do {
      let store = try SqliteExchangeStore(path: folder + "/exchange.sqlite", isServing: false)
      Output.line(try Registration.add(name, to: store))
      return .success
    } catch let error as DatabaseError {
      Output.error(error.description)
      return .signalingFailed
    } catch {
      Output.error("\(error)")
      return .usage
    }
  }

  private static func dataFolder(_ option: String?, _ reader: SetupReader) -> String {
    if let option { return option }
    return reader.settings.exchange.data.map(reader.paths.expanded) ?? reader.paths.exchangeData
  }

  private static func tell(_ url: String, admitsGuests: Bool, isJSON: Bool) {
    if isJSON {
      Output.line(
        JSONLine(
          "ready", at: .now, [("url", .string(url)), ("guests", .boolean(admitsGuests))]
        ).text)
    } else {
      Output.line(
        "The exchange answers at \(url); guests are \(admitsGuests ? "" : "not ")admitted."
          + " Ctrl-C ends it.")
    }
  }

  private static func waitForSignal() {
    let loop = GLibLoop(name: "main")
    let watches = [SIGINT, SIGTERM, SIGHUP].map { SignalWatch(for: $0, on: loop) { loop.quit() } }
    withExtendedLifetime(watches) { loop.run() }
  }
}
