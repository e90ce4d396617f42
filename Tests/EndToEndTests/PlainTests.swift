import Basics
import EndToEnd
import Formats
import Glibc
import Testing

extension WholePrograms {
  /// The phone without a screen, told what to do on standard input.
  @Suite("The phone on standard input")
  struct PlainTests {
    private func start(_ rig: Rig, _ arguments: String...) throws -> Phone {
      try rig.start(
        ["--plain", "--capture", "tone:300", "--playback", "null"] + arguments, as: "you")
    }

    @Test("a whole call by commands, each event a line of JSON")
    func call() throws {
      let rig = try Rig()
      let phone = try start(rig, "--json", "--stats", "60s")
      let ready = try #require(phone.event("ready", within: .seconds(15)))
      #expect(ready["at"]?.string.flatMap { WallTime(iso8601: $0) } != nil)
      phone.process.send("call Echo")
      let outgoing = try #require(phone.state("outgoing", within: .seconds(10)))
      let call = try #require(outgoing["call"]?.string)
      #expect(phone.state("active", within: .seconds(15))?["call"]?.string == call)
      phone.process.send("mute")
      #expect(phone.event("note", within: .seconds(5)) != nil)
      phone.process.send("unmute")
      #expect(phone.event("note", within: .seconds(5)) != nil)
      phone.process.send("digits 12#")
      // Statistics are known from the first second on.
      let statistics: JSONValue? = Deadline(within: .seconds(5)).poll(every: .milliseconds(300)) {
        phone.process.send("statistics")
        return phone.event("statistics", within: .seconds(1)) {
          ($0["packetsReceived"]?.integer ?? 0) > 0
        }
      }
      #expect(statistics?["call"]?.string == call)
      for name in ["packetsSent", "jitter", "totalSamplesReceived", "bitrate"] {
        #expect(statistics?[name] != nil, "\(name)")
      }
      phone.process.send("hold \(call)")
      #expect(phone.state("held", within: .seconds(5)) != nil)
      phone.process.send("digits 1")
      let refusal = try #require(phone.event("warning", within: .seconds(5)))
      #expect(refusal["call"]?.string == call)
      #expect(refusal["message"]?.string?.hasPrefix("Keys can be sent") == true)
      phone.process.send("resume")
      #expect(phone.state("active", within: .seconds(5)) != nil)
      phone.process.send("hangup")
      #expect(phone.state("ended", within: .seconds(5))?["reason"]?.string == "hangup")
      let summary = try #require(phone.event("summary", within: .seconds(5)))
      #expect(summary["exitCode"]?.integer == 0)
      #expect((summary["msToFirstAudio"]?.integer ?? 0) > 0)
      phone.process.send("quit")
      #expect(phone.exitCode(within: .seconds(5)) == 0)
      #expect(phone.allEvents?.allSatisfy { $0["event"] != nil && $0["at"] != nil } == true)
    }

    @Test("a wrong command gives one clear line, and the phone goes on")
    func wrong() throws {
      let rig = try Rig()
      let phone = try start(rig)
      #expect(phone.process.line(containing: "Ready", within: .seconds(15)) != nil)
      for (command, words) in [
        ("frobnicate", "frobnicate"), ("call", "whom"), ("digits", "keys"), ("note", "note"),
        ("hangup", "no such call"), ("hold i99", "i99"), ("statistics", "no such call"),
        ("resume", "is held"), ("answer", "is ringing"), ("calls", "no calls"),
        ("history", "empty"), ("call nobody", "nobody"),
        (String(repeating: "\u{1B}]0;x\u{7}", count: 2_000), "no command"),
      ] {
        let count = phone.process.lines.count
        phone.process.send(command)
        let line = phone.process.nextLine(within: .seconds(15)) ?? ""
        #expect(line.contains(words), "\(command.prefix(20)): \(line)")
        #expect(Hostile.isHarmless(line))
        #expect(phone.process.lines.count == count + 1)
      }
      phone.process.send("help")
      #expect(phone.process.line(containing: "hangup", within: .seconds(5)) != nil)
      phone.process.closeInput()
      #expect(phone.exitCode(within: .seconds(5)) == 0)
    }

