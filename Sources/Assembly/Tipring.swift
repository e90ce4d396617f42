import AlsaAudio
import Files
import Glibc
package import Invocation
import LoopGLib
import Realtime

/// The program, from its command line to its exit code.
package enum Tipring {
  /// Reads the command line of this process, does what it asks, and ends the process.
  package static func main() -> Never {
    SoundServer.introduce(as: Program.title)
    PriorityBroker.use { thread, priority in
      RealtimeKit.ask(
        for: [.realtime(priority: priority), .preference(niceness: ThreadPriority.niceness)],
        to: thread)
    }
    do {
      exit(run(try Invocation(parsing: Array(CommandLine.arguments.dropFirst()))).rawValue)
    } catch {
      Output.error("\(error)")
      exit(ExitCode.usage.rawValue)
    }
  }

  /// Does what was asked and says how it ended.
  package static func run(_ invocation: Invocation) -> ExitCode {
    switch invocation {
    case .help(let text): print(text, terminator: "")
    case .version: print("tipring \(Program.version)")
    case .phone(let options): return PhoneCommand.run(options)
    case .plain(let options): return plain(options)
    case .call(let options):
      return headless(
        .call(target: options.target), options.server, options.sound, options.report,
        options.duration)
    case .answer(let options):
      return headless(
        .answer(options.rule, isOnce: options.isOnce), options.server, options.sound,
        options.report, options.duration)
    case .serve(let options): return ServeCommand.run(options)
    case .addUser(let name, let data): return ServeCommand.addUser(named: name, data: data)
    case .listAccounts(let isJSON): return AccountCommands.list(isJSON: isJSON)
    case .addAccount(let account): return AccountCommands.add(account)
    case .testAccounts(let name, let trust): return AccountCommands.test(name, trust)
    case .removeAccount(let name): return AccountCommands.remove(name)
    case .contacts(let server, let isJSON): return ListCommands.contacts(server, isJSON: isJSON)
    case .history(let options): return ListCommands.history(options)
    case .devices(let isJSON): return ListCommands.devices(isJSON: isJSON)
    case .doctor(let options): return Doctor.run(options)
    case .service(let options): return ServiceCommand.run(options)
    case .bench(let options): return Bench.run(options)
    }
    return .success
  }

  private static func plain(_ options: PlainOptions) -> ExitCode {
    var task = HeadlessTask.plain(options.rule, isOnce: options.isOnce)
    if let path = options.scriptPath {
      do throws(SetupError) {
        task = .script(try Script(file: path), options.rule, isOnce: options.isOnce)
      } catch {
        Output.error(error.sentence)
        return error.exitCode
      }
    }
    return headless(task, options.server, options.sound, options.report, options.duration)
  }

  private static func headless(
    _ task: HeadlessTask, _ server: ServerOptions, _ sound: SoundOptions, _ report: ReportOptions,
    _ duration: Duration?
  ) -> ExitCode {
    // Somebody who reads our lines may leave; the call is then ended in good order.
    signal(SIGPIPE, SIG_IGN)
    do throws(SetupError) {
      let reader = SetupReader()
      let (setup, complaints) = try reader.phone(server, sound)
      for complaint in complaints { Output.error(complaint) }
      let driver = HeadlessDriver(
        task,
        options: HeadlessOptions(
          report: report, duration: duration, recordingPath: sound.recordingPath,
          endsWithCapture: !sound.loopsCapture), setup: setup)
      return driver.run()
    } catch {
      Output.error(error.sentence)
      return error.exitCode
    }
  }
}
