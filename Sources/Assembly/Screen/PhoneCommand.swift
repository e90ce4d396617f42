import Console
import Files
import Invocation
import Media
import NcursesTerminal

/// `tipring`: the phone, full screen.
enum PhoneCommand {
  static func run(_ options: PhoneOptions) -> ExitCode {
    do throws(SetupError) {
      let reader = SetupReader()
      let (setup, complaints) = try reader.phone(options.server, options.sound)
      let terminal: Terminal
      do throws(TerminalError) {
        terminal = try Terminal.enter()
      } catch {
        throw SetupError(sentence: error.description, exitCode: .usage)
      }
      var consoleOptions = ConsoleOptions()
      consoleOptions.usesColour = terminal.hasColours
      consoleOptions.isASCII = !terminal.isUTF8
      consoleOptions.isInsecure = options.server.trust.isInsecure
      consoleOptions.usesMouse = reader.settings.phone.usesMouse
      consoleOptions.keymap = reader.keymap
      let driver = ConsoleDriver(
        setup: setup, options: consoleOptions, terminal: terminal,
        alerts: reader.settings.phone, complaints: complaints)
      for line in driver.run() { Output.line(line) }
      return .success
    } catch {
      Output.error(error.sentence)
      return error.exitCode
    }
  }
}
