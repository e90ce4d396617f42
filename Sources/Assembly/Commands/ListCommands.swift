import Basics
import Calling
import Files
import Formats
import Invocation
import LoopGLib
import Media
import SqliteStore

/// `tipring contacts`, `tipring history`, `tipring devices`.
enum ListCommands {
  /// Signs in everywhere and lists who can be called.
  static func contacts(_ server: ServerOptions, isJSON: Bool) -> ExitCode {
    do throws(SetupError) {
      let (setup, complaints) = try SetupReader().phone(server, SoundOptions())
      for complaint in complaints { Output.error(complaint) }
      let outcome = SignIn(setup).run()
      let isOne = outcome.board.accounts.count < 2
      for contact in outcome.board.contacts {
        let account = outcome.board.accounts.first { $0.id == contact.account }?.name ?? ""
        if isJSON {
          Output.line(Listing.json(contact, account: account).text)
        } else {
          Output.listed(Listing.line(contact, account: isOne ? nil : account))
        }
      }
      if outcome.board.contacts.isEmpty, outcome.failure == nil, !isJSON {
        Output.line("No contacts; who is none can be called by address: tipring call ADDRESS")
      }
      guard let failure = outcome.failure else { return .success }
      throw failure
    } catch {
      Output.error(error.sentence)
      return error.exitCode
    }
  }

  /// Lists past calls, newest first.
  static func history(_ options: HistoryOptions) -> ExitCode {
    let records: [CallRecord]
    do throws(DatabaseError) {
      records = try CallHistory(path: SearchPaths.ofThisProcess.historyFile).newest()
    } catch {
      Output.error(error.description)
      return .signalingFailed
    }
    do throws(SetupError) {
      // The calls of an account that was removed are still there.
      if let name = options.accountName, name != "exchange",
        !records.contains(where: { $0.accountName == name })
      {
        _ = try SetupReader().configured(name)
      }
      let wanted = records.filter {
        (options.accountName == nil || $0.accountName == options.accountName)
          && (!options.isMissedOnly || $0.outcome == .missed)
      }
      for record in wanted.prefix(options.limit) {
        if options.isJSON {
          Output.line(Listing.json(record).text)
        } else {
          Output.listed(Listing.line(record))
        }
      }
      if wanted.isEmpty, !options.isJSON {
        Output.line(
          options.isMissedOnly
            ? "No missed calls." : "No calls yet; place one with: tipring call Echo")
      }
      return .success
    } catch {
      Output.error(error.sentence)
      return error.exitCode
    }
  }

  /// Lists sound devices: what they can do, and which are used.
  static func devices(isJSON: Bool) -> ExitCode {
    let audio = SetupReader().settings.audio
    let listing = DeviceListing(
      capture: audio.capture.text, playback: audio.playback.text,
      ringer: audio.ringer?.text ?? "")
    if isJSON {
      for object in listing.objects {
        let members = object.map { ($0.name, $0.value) }
        Output.line(JSONValue.object(Dictionary(uniqueKeysWithValues: members)).text)
      }
    } else {
      for line in listing.lines { Output.listed(line) }
    }
    return .success
  }
}
