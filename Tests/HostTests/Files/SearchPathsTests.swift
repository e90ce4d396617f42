import Files
import Testing

@Suite("Search paths")
struct SearchPathsTests {
  private func paths(
    _ environment: [String: String], executable: String? = nil, folders: Set<String> = []
  ) -> SearchPaths {
    SearchPaths(
      environment: { environment[$0] }, home: "/home/fallback", executable: executable,
      isDirectory: { folders.contains($0) })
  }

  @Test("everything has its place in the home folder")
  func standard() {
    let paths = paths(["HOME": "/home/amina"])
    #expect(paths.settingsFile == "/home/amina/.config/tipring/tipring.conf")
    #expect(paths.historyFile == "/home/amina/.local/state/tipring/history.sqlite")
    #expect(paths.exchangeData == "/home/amina/.local/state/tipring/exchange")
    #expect(paths.recordings == "/home/amina/.local/share/tipring/recordings")
    #expect(paths.runtime == "/home/amina/.local/state/tipring/run")
    #expect(paths.zuliprc == "/home/amina/.zuliprc")
    #expect(paths.resources == nil)
  }

  @Test("the XDG variables move each place")
  func moved() {
    let paths = paths([
      "HOME": "/h", "XDG_CONFIG_HOME": "/c/", "XDG_STATE_HOME": "/s", "XDG_DATA_HOME": "/d",
      "XDG_RUNTIME_DIR": "/run/user/1",
    ])
    #expect(paths.configuration == "/c/tipring")
    #expect(paths.state == "/s/tipring")
    #expect(paths.data == "/d/tipring")
    #expect(paths.runtime == "/run/user/1/tipring")
  }

  @Test("a relative path in a variable is ignored", arguments: ["", "relative", "./x"])
  func relative(value: String) {
    let paths = paths(["HOME": value, "XDG_CONFIG_HOME": value])
    #expect(paths.configuration == "/home/fallback/.config/tipring")
  }

  @Test("an installed program finds its resources beside it")
  func installed() {
    let paths = paths(
      [:], executable: "/usr/local/bin/tipring", folders: ["/usr/local/share/tipring"])
    #expect(paths.resources == "/usr/local/share/tipring")
  }

  @Test("a program in its build tree finds the nearest resources above it")
  func built() {
    let paths = paths(
      [:], executable: "/src/tipring/.build/x86_64/debug/tipring",
      folders: ["/src/tipring/Resources", "/src/Resources"])
    #expect(paths.resources == "/src/tipring/Resources")
  }

  @Test(
    "a path in the settings counts from home, from the root or from the settings",
    arguments: [
      ("~", "/h"), ("~/x", "/h/x"), ("/x", "/x"), ("x", "/h/.config/tipring/x"),
      ("~user", "/h/.config/tipring/~user"),
    ])
  func expands(path: String, result: String) {
    #expect(paths(["HOME": "/h"]).expanded(path) == result)
  }

  @Test("this process has a home")
  func thisProcess() {
    #expect(SearchPaths.ofThisProcess.home.hasPrefix("/"))
  }
}
