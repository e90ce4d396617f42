import Basics
import EndToEnd
import Files
import Glibc
import Invocation
import Media
import Testing

@testable import Assembly

/// Commands of `--plain`, as they are read from a file and done in order.
@Suite("Scripts")
struct ScriptTests {
  @Test("a file is read line by line; remarks and empty lines are passed over")
  func reading() throws {
    let script = try Script(
      """
      # A test of the line.
      call Echo
        wait active 20s

      ' as BASIC has it
      pause 500ms\r
      hangup
      """)
    #expect(
      script.commands == [
        .call(target: "Echo"), .wait(.active, .seconds(20)), .pause(.milliseconds(500)),
        .hangUp(call: nil),
      ])
    #expect(script.handler == nil)
  }

  @Test("the document's keywords are read in capitals or not, with names before them")
  func keywords() throws {
    let minute = Duration.seconds(60)
    for (line, command) in [
      ("call_id = START CALL \"user123\"", .call(target: "user123")),
      ("start call \"Ann Lee@work\"", .call(target: "Ann Lee@work")),
      ("START CALL bob", .wrong("START CALL wants a name in quotation marks: START CALL \"bob\"")),
      ("WAIT FOR CALL ANSWER call_id", .wait(.active, minute)),
      ("WAIT FOR CALL ANSWER", .wait(.active, minute)),
      ("room_id = CREATE ROOM \"Team Meeting\"", .createRoom("Team Meeting")),
      ("create room Team Meeting", .createRoom("Team Meeting")),
      ("ANSWER CALL", .answer(call: nil)), ("answer i2", .answer(call: "i2")),
      ("response = HEAR", .wait(.words, minute)), ("' Process voice response", .nothing),
      ("wait ended 2m", .wait(.ended, .seconds(120))), ("wait ready", .wait(.ready, minute)),
    ] as [(String, PlainCommand)] {
      #expect(PlainCommand(line) == command, "\(line)")
    }
    for line in [
      "TALK \"Hello\"", "INVITE TO ROOM room_id, [\"a\"]", "wait", "wait time", "wait active x",
      "wait active 2s 3s", "pause", "pause 2d", "START CALL", "CREATE ROOM \"\"",
    ] {
      guard case .wrong(let words) = PlainCommand(line) else {
        Issue.record("\(line) was taken")
        continue
      }
      #expect(!words.isEmpty)
    }
  }

  @Test("devices are named as after the options")
  func devices() {
    for (line, command) in [
      ("devices", .devices), ("device playback plughw:1,0", .device(.playback, "plughw:1,0")),
      ("device  capture   tone:440 ", .device(.capture, "tone:440")),
      ("DEVICE Capture null", .device(.capture, "silence")),
      ("device ringer file:ring.wav", .device(.ringer, "file:ring.wav")),
      ("device ringer same", .device(.ringer, "")),
      ("device playback same", .device(.playback, "same")),
      (
        "device playback tone:440",
        .wrong(
          "“tone:440” is something to capture, not to play to. Give a device, file:PATH or null.")
      ),
    ] as [(String, PlainCommand)] {
      #expect(PlainCommand(line) == command, "\(line)")
    }
    for line in ["device", "device playback", "device speaker default", "device capture tone:x"] {
      guard case .wrong(let words) = PlainCommand(line) else {
        Issue.record("\(line) was taken")
        continue
      }
      #expect(!words.isEmpty)
    }
  }

  @Test("what is done when a call rings stands between ON INCOMING CALL and END ON")
  func handler() throws {
    let script = try Script(
      """
      ON INCOMING CALL
          ANSWER CALL
          response = HEAR
          hangup
      END ON
      wait ready
      """)
    #expect(script.commands == [.wait(.ready, .seconds(60))])
    #expect(
      script.handler == [.answer(call: nil), .wait(.words, .seconds(60)), .hangUp(call: nil)])
  }

  @Test("the first line that is wrong is told by its number")
  func faults() {
    for (text, line) in [
      ("call Echo\ndance\n", 2), ("END ON", 1), ("ON INCOMING CALL\nanswer\n", 3),
      ("ON INCOMING CALL\nEND ON\nON INCOMING CALL\nEND ON", 3), ("TALK \"x\"", 1),
      (String(repeating: "help\n", count: Script.lineLimit + 1), Script.lineLimit + 1),
    ] {
      do {
        _ = try Script(text)
        Issue.record("\(text.prefix(40)) was taken")
      } catch {
        #expect(error.line == line, "\(error)")
      }
    }
    let folder = TemporaryFolder()
    let file = folder.write("call\n", to: "script")
    #expect(throws: SetupError.self) { try Script(file: file) }
  }

  @Test("a script that cannot be read is told with what to do")
  func unreadable() throws {
    let folder = TemporaryFolder()
    folder.write("", to: "folder/file")
    #expect(mkfifo(folder["pipe"], 0o600) == 0)
    for (name, words) in [
      ("none", "there is no such file. Check the path."),
      ("folder/file/x", "a part of the path is no folder. Check the path."),
      ("folder", "it is a folder. Name a file."),
      (
        "pipe",
        "it is a pipe or a device. Name a plain file. Commands from a pipe are read by tipring --plain."
      ),
    ] {
      let error = #expect(throws: SetupError.self) { try Script(file: folder[name]) }
      #expect(error?.sentence == "Cannot read \(folder[name]): \(words)")
      #expect(error?.exitCode == .usage)
    }
    let denied = FileError.failed(.read, path: "calls.txt", code: EACCES)
    #expect(
      denied.sentence == "Cannot read calls.txt: you have no right to. Check the permissions.")
  }

  @Test("a command that waits holds up the rest, and an incoming call comes before it")
  func order() throws {
    let now = Instant.zero
    var queue = CommandQueue([.mute, .unmute], isClosed: true)
    var next = queue.next()
    #expect(next == .mute)
    queue.block(for: .active, until: now.advanced(by: .seconds(60)))
    next = queue.next()
    #expect(next == nil)
    #expect(!queue.isOver)
    let isTaken = queue.interrupt(with: [.statistics], at: now.advanced(by: .seconds(20)))
    #expect(isTaken)
    next = queue.next()
    #expect(next == .statistics)
    next = queue.next()
    #expect(next == .wait(.active, .seconds(40)), "what is left of the wait")
    queue.block(for: .active, until: now.advanced(by: .seconds(60)))
    #expect(queue.deadline == now.advanced(by: .seconds(60)))
    queue.unblock()
    next = queue.next()
    #expect(next == .unmute)
    #expect(queue.isOver)
  }

  @Test("commands wait up to a bound")
  func bound() {
    var queue = CommandQueue()
    let taken = (0...CommandQueue.limit).filter { _ in queue.add(.help) }
    #expect(taken.count == CommandQueue.limit)
    let isInterrupted = queue.interrupt(with: [.mute], at: .zero)
    #expect(!isInterrupted)
    let next = queue.next()
    #expect(next == .help)
    let isTakenAgain = queue.add(.help)
    #expect(isTakenAgain)
    #expect(!queue.isOver, "more may be typed")
  }
}