    @Test("after a recording that could not be made, another one can")
    func recordsAgain() throws {
      let rig = try Rig()
      let phone = try start(rig, "--json", "--stats", "60s")
      phone.process.send("call Echo")
      #expect(phone.state("active", within: .seconds(20)) != nil)
      phone.process.send("record \(rig.folder.path)/none/x.wav")
      #expect(
        phone.event("warning", within: .seconds(5))?["message"]?.string?.contains("none/x.wav")
          == true)
      let path = rig.folder.path + "/second.wav"
      phone.process.send("record \(path)")
      #expect(
        phone.event("note", within: .seconds(5)) {
          $0["message"]?.string?.contains("second.wav") == true
        } != nil)
      phone.process.send("record \(rig.folder.path)/third.wav")
      #expect(
        phone.event("warning", within: .seconds(5))?["message"]?.string
          == "The call is being recorded already.")
      phone.process.send("quit")
      #expect(phone.exitCode(within: .seconds(5)) == 0)
      #expect(Glibc.access(path, F_OK) == 0)
    }

    @Test("devices are listed, and changed in the middle of a call")
    func devices() throws {
      let rig = try Rig()
      let phone = try start(rig, "--json")
      phone.process.send("call Echo")
      #expect(phone.state("active", within: .seconds(20)) != nil)
      phone.process.send("devices")
      #expect(
        phone.event("device", within: .seconds(15))?["name"] != nil
          || phone.event("note", within: .seconds(1)) != nil)
      let (played, none) = (rig.folder.path + "/played.wav", rig.folder.path + "/none/x.wav")
      phone.process.send("device playback file:\(played)")
      #expect(
        phone.event("note", within: .seconds(5))?["message"]?.string?.contains("played.wav")
          == true)
      let heard: Bool? = Deadline(within: .seconds(20)).poll(every: .milliseconds(300)) {
        (try? Sound(wav: played))?.samples.contains { abs($0) > 0.03 } == true
          ? true : nil
      }
      #expect(heard == true)
      phone.process.send("device capture silence")
      #expect(phone.event("note", within: .seconds(5)) != nil)
      phone.process.send("device playback file:\(none)")
      #expect(phone.event("warning", within: .seconds(10)) != nil)
      phone.process.send("hangup")
      #expect(phone.event("summary", within: .seconds(5))?["exitCode"]?.integer == 0)
      phone.process.send("quit")
      #expect(phone.exitCode(within: .seconds(5)) == 0)
    }

    @Test("the end of input ends a call and the program")
    func endOfInput() throws {
      let rig = try Rig()
      let phone = try start(rig, "--json")
      phone.process.send("call Echo")
      #expect(phone.state("active", within: .seconds(20)) != nil)
      phone.process.closeInput()
      #expect(phone.exitCode(within: .seconds(5)) == 0)
      #expect(phone.allEvents?.last?["event"]?.string == "summary")
    }

    @Test("a script calls, waits for the answer, and answers who calls, in the document's words")
    func script() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      let server = ["--exchange", url, "--capture", "silence", "--playback", "null", "--json"]
      let answering = rig.folder.write(
        """
        ON INCOMING CALL
            ANSWER CALL
            wait active
            ' Long enough to be heard.
            pause 1s
            hangup
        END ON
        """, to: "answer.bas")
      let bob = try rig.start(["--script", answering, "--once", "--as", "bob"] + server, as: "bob")
      #expect(bob.event("ready", within: .seconds(15)) != nil)
      let calling = rig.folder.write(
        """
        # Rooms are made before they are called.
        room_id = CREATE ROOM "Team Meeting"
        START CALL "room:Team Meeting"
        WAIT FOR CALL ANSWER
        hangup
        wait ended 10s
        call_id = START CALL "bob"
        WAIT FOR CALL ANSWER call_id
        wait ended 20s
        """, to: "call.bas")
      let alice = try rig.start(["--script", calling, "--as", "alice"] + server, as: "alice")
      #expect(alice.exitCode(within: .seconds(40)) == 0, "\(alice.process.lines)")
      #expect(bob.exitCode(within: .seconds(15)) == 0)
      let ends = (alice.allEvents ?? []).filter { $0["event"]?.string == "summary" }
      #expect(ends.map { $0["reason"]?.string } == ["hangup", "remoteHangup"])
    }

    @Test(
      "a script whose call is declined ends with its code, and one that is wrong begins nothing")
    func scriptFails() throws {
      let rig = try Rig()
      let (_, url) = try rig.startExchange()
      let server = ["--exchange", url, "--capture", "silence", "--playback", "null", "--json"]
      let bob = try rig.start(["answer", "--decline", "--as", "bob"] + server, as: "bob")
      #expect(bob.event("ready", within: .seconds(15)) != nil)
      let script = rig.folder.write("call bob\nwait active\ncall Echo\n", to: "script")
      let alice = try rig.start(["--script", script, "--as", "alice"] + server, as: "alice")
      #expect(alice.exitCode(within: .seconds(20)) == 3)
      #expect(!(alice.allEvents ?? []).contains { $0["party"]?.string == "Echo" })
      rig.folder.write("call Echo\njump\n", to: "script")
      let wrong = try rig.start(["--script", script, "--as", "alice"] + server, as: "alice")
      #expect(wrong.exitCode(within: .seconds(10)) == 2)
      #expect(wrong.process.errorText.contains("script:2: “jump”"), "\(wrong.process.errorText)")
      #expect(wrong.process.lines == [])
    }

    @Test("commands that are piped in wait for what they say, and the input's end for them")
    func piped() throws {
      let rig = try Rig()
      let phone = try start(rig, "--json")
      for line in ["call Echo", "wait active", "pause 200ms", "hangup", "wait ended"] {
        phone.process.send(line)
      }
      phone.process.closeInput()
      #expect(phone.exitCode(within: .seconds(30)) == 0)
      #expect(
        phone.allEvents?.last { $0["event"]?.string == "summary" }?["reason"]?.string == "hangup")
    }

    @Test("one call follows another, is recorded in a new folder, and goes on after a hold")
    func followed() throws {
      let rig = try Rig()
      let script = rig.folder.write(
        """
        call Echo
        wait active
        record
        pause 1s
        hold
        pause 1s
        resume
        digits 5
        statistics
        hangup
        call Parrot
        wait active
        hangup
        wait ended
        """, to: "script")
      let phone = try rig.start(
        ["--script", script, "--capture", "tone:300", "--playback", "null", "--json"], as: "you")
      #expect(phone.exitCode(within: .seconds(40)) == 0)
      let events = phone.allEvents ?? []
      #expect(!events.contains { ["error", "warning"].contains($0["event"]?.string) }, "\(events)")
      let parties = events.filter { $0["event"]?.string == "summary" }.map { $0["party"]?.string }
      #expect(parties == ["Echo", "Parrot"])
      let words = events.compactMap { $0["message"]?.string }
      let path = words.first { $0.hasPrefix("Recording to ") }?.dropFirst(13).dropLast()
      let recording = try Sound(wav: String(try #require(path)))
      #expect(recording.samples.contains { abs($0) > 0.03 })
    }
  }
}
