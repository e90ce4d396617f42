import Basics
import Calling
import IceNice
import LoopGLib
import Media
import NetSoup
import Phone

/// How one run of the phone is set up, after settings and options have been read.
struct PhoneSetup: Sendable {
  /// Where calls are placed and taken; empty for the embedded exchange.
  var accounts: [Account] = []
  var settings: PhoneSettings
  var ice = IceSettings()
  var sound: SoundSetup
  /// Whether somebody looks at meters: they are told ten times a second, for which a thread wakes up.
  var showsLevels = false
  /// Which certificates each account accepts.
  var trust: [AccountID: TransportSettings] = [:]
  /// Which certificates are accepted of servers without an account.
  var guestTrust = TransportSettings()
  /// The local history's file.
  var historyPath: String?
  /// Who to be on the embedded exchange, and in conferences without an account.
  var identity: String

  /// Takes conference URLs when no account is meant for them.
  var guest: Account {
    Account(
      id: AccountID((accounts.map(\.id.number).max() ?? 0) + 1), name: "conferences",
      system: .jitsi, server: "", username: identity, secret: nil)
  }
}

/// The running phone: control loop, media loop, and, when nothing else is configured, an exchange of
/// its own.
final class RunningPhone: Sendable {
  /// What the loops tell whoever sits in front.
  let messages = Mailbox<UserMessage>(capacity: 1_024)
  private let orders = Mailbox<ControlMessage>()
  private let mediaOrders = Mailbox<MediaOrder>()
  private let mediaReports = Mailbox<MediaReport>()
  private let control: ControlPlane
  private let media: MediaPlane
  private let exchange: EmbeddedExchange?
  private let setup: PhoneSetup

  init(_ setup: PhoneSetup) {
    self.setup = setup
    var trust = setup.trust
    trust[setup.guest.id] = setup.guestTrust
    media = MediaPlane(
      reports: mediaReports, user: messages, sound: setup.sound, ice: setup.ice, trust: trust,
      showsLevels: setup.showsLevels)
    control = ControlPlane(
      media: mediaOrders, user: messages, trust: trust, historyPath: setup.historyPath)
    exchange = setup.accounts.isEmpty ? EmbeddedExchange(identity: setup.identity) : nil
  }

  /// Starts the loops and signs in.
  func start() {
    media.start(orders: mediaOrders)
    control.start(messages: orders, reports: mediaReports)
    guard let exchange else {
      orders.post(
        .begin(accounts: setup.accounts, guest: setup.guest, settings: setup.settings))
      return
    }
    // Opening a store and a port takes a moment that the first drawing does not wait for.
    BackgroundThread.run { [orders, messages, setup] in
      do throws(EmbeddedExchange.Failure) {
        orders.post(
          .begin(accounts: [try exchange.start()], guest: setup.guest, settings: setup.settings))
      } catch {
        messages.post(.exchangeFailed(error.sentence))
      }
    }
  }

  /// Asks something of the phone.
  func order(_ order: CallOrder) { orders.post(.order(order)) }

  /// Tells the devices there are to choose from.
  ///
  /// - Parameter descriptions: the drivers' words, by name.
  func offerDevices(capture: [String], playback: [String], descriptions: [String: String]) {
    orders.post(
      .soundChoices(capture: capture, playback: playback, descriptions: descriptions))
  }

  /// Begins to end all calls and to sign out; `stopped` follows within two seconds.
  func stop() { orders.post(.stop) }

  /// Ends the loops. After `stopped`.
  func end() {
    media.stop()
    control.end()
    exchange?.stop()
  }
}
