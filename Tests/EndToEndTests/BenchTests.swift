import EndToEnd
import Glibc
import Testing

extension WholePrograms {
  /// Measurements that cannot be made say so at once, and what to do.
  @Suite("Measurements that lack something")
  struct BenchTests {
    @Test(
      "a folder that is missing is told before the call is played", arguments: ["jitter", "echo"])
    func folder(what: String) throws {
      let rig = try Rig()
      let output = rig.folder["missing/heard.wav"]
      let trace = rig.folder.write("0\n0\n0\n", to: "trace.csv")
      // Either would take minutes if it were begun.
      let options =
        what == "jitter" ? ["--trace", trace, "--minutes", "10000"] : ["--runs", "1000"]
      let bench = try rig.start(["bench", what, "--output", output] + options, as: "alice")
      #expect(bench.exitCode(within: .seconds(20)) == 2)
      #expect(bench.process.errorText.contains("the folder does not exist. Make it first."))
    }

    @Test("a program without its voices says how to get them", arguments: ["jitter", "echo"])
    func voices(what: String) throws {
      let rig = try Rig()
      let trace = rig.folder.write("0\n0\n0\n", to: "trace.csv")
      let program = rig.folder["bin/tipring"]
      rig.folder.write("", to: "bin/empty")
      let copy = try ChildProcess("cp", [Rig.program, program])
      #expect(copy.wait(within: .seconds(60)) == .exited(0))
      let options = what == "jitter" ? ["--trace", trace] : []
      let bench = try rig.run(
        program, ["bench", what] + options, environment: rig.environment(of: "alice"))
      #expect(bench.exitCode(within: .seconds(20)) == 2)
      #expect(bench.process.errorText.contains("Run it where it was built, or “make install”"))
      guard what == "jitter" else { return }
      let spoken = try rig.run(
        program, ["bench", what, "--speech", rig.speech] + options,
        environment: rig.environment(of: "alice"))
      #expect(spoken.exitCode(within: .seconds(60)) == 0)
    }
  }
}
